"""The dialog that asks for a login, and the function with which dialogs subscribe, which may need one."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from tui_pod.services.podcasts.feeds import FeedService
from tui_pod.services.podcasts.login_question import LoginNeeded, LoginQuestion
from tui_pod.ui.screens.dialog import Dialog, DialogBody, InputDialog

OPENLY = "This server uses http: others on the network can read the login. Press enter again to send it anyway."


class LoginScreen(InputDialog):
    """Asks for user and password until the server accepts them."""

    def __init__(self, question: LoginQuestion, done: Callable[[object], None] = lambda _: None) -> None:
        """Ask a question; `done` is called with the result of its answer."""
        super().__init__()
        self._question = question
        self._done = done
        self._is_agreed = False

    def compose(self) -> ComposeResult:
        """Show two fields, and the server's message."""
        user, password = self._question.known
        with DialogBody(f"Login at {self._question.host}", "enter Log in · esc Close"):
            yield Input(user, placeholder="user", id="user")
            yield Input(password, placeholder="password", password=True, id="password")
            yield Static(Content(self._question.said), id="outcome")

    @on(Input.Submitted, "#user")
    def _on_user(self) -> None:
        self.query_one("#password", Input).focus()

    @on(Input.Changed)
    def _on_changed(self) -> None:
        self._is_agreed = False

    @on(Input.Submitted, "#password")
    def _on_password(self, event: Input.Submitted) -> None:
        if self.is_waiting:
            return
        if self._question.needs_yes and not self._is_agreed:
            self._is_agreed = True
            self.say(OPENLY)
            return
        self.is_waiting = True
        self.say("Logging in …")
        self.app.run_worker(self._answer())  # continues when the dialog is closed

    async def _answer(self) -> None:
        user, password = (self.query_one(field, Input).value for field in ("#user", "#password"))
        try:
            result = await self._question.answer(user, password)
        except Exception as error:  # any failure leaves the typed text
            self.tell_failure(error)
            return
        if self.is_current:
            self.dismiss()
            self._done(result)


async def subscribe(
    dialog: Dialog, feeds: FeedService, address: str, is_listed: bool, open_feed: Callable[[str], None], keys: str
) -> None:
    """Subscribe from a dialog and open the podcast; ask for a login, or show the failure with `keys`, if needed."""
    try:
        feed_id = await feeds.subscribe(address, is_listed)
    except Exception as error:  # any failure leaves the typed text
        if isinstance(error, LoginNeeded) and dialog.is_current:
            dialog.app.switch_screen(LoginScreen(error.question, lambda added: open_feed(str(added))))
        else:
            dialog.tell_failure(error, keys)
    else:
        if dialog.is_current:
            dialog.dismiss()
            open_feed(feed_id)
