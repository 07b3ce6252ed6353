"""The interface of a front end, Textual's screen or plain lines, and what it shows or asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from tui_pod.core.errors import UserError
from tui_pod.core.player.ports import PlaybackListener

if TYPE_CHECKING:
    from tui_pod.core.outcome import Outcome
    from tui_pod.core.player.events import Event
    from tui_pod.core.progress.cards import Card
    from tui_pod.net.fetch import LoginWanted
    from tui_pod.net.login import Login
    from tui_pod.recall.questions import Question
    from tui_pod.services.caller import Caller

NOT_TYPED = "What you paste is not typed as keys. Open a field for it first."


class Job(NamedTuple):
    """Work in progress, or a state that lasts, as it is shown."""

    text: str
    share: float | None = None
    """How much is done, from 0 to 1; None if that is unknown."""
    stop: Callable[[], object] | None = None
    """Stops the work; None for a state that lasts, such as `offline`."""


class LoginNeeded(UserError):
    """A login is needed first; `question` asks for it."""

    def __init__(self, question: LoginQuestion) -> None:
        super().__init__(question.said)
        self.question = question


class LoginQuestion:
    """Which server wants a login; `answer` tries one."""

    def __init__(self, wanted: LoginWanted, use: Callable[[Login], Awaitable[object]]) -> None:
        """Make a question; `use` resumes with a login, and raises `LoginWanted` if the server rejects it."""
        self._wanted = wanted
        self._use = use

    @property
    def host(self) -> str:
        """The server, with its port unless it is the usual one."""
        scheme, host, port = self._wanted.origin
        return host if port == {"https": 443, "http": 80}[scheme] else f"{host}:{port}"

    @property
    def said(self) -> str:
        """What the server said to the last attempt."""
        return str(self._wanted)

    @property
    def needs_yes(self) -> bool:
        """Whether the login would go over http, where others can read it."""
        return self._wanted.origin[0] == "http"

    @property
    def known(self) -> tuple[str, str]:
        """User and password that were given before; empty if there are none."""
        login = self._wanted.login
        return (login.user, login.password if self._wanted.is_kept_back else "") if login else ("", "")

    async def answer(self, user: str, password: str) -> object:
        """Try a login, which the listener has agreed to if `needs_yes`; return the result of resuming.

        Raises UserError if the server rejects it, or what was resumed failed.
        """
        from tui_pod.net.fetch import LoginWanted  # brings TLS, 2 MiB
        from tui_pod.net.login import Login, check_user

        login = Login(self._wanted.origin, check_user(user.strip()), password, over_http=self.needs_yes)
        try:
            return await self._use(login)
        except LoginWanted as wanted:
            self._wanted = wanted
            raise UserError(str(wanted)) from None


class Frontend(PlaybackListener, Protocol):
    """Shows what playback, threads and services report."""

    def emit(self, event: Event) -> None:
        """Pass an event to the controller on the event loop; may be called from any thread."""

    def write_control(self, sequence: str) -> None:
        """Send a control sequence to the terminal, if the front end draws on one."""

    def ask_login(self, question: LoginQuestion) -> None:
        """Ask the listener for a login; if a dialog is open, only say that one is needed."""

    def ask_yes(self, question: str, answer: Callable[[bool], None], title: str = "") -> bool:
        """Ask a question, which may stay without an answer; return False, and do not ask, if the listener is busy.

        Without a title it is about a sync that the listener has asked for, and enter means yes.
        """

    def run_action(self, ident: str, episodes: Sequence[str], values: Mapping[str, str]) -> Outcome:
        """Run an action for `tui-pod do`, on these episodes or what is loaded, and show what it did.

        `values` answer what it asks. What needs a cursor is refused.
        """

    async def grant(self, wish: str, values: Mapping[str, Any], caller: Caller) -> Outcome:
        """Grant a wish of someone else, such as a command, and show what it did.

        Raises UserError if it cannot be granted.
        """

    def ask_recall(self, cards: Sequence[Card], then: Callable[[], None]) -> None:
        """Ask these cards, and call `then` once they are answered or dismissed."""

    def offer_question(self, card: Card, question: Question) -> None:
        """Offer the question of an episode that has ended, without interrupting; enter calls `ask_offered`."""

    def show_statistics(self) -> None:
        """Show the statistics."""

    def show_answer(self, answer: str) -> None:
        """Show lines about a word that was looked up."""
