"""The transcript pane of the library screen: when it is made, opened and closed, and whose words it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_pod.core.actions import key_of
from tui_pod.core.playback.snapshot import Playback, PlayerStatus

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui_pod.core.library.library import Library
    from tui_pod.services.services import Services
    from tui_pod.ui.widgets.transcript_view import TranscriptView


class TranscriptController:
    """Owns the pane, which is made when it is first opened."""

    pane: TranscriptView | None = None
    is_open = False

    def __init__(self, screen: Screen[None], services: Services) -> None:
        self._screen = screen
        self._services = services
        self._shown = ("", False)  # episode whose words are shown, and whether they were looked up while it played

    async def open(self, index: int | None) -> None:
        """Show the words of what plays, else of the episode at an index."""
        if self.pane is None:
            from tui_pod.ui.widgets.transcript_view import TranscriptView  # after the first paint

            hint = self._services.with_keys(f"{key_of('transcript.follow')} follows again")
            self.pane = TranscriptView(hint, self._seek, id="transcript")
            await self._screen.query_one("#panes").mount(self.pane)
        self._set_open(True)
        controller = self._services.controller
        playing = controller.playback.episode
        self._look_up(controller.library, controller.library.index(playing) if playing else index)
        self._screen.set_focus(self.pane)

    def close(self) -> None:
        """Hide the pane."""
        self._set_open(False)

    def follow(self, playback: Playback) -> None:
        """Light the words that are spoken, and show those of the next episode when it begins.

        They are looked up again once it sounds: their times are known only then.
        """
        if self.pane is None:
            return
        self.pane.playback = playback
        if self.is_open and _is_sounding(playback) and self._shown != (playback.episode, True):
            library = self._services.controller.library
            self._look_up(library, library.index(playback.episode or ""))

    def _set_open(self, is_open: bool) -> None:
        """Set the classes by which the stylesheet shows the pane."""
        self.is_open = is_open
        self._screen.set_class(is_open, "-reading")
        if self.pane is not None:
            self.pane.set_class(is_open, "-open")

    def _look_up(self, library: Library, index: int | None) -> None:
        if index is not None:
            self._shown = (library.ids[index], _is_sounding(self._services.controller.playback))
            self._screen.run_worker(self._read(library, index), group="transcript", exclusive=True)

    async def _read(self, library: Library, index: int) -> None:
        episode = library.episode(index)
        transcript = await self._services.read_transcript(episode)
        if self.pane is not None:
            self.pane.playback = self._services.controller.playback
            why_empty = f"This episode has no transcript. Press {key_of('view.transcript')} to close."
            self.pane.show(episode.id, episode.title, transcript, self._services.with_keys(why_empty))

    def _seek(self, episode: str, position: float) -> None:
        """Play from the sentence that was chosen."""
        controller = self._services.controller
        if controller.playback.episode == episode:
            controller.seek_to(position)
        else:
            controller.play_from(episode, position)


def _is_sounding(playback: Playback) -> bool:
    return playback.status in (PlayerStatus.PLAYING, PlayerStatus.PAUSED)
