"""A feed service over real servers, a real store and real downloads; only the front end is a stand-in."""

import asyncio
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.fakes import FakeClock, FakeFrontend, FakePlayer, FakeSources, FakeWriter, make_context
from tests.patience import PATIENCE
from tests.sources import server
from tests.sources.server import Ranged, Site, feed, item, sound
from tui_pod.config.settings import DesktopSettings, FeedSettings, FindSettings, Settings
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.ports import Ports
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.integrations.broadcast import Broadcast
from tui_pod.library.cache import Loaded, load_library
from tui_pod.library.reload import reload_library
from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.services.podcasts.feeds import FeedService
from tui_pod.sources.opened import Podcasts

QUIET = FeedSettings(refresh_at_start=False)

QUOTA = 1_000_000_000
"""Bytes: more than any test downloads."""


class ServiceRig:
    """A feed service and everything around it."""

    catalogs: tuple[Path, ...] = ()

    def __init__(
        self,
        folder: Path,
        settings: FeedSettings = QUIET,
        policy: NetworkPolicy = PUBLIC,
        quota: int = QUOTA,
        notifies: bool = True,
        find: FindSettings | None = None,
    ) -> None:
        self.spared: set[bool] = set()  # at the start or not
        self.data, self.cache = folder / "data", folder / "cache"
        self.driver = FakeFrontend()
        self.podcasts = Podcasts(self.data, self.cache, quota, policy)
        loaded, broadcast = load_library(self.catalogs, self.cache, self.data), Broadcast(self.driver)
        self.controller = self._make_controller(loaded, broadcast)
        self.announced: list[tuple[str, str]] = []
        self.changed: list[int] = []
        """How many episodes were new, each time that another library was shown."""
        given = Settings(feeds=settings, desktop=DesktopSettings(notify=notifies), find=find or FindSettings())
        self.context = make_context(self.controller, self.driver, given, self.podcasts)
        self.service = FeedService(
            self.context, loaded.feeds, self._read, self.changed.append, self._announce, self._spares, False
        )
        for follower in (self.service, self.service.retention, self.service.news):
            broadcast.add(follower)

    def _make_controller(self, loaded: Loaded, broadcast: Broadcast) -> PlaybackController:
        ports = Ports(FakePlayer(), FakeSources(), FakeWriter(), broadcast, FakeClock(), "run")
        return PlaybackController(loaded.library, ProgressIndex(loaded.library, {}), ports)

    async def _spares(self, is_start: bool) -> bool:
        return is_start in self.spared

    async def _read(self, size: int) -> Loaded:
        return await reload_library([], self.cache, self.data, size)

    async def _announce(self, title: str, text: str) -> None:
        self.announced.append((title, text))

    async def until(self, is_so: Callable[[], object], what: str = "something") -> None:
        """Wait until something is so of what is shown."""
        await self.driver.bell.until(is_so, what)

    async def done_refreshing(self) -> None:
        """Wait until a refresh has shown what it brought."""
        await self.until(lambda: self.driver.works and self.driver.works[-1] == "", "the refresh is over")
        await self.until(lambda: self.driver.said, "it says what is new")

    async def done(self) -> None:
        """Wait until all work is done, the downloads included."""
        async with asyncio.timeout(PATIENCE):
            while others := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.wait(others)

    async def do(self, wish: Callable[..., object], *named: object) -> None:
        """Ask for something, and wait until it is done."""
        wish(*named)
        await self.done()

    async def add(self, address: str) -> None:
        """Subscribe, and wait until that is done."""
        await self.do(self.service.add, address)

    @property
    def titles(self) -> list[str]:
        """The titles of the library's episodes."""
        return self.controller.library.titles

    @property
    def topics(self) -> list[str]:
        """The names of its topics."""
        return list(self.controller.library.topics.names[1:])

    def ids(self, *titles: str) -> list[str]:
        """Return the ids of episodes by their titles."""
        library = self.controller.library
        return [library.ids[library.titles.index(title)] for title in titles]


def no_network(*_: Any, **__: Any) -> Any:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def join_threads() -> None:
    """Wait for the threads whose work was stopped: until they notice they hold what they had."""
    for thread in threading.enumerate():
        if thread.name == "feeds":
            thread.join(PATIENCE)


def serve_sounds(site: Site, count: int = 3, **named: Any) -> None:
    """Serve a feed of so many episodes with a recording each."""
    site.replies["/f"] = server.body(feed("".join(item(number, f"/{number}.wav") for number in range(count))))
    for number in range(count):
        site.replies[f"/{number}.wav"] = Ranged(sound(0.2), **named)


async def add_sounds(service: ServiceRig, site: Site, count: int = 3, **named: Any) -> list[str]:
    """Serve such a feed and subscribe to it; return the ids of its episodes."""
    serve_sounds(site, count, **named)
    await service.add(site.url("/f"))
    return list(service.controller.library.ids)


async def added(site: Site, service: ServiceRig, *names: str) -> None:
    """Subscribe to feeds of one episode each, and forget what was told of that."""
    for name in names:
        site.replies[f"/{name}"] = server.body(feed(item(1), name))
        await service.add(site.url(f"/{name}"))
    service.driver.said.clear()
    service.driver.works.clear()
    service.driver.libraries.clear()
