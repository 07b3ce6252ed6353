"""Refreshes on request, at the start, and of podcasts that are due."""

import asyncio
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.services.podcasts.rig import ServiceRig, added, no_network
from tests.sources import server
from tests.sources.server import Ranged, Site, feed, item, sound
from tui_pod.config.settings import FeedSettings
from tui_pod.core.actions import render_keys
from tui_pod.net.fetch import LoginWanted
from tui_pod.services.podcasts.refreshing import STOPS
from tui_pod.shelf.opml import Entry
from tui_pod.sources.refresh import Refreshed
from tui_pod.sources.source import RefreshResult


def slow_feed(site: Site, path: str, content: str) -> threading.Event:
    """Serve a feed only once the returned event is set."""
    going = threading.Event()

    def slow(exchange: server.Exchange) -> None:
        going.wait()
        exchange.say(200, content.encode())

    site.replies[path] = slow
    return going


def later(service: ServiceRig, address: str, hours: float) -> None:
    """Make a feed's last refresh some hours old."""
    with service.podcasts.store.db.write() as db:
        db.execute("UPDATE feeds SET fetched = fetched - ? WHERE first = ?", (3600 * hours, address))


async def test_refresh_of_all_shows_progress_and_brings_what_is_new_and_that_of_one_asks_no_other(
    site: Site, service: ServiceRig
) -> None:
    await added(site, service, "a", "b")
    site.replies["/a"] = server.body(feed(item(2) + item(1), "a"))
    await service.do(service.service.refresher.refresh)
    assert service.driver.works[:4] == ["refreshing 0/2", "refreshing 1/2", "refreshing 2/2", ""]
    assert service.driver.said == ["1 episode new: a."]
    assert service.titles == ["Episode 2", "Episode 1", "Episode 1"]
    assert service.announced == [("1 episode new", "a")]
    for told in (site.asked, service.driver.libraries, service.announced):
        told.clear()
    await service.do(service.service.refresher.refresh, site.url("/b"))
    assert (site.paths(), service.driver.said[-1]) == (["/b"], "Nothing new.")
    assert (service.driver.libraries, service.announced) == ([], [])


