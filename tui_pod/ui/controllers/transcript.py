"""The transcript pane of the library screen: when it is created, opened and closed, and which episode it shows."""

from __future__ import annotations

from functools import partial
from math import inf
from typing import TYPE_CHECKING

from tui_pod.core.actions import key_of
from tui_pod.core.library.episode import Episode
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.bookmarks import of_cue
from tui_pod.core.progress.progress import Status
from tui_pod.services.hints import NO_SEARCH, why_no_transcript

if TYPE_CHECKING:
    from tui_pod.core.library.row_states import RecognitionState
    from tui_pod.core.library.transcript import Cue
    from tui_pod.ui.screens.main import MainScreen
    from tui_pod.ui.widgets.transcript_view import TranscriptView


class TranscriptController:
    """Owns the pane, which is created when it is first opened."""

    pane: TranscriptView | None = None
    is_open = False

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._services = screen.services
        self._shown = ("", False)  # the episode shown, and whether it was playing when its transcript was read
        self._is_recognised = False  # whether the transcript was recognised by a machine
        self._is_apart = False  # whether it was opened while another episode played

    async def open(self, episode: str | None) -> None:
        """Show the transcript of an episode; None for what plays."""
        if self.pane is None:
            from tui_pod.ui.widgets.transcript_view import TranscriptView  # after the first paint

            self.pane = TranscriptView(self._services, self.show_playing, self._keep, self._recognise)
            await self._screen.query_one("#panes").mount(self.pane)
        self._set_open(True)
        index = self._services.controller.library.index(episode or "")
        if index is None:
            self.show_playing()
        else:
            self._look_up(index)
        self._screen.set_focus(self.pane)

    def shows(self, episode: str | None) -> bool:
        """Return whether the transcript of an episode is shown."""
        return self.is_open and self._shown[0] == episode

    def show_bookmarks(self) -> None:
        """Mark the bookmarked sentences."""
        if self.pane is not None:
            self.pane.bookmarks = tuple(self._services.controller.bookmarks.of(self.pane.episode))

    def close(self) -> None:
        """Hide the pane."""
        self._set_open(False)

    def escape(self) -> bool:
        """Hide the pane and go back to the list; return False if the focus is elsewhere."""
        if not self.has_focus:
            return False
        if self.pane is not None and self.pane.has_answer:
            self.pane.show_answer("")
            return True
        self.close()
        self._screen.show_pane()
        return True

    def show_answer(self, answer: str) -> bool:
        """Show lines about a word below the sentences; return False if no transcript is open."""
        if self.pane is not None and self.is_open:
            self.pane.show_answer(answer)
        return self.is_open

    @property
    def has_focus(self) -> bool:
        """Whether keys go to the pane."""
        return self.is_open and self._screen.focused is self.pane

    def search(self, words: str) -> None:
        """Highlight the sentences that have all these words; an empty string clears the search."""
        if self.pane is not None:
            self.pane.search(words)

    def go_to_match(self, by: int) -> None:
        """Jump to the next (1) or previous (-1) match, wrapping around; say so if there is none."""
        if self.pane is not None and not self.pane.go_to_match(by):
            self._screen.app.notify(self.pane.search_text or NO_SEARCH)

    def follow(self, playback: Playback) -> None:
        """Highlight the sentence being spoken, and show the next transcript when the next episode begins.

        The transcript is read again once playback starts: only then are its times known.
        """
        if self.pane is None:
            return
        self.pane.playback = playback
        self._is_apart = self._is_apart and playback.episode != self._shown[0]
        if self.is_open and not self._is_apart and _is_sounding(playback) and self._shown != (playback.episode, True):
            self.show_playing()

    def nudge(self, by: float) -> None:
        """Shift the transcript that is shown, or that of the playing episode, by seconds; save it and say so."""
        shown = self._shown[0] if self.is_open else None
        episode = shown or self._services.controller.playback.episode
        index = self._services.controller.library.index(episode) if episode else None
        if episode is None or index is None:
            self._screen.notify("Nothing is playing.", timeout=4, markup=False)
        elif not self.is_open or self.pane is None or self.pane.has_times():
            self._screen.notify(self._services.reader.nudge(episode, by), timeout=4, markup=False)
            if self.is_open:
                self._look_up(index)

    def _set_open(self, is_open: bool) -> None:
        """Set the CSS classes that show the pane."""
        self.is_open = is_open
        self._screen.open_views.set_open(self, is_open)
        self._screen.set_class(is_open, "-reading")
        if self.pane is not None:
            self.pane.set_class(is_open, "-open")

    def show_playing(self) -> None:
        """Show the transcript of what plays, if the pane is open."""
        controller = self._services.controller
        index = controller.library.index(controller.playback.episode or "")
        if self.is_open and index is not None:
            self._look_up(index)

    def _look_up(self, index: int) -> None:
        controller = self._services.controller
        episode, playback = controller.library.episode(index), controller.playback
        self._is_apart = playback.is_loaded and playback.episode != episode.id
        self._shown = (episode.id, _is_sounding(playback) and not self._is_apart)
        self._screen.run_worker(partial(self._read, episode), group="transcript", exclusive=True)  # type: ignore[arg-type]  # its result is not used

    async def _read(self, episode: Episode) -> None:
        transcript = await self._services.reader.transcript(episode)
        self._is_recognised = transcript.is_recognised
        controller = self._services.controller
        progress = controller.progress_index.get(episode.id)
        until = progress.position if progress is not None and progress.status is Status.STARTED else inf
        recognition, has_recording = self._services.recognition, episode.audio is not None
        label, note, enter = recognition.label(episode.id), transcript.note, key_of("transcript.seek")
        if label:
            note, why_empty = f"{label} · {key_of('transcript.stop')} stops", "The first sentences will appear soon."
        elif note and not transcript.is_partial:
            why_empty = "No speech was recognised in it."
        else:
            if transcript.is_partial:
                note = f"{note} · {enter} on the last sentence continues"
            elif transcript.cues and not transcript.is_timed and has_recording:
                note = f"{enter} recognises them on this machine"
            offer = recognition.offer(episode) or f"Press {key_of('view.transcript')} to close."
            why_empty = f"{why_no_transcript(episode, transcript.fault)} {offer}"
        moved = self._services.reader.nudges.get(episode.id, 0.0) if transcript.is_timed else 0.0
        note = " · ".join(filter(None, (note, f"moved {moved:+g} s" if moved else "")))
        assert self.pane is not None  # only an open pane shows a transcript
        self.pane.playback = controller.playback
        why_empty, note = map(self._services.first.with_keys, (why_empty, note))
        recognises = has_recording and recognition.is_ready and not label
        self.pane.show(episode, transcript, why_empty, heard_until=until, note=note, recognises=recognises)
        self.show_bookmarks()
        if transcript.is_timed and not label and has_recording and controller.playback.episode != episode.id:
            chapters = await self._services.reader.chapters(episode)  # may need the network
            self.pane.show(episode, transcript, why_empty, chapters, until, note)
            self.pane.passages = await self._services.passages.of(episode, [chapter.start for chapter in chapters])

    def recognition_changed(self, episode: str, state: RecognitionState | None) -> None:
        """Show the progress of recognition in the list, and the sentences recognised so far."""
        rows = self._screen.episodes
        rows.words.pop(episode, None)
        if state is not None:
            rows.words[episode] = state
        rows.refresh_episodes(frozenset((episode,)))
        if self.shows(episode):
            index = self._services.controller.library.index(episode)
            if index is not None:
                self._look_up(index)

    def _recognise(self, episode: str) -> bool:
        """Recognise an episode's transcript, or the times of one without; return whether there is a recording."""
        library = self._services.controller.library
        index = library.index(episode)
        has_recording = index is not None and library.episode(index).audio is not None
        if has_recording:
            self._services.recognition.request([episode])
        return has_recording

    def _keep(self, episode: str, title: str, cue: Cue | None, is_moved: bool) -> None:
        """Bookmark the chosen sentence, or the place if it has no times; soon after that, edit this bookmark.

        Another sentence to which the listener `is_moved` is a bookmark of its own.
        """
        bookmarks, edit = self._services.bookmarks, self._screen.dialogs.bookmark
        if cue is None:
            self._screen.show_outcome(bookmarks.add(edit))
        elif is_moved or not bookmarks.edit_last(edit):
            bookmarks.add_stretch(episode, title, of_cue(cue, self._is_recognised), edit)


def _is_sounding(playback: Playback) -> bool:
    return playback.status in (PlayerStatus.PLAYING, PlayerStatus.PAUSED)
