"""The desk of the running app over real servers, a real shelf and real downloads; only the stage is a stand-in."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import START, FakeClock, FakePlayer, FakeRecorder, FakeSources, FakeStage
from tests.feeds import server
from tests.feeds.server import Ranged, Site, feed, item, sound
from tui_pod.config.settings import FeedSettings
from tui_pod.core.playback.controller import Listening
from tui_pod.core.playback.ports import Surroundings
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import ProgressBook
from tui_pod.feeds.net.access import PUBLIC, Access
from tui_pod.feeds.net.fetch import Limits
from tui_pod.feeds.podcasts import Podcasts
from tui_pod.feeds.store.feed_store import Shelf
from tui_pod.feeds.store.match import episode_id
from tui_pod.library.cache import load_library
from tui_pod.library.reload import reload_library
from tui_pod.services.feeds import FeedDesk

IMPATIENT = Access(limits=Limits(1024 * 1024, seconds=1.0, idle=0.3))

QUIET = FeedSettings(refresh_at_start=False)

QUOTA = 1_000_000_000
"""Bytes: more than any test downloads."""


class Desk:
    """A desk and everything around it."""

    def __init__(
        self, folder: Path, settings: FeedSettings = QUIET, access: Access = PUBLIC, quota: int = QUOTA
    ) -> None:
        self.data, self.cache = folder / "data", folder / "cache"
        self.stage = FakeStage()
        self.podcasts = Podcasts(self.data, self.cache, quota, access)
        library = load_library([], self.cache, self.data).library
        around = Surroundings(FakePlayer(), FakeSources(), FakeRecorder(), self.stage, FakeClock(), "run")
        self.listening = Listening(library, ProgressBook(library, {}), around)
        self.announced: list[tuple[str, str]] = []
        self.desk = FeedDesk(
            lambda: self.listening, self.stage, self._open, self._reload, settings, self._announce
        )  # fmt: skip

    async def _open(self) -> Podcasts:
        return self.podcasts

    async def _reload(self, new: int) -> None:
        loaded = await reload_library([], self.cache, self.data, len(self.listening.library) + new)
        self.listening.adopt(loaded.library, self.listening.book.moved_to(loaded.library))
        self.stage.library_changed(loaded.library, self.listening.book)

    async def _announce(self, title: str, text: str) -> None:
        self.announced.append((title, text))

    async def until(self, is_so: Callable[[], object], what: str = "something") -> None:
        """Wait until something is so, ten seconds at most."""
        for _ in range(2_000):
            if is_so():
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"it never came about that {what}: {self.stage.said}, {self.stage.works}")

    async def done(self) -> None:
        """Wait until all work is done, the downloads included."""

        def is_idle() -> bool:
            queue = self.desk._downloads._queue
            return not self.desk._errands._tasks and (queue is None or not (queue.running or queue._tasks))

        await self.until(is_idle, "all is done")

    async def add(self, address: str) -> None:
        """Subscribe, and wait until that is done."""
        self.desk.add(address)
        await self.done()

    @property
    def titles(self) -> list[str]:
        """The titles of the library's episodes."""
        return self.listening.library.titles

    @property
    def topics(self) -> list[str]:
        """The names of its topics."""
        return list(self.listening.library.topics.names[1:])

    def ids(self, *titles: str) -> list[str]:
        """Return the ids of episodes by their titles."""
        library = self.listening.library
        return [library.ids[library.titles.index(title)] for title in titles]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path)
    yield made
    await made.desk.close()


def no_network(*_: Any, **__: Any) -> Any:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def serve_sounds(site: Site, count: int = 3, **named: Any) -> None:
    """Serve a feed of so many episodes with a recording each."""
    site.replies["/f"] = server.body(feed("".join(item(number, f"/{number}.wav") for number in range(count))))
    for number in range(count):
        site.replies[f"/{number}.wav"] = Ranged(sound(0.2), **named)


# -- adding --------------------------------------------------------------------------------------------


async def test_add_brings_the_episodes_under_the_feeds_topic(site: Site, desk: Desk) -> None:
    site.replies["/f"] = server.body(feed(item(2) + item(1)))
    await desk.add(site.url("/f"))
    assert desk.titles == ["Episode 2", "Episode 1"]
    assert desk.topics == ["Test Cast"]
    assert desk.listening.library.topics.feed(1) == site.url("/f")
    assert desk.stage.works == ["adding a podcast …", ""]
    assert desk.stage.said == ["Test Cast: 2 episodes."]
    assert len(desk.stage.libraries) == 1


