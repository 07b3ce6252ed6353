"""What the services have in common, such as asking for a login. It is built once, after the first paint."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_pod.services.frontend import Frontend, LoginQuestion

if TYPE_CHECKING:
    from tui_pod.config.settings import Settings
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.net.fetch import LoginWanted
    from tui_pod.net.login import Login
    from tui_pod.services.podcasts.shared import SharedPodcasts
    from tui_pod.services.tasks import BackgroundTasks
    from tui_pod.sources.opened import Podcasts


GoOn = Callable[["Podcasts"], Awaitable[object]]
"""Resumes what needed a login. Raises `LoginWanted` if the server did not accept it."""


@dataclass(slots=True)
class Context:
    """What a service may use of the running app; another service that it needs is an argument of its own."""

    controller: PlaybackController
    frontend: Frontend
    tasks: BackgroundTasks
    settings: Settings
    """Replaced when the listener chooses others in the app."""
    podcasts: SharedPodcasts
    is_app: bool = True
    """Whether an app runs, and not a command alone, after which nothing goes on."""

    def ask_login(self, feed_id: str, wanted: LoginWanted, go_on: GoOn) -> None:
        """Ask for a login, save it with a feed, and resume what needed it."""

        async def use(login: Login) -> None:
            await self.podcasts.ask(lambda podcasts, _: podcasts.store.logins.add(feed_id, login))
            await go_on(await self.podcasts.get())

        self.frontend.ask_login(LoginQuestion(wanted, use))

    async def ask_login_of_episode(self, ident: str, wanted: LoginWanted, go_on: GoOn) -> None:
        """Ask for the login that the server of an episode wants, if it is from a feed, and resume what needed it."""
        details = await self.podcasts.ask(lambda podcasts, _: podcasts.access.details(ident))
        if details is not None:  # else it is from a catalogue, and the error was told
            self.ask_login(details.feed, wanted, go_on)
