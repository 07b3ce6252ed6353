"""The feed service over real servers, a real store and real downloads; only the front end is a stand-in."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import START, FakeClock, FakeFrontend, FakePlayer, FakeSources, FakeWriter, make_context
from tests.feeds import server
from tests.feeds.server import Ranged, Site, feed, item, sound
from tests.patience import PATIENCE
from tui_pod.config.settings import DesktopSettings, FeedSettings, FindSettings, Settings
from tui_pod.core.actions import key_of, render_keys
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.ports import Ports
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.feeds.formats.opml import Entry
from tui_pod.feeds.net.access import PUBLIC, NetworkPolicy
from tui_pod.feeds.net.fetch import Limits
from tui_pod.feeds.podcasts import Podcasts
from tui_pod.feeds.store import feed_store
from tui_pod.feeds.store.feed_store import FeedStore
from tui_pod.feeds.store.match import episode_id
from tui_pod.feeds.subscribe import subscribe
from tui_pod.integrations.broadcast import Broadcast
from tui_pod.library.cache import load_library
from tui_pod.library.reload import reload_library
from tui_pod.services import tasks
from tui_pod.services.podcasts.feeds import FeedService
from tui_pod.services.podcasts.refreshing import STOPS

IMPATIENT = NetworkPolicy(limits=Limits(1024 * 1024, seconds=1.0, idle=0.3))

QUIET = FeedSettings(refresh_at_start=False)

QUOTA = 1_000_000_000
"""Bytes: more than any test downloads."""


class ServiceRig:
    """A feed service and everything around it."""

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
        loaded = load_library([], self.cache, self.data)
        library = loaded.library
        broadcast = Broadcast(self.driver)
        ports = Ports(FakePlayer(), FakeSources(), FakeWriter(), broadcast, FakeClock(), "run")
        self.controller = PlaybackController(library, ProgressIndex(library, {}), ports)
        self.announced: list[tuple[str, str]] = []
        given = Settings(feeds=settings, desktop=DesktopSettings(notify=notifies), find=find or FindSettings())
        self.context = make_context(self.controller, self.driver, given, self.podcasts)
        self.service = FeedService(self.context, loaded.feeds, self._reload, self._announce, self._spares, False)
        broadcast.add(self.service)

    async def _spares(self, is_start: bool) -> bool:
        return is_start in self.spared

    async def _reload(self, new: int) -> None:
        loaded = await reload_library([], self.cache, self.data, len(self.controller.library) + new)
        self.controller.adopt(loaded.library, self.controller.progress_index.moved_to(loaded.library))
        self.driver.library_changed(loaded.library, self.controller.progress_index)

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
        async with asyncio.timeout(10):
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


@pytest.fixture(autouse=True)
def said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show work that is quick, too."""
    monkeypatch.setattr(tasks, "SAID_AFTER", 0.0)


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[ServiceRig]:
    made = ServiceRig(tmp_path)
    yield made
    await made.service.close()


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


# -- adding --------------------------------------------------------------------------------------------


async def test_add_brings_the_episodes_under_the_feeds_topic(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(2) + item(1)))
    await service.add(site.url("/f"))
    assert service.titles == ["Episode 2", "Episode 1"]
    assert service.topics == ["Test Cast"]
    assert service.controller.library.topics.feed(1) == site.url("/f")
    assert service.driver.works == ["adding a podcast", "", "reading the library", ""]
    assert service.driver.said == ["Test Cast: 2 episodes."]
    assert len(service.driver.libraries) == 1


async def test_add_takes_the_address_of_a_page_that_names_a_feed(site: Site, service: ServiceRig) -> None:
    site.replies["/"] = server.body(
        '<html><link rel="alternate" type="application/rss+xml" href="/f"></html>', "text/html"
    )
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(f"127.0.0.1:{site.server_port}")  # typed without a scheme
    assert service.titles == ["Episode 1"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nonsense words", "cannot be found"),
        ("", "is not an http or https address"),
        ("file:///etc/passwd", "is not a folder, a playlist (M3U) or an audio file"),
        ("{url}/none", "does not have it (404)"),
        ("{url}/page", "neither a feed nor a page that names one"),
        ("{url}/silent", "no answer for"),
        ("{url}/drip", "not done within"),
        ("{url}/bomb", "larger than"),
        ("{url}/entity", "declares entities"),
        ("http://127.0.0.1:1/f", "nothing answers there"),
    ],
)
async def test_add_of_what_is_no_feed_says_why_and_changes_nothing(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, said: str
) -> None:
    service = ServiceRig(tmp_path, policy=IMPATIENT)
    site.replies["/page"] = server.body("<html>hello</html>", "text/html")
    site.replies.update({"/silent": server.silent, "/drip": server.drip(), "/bomb": server.bomb(50)})
    site.replies["/entity"] = server.body("<!DOCTYPE r [<!ENTITY a 'bb'>]><rss/>")
    if "words" in typed:
        monkeypatch.setattr(socket, "getaddrinfo", no_network)
    await service.add(typed.replace("{url}", site.url("")))
    [error] = service.driver.errors
    assert said in error
    assert (service.titles, service.driver.libraries, service.driver.work) == ([], [], "")
    assert not service.data.exists() or FeedStore(service.data).feeds() == []


