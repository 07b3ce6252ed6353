"""Feeds in pages: all of them are read once, later only what is new, and no server can make it endless."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.sources import server
from tests.sources.server import Exchange, Site, feed, item
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.fetch import Limits
from tui_pod.runtime.threads import Cancelled, CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.sources.podcasts import pages
from tui_pod.sources.refresh import refresh
from tui_pod.sources.table import subscribe

ATOM = 'xmlns:atom="http://www.w3.org/2005/Atom"'


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(tmp_path / "data")


def page(numbers: Sequence[int], following: str = "") -> str:
    """Return a page with these items that names the page after it."""
    link = f'<atom:link {ATOM} rel="next" href="{following}"/>' if following else ""
    return feed("".join(map(item, numbers)), extra=link)


def serve_three(site: Site) -> str:
    """Serve a feed in three pages; return its address."""
    site.replies["/feed"] = server.tagged(page([9, 8, 7], "/feed/2"))
    site.replies["/feed/2"] = server.body(page([6, 5, 4], "3"))
    site.replies["/feed/3"] = server.body(page([3, 2, 1]))
    return site.url("/feed")


def titles(store: FeedStore) -> list[str]:
    """Return the episodes' titles, the newest first."""
    with store.db.read() as db:
        return [row[0] for row in db.execute("SELECT title FROM episodes ORDER BY sort DESC, place DESC")]


async def test_subscribing_reads_all_pages(site: Site, store: FeedStore) -> None:
    assert subscribe(store, serve_three(site)).new == 9
    assert titles(store) == [f"Episode {number}" for number in range(9, 0, -1)]
    assert site.paths() == ["/feed", "/feed/2", "/feed/3"]


async def test_refresh_reads_only_as_far_as_something_is_new(site: Site, store: FeedStore) -> None:
    subscribe(store, serve_three(site))
    site.asked.clear()
    assert (await refresh(store)).new == 0
    assert site.paths() == ["/feed"]
    site.asked.clear()
    site.replies["/feed"] = server.tagged(page([10, 9, 8], "/feed/2"), '"two"')
    site.replies["/feed/2"] = server.body(page([7, 6, 5], "3"))
    assert (await refresh(store)).new == 1
    assert site.paths() == ["/feed", "/feed/2"]
    assert len(titles(store)) == 10


async def test_page_that_fails_costs_nothing_and_is_read_the_next_time(site: Site, store: FeedStore) -> None:
    address = serve_three(site)
    whole, site.replies["/feed/3"] = site.replies["/feed/3"], server.body("down", status=503)
    assert subscribe(store, address).new == 6
    site.replies["/feed/3"] = whole
    result = await refresh(store)
    assert (result.new, result.failed) == (3, ())
    site.asked.clear()
    await refresh(store)
    assert site.paths() == ["/feed"]


@pytest.mark.parametrize("content", ["<html>Not here</html>", page([6, 5, 4])[:-60], ""])
async def test_page_that_is_no_feed_or_cut_leaves_the_others(content: str, site: Site, store: FeedStore) -> None:
    address = serve_three(site)
    site.replies["/feed/2"] = server.body(content)
    assert 3 <= subscribe(store, address).new <= 5
    assert store.feeds()[0].etag is None


async def test_pages_that_go_round_or_never_end_are_left(
    site: Site, store: FeedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.replies["/round"] = server.body(page([2], "/round/b"))
    site.replies["/round/b"] = server.body(page([1], "/round"))
    assert subscribe(store, site.url("/round")).new == 2
    assert site.paths() == ["/round", "/round/b"]

    def endless(exchange: Exchange) -> None:
        number = len(site.asked) + 100
        exchange.say(200, page([number], f"/endless/{number}").encode(), "application/rss+xml")

    monkeypatch.setattr(pages, "MAX_PAGES", 7)
    monkeypatch.setattr(site, "replies", _Always(endless))
    site.asked.clear()
    assert subscribe(store, site.url("/endless")).new == 7
    assert len(site.asked) == 7


class _Always(dict[str, server.Reply]):
    """Replies that are the same whatever is asked."""

    def __init__(self, reply: server.Reply) -> None:
        super().__init__()
        self._reply = reply

    def get(self, key: object, default: object = None) -> server.Reply:
        return self._reply


async def test_slow_pages_are_left_for_another_time(
    site: Site, store: FeedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PATIENCE", 0.0)
    assert subscribe(store, serve_three(site)).new == 6
    monkeypatch.undo()
    assert (await refresh(store)).new == 3


async def test_page_of_another_private_host_is_not_asked_for(site: Site, inside: Site, store: FeedStore) -> None:
    inside.replies["/feed"] = server.body(page([1]))
    site.replies["/feed"] = server.body(page([2], inside.url("/feed")))
    assert subscribe(store, site.url("/feed")).new == 1
    assert inside.asked == []


async def test_page_of_a_json_feed_and_of_an_atom_feed_is_read(site: Site, store: FeedStore) -> None:
    def items(number: int) -> list[dict[str, str]]:
        return [{"id": str(number), "title": f"Episode {number}", "content_text": "Words"}]

    first = {"version": "https://jsonfeed.org/version/1.1", "title": "J", "next_url": "/j2", "items": items(2)}
    site.replies["/j"] = server.body(json.dumps(first), "application/feed+json")
    site.replies["/j2"] = server.body(json.dumps({"title": "J", "items": items(1)}), "application/feed+json")
    assert subscribe(store, site.url("/j")).new == 2
    entry = "<entry><id>{0}</id><title>Entry {0}</title><updated>2026-01-01T00:00:00Z</updated></entry>"
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>{1}' + entry + "</feed>"
    site.replies["/a"] = server.body(atom.format(2, "<link rel='next' href='/a2'/>"), "application/atom+xml")
    site.replies["/a2"] = server.body(atom.format(1, ""), "application/atom+xml")
    assert subscribe(store, site.url("/a")).new == 2


def test_reading_of_pages_can_be_stopped(site: Site) -> None:
    stop = CancelToken()
    policy = NetworkPolicy(site.allowed, Limits(1_000_000, seconds=30.0))
    _, first = pages.read_page(serve_three(site), policy, stop)
    stop.set()
    with pytest.raises(Cancelled):
        pages.with_older_pages(first, site.url("/feed"), frozenset(), policy, stop)