async def test_add_takes_the_address_of_a_page_that_names_a_feed(site: Site, desk: Desk) -> None:
    site.replies["/"] = server.body(
        '<html><link rel="alternate" type="application/rss+xml" href="/f"></html>', "text/html"
    )
    site.replies["/f"] = server.body(feed(item(1)))
    await desk.add(f"127.0.0.1:{site.server_port}")  # typed without a scheme
    assert desk.titles == ["Episode 1"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("nonsense words", "cannot be found"),
        ("", "is not an http or https address"),
        ("file:///etc/passwd", "is not an http or https address"),
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
    desk = Desk(tmp_path, access=IMPATIENT)
    site.replies["/page"] = server.body("<html>hello</html>", "text/html")
    site.replies.update({"/silent": server.silent, "/drip": server.drip(), "/bomb": server.bomb(50)})
    site.replies["/entity"] = server.body("<!DOCTYPE r [<!ENTITY a 'b'>]><rss/>")
    if "words" in typed:
        monkeypatch.setattr(socket, "getaddrinfo", no_network)
    await desk.add(typed.replace("{url}", site.url("")))
    [error] = desk.stage.errors
    assert said in error
    assert (desk.titles, desk.stage.libraries, desk.stage.work) == ([], [], "")
    assert not desk.data.exists() or Shelf(desk.data).feeds() == []


async def test_add_of_a_feed_that_is_there_says_what_is_new(site: Site, desk: Desk) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    await desk.add(site.url("/f"))
    site.replies["/f"] = server.body(feed(item(2) + item(1)))
    await desk.add(site.url("/f"))
    assert desk.stage.said[-1] == "Test Cast was there already; 1 episode new."
    assert (len(desk.titles), desk.topics) == (2, ["Test Cast"])


async def test_add_two_at_once_brings_both(site: Site, desk: Desk) -> None:
    for name in ("a", "b"):
        site.replies[f"/{name}"] = server.body(feed(item(1), name.upper()))
        desk.desk.add(site.url(f"/{name}"))
    await desk.done()
    assert sorted(desk.topics) == ["A", "B"]
    assert desk.stage.work == ""


async def test_add_where_nothing_can_be_kept_says_so(site: Site, desk: Desk) -> None:
    desk.data.write_text("a file where the folder should be")
    site.replies["/f"] = server.body(feed(item(1)))
    await desk.add(site.url("/f"))
    [error] = desk.stage.errors
    assert "cannot be" in error
    assert desk.titles == []


async def test_add_that_fails_in_a_way_nobody_thought_of_is_told(
    site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("tui_pod.feeds.subscribe.subscribe", broken)
    await desk.add(site.url("/f"))
    assert desk.stage.errors == ["That went wrong (ZeroDivisionError). The log tells more."]
    assert "ZeroDivisionError: by zero" in capfd.readouterr().err


# -- refreshing ----------------------------------------------------------------------------------------


async def added(site: Site, desk: Desk, *names: str) -> None:
    """Subscribe to feeds of one episode each, and forget what was told of that."""
    for name in names:
        site.replies[f"/{name}"] = server.body(feed(item(1), name))
        await desk.add(site.url(f"/{name}"))
    desk.stage.said.clear()
    desk.stage.works.clear()
    desk.stage.libraries.clear()


async def test_refresh_all_shows_progress_and_brings_what_is_new(site: Site, desk: Desk) -> None:
    await added(site, desk, "a", "b")
    site.replies["/a"] = server.body(feed(item(2) + item(1), "a"))
    desk.desk.refresh()
    await desk.done()
    assert desk.stage.works == ["refreshing 0/2", "refreshing 1/2", "refreshing 2/2", ""]
    assert desk.stage.said == ["1 episode new."]
    assert desk.titles == ["Episode 2", "Episode 1", "Episode 1"]
    assert desk.announced == [("1 episode new", "a")]


async def test_refresh_of_one_asks_no_other(site: Site, desk: Desk) -> None:
    await added(site, desk, "a", "b")
    site.asked.clear()
    desk.desk.refresh(site.url("/b"))
    await desk.done()
    assert site.paths() == ["/b"]
    assert desk.stage.said == ["Nothing new."]
    assert (desk.stage.libraries, desk.announced) == ([], [])


async def test_refresh_one_bad_feed_is_told_and_harms_no_other(site: Site, desk: Desk) -> None:
    await added(site, desk, "a", "b")
    site.replies["/a"] = server.body("oops", status=500)
    site.replies["/b"] = server.body(feed(item(2) + item(1), "b"))
    desk.desk.refresh()
    await desk.done()
    [error] = desk.stage.errors
    assert "/a: the server is in trouble; try again later (500)" in error
    assert "1 episode new." in desk.stage.said
    assert desk.stage.work == ""


async def test_refresh_many_bad_feeds_are_counted(site: Site, desk: Desk) -> None:
    await added(site, desk, *"abcde")
    site.replies.update({f"/{name}": server.body("oops", status=500) for name in "abcde"})
    desk.desk.refresh()
    await desk.done()
    assert len(desk.stage.errors) == 4
    assert desk.stage.errors[-1] == "2 more podcasts failed. See: tui-pod feeds list"


async def test_refresh_offline_is_shown_until_there_is_a_network(
    site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await added(site, desk, "a", "b")
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", no_network)
        desk.desk.refresh()
        await desk.done()
    assert desk.stage.work == "offline"
    [error] = desk.stage.errors
    assert "cannot be found. Check the address and the network." in error
    desk.desk.refresh()
    await desk.done()
    assert desk.stage.work == ""


async def test_network_seen_by_what_is_played_is_shown_too(desk: Desk) -> None:
    desk.desk.network_changed(is_offline=True)
    desk.desk.network_changed(is_offline=True)
    desk.desk.network_changed(is_offline=False)
    assert desk.stage.works == ["offline", ""]


async def test_refresh_of_a_feed_that_moved_says_so_and_keeps_progress(site: Site, desk: Desk) -> None:
    await added(site, desk, "a")
    [ident] = desk.listening.library.ids
    desk.listening.mark([ident], played=True)
    site.replies["/a"] = server.redirect("/new", 301)
    site.replies["/new"] = server.body(feed(item(2) + item(1), "a"))
    desk.desk.refresh()
    await desk.done()
    assert "a has moved, and is fetched from its new address now." in desk.stage.said
    assert desk.listening.library.ids[1] == ident
    assert desk.listening.book.tallies[0].played == 1
    assert desk.podcasts.shelf.feeds()[0].address == site.url("/new")
    desk.stage.said.clear()
    desk.desk.refresh(site.url("/a"))
    await desk.done()
    assert (site.paths()[-1], desk.stage.said) == ("/new", ["Nothing new."])


async def test_refresh_without_feeds_says_how_to_add_one(desk: Desk) -> None:
    desk.desk.refresh()
    await desk.done()
    assert desk.stage.said == ["There are no podcasts yet. Press a to add one."]
    desk.desk.refresh("https://a.example.org/gone")
    await desk.done()
    assert desk.stage.said[-1] == "That podcast is no longer there."
    assert not desk.data.exists()


async def test_refresh_while_refreshing_says_so(site: Site, desk: Desk) -> None:
    await added(site, desk, "a")
    going = threading.Event()
    content = feed(item(1), "a").encode()

    def slow(exchange: server.Exchange) -> None:
        going.wait(10)
        exchange.say(200, content)

    site.replies["/a"] = slow
    desk.desk.refresh()
    desk.desk.refresh()
    assert desk.stage.said == ["Feeds are being refreshed already."]
    going.set()
    await desk.done()


async def test_refresh_brings_what_another_program_added(site: Site, desk: Desk) -> None:
    await added(site, desk, "a")
    other = Desk(desk.data.parent)
    await other.add(site.url("/a"))
    site.replies["/b"] = server.body(feed(item(1), "b"))
    await other.add(site.url("/b"))
    assert desk.topics == ["a"]
    desk.desk.refresh()
    await desk.done()
    assert desk.topics == ["a", "b"]


async def test_library_that_cannot_be_loaded_is_told(site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from tui_pod.core.library.library import CatalogsError

    async def faulty(*_: Any) -> Any:
        raise CatalogsError(["talks.toml:3: no id"])

    monkeypatch.setattr("tests.services.test_feeds.reload_library", faulty)
    site.replies["/f"] = server.body(feed(item(1)))
    await desk.add(site.url("/f"))
    assert desk.stage.errors == ["The library could not be loaded anew: talks.toml:3: no id"]


# -- removing ------------------------------------------------------------------------------------------


async def test_remove_feed_can_be_taken_back_with_its_place_progress_and_downloads(site: Site, desk: Desk) -> None:
    serve_sounds(site)
    site.replies["/z"] = server.body(feed(item(9), "Z"))
    await desk.add(site.url("/f"))
    await desk.add(site.url("/z"))
    ids = desk.ids("Episode 2", "Episode 1")
    desk.listening.mark(ids[:1], played=True)
    desk.desk.download(ids)
    await desk.done()
    desk.desk.remove_feed(site.url("/f"))
    await desk.done()
    assert (desk.titles, desk.topics, desk.stage.downloads) == (["Episode 9"], ["Z"], {})
    assert desk.stage.said[-1] == "Test Cast removed. Press u to take it back."
    assert desk.listening.book.tallies[0].played == 0
    desk.listening.undo()
    await desk.done()
    assert desk.topics == ["Test Cast", "Z"]
    assert desk.stage.said[-1] == "Taken back: Test Cast removed"
    assert set(desk.stage.downloads) == set(ids)
    assert desk.podcasts.downloads.find(ids[0]) is not None
    assert desk.listening.book.status(ids[0]) is Status.PLAYED
    assert desk.listening.book.tallies[0].played == 1
    desk.listening.redo()
    await desk.done()
    assert (desk.topics, desk.stage.downloads) == (["Z"], {})


async def test_remove_taken_back_and_done_again_in_a_hurry_ends_as_asked(site: Site, desk: Desk) -> None:
    serve_sounds(site, 1)
    await desk.add(site.url("/f"))
    desk.desk.remove_feed(site.url("/f"))
    await desk.done()
    for _ in range(3):
        desk.listening.undo()
        desk.listening.redo()
    desk.listening.undo()
    await desk.done()
    assert desk.topics == ["Test Cast"]
    assert desk.stage.errors == []


async def test_remove_feed_ends_its_downloads(site: Site, desk: Desk) -> None:
    going = threading.Event()
    serve_sounds(site, 1, pause=going)
    await desk.add(site.url("/f"))
    ids = list(desk.listening.library.ids)
    desk.desk.download(ids)
    await desk.until(lambda: site.paths()[-1] == "/0.wav", "it is asked for")
    desk.desk.remove_feed(site.url("/f"))
    await desk.done()
    going.set()
    assert (desk.titles, desk.stage.downloads, desk.stage.errors) == ([], {}, [])


async def test_remove_feed_that_is_gone_says_so(site: Site, desk: Desk) -> None:
    await added(site, desk, "a")
    for _ in range(2):
        desk.desk.remove_feed(site.url("/a"))
        await desk.done()
    assert desk.stage.said[-1] == "That podcast is no longer there."


async def test_remove_that_fails_when_taken_back_says_why(site: Site, desk: Desk) -> None:
    await added(site, desk, "a")
    desk.desk.remove_feed(site.url("/a"))
    await desk.done()
    desk.podcasts.shelf.purge(time.time() + 1)
    desk.listening.undo()
    await desk.done()
    assert desk.stage.errors == [f"There is no feed {site.url('/a')}."]


# -- downloads -----------------------------------------------------------------------------------------


async def test_download_shows_how_far_it_is_and_is_played_from_the_disk(site: Site, desk: Desk) -> None:
    going = threading.Event()
    serve_sounds(site, 1, pause=going)
    await desk.add(site.url("/f"))
    [ident] = desk.listening.library.ids
    desk.desk.download([ident])
    await desk.until(
        lambda: ident in desk.stage.downloads and desk.stage.downloads[ident].share == 0.5, "half is there"
    )
    going.set()
    await desk.done()
    texts = list(dict.fromkeys(desk.stage.download_texts[ident]))
    assert texts == ["…", "50 %", "100 %", "whole"]
    episode = desk.listening.library.episode(0)
    assert desk.podcasts.source(episode).location == str(desk.podcasts.downloads.find(ident))
    desk.desk.download([ident])
    await desk.done()
    assert desk.stage.said[-1] == "That is downloaded already. Press x to take it off the disk."


async def test_download_of_unknown_length_shows_megabytes(
    site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.feeds.media.downloads.REPORT_EVERY", 0.0)
    serve_sounds(site, 1)
    content = sound(100)

    def chunked(exchange: server.Exchange) -> None:
        exchange.say(200, b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content), "audio/wav", Transfer_Encoding="chunked")

    site.replies["/0.wav"] = chunked
    await desk.add(site.url("/f"))
    desk.desk.download(desk.listening.library.ids)
    await desk.done()
    assert "1 MB" in desk.stage.download_texts[desk.listening.library.ids[0]]


async def test_download_again_stops_it_and_once_more_goes_on(site: Site, desk: Desk) -> None:
    going = threading.Event()
    serve_sounds(site, 1, pause=going)
    await desk.add(site.url("/f"))
    ids = list(desk.listening.library.ids)
    desk.desk.download(ids)
    await desk.until(lambda: site.paths()[-1] == "/0.wav", "it is asked for")
    desk.desk.download(ids)
    await desk.done()
    assert (desk.stage.downloads, desk.stage.errors) == ({}, [])
    going.set()
    await desk.until(lambda: not list(desk.podcasts.downloads.folder.glob("*.lock")))
    for _ in range(20):  # the thread that was stopped may still hold the part for a moment
        desk.desk.download(ids)
        await desk.done()
        if ids[0] in desk.stage.downloads:
            break
    assert desk.stage.downloads[ids[0]].is_whole


async def test_download_of_several_begins_the_missing_ones_and_stops_them_all_when_asked_again(
    site: Site, desk: Desk
) -> None:
    going = threading.Event()
    serve_sounds(site, 3, pause=going)
    await desk.add(site.url("/f"))
    ids = list(desk.listening.library.ids)
    desk.desk.download(ids[:1])
    await desk.until(lambda: ids[0] in desk.stage.downloads)
    desk.desk.download(ids)
    await desk.until(lambda: set(desk.stage.downloads) == set(ids), "all are on their way")
    desk.desk.download(ids)
    await desk.until(lambda: not desk.stage.downloads, "all are stopped")
    going.set()


async def test_download_that_fails_says_why_and_several_are_counted(site: Site, desk: Desk) -> None:
    serve_sounds(site, 4)
    for number in range(1, 4):
        site.replies[f"/{number}.wav"] = server.body("no", status=404)
    await desk.add(site.url("/f"))
    desk.desk.download(desk.listening.library.ids)
    await desk.done()
    assert len(desk.stage.errors) == 2
    assert "was not downloaded" in desk.stage.errors[0]
    assert desk.stage.errors[1] == "2 more downloads failed."
    assert [download.is_whole for download in desk.stage.downloads.values()] == [True]


async def test_download_without_a_network_ends_the_others_and_says_so_once(
    site: Site, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_sounds(site, 30)
    await desk.add(site.url("/f"))
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    desk.desk.download(desk.listening.library.ids)
    await desk.done()
    assert desk.stage.downloads == {}
    assert len(desk.stage.errors) <= 3
    assert "cannot be found" in desk.stage.errors[0]
    assert "other downloads were stopped for the same reason" in desk.stage.errors[1]


async def test_download_without_room_ends_the_others_and_says_so_once(site: Site, tmp_path: Path) -> None:
    desk = Desk(tmp_path, quota=2 * len(sound(0.2)))
    serve_sounds(site, 30)
    await desk.add(site.url("/f"))
    desk.desk.download(desk.listening.library.ids)
    await desk.done()
    assert sum(download.is_whole for download in desk.stage.downloads.values()) == len(desk.stage.downloads) >= 1
    assert "Downloads may take 0 MB" in desk.stage.errors[0]
    assert len(desk.stage.errors) <= 3
    assert len([path for path in site.paths() if path.endswith(".wav")]) < 10


async def test_download_makes_room_by_what_was_played_longest_ago(site: Site, tmp_path: Path) -> None:
    desk = Desk(tmp_path, quota=int(2.5 * len(sound(0.2))))
    serve_sounds(site, 3)
    await desk.add(site.url("/f"))
    first, second, third = desk.ids("Episode 0", "Episode 1", "Episode 2")
    for ident in (first, second):
        desk.desk.download([ident])
        await desk.done()
    desk.listening.mark([second], played=True)
    desk.desk.download([third])
    await desk.done()
    assert desk.podcasts.downloads.find(second) is None
    assert (set(desk.stage.downloads), desk.stage.errors) == ({first, third}, [])


async def test_download_of_what_has_no_address_says_so(site: Site, desk: Desk) -> None:
    await added(site, desk, "a")
    desk.desk.download([*desk.listening.library.ids, "unknown"])
    await desk.done()
    assert desk.stage.said == ["Nothing to download here: these episodes are narrated or lie on this machine."]


async def test_remove_downloads_can_be_taken_back_and_done_again(site: Site, desk: Desk) -> None:
    serve_sounds(site)
    await desk.add(site.url("/f"))
    ids = desk.ids("Episode 2", "Episode 1")
    desk.desk.download(ids)
    await desk.done()
    desk.desk.remove_downloads([*ids, *desk.ids("Episode 0")])
    await desk.done()
    assert (desk.stage.downloads, desk.podcasts.downloads.find(ids[0])) == ({}, None)
    assert desk.stage.said[-1] == "2 downloads removed. Press u to take it back."
    desk.listening.undo()
    await desk.done()
    assert set(desk.stage.downloads) == set(ids)
    assert desk.podcasts.downloads.find(ids[0]) is not None
    desk.listening.redo()
    await desk.done()
    assert desk.stage.downloads == {}
    desk.podcasts.downloads.purge()
    desk.listening.undo()
    await desk.done()
    assert desk.stage.errors == ["2 of them were deleted for good meanwhile."]


async def test_remove_downloads_stops_one_that_is_on_its_way(site: Site, desk: Desk) -> None:
    going = threading.Event()
    serve_sounds(site, 1, pause=going)
    await desk.add(site.url("/f"))
    ids = list(desk.listening.library.ids)
    desk.desk.download(ids)
    await desk.until(lambda: site.paths()[-1] == "/0.wav", "it is asked for")
    desk.stage.said.clear()
    desk.desk.remove_downloads(ids)
    await desk.done()
    going.set()
    assert (desk.stage.downloads, desk.stage.said) == ({}, [])


async def test_remove_downloads_where_there_is_none_says_what_x_takes(site: Site, desk: Desk) -> None:
    await added(site, desk, "a")
    desk.desk.remove_downloads(desk.listening.library.ids)
    await desk.done()
    assert desk.stage.said == [
        "Nothing to remove here: x takes podcasts, downloads, and entries of Queue and Continue."
    ]


# -- the next ones are kept ----------------------------------------------------------------------------


async def test_next_ones_of_each_feed_are_kept(site: Site, tmp_path: Path) -> None:
    desk = Desk(tmp_path, QUIET._replace(keep_next=2))
    serve_sounds(site, 4)
    await desk.add(site.url("/f"))
    assert set(desk.stage.downloads) == set(desk.ids("Episode 3", "Episode 2"))
    assert all(download.is_automatic for download in desk.stage.downloads.values())
    desk.listening.mark(desk.ids("Episode 3"), played=True)
    desk.desk.refresh()
    await desk.done()
    assert set(desk.stage.downloads) == set(desk.ids("Episode 3", "Episode 2", "Episode 1"))


async def test_next_ones_are_as_many_as_the_feed_itself_says(site: Site, tmp_path: Path) -> None:
    desk = Desk(tmp_path, QUIET._replace(keep_next=2))
    serve_sounds(site, 4)
    Shelf(desk.data)
    desk.podcasts.shelf.subscribe([])
    await desk.add(site.url("/f"))
    for ident in list(desk.stage.downloads):
        desk.podcasts.downloads.remove(ident)
    desk.podcasts.shelf.set_keep(site.url("/f"), 0)
    site.asked.clear()
    desk.desk.refresh()
    await desk.done()
    assert site.paths() == ["/f"]
    desk.podcasts.shelf.set_keep(site.url("/f"), 1)
    desk.desk.refresh()
    await desk.done()
    assert site.paths()[-1] == "/3.wav"


async def test_next_ones_that_fail_are_logged_and_trouble_nobody(
    site: Site, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path, QUIET._replace(keep_next=1))
    serve_sounds(site, 1)
    site.replies["/0.wav"] = server.body("no", status=404)
    await desk.add(site.url("/f"))
    assert (desk.stage.errors, desk.stage.downloads) == ([], {})
    assert "“Episode 0” was not downloaded" in capfd.readouterr().err


# -- start and end -------------------------------------------------------------------------------------


async def test_start_shows_downloads_refreshes_and_deletes_what_was_removed(site: Site, tmp_path: Path) -> None:
    former = Desk(tmp_path)
    serve_sounds(site)
    await former.add(site.url("/f"))
    former.desk.download(former.listening.library.ids)
    await former.done()
    kept, gone, _ = former.listening.library.ids
    former.desk.remove_downloads([gone])
    await former.done()
    await former.desk.close()
    site.replies["/f"] = server.body(feed("".join(item(number, f"/{number}.wav") for number in range(4))))
    desk = Desk(tmp_path, FeedSettings())
    desk.desk.start()
    await desk.done()
    assert (kept in desk.stage.downloads, gone in desk.stage.downloads) == (True, False)
    assert list(desk.podcasts.downloads.folder.glob("*.removed")) == []
    assert desk.titles[0] == "Episode 3"
    assert desk.stage.works == ["refreshing 0/1", "refreshing 1/1", ""]
    assert desk.stage.said == ["1 episode new."]


@pytest.mark.parametrize("settings", [FeedSettings(), QUIET])
async def test_start_says_nothing_when_there_is_nothing_to_say(
    site: Site, tmp_path: Path, settings: FeedSettings
) -> None:
    former = Desk(tmp_path)
    await added(site, former, "a")
    if settings.refresh_at_start:
        former.desk.remove_feed(site.url("/a"))
        await former.done()
    site.asked.clear()
    desk = Desk(tmp_path, settings)
    desk.desk.start()
    await desk.done()
    assert (desk.stage.said, desk.stage.works, desk.stage.libraries, site.asked) == ([], [], [], [])


async def test_start_offline_is_shown_and_not_told(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await added(site, Desk(tmp_path), "a")
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    desk = Desk(tmp_path, FeedSettings())
    desk.desk.start()
    await desk.done()
    assert (desk.stage.work, desk.stage.said, desk.titles) == ("offline", [], ["Episode 1"])


async def test_close_while_everything_is_under_way_takes_no_time(site: Site, desk: Desk) -> None:
    serve_sounds(site)
    await added(site, desk, "a", "b")
    await desk.add(site.url("/f"))
    site.replies.update(dict.fromkeys(("/a", "/b", "/f", "/new"), server.silent))
    going = threading.Event()
    for number in range(3):
        site.replies[f"/{number}.wav"] = Ranged(sound(0.2), pause=going)
    site.asked.clear()
    desk.desk.refresh()
    desk.desk.add(site.url("/new"))
    desk.desk.download(desk.listening.library.ids)
    await desk.until(lambda: len(site.asked) >= 5, "all is asked for")
    desk.stage.said.clear()
    began = time.monotonic()
    await desk.desk.close()
    assert time.monotonic() - began < 1.0
    going.set()
    assert desk.stage.said == []
    assert not desk.desk._errands._tasks


async def test_close_keeps_what_there_is_of_a_download(site: Site, tmp_path: Path) -> None:
    going = threading.Event()
    serve_sounds(site, 1)
    audio = sound(30.0)
    site.replies["/0.wav"] = Ranged(audio, pause=going)
    desk = Desk(tmp_path)
    await desk.add(site.url("/f"))
    desk.desk.download(desk.listening.library.ids)
    folder = desk.podcasts.downloads.folder
    await desk.until(lambda: sum(part.stat().st_size for part in folder.glob("*.part")) > 100_000, "half is there")
    await desk.desk.close()
    going.set()
    again = Desk(tmp_path)
    for _ in range(20):
        again.desk.download(again.listening.library.ids)
        await again.done()
        if again.stage.downloads:
            break
    assert [path.stat().st_size for path in folder.glob("*.wav")] == [len(audio)]
    assert "Range" in site.asked[-1][1]


async def test_progress_follows_an_episode_of_a_feed_through_it_all(site: Site, desk: Desk) -> None:
    await added(site, desk, "a")
    ident = episode_id(site.url("/a"), "guid-1")
    desk.listening.book.put(ident, Progress(START, 12.0, 100.0))
    desk.desk.remove_feed(site.url("/a"))
    await desk.done()
    await desk.add(site.url("/a"))
    assert desk.listening.library.ids == [ident]
    assert desk.listening.book.unfinished() == [0]