async def test_refresh_one_bad_feed_is_told_and_harms_no_other(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a", "b")
    site.replies["/a"] = server.body("oops", status=500)
    site.replies["/b"] = server.body(feed(item(2) + item(1), "b"))
    await service.do(service.service.refresher.refresh)
    [error] = service.driver.errors
    assert error.startswith("a cannot be refreshed.")
    assert "(500)" in service.driver.troubles[site.url("/a")].said
    assert "1 episode new: b." in service.driver.said
    assert service.driver.work == ""
    assert service.driver.failed == {site.url("/a")}
    site.replies["/a"] = server.body(feed(item(1), "a"))
    await service.do(service.service.refresher.refresh)
    assert service.driver.failed == frozenset()


async def test_refresh_offline_is_shown_until_there_is_a_network(
    site: Site, service: ServiceRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    await added(site, service, "a", "b")
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", no_network)
        await service.do(service.service.refresher.refresh)
    assert service.driver.work == "offline"
    [error] = service.driver.errors
    assert "cannot be found; this machine may be offline." in error
    assert "check the address" not in error
    await service.do(service.service.refresher.refresh)
    assert service.driver.work == ""


async def test_refresh_of_a_feed_that_moved_says_so_and_keeps_progress(site: Site, service: ServiceRig) -> None:
    await added(site, service, "a")
    [ident] = service.controller.library.ids
    service.controller.editor.mark([ident], played=True)
    site.replies["/a"] = server.redirect("/new", 301)
    site.replies["/new"] = server.body(feed(item(2) + item(1), "a"))
    await service.do(service.service.refresher.refresh)
    assert "a has moved; it is now fetched from its new address." in service.driver.said
    assert service.service.refresher.moved == {site.url("/a")}
    assert service.controller.library.ids[1] == ident
    assert service.controller.progress_index.topic_stats[0].played == 1
    assert service.podcasts.store.feeds()[0].address == site.url("/new")
    service.driver.said.clear()
    await service.do(service.service.refresher.refresh, site.url("/a"))
    assert (site.paths()[-1], service.driver.said) == ("/new", ["Nothing new."])


async def test_refresh_without_feeds_says_how_to_add_one(service: ServiceRig) -> None:
    await service.do(service.service.refresher.refresh)
    assert service.driver.said == ["There are no podcasts yet. Press a to add one."]
    await service.do(service.service.refresher.refresh, "https://a.example.org/gone")
    assert service.driver.said[-1] == "This podcast no longer exists."
    assert not service.data.exists()


async def test_refresh_is_made_once_at_a_time_and_keeps_what_came_when_it_is_stopped(
    site: Site, service: ServiceRig
) -> None:
    await added(site, service, "a", "b")
    going = slow_feed(site, "/a", feed(item(2) + item(1), "a"))
    site.replies["/b"] = server.body(feed(item(2) + item(1), "b"))
    service.service.refresher.refresh()
    service.service.refresher.refresh()
    assert service.driver.said == [render_keys(f"Podcasts are being refreshed. {STOPS}")]
    await service.until(lambda: service.driver.work == "refreshing 1/2", "the other one is fetched")
    assert service.driver.jobs["refresh"].share == 0.5
    assert service.context.tasks.stop().text == "Stopped: refreshing 1/2."
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
    service.service.refresher.refresh()
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
    service.service.refresher.refresh()
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
    await service.do(service.service.refresher.refresh)
    assert service.topics == ["a", "b"]


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
    await service.do(service.service.refresher.refresh)
    assert site.paths() == ["/a"]
    later(service, site.url("/a"), hours=2)
    service.spared = {False}
    await service.do(service.service.start)
    assert site.paths() == ["/a", "/a"]


async def test_server_that_asks_to_be_left_alone_is_until_then(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path)
    await added(site, service, "a", "b")
    site.replies["/a"] = server.body("slow down", status=429, **{"Retry-After": "3600"})
    await service.do(service.service.refresher.refresh)
    site.asked.clear()
    await service.do(service.service.refresher.refresh)
    assert site.paths() == ["/b"]
    site.asked.clear()
    await service.do(service.service.refresher.refresh, site.url("/a"))
    assert site.paths() == ["/a"]


async def test_podcast_that_is_missing_for_a_week_is_told_once_and_rests(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, FeedSettings(refresh_at_start=True))
    await added(site, service, "a")
    site.replies["/a"] = server.body("gone", status=404)
    site.asked.clear()

    async def start(days: float) -> None:
        later(service, site.url("/a"), 24 * days)
        await service.do(service.service.start)

    told = "a cannot be refreshed. Press T for the reason and what helps."
    for _ in range(3):
        await start(1)
    assert (site.paths(), service.driver.said) == (["/a"] * 3, [told])
    for _ in range(3):
        await start(4)
    assert (site.paths(), service.driver.said) == (["/a"] * 4, [told, told])
    assert "asked once a day" in (service.podcasts.store.feeds()[0].error or "")
    with service.podcasts.store.db.write() as db:
        db.execute("UPDATE schedule SET until = 1")
    await start(1)
    assert (site.paths(), service.driver.said) == (["/a"] * 5, [told, told])


async def test_desktop_is_told_of_the_podcasts_that_say_so(site: Site, tmp_path: Path) -> None:
    service = ServiceRig(tmp_path, notifies=False)
    await added(site, service, "a", "b")
    service.podcasts.store.configure(site.url("/b"), {"notify": "yes"})
    for name in "ab":
        site.replies[f"/{name}"] = server.body(feed(item(9), name))
    await service.do(service.service.refresher.refresh)
    assert service.announced == [("1 episode new", "b")]


BROKEN = RefreshResult("f", "Cast", error="Cast: it is broken.")


@pytest.mark.parametrize("is_asked", [False, True])
@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ([RefreshResult("f", "Cast", new=2)], ["2 episodes new: Cast."]),
        ([BROKEN], ["Cast cannot be refreshed. Press T for the reason and what helps."]),
        ([BROKEN] * 5, ["Cast and 4 more cannot be refreshed. Press T for the reason and what helps."]),
        ([RefreshResult("f", "Cast", has_ended=True)], ["Cast has ended; x removes it."]),
        (
            [RefreshResult("f", "Cast", new=1, moved_to="https://a.example/f")],
            ["Cast has moved; it is now fetched from its new address.", "1 episode new: Cast."],
        ),
        (
            [replace(BROKEN, wanted=LoginWanted("https://a.example/f", None))],
            ["Cast wants a login: r on it asks for it."],
        ),
    ],
)
def test_result_of_a_refresh_is_told(
    tmp_path: Path, outcomes: list[RefreshResult], said: list[str], is_asked: bool
) -> None:
    service = ServiceRig(tmp_path)
    service.service.refresher.tell(Refreshed(tuple(outcomes)), is_asked)
    assert service.driver.said == said


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ([RefreshResult("f", "Cast")], ["Nothing new."]),
        ([], ["Nothing new."]),
        ([replace(BROKEN, is_offline=True)], ["Cast: it is broken. Press R to try again."]),
        ([BROKEN, replace(BROKEN, error="No network.", is_offline=True)], ["No network. Press R to try again."]),
    ],
)
def test_nothing_new_and_no_network_are_told_to_those_who_asked(
    tmp_path: Path, outcomes: list[RefreshResult], said: list[str]
) -> None:
    service = ServiceRig(tmp_path)
    for is_asked in (False, True):
        service.service.refresher.tell(Refreshed(tuple(outcomes)), is_asked)
        assert service.driver.said == (said if is_asked else [])


async def test_podcasts_are_looked_at_every_five_minutes_give_or_take_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, planned = ServiceRig(tmp_path), asyncio.Queue[tuple[float, Callable[[], object]]]()
    timers: list[Mock] = []

    def plan(wait: float, look: Callable[[], object]) -> Mock:
        planned.put_nowait((wait, look))
        timers.append(Mock())
        return timers[-1]

    monkeypatch.setattr(asyncio.get_running_loop(), "call_later", plan)
    service.spared = {True, False}
    refresher = service.service.refresher
    refresher.start(is_refreshing=False)
    waits = []
    for _ in range(5):
        wait, look = await planned.get()
        waits.append(wait)
        look()
    assert all(240.0 <= wait <= 360.0 for wait in waits)
    assert len(set(waits)) > 1
    await planned.get()
    await service.context.tasks.close()
    assert timers[-1].cancel.called
