"""Which episodes are new: those that came after the first time, and are wanted; and what can be downloaded."""

from pathlib import Path

import pytest

from tui_pod.core.library.podcast_settings import DAY
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.marks import candidates, drop_old_news, read_news, set_marked
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem

FEED = "https://a.example.org/f"


def bring(store: FeedStore, now: float, *titles: str) -> int:
    """Store a feed with episodes of these titles; return how many are new."""
    return store.store(
        FEED, Published("Cast", tuple(PublishedItem(guid=title, title=title) for title in titles)), now=now
    ).new


def ids(*titles: str) -> set[str]:
    return {episode_id(FEED, title) for title in titles}


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    store = FeedStore(tmp_path / "data")
    store.subscribe([Entry(FEED)])
    bring(store, 1.0, "One", "Two")
    return store


def test_what_comes_later_is_new_until_it_is_seen(store: FeedStore) -> None:
    assert read_news(store.db) == set()  # of what a podcast begins with nothing is
    assert bring(store, 2.0, "One", "Two", "Three") == 1
    assert bring(store, 3.0, "Two", "Three", "Four") == 1
    assert read_news(store.db) == ids("Three", "Four")
    set_marked(store.db, "news", ids("Three"), is_marked=False)
    assert read_news(store.db) == ids("Four")
    store.remove(FEED)
    store.purge(float("inf"))
    assert read_news(store.db) == set()


def test_what_the_words_of_the_podcast_leave_out_is_neither_new_nor_counted(store: FeedStore) -> None:
    store.configure(FEED, {"exclude": "rerun"})
    assert bring(store, 2.0, "One", "Rerun: One", "Three") == 1
    assert read_news(store.db) == ids("Three")


def test_what_is_too_short_or_too_long_is_neither_new_nor_counted(store: FeedStore) -> None:
    store.configure(FEED, {"min_length": "10m", "max_length": "1h"})
    lengths = {"Short": 599.0, "Right": 600.0, "Long": 3601.0, "Unknown": None}
    items = tuple(PublishedItem(guid=title, title=title, duration=length) for title, length in lengths.items())
    assert store.store(FEED, Published("Cast", items), now=2.0).new == 2
    assert read_news(store.db) == ids("Right", "Unknown")


def test_what_can_be_downloaded_is_on_the_network_and_not_unwanted(store: FeedStore) -> None:
    addresses = {
        "Folder": "/a.mp3", "None": None, "Old": "http://a.example.org/1.mp3",
        "Unwanted": "https://a.example.org/2.mp3", "New": "https://a.example.org/3.mp3",
    }  # fmt: skip
    items = [
        PublishedItem(guid=name, title=name, audio=audio, published=float(n))
        for n, (name, audio) in enumerate(addresses.items())
    ]
    store.store(FEED, Published("Cast", tuple(items)), now=DAY)
    set_marked(store.db, "unwanted", ids("Unwanted"), is_marked=True)
    assert [(one.title, one.audio) for one in candidates(store.db, FEED)] == [
        ("New", "https://a.example.org/3.mp3"), ("Old", "http://a.example.org/1.mp3"),
    ]  # fmt: skip
    set_marked(store.db, "unwanted", ids("Unwanted", "New"), is_marked=False)
    assert [one.title for one in candidates(store.db, FEED)] == ["New", "Unwanted", "Old"]
    store.remove(FEED)
    assert candidates(store.db, FEED) == []
    store.restore(FEED)
    assert len(candidates(store.db, FEED)) == 3


def test_serial_is_downloaded_by_its_numbers(store: FeedStore) -> None:
    items = [
        PublishedItem(guid=guid, title=guid, season=season, number=number, audio=f"https://a.example.org/{guid}.mp3")
        for guid, season, number in (("c", 1, 1), ("a", 2, 1), ("b", 1, 2))
    ]
    store.store(FEED, Published("Cast", tuple(items), is_serial=True), now=2.0)
    assert [one.title for one in candidates(store.db, FEED)] == ["a", "b", "c"]


def test_news_of_each_podcast_last_as_long_as_it_says(store: FeedStore) -> None:
    other = "https://b.example.org/f"
    store.subscribe([Entry(other)])
    store.store(other, Published("Other", (PublishedItem(guid="x", title="x"),)), now=1.0)
    store.configure(other, {"new_for": "40"})
    store.store(other, Published("Other", (PublishedItem(guid="y", title="y"),)), now=2.0)
    bring(store, 2.0, "Three")
    assert read_news(store.db, now=28 * DAY) == ids("Three") | {episode_id(other, "y")}
    assert drop_old_news(store.db, now=28 * DAY) == set()
    assert read_news(store.db, now=29 * DAY) == {episode_id(other, "y")}
    assert [drop_old_news(store.db, now=29 * DAY) for _ in range(2)] == [ids("Three"), set()]
    assert read_news(store.db, now=28 * DAY) == {episode_id(other, "y")}
