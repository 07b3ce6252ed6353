"""Refreshes podcasts: on request, at the start, and at intervals while the app runs.

Called on the event loop; blocking work runs in threads.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui_pod.core.actions import key_of
from tui_pod.core.player.changes import TroublesChanged
from tui_pod.core.text.clean import counted
from tui_pod.net.address import origin
from tui_pod.services.frontend import Job
from tui_pod.services.podcasts.troubles import SEE_ALL, find_troubles

if TYPE_CHECKING:
    from tui_pod.runtime.threads import CancelToken
    from tui_pod.services.context import Context
    from tui_pod.services.podcasts.retention import RetentionPolicy
    from tui_pod.services.podcasts.shown_library import ShownLibrary
    from tui_pod.services.tasks import Work
    from tui_pod.shelf.subscription import Subscription
    from tui_pod.sources.opened import Podcasts
    from tui_pod.sources.refresh import Refreshed
    from tui_pod.sources.source import RefreshResult

LOOK = 300.0
"""Seconds between two checks for podcasts that are due, give or take a fifth."""

MOST_OF_A_NAME = 30
"""How much of a podcast's name a notice with a remedy has (characters)."""

AGAIN = f"Press {key_of('feed.refresh_all')} to try again."
STOPS = f"{key_of('work.stop')} stops that."
NO_FEEDS = f"There are no podcasts yet. Press {key_of('feed.add')} to add one."


Announce = Callable[[str, str], Awaitable[None]]
"""Shows a desktop notification: title and text."""


