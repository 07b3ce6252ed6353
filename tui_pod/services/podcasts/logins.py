"""The question for a login: which server asks, what it said, and what the answer resumes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui_pod.core.errors import UserError

if TYPE_CHECKING:
    from tui_pod.net.fetch import LoginWanted
    from tui_pod.net.login import Login


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

        Raises:
            UserError: the server rejects it, or what was resumed failed.
        """
        from tui_pod.net.fetch import LoginWanted  # brings TLS, 2 MiB
        from tui_pod.net.login import Login, check_user

        login = Login(self._wanted.origin, check_user(user.strip()), password, over_http=self.needs_yes)
        try:
            return await self._use(login)
        except LoginWanted as wanted:
            self._wanted = wanted
            raise UserError(str(wanted)) from None
