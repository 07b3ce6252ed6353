"""Subscribe to what is typed, and recognise a podcast that is known.

A list of feeds may come from anybody: it names feeds and ids, and gives nobody a way into the own network.
"""

import asyncio
import socket
from pathlib import Path

import pytest

from tests.sources import server
from tests.sources.server import Site, feed, item
from tui_pod.net.access import PUBLIC, make_policy
from tui_pod.net.fetch import FetchError
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import Entry, parse_opml, write_opml
from tui_pod.shelf.published import FeedError
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources import own_network
from tui_pod.sources.podcasts.pages import LOGIN_PAGE
from tui_pod.sources.refresh import refresh, refresh_feed
from tui_pod.sources.table import subscribe


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(tmp_path / "data")


GUID = "<podcast:guid>11111111-2222</podcast:guid>"


def test_subscribe_feed_address(site: Site, store: FeedStore) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    result = subscribe(store, site.url("/f"), [("A",)])
    assert (result.is_new, result.new, result.feed.title, result.feed.folders) == (True, 1, "Test Cast", (("A",),))
    assert result.feed.allowed == site.allowed
    again = subscribe(store, site.url("/f"))
    assert (again.is_new, again.new, again.feed.feed_id) == (False, 0, site.url("/f"))


@pytest.mark.parametrize("scheme", ["feed://", "itpc://", "podcast://", ""])
def test_subscribe_schemes_of_other_programs_or_none_are_http(site: Site, store: FeedStore, scheme: str) -> None:
    site.replies["/f"] = server.body(feed(item(1)))
    assert subscribe(store, scheme + site.url("/f").removeprefix("http://")).feed.feed_id == site.url("/f")


def test_address_of_an_unknown_host_names_it_and_what_to_do(store: FeedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(FetchError) as raised:
        subscribe(store, "cast.example/feed")
    assert raised.value.is_offline
    assert str(raised.value) == (
        "The host cast.example cannot be found; this machine may be offline. If it is online, check the address."
    )


def test_subscribe_page_that_names_its_feed(site: Site, store: FeedStore) -> None:
    page = (
        "<!DOCTYPE html><html><head><link rel=stylesheet href=/x.css>"
        "<link rel='alternate' type='application/rss+xml' href='/broken'>"
        "<LINK REL='Alternate' TYPE='application/rss+xml; charset=utf-8' HREF='f.xml?a=1&amp;b=2'></head><body>Hi"
    )
    site.replies["/show/"] = server.body(page, "text/html")
    site.replies["/show/f.xml"] = server.body(feed(item(1)))
    result = subscribe(store, site.url("/show/"))
    assert result.feed.feed_id == site.url("/show/f.xml?a=1&b=2")
    assert result.feed.allowed == site.allowed


@pytest.mark.parametrize(
    "link", ['<a href="/f.xml">RSS</a>', "<A HREF=f.xml>", '<p>SITE/f.xml?x"', "<a href='/show/rss/'>"]
)
def test_subscribe_page_that_only_links_its_feed(link: str, site: Site, store: FeedStore) -> None:
    site.replies["/"] = server.body(f"<html><body>{link.replace('SITE', site.url(''))}</body></html>", "text/html")
    site.replies["/f.xml"] = site.replies["/show/rss/"] = server.body(feed(item(1)))
    assert subscribe(store, site.url("/")).new == 1


@pytest.mark.parametrize("typed", ["", "nonsense here", "file:///etc/passwd", "ftp://x.org/f"])
def test_subscribe_nonsense_keeps_nothing(store: FeedStore, typed: str) -> None:
    with pytest.raises((FeedError, FetchError)):
        subscribe(store, typed)
    assert store.is_empty


@pytest.mark.parametrize("cut", [0, 60])
def test_subscribe_tells_whether_all_was_read(site: Site, store: FeedStore, cut: int) -> None:
    document = feed(item(1) + item(2))
    site.replies["/f"] = server.body(document[: len(document) - cut])
    result = subscribe(store, site.url("/f"))
    assert (result.is_partial, result.new) == (bool(cut), 1 if cut else 2)


def test_subscribe_moved_feed_is_the_one_that_is_there(site: Site, store: FeedStore) -> None:
    site.replies["/old"] = server.redirect("/f", 301)
    site.replies["/f"] = server.body(feed(item(1)))
    assert subscribe(store, site.url("/old")).feed.feed_id == site.url("/old")
    assert store.feeds()[0].address == site.url("/f")
    assert not subscribe(store, site.url("/f")).is_new
    assert not subscribe(store, site.url("/old")).is_new
    assert len(store.feeds()) == 1
    store.remove(site.url("/old"))
    result = subscribe(store, site.url("/f"))
    assert (result.is_new, result.feed.episodes) == (True, 1)


@pytest.mark.parametrize("proof", ["redirect", "tag", "document"])
def test_subscribe_new_address_that_the_old_one_names_keeps_progress(site: Site, store: FeedStore, proof: str) -> None:
    site.replies["/old"] = server.body(feed(item(1), extra=GUID))
    site.replies["/new"] = server.body(feed(item(1) + item(2), extra=GUID))
    first = subscribe(store, site.url("/old")).feed.feed_id
    site.replies["/old"] = {
        "redirect": server.redirect("/new", 301),
        "tag": server.body(feed(item(1), extra=f"{GUID}<itunes:new-feed-url>{site.url('/new')}</itunes:new-feed-url>")),
        "document": server.body(f"<redirect><newLocation>{site.url('/new')}</newLocation></redirect>"),
    }[proof]
    result = subscribe(store, site.url("/new"))
    assert (result.has_moved, result.feed.feed_id, result.feed.address) == (True, first, site.url("/new"))
    assert len(store.feeds()) == 1


@pytest.mark.parametrize("old", ["alive", "gone", "elsewhere"])
def test_subscribe_feed_that_copies_guids_is_another_feed(site: Site, store: FeedStore, old: str) -> None:
    document = feed(item(1) + item(2), extra=GUID)
    site.replies.update({"/old": server.body(document), "/copy": server.body(document), "/new": server.body(document)})
    first = subscribe(store, site.url("/old")).feed.feed_id
    if old != "alive":
        site.replies["/old"] = server.body("", status=404) if old == "gone" else server.redirect("/new", 301)
    result = subscribe(store, site.url("/copy"))
    assert (result.is_new, result.has_moved) == (True, False)
    assert [feed.address for feed in store.feeds()] == [site.url("/old"), site.url("/copy")]
    assert not set(store.episode_ids(first)) & set(store.episode_ids(result.feed.feed_id))


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("", "The server answered with nothing."),
        ("<form><input name=room><input type='password'></form>", LOGIN_PAGE),
        ("<title>Guests</title><form>Accept our Wi-Fi terms <input type=submit></form>", LOGIN_PAGE),
        ("<form><input name=search> or write to us</form>", "This is not a feed."),
    ],
)
def test_answer_in_place_of_a_feed_is_named(site: Site, store: FeedStore, page: str, reason: str) -> None:
    site.replies["/"] = server.body(feed(item(1)))
    found = subscribe(store, site.url("/")).feed
    site.replies["/"] = server.body(page, "text/html")
    assert refresh_feed(store, found, CancelToken(), PUBLIC).error == f"Test Cast: {reason}"
    with pytest.raises(FeedError) as refused:
        subscribe(store, site.url("/"))
    unnamed = f"{site.url('/')} is neither a feed nor a page that names one."
    assert str(refused.value) == (reason if reason != "This is not a feed." else unnamed)