class Refresher:
    """Runs the refreshes of the app, one at a time."""

    def __init__(
        self,
        context: Context,
        library: ShownLibrary,
        retention: RetentionPolicy,
        announce: Announce,
        is_sparing: Callable[[bool], Awaitable[bool]],
    ) -> None:
        """Refresh nothing yet; `is_sparing` returns whether that may cost too much, given whether the app starts."""
        self._context, self._frontend = context, context.frontend
        self._tasks = context.tasks
        self._library = library
        self._retention = retention
        self._announce = announce
        self._is_sparing = is_sparing
        self._running: asyncio.Task[object] | None = None
        self._awaited = frozenset[str]()  # the ids of the feeds that are being fetched for the first time
        self._asked: dict[str, float] = {}  # when each feed was last fetched
        self._run = os.urandom(4).hex()
        self._since = time.time()

    moved: frozenset[str] = frozenset()
    """The ids of the feeds that moved since the start."""

    @property
    def _is_running(self) -> bool:
        return self._running is not None and not self._running.done()

    def refresh(self, feed_id: str | None = None) -> None:
        """Refresh a feed on request; None for all feeds."""
        if self._is_running:
            self._frontend.tell(f"Podcasts are being refreshed. {STOPS}")
        else:
            self._running = self._tasks.run(self._refresh_asked(feed_id))

    def start(self, is_refreshing: bool) -> None:
        """Refresh all feeds if wanted, and from now on those that are due."""
        if is_refreshing:
            self._tasks.run(self.refresh_due(is_start=True))
        self._plan()

    async def show_failed(self) -> list[Subscription]:
        """Show which feeds have trouble, and return all feeds as they are now."""
        feeds = await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.feeds())
        self._frontend.show(TroublesChanged(find_troubles(feeds, self._awaited)))
        return feeds

    def _plan(self) -> None:
        self._tasks.later("refresh", LOOK * random.uniform(0.8, 1.2), lambda: self._tasks.run(self._look()))

    async def _look(self) -> None:
        try:
            await self.refresh_due()
        finally:
            self._plan()

    async def refresh_due(self, is_start: bool = False) -> None:
        """Refresh the feeds that are due, or at the start all that may be fetched, unless it may cost too much."""
        if not (await self._is_sparing(is_start) or self._is_running):
            self._running = self._tasks.run(self._refresh_due(is_start))
            await asyncio.wait((self._running,))

    async def refresh_rest(self) -> None:
        """Refresh the feeds that have not been fetched since the app started, after a refresh in progress."""
        await self._run_next(self._refresh_due(is_start=True))

    async def refresh_these(self, feeds: Sequence[Subscription]) -> None:
        """Refresh feeds that were just added, after a refresh in progress."""

        async def work() -> None:
            self.tell(await self._refresh(feeds), is_asked=True)

        await self._run_next(work())

    async def refresh_all_of(
        self, feeds: Sequence[Subscription] | None, show: Callable[[int, int, RefreshResult], None]
    ) -> Refreshed:
        """Refresh feeds, all that may be fetched if None, after a refresh in progress; `show` is told of each."""
        if feeds is None:
            from tui_pod.shelf.subscription import is_left_alone  # brings TLS

            known = await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.feeds())
            feeds = [feed for feed in known if not is_left_alone(feed, time.time(), is_asked=True)]
        _try_again(feeds)
        found: list[Refreshed] = []

        async def work() -> None:
            found.append(await self._refresh(feeds, show))

        await asyncio.wait((await self._run_next(work()),))
        return found[0]

    async def _run_next(self, work: Work) -> asyncio.Task[object]:
        while self._running is not None and not self._running.done():
            await asyncio.wait((self._running,))
        self._running = self._tasks.run(work)
        return self._running

    async def _refresh_due(self, is_start: bool) -> None:
        from tui_pod.shelf.subscription import is_due, is_left_alone  # brings TLS

        now, feeds = time.time(), await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.feeds())
        usual, asked = self._context.settings.feeds.refresh_minutes, self._asked
        wanted = [
            feed
            for feed in feeds
            if (is_start and not (self._is_new(feed, now) or is_left_alone(feed, now, is_asked=False)))
            or is_due(feed, usual, asked.get(feed.feed_id, 0.0), now, self._run)
        ]
        if wanted:
            known = {feed.feed_id: feed.error for feed in wanted}
            self.tell(await self._refresh(wanted), is_asked=False, known=known)

    def _is_new(self, feed: Subscription, now: float) -> bool:
        """Return True if a feed was added, or fetched by another program, since the app started."""
        return feed.fetched is not None and self._since <= feed.fetched <= now

    async def _refresh_asked(self, feed_id: str | None, is_again: bool = False) -> None:
        from tui_pod.shelf.subscription import is_left_alone  # brings TLS

        now, feeds = time.time(), await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.feeds())
        if feed_id is not None:
            feeds = [feed for feed in feeds if feed.feed_id == feed_id]
        wanted = [feed for feed in feeds if feed_id is not None or not is_left_alone(feed, now, is_asked=True)]
        _try_again(wanted)
        if not feeds:
            self._frontend.tell(NO_FEEDS if feed_id is None else "This podcast no longer exists.")
        if not wanted:
            return
        result = await self._refresh(wanted)
        login = result.outcomes[0].wanted if feed_id is not None and result.outcomes else None
        if feed_id is not None and any(outcome.is_forbidden for outcome in result.outcomes):
            self.ask_to_allow(wanted)
        elif feed_id is None or login is None:
            self.tell(result, is_asked=True)
        elif is_again:
            raise login
        else:
            self._context.ask_login(feed_id, login, lambda _: self._refresh_asked(feed_id, is_again=True))

    def ask_to_allow(self, feeds: Sequence[Subscription]) -> None:
        """Ask whether podcasts in the listener's own network that a list named may be fetched; then fetch them."""
        names, hosts = (", ".join(dict.fromkeys(each)) for each in zip(
            *((feed.name, urlsplit(feed.address).netloc) for feed in feeds), strict=True
        ))  # fmt: skip

        def note(podcasts: Podcasts, _: CancelToken) -> None:
            with podcasts.store.db.together():
                for feed in feeds:
                    podcasts.store.set_private_origin(feed.feed_id, origin(feed.address))

        async def allow() -> None:
            await self._context.podcasts.ask(note)
            ids = {feed.feed_id for feed in feeds}
            await self.refresh_these([feed for feed in await self.show_failed() if feed.feed_id in ids])

        def answer(is_yes: bool) -> None:
            if is_yes:
                self._tasks.run(allow())

        said = f"{names}: in your own network ({hosts}), and named only by a list."
        if not self._frontend.ask_yes(f"{said} May it be fetched?", answer, "Podcasts in your own network"):
            self._frontend.tell(f"{said} {SEE_ALL}", is_error=True)

    async def _refresh(
        self, feeds: Sequence[Subscription], tell: Callable[[int, int, RefreshResult], None] = lambda *_: None
    ) -> Refreshed:
        from tui_pod.sources.refresh import refresh  # brings TLS

        podcasts = await self._context.podcasts.get()
        self._awaited = frozenset(feed.feed_id for feed in feeds if feed.fetched is None)
        if self._awaited:
            await self.show_failed()
        with self._tasks.showing("refresh", f"refreshing 0/{len(feeds)}") as show:

            def note(done: int, total: int, last: RefreshResult) -> None:
                show(f"refreshing {done}/{total}", done / total)
                tell(done, total, last)

            try:
                result = await refresh(podcasts.store, feeds, note, podcasts.access.policy)
            except asyncio.CancelledError:
                self._tasks.run(self._show(new=0))
                self._tasks.run(self.show_failed())
                raise
            finally:
                self._awaited = frozenset()
        self._asked.update(dict.fromkeys((feed.feed_id for feed in feeds), time.time()))
        if result.asked_network:
            self._tasks.show("network", Job("offline") if result.is_offline else None)
        await self._retention.archive(feeds)
        await self._show(result.new)
        self.moved |= {outcome.feed_id for outcome in result.outcomes if outcome.moved_to}
        wanted = {feed.feed_id for feed in feeds}
        feeds = [
            feed for feed in await self.show_failed() if feed.feed_id in wanted
        ]  # some may be removed or changed by now
        here = {feed.feed_id for feed in feeds}
        result = replace(result, outcomes=tuple(one for one in result.outcomes if one.feed_id in here))
        if not result.is_offline:
            await self._announce_new(feeds, result)
            if self._context.is_app:
                self._tasks.run(self._retention.keep(feeds))
        return result

    async def _show(self, new: int) -> None:
        """Show the new episodes; some of those shown may have been new for too long."""
        await self._library.update(new)
        await self._library.news.show_new()

    async def _announce_new(self, feeds: Sequence[Subscription], result: Refreshed) -> None:
        """Show a desktop notification of new episodes, as the settings of each podcast say."""
        usual = self._context.settings.desktop.notify
        wanted = {feed.feed_id for feed in feeds if (usual if feed.settings.notify is None else feed.settings.notify)}
        found = replace(result, outcomes=tuple(one for one in result.outcomes if one.feed_id in wanted))
        if found.new:
            await self._announce(f"{counted(found.new)} new", found.named_new)

    def tell(self, result: Refreshed, is_asked: bool, known: Mapping[str, str | None] = MappingProxyType({})) -> None:
        """Tell the listener what is new and what failed, unless the fault of a podcast is `known` by its id."""
        failed = [one for one in result.failed if one.error != known.get(one.feed_id)]
        if result.is_offline:
            if is_asked:
                offline = next(outcome for outcome in failed if outcome.is_offline)
                self._frontend.tell(f"{offline.error} {AGAIN}", is_error=True)
            return
        if failed:
            name = f"{failed[0].name:.{MOST_OF_A_NAME}}"
            login = f"{name} wants a login: {key_of('feed.refresh')} on it asks for it."
            more = f" and {len(failed) - 1} more" if failed[1:] else ""
            is_login = bool(failed[0].wanted) and not more
            self._frontend.tell(login if is_login else f"{name}{more} cannot be refreshed. {SEE_ALL}", is_error=True)
        for outcome in result.outcomes:
            if outcome.has_ended:
                self._frontend.tell(f"{outcome.name} has ended; {key_of('list.remove')} removes it.")
            if outcome.moved_to:
                self._frontend.tell(f"{outcome.name} has moved; it is now fetched from its new address.")
        if result.new:
            self._frontend.tell(f"{counted(result.new)} new: {result.named_new}.")
        elif is_asked and not failed and not any(outcome.has_ended for outcome in result.outcomes):
            self._frontend.tell("Nothing new.")


def _try_again(feeds: Sequence[Subscription]) -> None:
    """Let sources that were switched off be asked, since the listener wants it."""
    from tui_pod.sources.table import source_of  # brings TLS

    for feed in feeds:
        source_of(feed.address).try_again(feed.address)
