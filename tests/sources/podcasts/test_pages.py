"""Feeds in pages: all of them are read once, later only what is new, and no server can make it endless.

Links from other players and sites: where they lead, and what is said if they lead nowhere.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.sources import server
from tests.sources.podcasts.asking import ITUNES
from tests.sources.server import Exchange, Site, feed, item
from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.fetch import FetchError, Limits
from tui_pod.runtime.threads import Cancelled, CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.published import FeedError
from tui_pod.sources import directories
from tui_pod.sources.podcasts import pages
from tui_pod.sources.podcasts.pages import read_link
from tui_pod.sources.refresh import refresh
from tui_pod.sources.source import Subscribed
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


AT_APPLE = "https://podcasts.apple.com/at/podcast/tall-ships/id12"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (AT_APPLE, {"service": "Apple Podcasts", "page": AT_APPLE, "apple": "12", "country": "at"}),
        (f"{AT_APPLE}?i=99&t=61", {"apple": "12", "country": "at", "episode": "99", "start": 61.0}),
        ("pcast://itunes.apple.com/podcast/id12?mt=2", {"apple": "12"}),
        ("podcasts://podcasts.apple.com/podcast/id12", {"apple": "12"}),
        ("overcast.fm/itunes12/ships", {"service": "Overcast", "apple": "12"}),
        ("https://overcast.fm/+A-d/1:02:03", {"page": "https://overcast.fm/+A-d/1:02:03", "start": 3723.0}),
        ("overcast://x-callback-url/add?url=https%3A%2F%2Fa.example%2Ff", {"feed": "https://a.example/f", "page": ""}),
        ("https://pca.st/itunes/12", {"service": "Pocket Casts", "apple": "12"}),
        ("https://pca.st/episode/ab-1?t=90", {"start": 90.0, "feed": "", "apple": ""}),
        (f"Listen to this: {AT_APPLE}.", {"service": "Apple Podcasts", "page": AT_APPLE, "apple": "12"}),
        (f"<{AT_APPLE}>", {"page": AT_APPLE, "apple": "12"}),
        ("https://podcasts.apple.com/us/channel/ships/id6442", {"service": "Apple Podcasts", "apple": ""}),
        ("https://castbox.fm/channel/Ships-id12?country=us", {"service": "Castbox", "apple": ""}),
        ("https://fountain.fm/episode/abc", {"service": "Fountain"}),
        ("https://podcastindex.org/podcast/920666", {"service": "Podcast Index"}),
        ("https://www.deezer.com/en/show/12", {"service": "Deezer"}),
        ("https://www.audible.com/podcast/Ships/B01", {"service": "Audible"}),
        ("https://player.fm/series/ships", {"service": "Player FM"}),
        ("https://music.amazon.co.uk/podcasts/ab/ships", {"service": "Amazon Music"}),
        ("https://play.pocketcasts.com/podcasts/ab", {"service": "Pocket Casts", "apple": ""}),
        ("pktc://subscribe/a.example/f", {"feed": "a.example/f"}),
        ("https://podcastaddict.com/feed/https%3A%2F%2Fa.example%2Ff", {"feed": "https://a.example/f"}),
        (
            "https://podcastaddict.com/episode/https%3A%2F%2Fa.example%2F1.mp3&podcastId=7",
            {"service": "Podcast Addict", "episode": "https://a.example/1.mp3", "feed": ""},
        ),
        (
            "https://antennapod.org/deeplink/subscribe/?url=%68%74%74ps%3A%2F%2Fa.example%2Ff&title=A",
            {"service": "AntennaPod", "feed": "https://a.example/f"},
        ),
        ("antennapod-subscribe://a.example/f", {"feed": "a.example/f"}),
        ("https://open.spotify.com/intl-de/episode/4x?t=5", {"service": "Spotify", "start": 5.0}),
        ("https://www.youtube.com/watch?v=4x&t=754s", {"service": "YouTube", "start": 754.0}),
        ("https://youtu.be/4x", {"service": "YouTube", "start": None}),
    ],
)
def test_link_says_what_it_names(typed: str, said: dict[str, object]) -> None:
    link = read_link(typed)
    assert {name: getattr(link, name) for name in said} == said


@pytest.mark.parametrize(
    "typed",
    ["https://www.youtube.com/feeds/videos.xml?channel_id=1", "https://antennapod.org/feed.xml", "https://[", "/x",
     "https://overcast.fm.example/itunes12", "https://a.example/f", "feed:a.example/f", "", "overcast.fm"],
)  # fmt: skip
def test_other_addresses_are_no_links(typed: str) -> None:
    assert read_link(typed) is None


@pytest.fixture
def apple(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Apple on the loopback server, which knows a podcast there; pages at `localhost` are those of Overcast."""
    real = directories.itunes
    monkeypatch.setattr(directories, "itunes", lambda country: real(country, site.url("")))
    podcast = {**ITUNES["results"][0], "feedUrl": site.url("/f")}
    episode = {"wrapperType": "podcastEpisode", "kind": "podcast-episode", "trackId": 99, "trackName": "Episode 2",
               "episodeGuid": "guid-2", "episodeUrl": "https://tracker.example/x/2.mp3?a=1"}  # fmt: skip
    site.replies["/lookup"] = server.body(json.dumps({"results": [podcast, episode]}), "text/javascript")
    site.replies["/f"] = server.body(feed("".join(item(n, f"https://a.example/{n}.mp3?s=1") for n in (1, 2, 3))))
    monkeypatch.setitem(pages.LINKS, "localhost", ("Overcast", re.compile("")))
    return site


