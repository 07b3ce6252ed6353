"""The interface of a front end: Textual's screen, or plain lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tui_pod.core.player.ports import PlaybackListener

if TYPE_CHECKING:
    from tui_pod.core.library.row_states import DownloadState, RecognitionState
    from tui_pod.core.outcome import Outcome
    from tui_pod.core.player.events import Event
    from tui_pod.core.progress.cards import Card
    from tui_pod.recall.questions import Question
    from tui_pod.services.context import LoginQuestion

NOT_TYPED = "What you paste is not typed as keys. Open a field for it first."


class Job(NamedTuple):
    """Work in progress, or a state that lasts, as it is shown."""

    text: str
    share: float | None = None
    """How much is done, from 0 to 1; None if that is unknown."""
    stop: Callable[[], object] | None = None
    """Stops the work; None for a state that lasts, such as `offline`."""


class Frontend(PlaybackListener, Protocol):
    """Shows what playback, threads and services report."""

    def emit(self, event: Event) -> None:
        """Pass an event to the controller on the event loop; may be called from any thread."""

    def write_control(self, sequence: str) -> None:
        """Send a control sequence to the terminal, if the front end draws on one."""

    def downloads_changed(self, downloads: Mapping[str, DownloadState | None]) -> None:
        """Show the state of the downloads of these episodes; None for an episode without one."""

    def transcript_changed(self, episode: str, state: RecognitionState | None) -> None:
        """Show the progress of recognising an episode; None if it has ended or the transcript has changed."""

    def feeds_failed(self, feeds: frozenset[str]) -> None:
        """Show which feeds failed at the last refresh, by their ids."""

    def work_changed(self, jobs: Mapping[str, Job]) -> None:
        """Show the work in progress, by its kind; what began last comes last."""

    def ask_login(self, question: LoginQuestion) -> None:
        """Ask the listener for a login; if a dialog is open, only say that one is needed."""

    def ask_yes(self, question: str, answer: Callable[[bool], None]) -> bool:
        """Ask a question, which may stay without an answer; return False, and do not ask, if the listener is busy."""

    def start_session(self, budget: float) -> None:
        """Start a session with a time budget in seconds, or say that nothing fits."""

    def run_action(self, ident: str) -> Outcome:
        """Run an action for `tui-pod do`, and show what it did; refuse what needs a form or a cursor."""

    def ask_recall(self, cards: Sequence[Card], then: Callable[[], None]) -> None:
        """Ask these cards, and call `then` once they are answered or dismissed."""

    def offer_question(self, card: Card, question: Question) -> None:
        """Offer the question of an episode that has ended, without interrupting; enter calls `ask_offered`."""

    def show_statistics(self) -> None:
        """Show the statistics."""