async def test_add_of_a_feed_that_is_there_says_what_is_new(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(site.url("/f"))
    site.replies["/f"] = server.body(feed(item(2) + item(1)))
    await service.add(site.url("/f"))
    assert service.driver.said[-1] == "Test Cast was already here; 1 episode new."
    assert (len(service.titles), service.topics) == (2, ["Test Cast"])


async def test_add_two_at_once_brings_both(site: Site, service: ServiceRig) -> None:
    for name in ("a", "b"):
        site.replies[f"/{name}"] = server.body(feed(item(1), name.upper()))
        await service.add(site.url(f"/{name}"))
    assert sorted(service.topics) == ["A", "B"]
    assert service.driver.work == ""


async def test_add_where_nothing_can_be_kept_says_so(site: Site, service: ServiceRig) -> None:
    service.data.write_text("a file where the folder should be")
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(site.url("/f"))
    [error] = service.driver.errors
    assert "cannot be" in error
    assert service.titles == []


async def test_add_that_fails_in_a_way_nobody_thought_of_is_told(
    site: Site, service: ServiceRig, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("tui_pod.feeds.subscribe.subscribe", broken)
    await service.add(site.url("/f"))
    assert service.driver.errors == ["Unexpected error (ZeroDivisionError). The log has details."]
    assert "ZeroDivisionError: by zero" in capfd.readouterr().err


# -- refreshing ----------------------------------------------------------------------------------------


async def added(site: Site, service: ServiceRig, *names: str) -> None:
    """Subscribe to feeds of one episode each, and forget what was told of that."""
    for name in names:
        site.replies[f"/{name}"] = server.body(feed(item(1), name))
        await service.add(site.url(f"/{name}"))
    service.driver.said.clear()
    service.driver.works.clear()
    service.driver.libraries.clear()


async def test_refresh_all_shows_progress_and_brings_what_is_new(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a", "b")
    site.replies["/a"] = server.body(feed(item(2) + item(1), "a"))
    await service.do(service.service.refresh)
    assert service.driver.works[:4] == ["refreshing 0/2", "refreshing 1/2", "refreshing 2/2", ""]
    assert service.driver.said == ["1 episode new: a."]
    assert service.titles == ["Episode 2", "Episode 1", "Episode 1"]
    assert service.announced == [("1 episode new", "a")]


async def test_refresh_of_one_asks_no_other(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a", "b")
    site.asked.clear()
    await service.do(service.service.refresh, site.url("/b"))
    assert site.paths() == ["/b"]
    assert service.driver.said == ["Nothing new."]
    assert (service.driver.libraries, service.announced) == ([], [])


async def test_refresh_one_bad_feed_is_told_and_harms_no_other(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a", "b")
    site.replies["/a"] = server.body("oops", status=500)
    site.replies["/b"] = server.body(feed(item(2) + item(1), "b"))
    await service.do(service.service.refresh)
    [error] = service.driver.errors
    assert "/a: the server is in trouble; try again later (500)" in error
    assert "1 episode new: b." in service.driver.said
    assert service.driver.work == ""
    assert service.driver.failed == {site.url("/a")}
    site.replies["/a"] = server.body(feed(item(1), "a"))
    await service.do(service.service.refresh)
    assert service.driver.failed == frozenset()


async def test_refresh_many_bad_feeds_are_counted(site: Site, service: ServiceRig) -> None:
    await added(site, service, *"abcde")
    site.replies.update({f"/{name}": server.body("oops", status=500) for name in "abcde"})
    await service.do(service.service.refresh)
    assert len(service.driver.errors) == 4
    assert service.driver.errors[-1] == "2 more podcasts failed. See: tui-pod feeds list"


async def test_refresh_offline_is_shown_until_there_is_a_network(
    site: Site, service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await added(site, service, "a", "b")
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", no_network)
        await service.do(service.service.refresh)
    assert service.driver.work == "offline"
    [error] = service.driver.errors
    assert "cannot be found; this machine may be offline." in error
    assert "check the address" not in error
    await service.do(service.service.refresh)
    assert service.driver.work == ""


async def test_network_seen_by_what_is_played_is_shown_too(service: ServiceRig) -> None:
    service.service.network_changed(is_offline=True)
    service.service.network_changed(is_offline=True)
    service.service.network_changed(is_offline=False)
    assert service.driver.works == ["offline", ""]


async def test_refresh_of_a_feed_that_moved_says_so_and_keeps_progress(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    [ident] = service.controller.library.ids
    service.controller.editor.mark([ident], played=True)
    site.replies["/a"] = server.redirect("/new", 301)
    site.replies["/new"] = server.body(feed(item(2) + item(1), "a"))
    await service.do(service.service.refresh)
    assert "a has moved; it is now fetched from its new address." in service.driver.said
    assert service.controller.library.ids[1] == ident
    assert service.controller.progress_index.topic_stats[0].played == 1
    assert service.podcasts.store.feeds()[0].address == site.url("/new")
    service.driver.said.clear()
    await service.do(service.service.refresh, site.url("/a"))
    assert (site.paths()[-1], service.driver.said) == ("/new", ["Nothing new."])


async def test_refresh_without_feeds_says_how_to_add_one(service: ServiceRig) -> None:
    await service.do(service.service.refresh)
    assert service.driver.said == ["There are no podcasts yet. Press a to add one."]
    await service.do(service.service.refresh, "https://a.example.org/gone")
    assert service.driver.said[-1] == "This podcast no longer exists."
    assert not service.data.exists()


def slow_feed(site: Site, path: str, content: str) -> threading.Event:
    """Serve a feed only once the returned event is set."""
    going = threading.Event()

    def slow(exchange: server.Exchange) -> None:
        going.wait(10)
        exchange.say(200, content.encode())

    site.replies[path] = slow
    return going


async def test_refresh_while_refreshing_says_so(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    going = slow_feed(site, "/a", feed(item(1), "a"))
    service.service.refresh()
    service.service.refresh()
    assert service.driver.said == [render_keys(f"Podcasts are being refreshed. {STOPS}")]
    going.set()
    await service.done()


async def test_refresh_that_is_stopped_keeps_what_came(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a", "b")
    going = slow_feed(site, "/a", feed(item(2) + item(1), "a"))
    site.replies["/b"] = server.body(feed(item(2) + item(1), "b"))
    service.service.refresh()
    await service.until(lambda: service.driver.work == "refreshing 1/2", "the other one is fetched")
    assert service.driver.jobs["refresh"].share == 0.5
    assert service.context.tasks.stop()
    assert service.driver.said == ["Stopped: refreshing 1/2."]
    await service.until(lambda: len(service.titles) == 3, "what came is shown")
    assert service.titles == ["Episode 2", "Episode 1", "Episode 1"]
    assert service.driver.work == ""
    going.set()
    await service.done()


@pytest.mark.parametrize("is_removed", [True, False], ids=["removed", "kept no more"])
async def test_refresh_of_what_the_listener_changes_meanwhile_follows_them(
    site: Site, tmp_path: Path, is_removed: bool
) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, keep_next=1))
    await added(site, service, "a", "b")
    going = slow_feed(site, "/a", feed(item(2, "/2.wav") + item(1), "a"))
    site.replies["/2.wav"] = Ranged(sound(0.2))
    service.service.refresh()
    assert await asyncio.to_thread(site.wait_for, lambda: site.paths()[-2:].count("/a"))
    if is_removed:
        service.service.remove_feed(site.url("/a"))
    else:
        service.service.settings.configure(site.url("/a"), {"keep": "0"})
    await service.until(lambda: service.driver.said, "it is done")
    going.set()
    await service.done()
    assert service.driver.downloads == {}
    assert "/2.wav" not in site.paths()
    assert service.announced == ([] if is_removed else [("1 episode new", "a")])


async def test_what_a_sync_brings_during_a_refresh_is_fetched_after_it(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    service = ServiceRig(service.data.parent)
    going = slow_feed(site, "/a", feed(item(1), "a"))
    service.service.refresh()
    assert await asyncio.to_thread(site.wait_for, lambda: site.paths()[1:] == ["/a"])
    site.replies["/b"] = server.body(feed(item(1), "b"))
    service.podcasts.store.subscribe([Entry(site.url("/b"))])
    service.podcasts.store.set_private_origin(site.url("/b"), site.origin())
    synced = asyncio.create_task(service.service.take_synced())
    await service.until(lambda: len(service.topics) == 2, "it is shown")
    going.set()
    await synced
    await service.done()
    assert (service.topics, len(service.titles)) == (["a", "b"], 2)
    assert site.paths()[1:] == ["/a", "/b"]
    assert not [said for said in service.driver.said if "already" in said]


async def test_refresh_brings_what_another_program_added(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    other = ServiceRig(service.data.parent)
    await other.add(site.url("/a"))
    site.replies["/b"] = server.body(feed(item(1), "b"))
    await other.add(site.url("/b"))
    assert service.topics == ["a"]
    await service.do(service.service.refresh)
    assert service.topics == ["a", "b"]


async def test_library_that_cannot_be_loaded_is_told(
    site: Site, service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui_pod.core.library.library import CatalogsError

    async def faulty(*_: Any) -> Any:
        raise CatalogsError(["talks.toml:3: no id"])

    monkeypatch.setattr("tests.services.podcasts.test_feeds.reload_library", faulty)
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(site.url("/f"))
    assert service.driver.errors == ["The library could not be reloaded: talks.toml:3: no id"]


# -- removing ------------------------------------------------------------------------------------------


async def test_remove_feed_can_be_undone_with_its_place_progress_and_downloads(site: Site, service: ServiceRig) -> None:
    serve_sounds(site)
    site.replies["/z"] = server.body(feed(item(9), "Z"))
    await service.add(site.url("/f"))
    await service.add(site.url("/z"))
    ids = service.ids("Episode 2", "Episode 1")
    service.controller.editor.mark(ids[:1], played=True)
    await service.do(service.service.downloads.toggle, ids)
    await service.do(service.service.remove_feed, site.url("/f"))
    assert (service.titles, service.topics, service.driver.downloads) == (["Episode 9"], ["Z"], {})
    assert service.driver.said[-1] == "Test Cast removed. Press u to undo."
    assert service.controller.progress_index.topic_stats[0].played == 0
    await service.do(service.controller.undo)
    assert service.topics == ["Test Cast", "Z"]
    assert service.driver.said[-1] == "Undid: Test Cast removed"
    assert set(service.driver.downloads) == set(ids)
    assert service.podcasts.downloads.find(ids[0]) is not None
    assert service.controller.progress_index.status(ids[0]) is Status.PLAYED
    assert service.controller.progress_index.topic_stats[0].played == 1
    await service.do(service.controller.redo)
    assert (service.topics, service.driver.downloads) == (["Z"], {})


async def test_remove_undone_and_done_again_in_a_hurry_ends_as_asked(site: Site, service: ServiceRig) -> None:
    await add_sounds(service, site, 1)
    await service.do(service.service.remove_feed, site.url("/f"))
    for _ in range(3):
        service.controller.undo()
        service.controller.redo()
    await service.do(service.controller.undo)
    assert service.topics == ["Test Cast"]
    assert service.driver.errors == []


async def test_remove_feed_ends_its_downloads(site: Site, service: ServiceRig) -> None:
    going = threading.Event()
    ids = await add_sounds(service, site, 1, pause=going)
    service.service.downloads.toggle(ids)
    assert await asyncio.to_thread(site.wait_for, lambda: site.paths()[-1] == "/0.wav")
    await service.do(service.service.remove_feed, site.url("/f"))
    going.set()
    assert (service.titles, service.driver.downloads, service.driver.errors) == ([], {}, [])


async def test_remove_feed_ends_downloads_that_are_still_being_asked_for(
    site: Site, service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await add_sounds(service, site, 1)
    asked, going, request = threading.Event(), threading.Event(), service.podcasts.download_request

    def slow_request(*given: Any, **named: Any) -> Any:
        asked.set()
        going.wait(10)
        return request(*given, **named)

    monkeypatch.setattr(service.podcasts, "download_request", slow_request)
    service.service.downloads.toggle(ids)
    await asyncio.to_thread(asked.wait, 10)
    service.service.remove_feed(site.url("/f"))
    await service.until(lambda: service.driver.said[-1:] == ["Test Cast removed. Press u to undo."], "it is removed")
    going.set()
    await service.done()
    assert (service.titles, service.podcasts.downloads.all(), service.driver.errors) == ([], [], [])
    assert "/0.wav" not in site.paths()


async def test_remove_feed_that_is_gone_says_so(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    for _ in range(2):
        await service.do(service.service.remove_feed, site.url("/a"))
    assert service.driver.said[-1] == "This podcast no longer exists."


async def test_remove_that_fails_when_undone_says_why(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    await service.do(service.service.remove_feed, site.url("/a"))
    service.podcasts.store.purge(time.time() + 1)
    await service.do(service.controller.undo)
    assert service.driver.errors == [f"There is no feed {site.url('/a')}."]


# -- downloads -----------------------------------------------------------------------------------------


async def test_download_shows_how_far_it_is_and_is_played_from_the_disk(site: Site, service: ServiceRig) -> None:
    going = threading.Event()
    [ident] = await add_sounds(service, site, 1, pause=going)
    service.service.downloads.toggle([ident])
    await service.until(
        lambda: ident in service.driver.downloads and service.driver.downloads[ident].share == 0.5, "half is there"
    )
    going.set()
    await service.done()
    texts = list(dict.fromkeys(service.driver.download_texts[ident]))
    assert texts == ["…", "50 %", "100 %", "whole"]
    episode = service.controller.library.episode(0)
    assert service.podcasts.source(episode).location == str(service.podcasts.downloads.find(ident))
    await service.do(service.service.downloads.toggle, [ident])
    assert service.driver.said[-1] == "Already downloaded. Press x to delete it."


async def test_download_of_unknown_length_shows_megabytes(
    site: Site, service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.feeds.media.remote_recording.REPORT_EVERY", 0.0)
    serve_sounds(site, 1)
    content, going = sound(100), threading.Event()

    def chunked(exchange: server.Exchange) -> None:
        exchange.say(200, b"%x\r\n%b\r\n" % (len(content), content), "audio/wav", Transfer_Encoding="chunked")
        exchange.wfile.flush()
        going.wait(20)
        exchange.wfile.write(b"0\r\n\r\n")

    site.replies["/0.wav"] = chunked
    await service.add(site.url("/f"))
    [ident] = service.controller.library.ids
    service.service.downloads.toggle([ident])
    await service.until(lambda: "1 MB" in service.driver.download_texts.get(ident, ()), "megabytes are shown")
    going.set()
    await service.done()


async def test_download_again_stops_it_and_once_more_goes_on(site: Site, service: ServiceRig) -> None:
    going = threading.Event()
    ids = await add_sounds(service, site, 1, pause=going)
    service.service.downloads.toggle(ids)
    assert await asyncio.to_thread(site.wait_for, lambda: site.paths()[-1] == "/0.wav")
    await service.do(service.service.downloads.toggle, ids)
    assert (service.driver.downloads, service.driver.errors) == ({}, [])
    going.set()
    await asyncio.to_thread(join_threads)
    await service.do(service.service.downloads.toggle, ids)
    assert service.driver.downloads[ids[0]].is_whole


async def test_download_of_several_begins_the_missing_ones_and_stops_them_all_when_asked_again(
    site: Site, service: ServiceRig
) -> None:
    going = threading.Event()
    ids = await add_sounds(service, site, 3, pause=going)
    service.service.downloads.toggle(ids[:1])
    await service.until(lambda: ids[0] in service.driver.downloads)
    service.service.downloads.toggle(ids)
    await service.until(lambda: set(service.driver.downloads) == set(ids), "all are on their way")
    service.service.downloads.toggle(ids)
    await service.until(lambda: not service.driver.downloads, "all are stopped")
    going.set()


async def test_download_that_fails_says_why_and_several_are_counted(site: Site, service: ServiceRig) -> None:
    serve_sounds(site, 4)
    for number in range(1, 4):
        site.replies[f"/{number}.wav"] = server.body("no", status=404)
    await service.add(site.url("/f"))
    await service.do(service.service.downloads.toggle, service.controller.library.ids)
    assert len(service.driver.errors) == 2
    assert "was not downloaded" in service.driver.errors[0]
    assert service.driver.errors[0].endswith(f"Press {key_of('download.start')} on it to try again.")
    assert service.driver.errors[1] == "2 more downloads failed."
    states = service.driver.downloads.values()
    assert [state.is_whole for state in states] == [not state.error for state in states]
    assert sum(bool(state.error) for state in states) == 3


async def test_remove_takes_off_the_mark_of_a_failed_download(site: Site, service: ServiceRig) -> None:
    serve_sounds(site, 1)
    site.replies["/0.wav"] = server.body("no", status=404)
    await service.add(site.url("/f"))
    ids = service.controller.library.ids
    await service.do(service.service.downloads.toggle, ids)
    assert service.service.downloads.errors.get(ids[0], "") == service.driver.downloads[ids[0]].error != ""
    told = list(service.driver.said)
    await service.do(service.service.downloads.remove, ids)
    assert (service.driver.downloads, service.driver.said) == ({}, told)
    assert service.service.downloads.errors.get(ids[0], "") == ""


async def test_download_without_a_network_ends_the_others_and_says_so_once(
    site: Site, service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add_sounds(service, site, 30)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    await service.do(service.service.downloads.toggle, service.controller.library.ids)
    assert all(state.error for state in service.driver.downloads.values())
    assert len(service.driver.errors) <= 3
    assert "cannot be found" in service.driver.errors[0]
    assert "other downloads were stopped for the same reason" in service.driver.errors[1]


async def test_download_without_room_ends_the_others_and_says_so_once(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, quota=2 * len(sound(0.2)))
    await add_sounds(service, site, 30)
    await service.do(service.service.downloads.toggle, service.controller.library.ids)
    coming = [state for state in service.driver.downloads.values() if not state.error]
    assert sum(state.is_whole for state in coming) == len(coming) >= 1
    assert "Downloads may take 0 MB" in service.driver.errors[0]
    assert len(service.driver.errors) <= 3
    assert len([path for path in site.paths() if path.endswith(".wav")]) < 10


async def test_download_makes_room_by_what_was_played_longest_ago(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, quota=int(2.5 * len(sound(0.2))))
    await add_sounds(service, site, 3)
    first, second, third = service.ids("Episode 0", "Episode 1", "Episode 2")
    for ident in (first, second):
        await service.do(service.service.downloads.toggle, [ident])
    service.controller.editor.mark([second], played=True)
    await service.do(service.service.downloads.toggle, [third])
    assert service.podcasts.downloads.find(second) is None
    assert (set(service.driver.downloads), service.driver.errors) == ({first, third}, [])


async def test_download_of_what_has_no_address_says_so(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    await service.do(service.service.downloads.toggle, [*service.controller.library.ids, "unknown"])
    assert service.driver.said == ["Nothing to download: these are narrated, or already on this machine."]


async def test_remove_downloads_can_be_undone_and_done_again(site: Site, service: ServiceRig) -> None:
    await add_sounds(service, site)
    ids = service.ids("Episode 2", "Episode 1")
    await service.do(service.service.downloads.toggle, ids)
    await service.do(service.service.downloads.remove, [*ids, *service.ids("Episode 0")])
    assert (service.driver.downloads, service.podcasts.downloads.find(ids[0])) == ({}, None)
    assert service.driver.said[-1] == "2 downloads removed. Press u to undo."
    await service.do(service.controller.undo)
    assert set(service.driver.downloads) == set(ids)
    assert service.podcasts.downloads.find(ids[0]) is not None
    await service.do(service.controller.redo)
    assert service.driver.downloads == {}
    service.podcasts.downloads.purge()
    await service.do(service.controller.undo)
    assert service.driver.errors == ["2 of them have been deleted permanently."]


async def test_remove_downloads_stops_one_that_is_on_its_way(site: Site, service: ServiceRig) -> None:
    going = threading.Event()
    ids = await add_sounds(service, site, 1, pause=going)
    service.service.downloads.toggle(ids)
    assert await asyncio.to_thread(site.wait_for, lambda: site.paths()[-1] == "/0.wav")
    service.driver.said.clear()
    await service.do(service.service.downloads.remove, ids)
    going.set()
    assert (service.driver.downloads, service.driver.said) == ({}, [])


async def test_remove_downloads_where_there_is_none_says_what_x_takes(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    await service.do(service.service.downloads.remove, service.controller.library.ids)
    assert service.driver.said == ["x removes podcasts, downloads, and entries of Queue, Continue and New."]


# -- the next ones are kept ----------------------------------------------------------------------------


async def test_next_ones_of_each_feed_are_kept(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, keep_next=2))
    await add_sounds(service, site, 4)
    assert set(service.driver.downloads) == set(service.ids("Episode 3", "Episode 2"))
    assert all(download.is_automatic for download in service.driver.downloads.values())
    service.controller.editor.mark(service.ids("Episode 3"), played=True)
    await service.do(service.service.refresh)
    assert set(service.driver.downloads) == set(service.ids("Episode 3", "Episode 2", "Episode 1"))


async def test_next_ones_are_as_many_as_the_feed_itself_says(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, keep_next=2))
    serve_sounds(site, 4)
    FeedStore(service.data)
    service.podcasts.store.subscribe([])
    await service.add(site.url("/f"))
    for ident in list(service.driver.downloads):
        service.podcasts.downloads.delete(ident)
    service.podcasts.store.configure(site.url("/f"), {"keep": "0"})
    site.asked.clear()
    await service.do(service.service.refresh)
    assert site.paths() == ["/f"]
    service.podcasts.store.configure(site.url("/f"), {"keep": "1"})
    await service.do(service.service.refresh)
    assert site.paths()[-1] == "/3.wav"


async def test_next_ones_are_topped_up_once_one_is_marked(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, keep_next=2, delete_played=0))
    await add_sounds(service, site, 4)
    three, two, one = service.ids("Episode 3", "Episode 2", "Episode 1")
    service.controller.editor.mark([three], played=True)
    await service.until(lambda: set(service.driver.downloads) == {two, one}, "the next comes, the played goes")
    service.controller.undo()
    await service.until(lambda: set(service.driver.downloads) == {three, two}, "what was marked by mistake is back")
    assert site.paths().count("/3.wav") == 1


async def test_download_of_what_plays_goes_once_something_else_plays(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, delete_played=0))
    await add_sounds(service, site, 2)
    one, zero = service.ids("Episode 1", "Episode 0")
    await service.do(service.service.downloads.toggle, [one])
    service.controller.play(one)
    service.controller.editor.mark([one], played=True)
    service.controller.play(zero)
    await service.until(lambda: not service.driver.downloads, "it goes")


async def test_next_one_that_the_listener_removed_stays_away_until_it_is_wanted(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, keep_next=1))
    await add_sounds(service, site, 2)
    one, zero = service.ids("Episode 1", "Episode 0")
    await service.do(service.service.downloads.remove, [one])
    await service.do(service.service.refresh)
    assert set(service.driver.downloads) == {zero}
    await service.do(service.controller.undo)
    await service.do(service.service.refresh)
    assert set(service.driver.downloads) == {one}


async def test_next_ones_that_fail_are_logged_and_trouble_nobody(
    site: Site, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=False, keep_next=1))
    serve_sounds(site, 1)
    site.replies["/0.wav"] = server.body("no", status=404)
    await service.add(site.url("/f"))
    assert (service.driver.errors, service.driver.downloads) == ([], {})
    assert "“Episode 0” was not downloaded" in capfd.readouterr().err


# -- start and end -------------------------------------------------------------------------------------


async def test_start_shows_downloads_refreshes_and_deletes_what_was_removed(site: Site, tmp_path: Path) -> None:
    former = ServiceRig(tmp_path)
    serve_sounds(site)
    await former.add(site.url("/f"))
    await former.do(former.service.downloads.toggle, former.controller.library.ids)
    kept, gone, _ = former.controller.library.ids
    await former.do(former.service.downloads.remove, [gone])
    await former.service.close()
    site.replies["/f"] = server.body(feed("".join(item(number, f"/{number}.wav") for number in range(4))))
    service = ServiceRig(tmp_path, FeedSettings())
    await service.do(service.service.start)
    assert (kept in service.driver.downloads, gone in service.driver.downloads) == (True, False)
    assert list(service.podcasts.downloads.folder.glob("*.removed")) == []
    assert service.titles[0] == "Episode 3"
    assert service.driver.works[:3] == ["refreshing 0/1", "refreshing 1/1", ""]
    assert service.driver.said == ["1 episode new: Test Cast."]


async def test_start_deletes_the_downloads_of_what_a_command_removed_once_that_cannot_be_undone(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = ServiceRig(tmp_path)
    [ident] = await add_sounds(service, site, 1)
    await service.do(service.service.downloads.toggle, [ident])
    service.podcasts.store.remove(site.url("/f"))
    await service.do(service.service.start)
    assert service.podcasts.downloads.find(ident) is not None
    monkeypatch.setattr(feed_store, "PURGE_AFTER", -1.0)
    await service.do(service.service.start)
    assert service.podcasts.downloads.find(ident) is None


@pytest.mark.parametrize("settings", [FeedSettings(), QUIET])
async def test_start_says_nothing_when_there_is_nothing_to_say(
    site: Site, tmp_path: Path, settings: FeedSettings
) -> None:
    former = ServiceRig(tmp_path)
    await added(site, former, "a")
    if settings.refresh_at_start:
        await former.do(former.service.remove_feed, site.url("/a"))
    site.asked.clear()
    service = ServiceRig(tmp_path, settings)
    await service.do(service.service.start)
    assert (service.driver.said, service.driver.works, service.driver.libraries, site.asked) == ([], [], [], [])


async def test_start_offline_is_shown_and_not_told(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await added(site, ServiceRig(tmp_path), "a")
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    service = ServiceRig(tmp_path, FeedSettings())
    await service.do(service.service.start)
    assert (service.driver.work, service.driver.said, service.titles) == ("offline", [], ["Episode 1"])


async def test_close_while_everything_is_under_way_takes_no_time(site: Site, service: ServiceRig) -> None:
    serve_sounds(site)
    await added(site, service, "a", "b")
    await service.add(site.url("/f"))
    site.replies.update(dict.fromkeys(("/a", "/b", "/f", "/new"), server.silent))
    going = threading.Event()
    for number in range(3):
        site.replies[f"/{number}.wav"] = Ranged(sound(0.2), pause=going)
    site.asked.clear()
    service.service.refresh()
    service.service.add(site.url("/new"))
    service.service.downloads.toggle(service.controller.library.ids)
    assert await asyncio.to_thread(site.wait_for, lambda: len(site.asked) >= 5)
    service.driver.said.clear()
    await asyncio.wait_for(service.service.close(), 5)
    going.set()
    assert service.driver.said == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_close_keeps_what_there_is_of_a_download(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.feeds.media.remote_recording.REPORT_EVERY", 0.0)
    going = threading.Event()
    serve_sounds(site, 1)
    audio = sound(30.0)
    site.replies["/0.wav"] = Ranged(audio, pause=going)
    service = ServiceRig(tmp_path)
    await service.add(site.url("/f"))
    [ident] = service.controller.library.ids
    service.service.downloads.toggle([ident])
    await service.until(
        lambda: ident in service.driver.downloads and (service.driver.downloads[ident].share or 0.0) > 0.2,
        "much is there",
    )
    await service.service.close()
    await asyncio.to_thread(join_threads)
    going.set()
    again = ServiceRig(tmp_path)
    await again.do(again.service.downloads.toggle, [ident])
    folder = again.podcasts.downloads.folder
    assert [path.stat().st_size for path in folder.glob("*.wav")] == [len(audio)]
    assert "Range" in site.asked[-1][1]


async def test_progress_follows_an_episode_of_a_feed_through_it_all(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    ident = episode_id(site.url("/a"), "guid-1")
    service.controller.progress_index.put(ident, Progress(START, 12.0, 100.0))
    await service.do(service.service.remove_feed, site.url("/a"))
    await service.add(site.url("/a"))
    assert service.controller.library.ids == [ident]
    assert service.controller.progress_index.unfinished() == [0]


# -- settings of a podcast -----------------------------------------------------------------------------


async def test_settings_are_changed_at_once_and_can_be_taken_back(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(site.url("/f"))
    settings = service.service.settings
    settings.configure(site.url("/f"), {"speed": "1.5", "name": "Mine"})
    await service.done()
    assert service.topics == ["Mine"]
    assert service.controller.mixer.speed_rule(0) == 1.5
    assert service.driver.said[-1] == "Test Cast: speed 1.5, name Mine. Press u to undo."
    await service.do(service.controller.undo)
    assert (service.topics, service.controller.mixer.speed_rule(0)) == (["Test Cast"], 1.0)
    await service.do(service.controller.redo)
    assert service.topics == ["Mine"]


async def test_hidden_podcast_is_still_among_the_settings(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    await service.add(site.url("/f"))
    service.service.settings.configure(site.url("/f"), {"hidden": "yes"})
    await service.done()
    assert (service.topics, service.titles) == ([], [])
    podcasts = await service.service.settings.all()
    assert [(podcast.name, podcast.settings.hidden) for podcast in podcasts] == [
        ("Test Cast", True),
        ("The course", False),
    ]


# -- what other programs change ------------------------------------------------------------------------


async def test_podcasts_and_downloads_of_another_program_are_shown(site: Site, tmp_path: Path) -> None:
    serve_sounds(site, 2)
    service, other = ServiceRig(tmp_path), ServiceRig(tmp_path)
    await service.add(site.url("/f"))
    await service.do(service.service.start)
    site.replies["/g"] = server.body(feed(item(7), "Theirs"))
    await other.add(site.url("/g"))
    await other.add(site.url("/f"))
    one, _ = other.ids("Episode 1", "Episode 0")
    await other.do(other.service.downloads.toggle, [one])
    await service.service.look_elsewhere()
    assert service.topics == ["Test Cast", "Theirs"]
    assert list(service.driver.downloads) == [one]
    await other.do(other.service.downloads.remove, [one])
    await service.service.look_elsewhere()
    assert service.driver.downloads == {}
    libraries = len(service.driver.libraries)
    await service.service.look_elsewhere()
    assert len(service.driver.libraries) == libraries
    await other.service.close()
    await service.service.close()


# -- refreshed by itself -------------------------------------------------------------------------------


async def test_feeds_that_are_due_are_refreshed_and_named(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path)
    await added(site, service, "a", "b")
    later(service, site.url("/a"), hours=2)
    site.asked.clear()
    site.replies["/a"] = server.body(feed(item(9), "a"))
    await service.service.refresher.refresh_due()
    assert site.paths() == ["/a"]
    assert service.driver.said[-1] == "1 episode new: a."
    site.asked.clear()
    await service.service.refresher.refresh_due()
    assert site.paths() == []
    await service.service.close()


async def test_podcast_added_before_the_start_is_through_is_not_fetched_again(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=True))
    await added(site, service, "a")
    await service.do(service.service.start)
    assert site.paths() == ["/a"]
    later(service, site.url("/a"), hours=0.5)
    await service.do(service.service.start)
    assert site.paths() == ["/a", "/a"]


async def test_nothing_is_refreshed_by_itself_where_it_costs_too_much(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=True))
    service.spared = {True, False}
    await added(site, service, "a")
    later(service, site.url("/a"), hours=2)
    site.asked.clear()
    await service.do(service.service.start)
    await service.service.refresher.refresh_due()
    assert site.paths() == []
    await service.do(service.service.refresh)
    assert site.paths() == ["/a"]
    later(service, site.url("/a"), hours=2)
    service.spared = {False}
    await service.do(service.service.start)
    assert site.paths() == ["/a", "/a"]


async def test_server_that_asks_to_be_left_alone_is_until_then(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path)
    await added(site, service, "a", "b")
    site.replies["/a"] = server.body("slow down", status=429, **{"Retry-After": "3600"})
    await service.do(service.service.refresh)
    site.asked.clear()
    await service.do(service.service.refresh)
    assert site.paths() == ["/b"]
    site.asked.clear()
    await service.do(service.service.refresh, site.url("/a"))
    assert site.paths() == ["/a"]


async def test_desktop_is_told_of_the_podcasts_that_say_so(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, notifies=False)
    await added(site, service, "a", "b")
    service.podcasts.store.configure(site.url("/b"), {"notify": "yes"})
    for name in "ab":
        site.replies[f"/{name}"] = server.body(feed(item(9), name))
    await service.do(service.service.refresh)
    assert service.announced == [("1 episode new", "b")]


def later(service: ServiceRig, address: str, hours: float) -> None:
    """Make a feed's last refresh some hours old."""
    with service.podcasts.store.db.write() as db:
        db.execute("UPDATE feeds SET fetched = fetched - ? WHERE first = ?", (3600 * hours, address))


# -- what is new ---------------------------------------------------------------------------------------


async def bring_new(site: Site, service: ServiceRig) -> None:
    """Have two episodes come that are new."""
    await added(site, service, "a")
    site.replies["/a"] = server.body(feed(item(3) + item(2) + item(1), "a"))
    service.service.start()
    service.service.refresh()
    await service.done_refreshing()


async def test_what_came_is_new_until_it_is_looked_at(site: Site, service: ServiceRig) -> None:
    await bring_new(site, service)
    three, two, one = service.ids("Episode 3", "Episode 2", "Episode 1")
    index = service.controller.progress_index
    assert (set(index.new), index.new_in(1), one in index.new) == ({three, two}, 2, False)
    service.service.news.looked([three, two, one])
    await service.until(lambda: not index.new, "it is seen")
    other = ServiceRig(service.data.parent)
    await other.service.news.show()
    assert other.controller.progress_index.new == frozenset()


async def test_what_was_drawn_is_new_until_its_list_is_left(site: Site, service: ServiceRig) -> None:
    await bring_new(site, service)
    three, two = service.ids("Episode 3", "Episode 2")
    index, news = service.controller.progress_index, service.service.news
    news.drawn(three)
    await news.show()
    assert index.new == {three, two}
    news.list_left()
    await service.until(lambda: index.new == {two}, "what was drawn is seen")


async def test_what_was_drawn_is_not_new_after_a_restart(site: Site, service: ServiceRig) -> None:
    await bring_new(site, service)
    three, two = service.ids("Episode 3", "Episode 2")
    service.service.news.drawn(three)
    await service.service.close()
    assert service.controller.progress_index.new == {three, two}
    other = ServiceRig(service.data.parent)
    await other.service.news.show()
    assert other.controller.progress_index.new == {two}


async def test_what_is_begun_or_marked_is_not_new_and_what_is_taken_off_can_be_brought_back(
    site: Site, service: ServiceRig
) -> None:
    await bring_new(site, service)
    three, two = service.ids("Episode 3", "Episode 2")
    index = service.controller.progress_index
    service.controller.editor.mark([three], played=True)
    assert index.new == {two}
    service.service.news.take_off([two, three])
    said = "1 episode removed from New. Press u to undo."
    await service.until(lambda: service.driver.said[-1] == said, "it is taken off")
    assert not index.new
    service.controller.undo()
    await service.until(lambda: index.new == {two}, "it is back")


async def test_what_is_queued_or_downloaded_by_hand_is_not_new(site: Site, service: ServiceRig) -> None:
    await bring_new(site, service)
    three, two = service.ids("Episode 3", "Episode 2")
    index = service.controller.progress_index
    service.controller.queue_last([three])
    service.service.queue_changed()
    await service.until(lambda: index.new == {two}, "it is queued")
    await service.do(service.service.downloads.toggle, [two])
    assert index.new == {two}  # it has no recording


async def test_what_is_downloaded_by_hand_is_not_new(site: Site, service: ServiceRig) -> None:
    await add_sounds(service, site, 1)
    serve_sounds(site, 3)
    await service.do(service.service.refresh)
    two, one = service.ids("Episode 2", "Episode 1")
    index = service.controller.progress_index
    assert index.new == {two, one}
    await service.do(service.service.downloads.toggle, [two])
    assert index.new == {one}


async def test_downloads_under_way_are_counted_until_they_are_done(site: Site, service: ServiceRig) -> None:
    await add_sounds(service, site, 2)
    service.driver.works.clear()
    await service.do(service.service.downloads.toggle, service.controller.library.ids)
    assert "2 downloads" in service.driver.works
    assert service.driver.works[-1] == ""


async def test_downloads_that_are_stopped_can_be_started_again(site: Site, service: ServiceRig) -> None:
    going = threading.Event()
    await add_sounds(service, site, 1)
    site.replies["/0.wav"] = Ranged(sound(30.0), pause=going)
    (episode,) = service.controller.library.ids
    service.service.downloads.toggle([episode])
    await service.until(lambda: (job := service.driver.jobs.get("downloads")) and job.share, "a part is here")
    assert service.context.tasks.stop()
    await service.until(lambda: not service.driver.jobs, "it is stopped")
    going.set()
    await service.do(service.service.downloads.toggle, [episode])
    assert service.driver.downloads[episode].is_whole


async def test_first_podcast_that_a_look_comes_before_is_shown(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    subscribe(service.podcasts.store, site.url("/f"))
    for _ in range(2):
        await service.service.look_elsewhere()
        await service.done()
    assert service.topics == ["Test Cast"]


async def test_podcast_that_another_program_adds_during_the_start_is_shown(site: Site, service: ServiceRig) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    subscribe(service.podcasts.store, site.url("/f"))
    await service.do(service.service.start)
    await service.service.look_elsewhere()
    assert service.topics == ["Test Cast"]


async def test_removed_podcast_of_an_episode_is_found(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    (ident,) = service.ids("Episode 1")
    assert await service.service.removed_podcast(ident) is None
    assert await service.service.removed_podcast("nothing") is None
    await service.do(service.service.remove_feed, site.url("/a"))
    assert await service.service.removed_podcast(ident) == ("a", site.url("/a"))