def add(store: FeedStore, site: Site, typed: str) -> Subscribed:
    policy = NetworkPolicy(site.allowed | {("http", "localhost", site.server_port)})
    return subscribe(store, typed.replace("HERE", f"http://localhost:{site.server_port}"), policy=policy)


def title_of(store: FeedStore, done: Subscribed) -> str | None:
    with store.db.read() as db:
        found = db.execute("SELECT title FROM episodes WHERE id = ?", (done.episode,)).fetchone()
    return found[0] if found else None


def test_link_of_apple_leads_to_podcast_episode_and_second(apple: Site, store: FeedStore) -> None:
    done = add(store, apple, f"{AT_APPLE}?i=99&t=61")
    assert (done.feed.address, title_of(store, done), done.start) == (apple.url("/f"), "Episode 2", 61.0)
    assert apple.paths()[0] == "/lookup?id=12&country=AT&entity=podcastEpisode&limit=200"
    done = add(store, apple, f"{AT_APPLE}?i=98")
    assert (done.is_new, done.episode, done.is_of_episode) == (False, None, True)
    assert add(store, apple, AT_APPLE).is_of_episode is False
    assert done.feed.allowed == frozenset()  # it was not typed


@pytest.mark.parametrize(
    ("page", "episode"),
    [
        ('<a href="https:\\/\\/podcasts.apple.com\\/at\\/podcast\\/ships\\/id12">', None),
        (
            '<a href="/itunes12/tall-ships">Tall Ships</a><audio><source src="http://a.example/2.mp3?x#t=0">',
            "Episode 2",
        ),
        ('<a href="FEED">RSS</a> https://a.example/1.mp3 https://a.example/2.mp3', None),
        (
            '<a href="https://nowhere.invalid/feed">RSS</a><a href="FEED">RSS</a> https://a.example/3.mp3?a&amp;b',
            "Episode 3",
        ),
        ('<link rel="alternate" type="application/rss+xml" href="FEED">', None),
    ],
)
def test_page_leads_to_the_podcast_and_the_only_episode_that_it_names(
    apple: Site, store: FeedStore, page: str, episode: str | None
) -> None:
    apple.replies["/feed.xml"] = apple.replies["/f"]
    apple.replies["/page"] = server.body(page.replace("FEED", apple.url("/feed.xml")), "text/html")
    assert title_of(store, add(store, apple, "HERE/page?t=5")) == episode


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("<title>Tall &amp; Ships</title> id12", "Overcast does not name the feed of “Tall & Ships”. Search"),
        ("<link rel=alternate type=application/rss+xml href=/feeds/videos.xml>", "Overcast does not name the feed."),
        ("/itunes1/a /itunes2/b", "Overcast does not name the feed."),
        ('<a href="OTHER/feed.xml">', "Overcast does not name the feed."),
    ],
)  # fmt: skip
def test_page_without_a_feed_is_one_line(apple: Site, store: FeedStore, page: str, said: str) -> None:
    apple.replies["/page"] = server.body(page.replace("OTHER", apple.url("")), "text/html")
    apple.replies["/feed.xml"] = server.body("<html>" + "A long text. " * 1000, "text/html")
    with pytest.raises((FeedError, FetchError)) as raised:
        add(store, apple, "HERE/page")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert store.feeds() == []


def test_podcast_of_one_app_alone_and_feeds_in_the_own_network_are_refused(apple: Site, store: FeedStore) -> None:
    apple.replies["/lookup"] = server.body('{"results": [{"collectionName": "Only Here"}]}')
    with pytest.raises(FeedError, match="Apple Podcasts does not name the feed"):
        add(store, apple, AT_APPLE)
    apple.replies["/lookup"] = server.body("[3]")
    with pytest.raises(FeedError, match="iTunes did not answer with a podcast"):
        add(store, apple, AT_APPLE)
    with pytest.raises(FetchError, match="own network"):
        subscribe(store, f"https://antennapod.org/deeplink/subscribe?url={apple.url('/f')}", policy=PUBLIC)
    with pytest.raises(FeedError, match="Overcast does not name the feed"):
        subscribe(store, "overcast://x-callback-url/add")
