"""The dialog that asks for a login, and the function with which dialogs subscribe, which may need one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual import on
from textual.widgets import Input

from tui_pod.services.frontend import LoginNeeded, LoginQuestion
from tui_pod.services.podcasts.feeds import FeedService
from tui_pod.ui.screens.dialog import Dialog
from tui_pod.ui.screens.form import LOGIN_KEYS, FormDialog, FormField

OPENLY = "This server uses http: others on the network can read the login. Press enter again to send it anyway."


class LoginScreen(FormDialog):
    """Asks for user and password until the server accepts them."""

    keys = LOGIN_KEYS

    def __init__(self, question: LoginQuestion, done: Callable[[object], None] = lambda _: None) -> None:
        """Ask a question; `done` is called with the result of its answer."""
        user, password = question.known
        fields = (
            FormField("user", "User", "Your name at this server", user),
            FormField("password", "Password", "Sent to this server alone", password, is_secret=True),
        )
        super().__init__(f"Login at {question.host}", fields, question.said)
        self._question = question
        self._done = done
        self._is_agreed = False

    @on(Input.Changed)
    def _on_changed(self) -> None:
        self._is_agreed = False

    def save(self, values: Mapping[str, str]) -> None:
        """Go from the user to the password, and from there log in, after a warning if one is due."""
        if self.focused is not None and self.focused.id == "field-user":
            self.focus_next()
        elif self._question.needs_yes and not self._is_agreed:
            self._is_agreed = True
            self.say(OPENLY)
        else:
            self.wait_for(self._answer(values["user"], values["password"]), "Logging in …")

    async def _answer(self, user: str, password: str) -> None:
        result = await self._question.answer(user, password)
        if self.is_current:
            self.dismiss()
            self._done(result)


async def subscribe(
    dialog: Dialog, feeds: FeedService, address: str, is_listed: bool, open_feed: Callable[[str], None]
) -> None:
    """Subscribe from a dialog and open the podcast; ask for a login if needed.

    Raises:
        UserError: see `FeedService.subscribe`; or a login is needed, and the dialog is closed.
    """
    try:
        feed_id = await feeds.subscribe(address, is_listed)
    except LoginNeeded as error:
        if not dialog.is_current:
            raise
        dialog.app.switch_screen(LoginScreen(error.question, lambda added: open_feed(str(added))))
    else:
        if dialog.is_current:
            dialog.dismiss()
            open_feed(feed_id)
