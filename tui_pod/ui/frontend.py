"""The front end that draws a screen: what playback, services and other threads report is shown in the Textual app."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual.message import Message

from tui_pod.core.actions import BY_ID
from tui_pod.core.library.library import Library
from tui_pod.core.player.changes import ChangeReader
from tui_pod.core.player.snapshot import JUMP, Playback
from tui_pod.core.progress.cards import Card
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.text.clean import clean, counted, span
from tui_pod.services.frontend import Job, LoginQuestion

if TYPE_CHECKING:
    from tui_pod.core.library.row_states import DownloadState, RecognitionState
    from tui_pod.core.outcome import Outcome
    from tui_pod.core.player.events import Event
    from tui_pod.core.selection.session_planner import Summary
    from tui_pod.recall.questions import Question
    from tui_pod.services.caller import Caller
    from tui_pod.services.podcasts.troubles import Trouble
    from tui_pod.ui.app import TuiPodApp


class PlaybackEvent(Message):
    """An event of the player, the sources or the writer."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def can_replace(self, message: Message) -> bool:
        """Replace a position that is still waiting by a newer one."""
        from tui_pod.core.player.events import PositionChanged  # after the first paint

        return (
            isinstance(message, PlaybackEvent)
            and isinstance(self.event, PositionChanged)
            and isinstance(message.event, PositionChanged)
            and message.event.load == self.event.load
        )


class ScreenFrontend(ChangeReader):
    """The `Frontend` of the Textual app."""

    def __init__(self, app: TuiPodApp) -> None:
        self._app = app
        self._main = app.main_screen
        self._position = 0.0

    # -- playback --------------------------------------------------------------------------------------

    def emit(self, event: Event) -> None:
        """Post an event to the app, from any thread."""
        self._app.post_message(PlaybackEvent(event))

    def playback_changed(self, playback: Playback) -> None:
        """Show what plays; most new positions change nothing visible but the transcript.

        Where the cursor is followed, times stand still while it plays: a screen reader would read each of them.
        """
        shown = self._main.playback
        is_jump = not -0.5 < playback.position - self._position < JUMP
        is_same = shown._replace(position=playback.position) == playback and shown.chapter == playback.chapter
        is_still = self._app.follows_cursor and is_same and not is_jump
        self._position = playback.position
        if is_still or playback.looks_like(shown):
            self._main.transcript.follow(playback)
        else:
            self._main.playback = playback

    def progress_changed(self, episodes: frozenset[str]) -> None:
        """Show changed progress."""
        self._main.listing.progress_changed(episodes)

    def queue_changed(self) -> None:
        """Show a changed queue."""
        self._main.listing.queue_changed()

    def bookmarks_changed(self, episodes: frozenset[str]) -> None:
        """Show changed bookmarks."""
        self._main.bookmarks_changed()

    def session_ended(self, summary: Summary) -> None:
        """Summarise a session: in a dialog, or in a notice while another dialog is open."""
        from tui_pod.ui.screens.session import SummaryScreen  # after the first paint

        if self._app.screen is self._main:
            self._app.push_screen(SummaryScreen(self._app.controller, summary))
        else:
            self.tell(f"Session over: {counted(summary.finished)} finished, {span(summary.heard)} heard.")

    def tell(self, text: str, is_error: bool = False) -> None:
        """Show a notice: an error for 12 seconds, anything else for 4."""
        self._app.notify(text, severity="error" if is_error else "information", timeout=12 if is_error else 4)

    # -- services --------------------------------------------------------------------------------------

    def write_control(self, sequence: str) -> None:
        """Send a control sequence to the terminal, in turn with what is drawn."""
        if self._app._driver is not None:
            self._app._driver.write(sequence)

    def library_changed(self, library: Library, progress_index: ProgressIndex) -> None:
        """Show another library."""
        self._main.listing.library_changed(library, progress_index)

    def downloads_changed(self, downloads: Mapping[str, DownloadState | None]) -> None:
        """Show the progress of downloads."""
        self._main.downloads_changed(downloads)

    def transcript_changed(self, episode: str, state: RecognitionState | None) -> None:
        """Show the progress of recognition of an episode, and its transcript so far."""
        self._main.transcript.recognition_changed(episode, state)

    def troubles_changed(self, troubles: Mapping[str, Trouble]) -> None:
        """Show which podcasts have trouble."""
        self._main.listing.troubles_changed(troubles)

    def work_changed(self, jobs: Mapping[str, Job]) -> None:
        """Show the work in progress."""
        self._main.status.show_work(jobs)

    def episode_sampled(self, episode: str) -> None:
        """Move the cursor to the episode that is sampled."""
        self._main.listing.go_to_sampled(episode)

    def ask_login(self, question: LoginQuestion) -> None:
        """Ask for a login in a dialog, or show a notice while the listener is typing or in another dialog."""
        from tui_pod.ui.screens.podcasts.login import LoginScreen  # after the first paint

        if self._is_busy:
            self.tell(question.said, is_error=True)
        else:
            self._app.push_screen(LoginScreen(question))

    def ask_yes(self, question: str, answer: Callable[[bool], None], title: str = "") -> bool:
        """Ask in a dialog, unless the listener is typing or in another dialog."""
        from tui_pod.ui.screens.dialog import ChoiceDialog  # after the first paint

        if self._is_busy:
            return False

        def choose(row: int) -> None:
            if rows[row] != "Later":
                answer(rows[row] == "Yes")

        rows = ("Later", "Yes", "No") if title else ("Yes", "No", "Later")  # an enter may be meant for the list
        self._app.push_screen(ChoiceDialog(title or "Sync", rows, choose, question))
        return True

    @property
    def _is_busy(self) -> bool:
        """Whether the listener is typing, or in a dialog."""
        focused = self._app.focused
        return self._app.screen is not self._main or (focused is not None and focused.check_consume_key("a", "a"))

    def run_action(self, ident: str, episodes: Sequence[str], values: Mapping[str, str]) -> Outcome:
        """Run an action as its key does, on these episodes; one of the screen itself runs after the answer."""
        from tui_pod.wishes.actions import run_unseen  # after the first paint

        on = self._main.subject(episodes)._replace(values=values, edit=None)
        outcome = run_unseen(ident, on, lambda ident: self._app.run_action_soon(BY_ID[ident].action))
        if outcome.is_done and outcome.notice:
            self.tell(outcome.notice)
        return outcome

    async def grant(self, wish: str, values: Mapping[str, Any], caller: Caller) -> Outcome:
        """Grant a wish of someone else, and show its notice."""
        from tui_pod.wishes.grant import WishRequest, grant  # after the first paint

        outcome = await grant(self._main.services, self._main.model, WishRequest(wish, values), caller)
        if outcome.is_done and outcome.notice:
            self.tell(outcome.notice)
        return outcome

    def ask_recall(self, cards: Sequence[Card], then: Callable[[], None]) -> None:
        """Ask cards in a dialog, then call `then`."""
        self._main.dialogs.recall(cards, then)

    def offer_question(self, card: Card, question: Question) -> None:
        """Offer a question in the key line."""
        self._main.question.offer(card, question)

    def show_statistics(self) -> None:
        """Show the statistics."""
        self._app.run_action_soon(BY_ID["view.statistics"].action)

    def show_answer(self, answer: str) -> None:
        """Show lines about a word below the transcript or, if none is open, as a notice."""
        if not self._main.transcript.show_answer(answer):
            self.tell(clean(answer))