def test_subscribe_redirect_documents_in_a_circle_are_an_error(site: Site, store: FeedStore) -> None:
    site.replies["/old"] = server.body(f"<redirect><newLocation>{site.url('/old')}</newLocation></redirect>")
    with pytest.raises(FeedError, match="circle"):
        subscribe(store, site.url("/old"))
    assert store.feeds() == []


def test_subscribe_page_may_lead_to_a_host_that_the_settings_name(site: Site, inside: Site, store: FeedStore) -> None:
    site.replies["/"] = server.body(
        f'<link rel="alternate" type="application/rss+xml" href="{inside.url("/g")}">', "text/html"
    )
    inside.replies["/g"] = server.body(feed(item(1), "Inside"))
    with pytest.raises(FeedError, match="neither a feed nor a page"):
        subscribe(store, site.url("/"))
    assert (inside.asked, store.is_empty) == ([], True)
    with pytest.raises(FetchError, match=r"does not have it \(404\)"):
        subscribe(store, site.url("/none").removeprefix("http://"))
    assert store.is_empty
    site.replies["/moved"] = server.body(f"<redirect><newLocation>{inside.url('/g')}</newLocation></redirect>")
    with pytest.raises(FetchError, match="own network"):
        subscribe(store, site.url("/moved"))
    assert inside.asked == []
    policy = make_policy([f"127.0.0.1:{inside.server_port}"], 20.0)
    assert subscribe(store, site.url("/"), policy=policy).feed.title == "Inside"


def test_subscribe_old_address_that_still_answers_leaves_a_podcast_where_it_moved(site: Site, store: FeedStore) -> None:
    for path in ("/old", "/new"):
        site.replies[path] = server.body(feed(item(1)))
    first = subscribe(store, site.url("/old")).feed.feed_id
    store.move(first, site.url("/new"))
    again = subscribe(store, site.url("/old"), policy=site.policy, is_listed=True)
    assert (again.is_new, again.feed.feed_id, again.feed.address) == (False, first, site.url("/new"))
    assert again.feed.allowed == site.allowed


def test_subscribe_four_feeds_of_a_page_are_tried(site: Site, store: FeedStore) -> None:
    link = "<link rel='alternate' type='application/rss+xml' href='/{}'>"
    for number, is_found in ((4, True), (5, False)):
        site.replies["/"] = server.body(" " * 5_000 + "".join(map(link.format, range(1, number + 1))), "text/html")
        site.replies = {"/": site.replies["/"], f"/{number}": server.body(feed(item(1)))}
        if is_found:
            assert subscribe(store, site.url("/")).feed.feed_id == site.url("/4")
        else:
            with pytest.raises(FeedError, match="is neither a feed nor a page that names one"):
                subscribe(store, site.url("/"))


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
