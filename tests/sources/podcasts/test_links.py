"""Links from other players and sites: where they lead, and what is said if they lead nowhere."""

import json
import re
from pathlib import Path

import pytest

from tests.sources import server
from tests.sources.podcasts.asking import ITUNES
from tests.sources.server import Site, feed, item
from tui_pod.net.access import PUBLIC, NetworkPolicy
from tui_pod.net.fetch import FetchError
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.published import FeedError
from tui_pod.sources.podcasts import directories, pages
from tui_pod.sources.podcasts.pages import read_link
from tui_pod.sources.source import Subscribed
from tui_pod.sources.table import subscribe

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
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(tmp_path / "data")


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
