"""A list of feeds may come from anybody: it names feeds and ids, and gives nobody a way into the own network."""

import asyncio
from pathlib import Path

import pytest

from tests.sources import server
from tests.sources.server import Site, feed, item
from tui_pod.net.access import make_policy
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import Entry, parse_opml, write_opml
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.podcasts import own_network
from tui_pod.sources.refresh import refresh
from tui_pod.sources.table import subscribe


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(tmp_path / "data")


def listed(store: FeedStore, address: str, feed_id: str = "") -> None:
    """Subscribe to a feed from a list that somebody made."""
    store.subscribe(parse_opml(write_opml([Entry(address, "Listed", feed_id=feed_id)]).encode()).entries)


async def test_listed_feed_of_the_own_network_is_fetched_only_once_the_listener_adds_it(
    site: Site, store: FeedStore
) -> None:
    site.replies["/f"] = server.body(feed(item(1, site.url("/1.wav"))))
    listed(store, site.url("/f"))
    (failed,) = (await refresh(store)).failed
    assert f"127.0.0.1:{site.server_port} is in your own network, and only a list named it" in str(failed.error)
    assert site.asked == []
    subscribe(store, site.url("/f"))
    assert (await refresh(store)).failed == ()
    assert store.feeds()[0].allowed == site.allowed


async def test_list_cannot_claim_that_the_listener_allowed_a_host(site: Site, store: FeedStore) -> None:
    claim = f"""tui-pod-private='["http", "127.0.0.1", {site.server_port}]'"""
    text = f"<opml><body><outline type='rss' xmlUrl='{site.url('/f')}' {claim}/></body></opml>"
    store.subscribe(parse_opml(text.encode()).entries)
    assert len((await refresh(store)).failed) == 1
    assert site.asked == []


def test_export_says_nothing_of_hosts_that_were_allowed(site: Site, store: FeedStore) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    subscribe(store, site.url("/f"))
    assert "tui-pod-private" not in write_opml(store.entries())


async def test_first_address_in_a_list_names_ids_and_grants_nothing(site: Site, inside: Site, store: FeedStore) -> None:
    secret = f"<podcast:chapters url='{inside.url('/c.json')}' type='application/json'/>"
    site.replies["/f"] = server.body(feed(item(1, extra=secret)))
    listed(store, site.url("/f"), feed_id=inside.url("/"))
    policy = make_policy([f"127.0.0.1:{site.server_port}"], 20.0)
    assert (await refresh(store, policy=policy)).new == 1
    (ident,) = store.episode_ids(inside.url("/"))
    assert ident == episode_id(inside.url("/"), "guid-1")
    details = store.details(ident)
    assert details is not None
    assert details.allowed == store.feeds()[0].allowed == frozenset()
    assert inside.asked == []


async def test_restored_private_feed_keeps_its_ids_and_goes_on(site: Site, store: FeedStore) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    subscribe(store, site.url("/f"))
    site.replies["/f"], site.replies["/g"] = server.redirect("/g", 301), server.body(feed(item(1)))
    await refresh(store)
    store.db.close()
    store.db.file.unlink()
    again = FeedStore(store.db.file.parent)
    assert (await refresh(again)).failed == ()
    (kept,) = again.feeds()
    assert (kept.feed_id, kept.address) == (site.url("/f"), site.url("/g"))
    assert again.episode_ids(kept.feed_id) == [episode_id(site.url("/f"), "guid-1")]


def test_typing_the_first_address_that_a_list_claimed_takes_the_feed_there(
    site: Site, inside: Site, store: FeedStore
) -> None:
    listed(store, site.url("/f"), feed_id=inside.url("/f"))
    inside.replies["/f"] = server.body(feed(item(1), "Mine"))
    result = subscribe(store, inside.url("/f"))
    assert (result.feed.address, result.feed.allowed) == (inside.url("/f"), inside.allowed)


async def test_thirty_two_hosts_of_a_list_are_looked_up_at_a_time(
    store: FeedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.subscribe([Entry(f"https://h{number}.example/f", "Listed") for number in range(70)])
    busy, counts = 0, list[int]()

    async def look_up(_: object) -> bool:
        nonlocal busy
        busy += 1
        counts.append(busy)
        await asyncio.sleep(0)
        busy -= 1
        return False

    monkeypatch.setattr(own_network, "in_thread", look_up)
    assert (await own_network.find_forbidden(store.feeds(), make_policy((), 10.0))).feeds == ()
    assert (len(counts), max(counts)) == (70, 32)


async def test_numbers_and_own_names_are_looked_up_before_dead_hosts(
    store: FeedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = ["dead1.example", "dead1.example", "dead2.example", "nas.local", "10.0.0.1", "10.0.0.1", "[fd00::1]"]
    for number, host in enumerate(hosts):
        listed(store, f"https://{host}/{number}")
    asked: list[str] = []

    def is_forbidden(feed: Subscription, _: object) -> bool:
        asked.append(feed.address.split("/")[2])
        return not asked[-1].startswith("dead")

    monkeypatch.setattr(own_network, "is_forbidden", is_forbidden)
    monkeypatch.setattr(own_network, "AT_ONCE", 1)
    found = await own_network.find_forbidden(store.feeds(), make_policy([], 20.0))
    assert asked == ["10.0.0.1", "[fd00::1]", "nas.local", "dead1.example", "dead2.example"]
    assert [feed.address[-1] for feed in found.feeds] == ["3", "4", "5", "6"]
