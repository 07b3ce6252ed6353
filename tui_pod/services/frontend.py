"""What any front end offers: Textual's screen, or plain lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from tui_pod.core.library.download_state import DownloadState
from tui_pod.core.library.library import Library
from tui_pod.core.library.words_state import WordsState
from tui_pod.core.player.events import Event
from tui_pod.core.player.ports import PlaybackListener
from tui_pod.core.progress.cards import Card
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.services.podcasts.login_question import LoginQuestion


class Frontend(PlaybackListener, Protocol):
    """Listens to playback, and takes in what threads and services report."""

    def emit(self, event: Event) -> None:
        """Hand an event to the controller, on the thread that owns it; to be called from any thread."""

    def write_control(self, sequence: str) -> None:
        """Send a control sequence to the terminal, if the front end draws on one."""

    def library_changed(self, library: Library, progress_index: ProgressIndex) -> None:
        """Show another library, such as after feeds were refreshed."""

    def downloads_changed(self, downloads: Mapping[str, DownloadState | None]) -> None:
        """Show how far the downloads of these episodes are; None: there is none."""

    def transcript_changed(self, episode: str, state: WordsState | None) -> None:
        """Show how far recognition of an episode is; None: it has ended, or its transcript has changed."""

    def feeds_failed(self, feeds: frozenset[str]) -> None:
        """Show which feeds could not be refreshed the last time, by their ids."""

    def work_changed(self, text: str) -> None:
        """Show what is being done in the background; empty: nothing."""

    def ask_login(self, question: LoginQuestion) -> None:
        """Ask the listener for a login, unless they are busy; what the server said is then told."""

    def start_session(self, budget: float) -> None:
        """Start a session of so many seconds, or say that nothing fits."""

    def ask_recall(self, cards: Sequence[Card], then: Callable[[], None]) -> None:
        """Ask these cards, and call `then` once they are answered or left."""

    def show_statistics(self) -> None:
        """Show the statistics of listening."""
