"""Reading along: the transcript pane of the library screen, what it shows and how it comes and goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.reactive import reactive
from textual.screen import Screen

from tui_pod.core.actions import key_of
from tui_pod.core.playback.snapshot import Playback, PlayerStatus

if TYPE_CHECKING:
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.services.services import Services
    from tui_pod.ui.widgets.transcript_view import TranscriptView


class ReadingScreen(Screen[None]):
    """A screen with a transcript pane that is made when it is first asked for."""

    playback: reactive[Playback] = reactive(Playback(), repaint=False)

    def __init__(self, start: Services) -> None:
        super().__init__()
        self._start = start
        self._library = start.library
        self.set_reactive(ReadingScreen.playback, start.playback)
        self._has_pane = False
        self._shown = ("", False)  # episode whose words are shown, and whether they were looked up while it played

    @property
    def controller(self) -> PlaybackController:
        """What is listened to; made when it is first asked for."""
        return self._start.controller

    @property
    def is_reading(self) -> bool:
        """Whether the transcript is shown."""
        return self.has_class("-reading")

    @property
    def transcript(self) -> TranscriptView | None:
        """The transcript pane; None before it is first asked for."""
        if not self._has_pane:
            return None
        from tui_pod.ui.widgets.transcript_view import TranscriptView  # not for start-up

        return self.query_one("#transcript", TranscriptView)

    def episode_at_cursor(self) -> int | None:
        """Return the library index of the episode that the cursor is on."""
        raise NotImplementedError

    def show_list(self) -> None:
        """Give the focus back to the list."""
        raise NotImplementedError

    async def action_transcript(self) -> None:
        """Open the transcript of what plays, else of the episode at the cursor; or close it."""
        if self.is_reading:
            self.show_words(is_open=False)
            self.show_list()
            return
        if not self._has_pane:
            from tui_pod.ui.widgets.transcript_view import TranscriptView  # not for start-up

            self._has_pane = True
            hint = self._start.with_keys(f"{key_of('transcript.follow')} follows again")
            await self.query_one("#panes").mount(TranscriptView(hint, id="transcript"))
        self.show_words(is_open=True)
        self._shown = ("", False)
        self._look_up()
        if self.transcript is not None:
            self.set_focus(self.transcript)

    def show_words(self, is_open: bool) -> None:
        """Show the transcript, or show it no longer; where it is seen is the stylesheet's matter."""
        self.set_class(is_open, "-reading")
        if self.transcript is not None:
            self.transcript.set_class(is_open, "-open")

    def follow(self, playback: Playback) -> None:
        """Light the words that are spoken; they come and go within a second."""
        if self.transcript is not None:
            self.transcript.playback = playback

    def watch_playback(self, _former: Playback, playback: Playback) -> None:
        """Show the words of the next episode when it begins, and their times once they are known."""
        self.follow(playback)
        is_sounding = playback.status in (PlayerStatus.PLAYING, PlayerStatus.PAUSED)
        if self.is_reading and is_sounding and self._shown != (playback.episode, True):
            self._look_up()

    def _look_up(self) -> None:
        library, playback = self._library, self.playback
        index = library.index(playback.episode) if playback.episode else self.episode_at_cursor()
        if index is not None:
            is_sounding = playback.status in (PlayerStatus.PLAYING, PlayerStatus.PAUSED)
            self._shown = (library.ids[index], is_sounding)
            self.run_worker(self._read(index), group="transcript", exclusive=True)

    async def _read(self, index: int) -> None:
        episode = self._library.episode(index)
        transcript = await self._start.read_transcript(episode)
        view = self.transcript
        if view is None:
            return
        view.playback = self.controller.playback
        why_empty = f"This episode has no transcript. Press {key_of('view.transcript')} to close."
        view.show(episode.id, episode.title, transcript, self._start.with_keys(why_empty))

    def on_transcript_view_seek_wished(self, event: TranscriptView.SeekWished) -> None:
        """Play from the sentence that was chosen."""
        view = self.transcript
        if view is None or view.episode is None:
            return
        if self.playback.episode == view.episode:
            self.controller.seek_to(event.position)
        else:
            self.controller.play_from(view.episode, event.position)

    def on_transcript_view_copied(self, event: TranscriptView.Copied) -> None:
        """Put a sentence into the clipboard."""
        self.app.copy_to_clipboard(event.text)
        self.app.notify("Copied.", timeout=2)
