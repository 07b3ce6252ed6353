"""Logins for podcasts: ask the listener, save the answer with the podcast, and resume what needed it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui_pod.runtime.threads import in_thread
from tui_pod.services.podcasts.login_question import LoginQuestion

if TYPE_CHECKING:
    from tui_pod.feeds.net.fetch import LoginWanted
    from tui_pod.feeds.net.login import Login
    from tui_pod.feeds.podcasts import Podcasts
    from tui_pod.services.context import Context

GoOn = Callable[["Podcasts"], Awaitable[object]]
"""Resumes what needed a login. Raises `LoginWanted` if the server did not accept it."""


def ask_login(context: Context, feed_id: str, wanted: LoginWanted, go_on: GoOn) -> None:
    """Ask for a login, save it with a feed, and resume what needed it."""

    async def use(login: Login) -> None:
        podcasts = await context.open_podcasts()
        await in_thread(lambda _: podcasts.store.logins.add(feed_id, login))
        await go_on(podcasts)

    context.frontend.ask_login(LoginQuestion(wanted, use))


async def ask_login_of_episode(context: Context, ident: str, wanted: LoginWanted, go_on: GoOn) -> None:
    """Ask for the login that the server of an episode wants, if it is from a feed, and resume what needed it."""
    podcasts = await context.open_podcasts()
    details = await in_thread(lambda _: podcasts.details(ident))
    if details is not None:  # else it is from a catalogue, and the error was told
        ask_login(context, details.feed, wanted, go_on)
