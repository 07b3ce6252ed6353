"""What the services have in common, such as asking for a login. It is built once, after the first paint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_pod.core.errors import UserError
from tui_pod.runtime.threads import CancelToken, Result, in_thread

if TYPE_CHECKING:
    from tui_pod.config.settings import Settings
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.net.fetch import LoginWanted
    from tui_pod.net.login import Login
    from tui_pod.services.frontend import Frontend
    from tui_pod.services.tasks import BackgroundTasks
    from tui_pod.sources.opened import Podcasts


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


GoOn = Callable[["Podcasts"], Awaitable[object]]
"""Resumes what needed a login. Raises `LoginWanted` if the server did not accept it."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a service may use of the running app; another service that it needs is an argument of its own."""

    controller: PlaybackController
    frontend: Frontend
    tasks: BackgroundTasks
    settings: Settings
    open_podcasts: Callable[[], Awaitable[Podcasts]]
    """Opens the podcasts in a thread and returns them, always the same. Raises what opening them raised."""

    async def ask(self, work: Callable[[Podcasts, CancelToken], Result]) -> Result:
        """Call `work` with the podcasts in a thread, and return its result."""
        podcasts = await self.open_podcasts()
        return await in_thread(lambda cancel: work(podcasts, cancel))

    def ask_login(self, feed_id: str, wanted: LoginWanted, go_on: GoOn) -> None:
        """Ask for a login, save it with a feed, and resume what needed it."""

        async def use(login: Login) -> None:
            await self.ask(lambda podcasts, _: podcasts.store.logins.add(feed_id, login))
            await go_on(await self.open_podcasts())

        self.frontend.ask_login(LoginQuestion(wanted, use))

    async def ask_login_of_episode(self, ident: str, wanted: LoginWanted, go_on: GoOn) -> None:
        """Ask for the login that the server of an episode wants, if it is from a feed, and resume what needed it."""
        details = await self.ask(lambda podcasts, _: podcasts.access.details(ident))
        if details is not None:  # else it is from a catalogue, and the error was told
            self.ask_login(details.feed, wanted, go_on)
