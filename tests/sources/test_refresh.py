import asyncio
import socket
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE
from tests.sources import server
from tests.sources.folders.sounds import make_mp3
from tests.sources.server import Site, feed, item
from tui_pod.core.errors import UserError
from tui_pod.net.access import NetworkPolicy, make_policy
from tui_pod.net.fetch import Limits
from tui_pod.shelf.database import FeedDatabase
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.shelf.subscription import Subscription, note_answer
from tui_pod.sources import refresh as refreshing_all
from tui_pod.sources.podcasts import source as refreshing
from tui_pod.sources.podcasts.source import is_same_podcast
from tui_pod.sources.refresh import PER_HOST, Refreshed, refresh
from tui_pod.sources.source import RefreshResult
from tui_pod.sources.table import source_of, subscribe


def no_network(*_: Any, **__: Any) -> Any:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def add(store: FeedStore, site: Site, *paths: str) -> list[str]:
    store.subscribe([Entry(site.url(path)) for path in paths])
    for path in paths:
        store.set_private_origin(site.url(path), site.origin())
    return [site.url(path) for path in paths]


async def test_offline_is_told_beside_a_folder_that_needs_no_network(
    store: FeedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_mp3(tmp_path / "Shelf" / "one.mp3")
    subscribe(store, str(tmp_path / "Shelf"))
    assert not (await refresh(store)).asked_network
    store.subscribe([Entry("https://cast.example/f")])
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    result = await refresh(store)
    assert (result.is_offline, result.asked_network, len(result.failed)) == (True, True, 1)
    assert [one.error for one in store.feeds()] == [None, None]  # it is no fault of the feed
    assert not Refreshed().is_offline


async def test_refresh_new_episodes_arrive_and_are_told(site: Site, store: FeedStore) -> None:
    add(store, site, "/a", "/b")
    recording = site.url("/1.mp3").replace("://", "://ann:s3@")
    site.replies["/a"] = server.body(feed(item(1, recording) + item(2), "A"))
    site.replies["/b"] = server.body(feed(item(1), "B"))
    told: list[tuple[int, int]] = []
    result = await refresh(store, progress=lambda done, total, _: told.append((done, total)))
    assert (result.new, result.failed) == (3, ())
    assert told == [(1, 2), (2, 2)]
    assert sorted(one.title for one in store.feeds()) == ["A", "B"]
    assert [login.user for login in store.logins.of(site.url("/a"))] == ["ann"]


async def test_refresh_unchanged_feed_is_not_sent_again(site: Site, store: FeedStore) -> None:
    add(store, site, "/a")
    site.replies["/a"] = server.tagged(feed(item(1)))
    assert (await refresh(store)).new == 1
    store.fail(site.url("/a"), "It was down.")
    result = await refresh(store)
    assert (result.outcomes[0].has_changed, store.feeds()[0].error) == (False, None)
    assert site.asked[1][1]["If-None-Match"] == '"one"'
    assert site.asked[1][1]["If-Modified-Since"] == "Tue, 24 Nov 2026 13:00:00 GMT"


async def test_refresh_partial_feed_is_asked_for_as_a_whole_the_next_time(site: Site, store: FeedStore) -> None:
    add(store, site, "/a")
    site.replies["/a"] = server.tagged(feed(item(1) + item(2))[:-60])
    assert (await refresh(store)).new == 1
    await refresh(store)
    assert "If-None-Match" not in site.asked[1][1]


async def test_refresh_bad_feeds_harm_no_other(site: Site, store: FeedStore) -> None:
    bad = {
        "/gone": server.body("no", status=404), "/page": server.body("<html>login</html>", "text/html"),
        "/bomb": server.bomb(50), "/loop": server.redirect("/loop"),
        "/entity": server.body("<!DOCTYPE r [<!ENTITY a 'b'>]><rss/>"),
        "/deep": server.body("<a>" * 100_000), "/cut": server.cut(feed(item(1)).encode(), 100),
        "/file": server.redirect("file:///etc/passwd"), "/noise": server.body(bytes(range(256)) * 100),
    }  # fmt: skip
    site.replies.update(bad)
    site.replies["/good"] = server.body(feed(item(1), "Good"))
    add(store, site, *bad, "/good")
    result = await refresh(store, policy=NetworkPolicy(limits=Limits(1024 * 1024, PATIENCE)))
    assert [outcome.name for outcome in result.outcomes if not outcome.error] == ["Good"]
    assert len(result.failed) == len(bad)
    assert not result.is_offline
    [missing] = [outcome for outcome in result.outcomes if "does not have it" in (outcome.error or "")]
    assert missing.error == f"{missing.name}: the server does not have it any more (404)."
    assert all(one.error for one in store.feeds() if one.title != "Good")


async def test_refresh_asks_good_feeds_first(site: Site, store: FeedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refreshing_all, "PER_HOST", 1)
    add(store, site, "/bad", "/new", "/good")
    site.replies["/bad"] = server.body("no feed")
    site.replies["/good"] = server.body(feed(item(1), "Good"))
    asked = store.feeds()
    await refresh(store, [asked[0], asked[2]])
    site.asked.clear()
    await refresh(store)
    assert site.paths() == ["/good", "/new", "/bad"]


@pytest.mark.parametrize("error", [OSError("odd"), RuntimeError("odd"), UserError("odd")])
async def test_refresh_source_that_raises_anything_leaves_the_others(
    site: Site, store: FeedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    make_mp3(tmp_path / "Shelf" / "one.mp3")
    folder = subscribe(store, str(tmp_path / "Shelf")).feed
    add(store, site, "/a")
    site.replies["/a"] = server.body(feed(item(1)))

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(source_of(folder.address), "refresh", fail)
    result = await refresh(store)
    assert (result.new, [outcome.name for outcome in result.failed]) == (1, ["Shelf"])


async def test_host_that_cannot_be_found_is_its_podcast_s_fault_if_others_could_be_asked(
    site: Site, store: FeedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.replies["/a"] = server.body(feed(item(1)))
    subscribe(store, site.url("/a"))
    store.subscribe([Entry("https://dead.example/f", "Dead")])
    dead = store.feeds()[1]
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    assert not (await refresh(store, [dead])).is_offline, "the others were not asked"
    assert store.feeds()[1].error
    assert (await refresh(store)).is_offline


async def test_refresh_failure_keeps_old_episodes(site: Site, store: FeedStore) -> None:
    add(store, site, "/a")
    site.replies["/a"] = server.body(feed(item(1)))
    await refresh(store)
    site.replies["/a"] = server.body("<html>Sorry</html>", "text/html")
    (outcome,) = (await refresh(store)).outcomes
    assert "not a feed" in str(outcome.error)
    (kept,) = store.feeds()
    assert (kept.episodes, kept.title) == (1, "Test Cast")
    site.replies["/a"] = server.body(feed(item(1)))
    await refresh(store)
    assert store.feeds()[0].error is None


async def test_refresh_few_of_one_host_at_once(site: Site, store: FeedStore) -> None:
    busy, most, lock, full = 0, 0, threading.Lock(), threading.Barrier(PER_HOST)

    def slow(exchange: server.Exchange) -> None:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        full.wait(PATIENCE)
        with lock:
            busy -= 1
        server.body(feed(item(1)))(exchange)

    paths = [f"/{number}" for number in range(4 * PER_HOST)]
    site.replies.update(dict.fromkeys(paths, slow))
    add(store, site, *paths)
    await refresh(store)
    assert most == PER_HOST


@pytest.mark.parametrize("work", ["ask", "read_answer", "keep_answer", "note_answer"])
async def test_refresh_never_blocks_the_loop(
    site: Site, store: FeedStore, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    """Each part of the work waits for the loop to turn: on the loop itself it would wait in vain."""
    loop, do = asyncio.get_running_loop(), getattr(refreshing, work)

    def after_a_turn(*given: Any) -> Any:
        turned = threading.Event()
        loop.call_soon_threadsafe(turned.set)
        assert turned.wait(PATIENCE)
        return do(*given)

    monkeypatch.setattr(refreshing, work, after_a_turn)
    site.replies["/a"] = server.body(feed(item(1, "/x.wav")))
    add(store, site, "/a")
    assert (await refresh(store)).new == 1


async def test_refresh_stores_feeds_together_and_one_that_fails_fails_alone(
    site: Site, store: FeedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing_all, "PAUSE", 0.5)
    paths = [f"/{number}" for number in range(20)]
    site.replies.update({path: server.tagged(feed(item(1))) for path in paths})
    add(store, site, *paths)
    before = changes(store)
    assert (await refresh(store)).new == len(paths)
    assert changes(store) - before < 10
    asked = Counter[str]()

    def note(database: FeedDatabase, answered: Subscription, *rest: Any) -> None:
        asked[answered.address] += 1
        if answered.address == site.url("/3"):
            raise OverflowError
        note_answer(database, answered, *rest)

    monkeypatch.setattr(refreshing, "note_answer", note)
    result = await refresh(store)
    assert [outcome.feed_id for outcome in result.failed] == [site.url("/3")]
    assert (len(result.outcomes), max(asked.values())) == (len(paths), 2)
    assert [one.feed_id for one in store.feeds() if one.error] == [site.url("/3")]


def changes(store: FeedStore) -> int:
    """Return how many transactions the database has had; SQLite counts them in its header."""
    return int.from_bytes(store.db.file.read_bytes()[24:28], "big")


async def test_moved_for_good_keeps_ids(site: Site, store: FeedStore) -> None:
    (first,) = add(store, site, "/old")
    site.replies["/old"] = server.body(feed(item(1)))
    await refresh(store)
    site.replies["/new"] = server.tagged(feed(item(1) + item(2)))
    site.replies["/old"] = server.redirect("/new", 301)
    (outcome,) = (await refresh(store)).outcomes
    assert (outcome.moved_to, outcome.new) == (site.url("/new"), 1)
    site.asked.clear()
    await refresh(store)
    assert site.paths() == ["/new"]
    assert site.asked[0][1]["If-None-Match"] == '"one"'
    assert set(store.episode_ids(first)) == {episode_id(first, "guid-1"), episode_id(first, "guid-2")}


async def test_new_feed_url_moves_when_it_is_the_same_podcast(site: Site, store: FeedStore) -> None:
    add(store, site, "/old")
    moved = f"<itunes:new-feed-url>{site.url('/new')}</itunes:new-feed-url>"
    site.replies["/old"] = server.body(feed(item(1), extra=moved))
    site.replies["/new"] = server.body(feed(item(1) + item(2)))
    (outcome,) = (await refresh(store)).outcomes
    assert (outcome.moved_to, outcome.new) == (site.url("/new"), 2)


@pytest.mark.parametrize(("status", "target"), [(302, "/new"), (301, "/login")])
async def test_moved_for_a_while_or_to_a_page_keeps_the_address(
    site: Site, store: FeedStore, status: int, target: str
) -> None:
    add(store, site, "/old")
    site.replies["/old"] = server.redirect(target, status)
    site.replies["/new"] = server.body(feed(item(1)))
    site.replies["/login"] = server.body("<html>Hotel WLAN</html>", "text/html")
    await refresh(store)
    assert store.feeds()[0].address == site.url("/old")


@pytest.mark.parametrize("target", ["another", "broken", "inside", "file"])
async def test_new_feed_url_to_something_else_does_not_move(
    site: Site, inside: Site, store: FeedStore, target: str
) -> None:
    add(store, site, "/old")
    addresses = {"another": site.url("/b"), "broken": site.url("/c"), "inside": inside.url("/d"), "file": "file:///d"}
    moved = f"<itunes:new-feed-url>{addresses[target]}</itunes:new-feed-url>"
    site.replies["/old"] = server.body(feed(item(1), extra=moved))
    site.replies["/b"] = server.body(feed(item(7), "Another"))
    inside.replies["/d"] = server.body(feed(item(1)))
    (outcome,) = (await refresh(store)).outcomes
    assert (outcome.moved_to, outcome.error) == (None, None)
    assert store.feeds()[0].address == site.url("/old")
    assert inside.asked == []


async def test_refresh_redirect_document_moves_the_feed(site: Site, store: FeedStore) -> None:
    site.replies["/old"] = server.body(feed(item(1)))
    first = subscribe(store, site.url("/old")).feed.feed_id
    site.replies["/old"] = server.body(f"<redirect><newLocation>{site.url('/new')}</newLocation></redirect>")
    site.replies["/new"] = server.body(feed(item(1) + item(2)))
    (outcome,) = (await refresh(store)).outcomes
    assert (outcome.error, outcome.new, outcome.moved_to) == (None, 1, site.url("/new"))
    assert [(feed.feed_id, feed.address) for feed in store.feeds()] == [(first, site.url("/new"))]


async def test_refresh_host_of_the_own_network_that_the_settings_name_may_be_led_to(
    site: Site, inside: Site, store: FeedStore
) -> None:
    site.replies["/f"] = server.redirect(inside.url("/g"))
    inside.replies["/g"] = server.body(feed(item(1), "Inside"))
    add(store, site, "/f")
    assert "own network" in str((await refresh(store)).failed[0].error)
    assert inside.asked == []
    policy = make_policy([f"127.0.0.1:{inside.server_port}", "nas.home:99999"], 20.0)
    assert (await refresh(store, policy=policy)).new == 1


@pytest.mark.parametrize(
    ("guid", "known", "guids", "expected"),
    [
        ("a", "a", {"g1", "x"}, True), ("a", None, {"g1"}, True), (None, "a", {"g1"}, True),
        ("a", "b", {"g1"}, False), ("a", "a", {"x"}, False), ("a", "a", {""}, False),
    ],
)  # fmt: skip
def test_podcast_is_the_same_if_it_shares_an_item_and_not_another_guid(
    guid: str | None, known: str | None, guids: set[str], expected: bool
) -> None:
    found = Published("Cast", (PublishedItem("g1"), PublishedItem("")), guid=guid)
    assert is_same_podcast(found, known, guids) is expected


def result(name: str, new: int = 0, **changes: Any) -> RefreshResult:
    return RefreshResult(f"https://{name}.example/f", name, new, **changes)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({}, ""),
        ({"Quarks": 3, "Bugs": 0}, "Quarks"),
        ({"Bugs": 1, "Quarks": 3}, "Quarks 3, Bugs 1"),
        (dict.fromkeys("abcde", 1), "a 1, b 1, c 1, d 1, e 1"),
        (dict.fromkeys("abcdefg", 1), "a 1, b 1, c 1, d 1, e 1, 2 more podcasts"),
    ],
)
def test_podcasts_with_new_episodes_are_named(counts: dict[str, int], said: str) -> None:
    refreshed = Refreshed(tuple(result(name, new) for name, new in counts.items()))
    assert (refreshed.named_new, refreshed.new) == (said, sum(counts.values()))


def test_offline_is_told_only_if_every_feed_of_the_network_failed() -> None:
    offline, failed, fine = result("a", error="x", is_offline=True), result("b", error="x"), result("c")
    folder = RefreshResult("file:///a", "Shelf")
    assert Refreshed((offline, failed, folder)).is_offline
    assert not Refreshed((failed, folder)).is_offline
    assert not Refreshed((offline, fine)).is_offline
    assert not Refreshed((offline, replace(failed, is_reached=True))).is_offline, "a server answered"
    assert Refreshed((offline, failed, fine)).failed == (offline, failed)
