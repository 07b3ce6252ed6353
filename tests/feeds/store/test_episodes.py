"""The order, growth and pictures of episodes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.feeds.store.making import DAY, FIRST, NOW, make_feed, make_item, titles
from tui_pod.feeds.store import episodes
from tui_pod.feeds.store.episodes import picture_of
from tui_pod.feeds.store.feed_store import FeedStore
from tui_pod.feeds.store.library import read_feeds
from tui_pod.feeds.store.match import episode_id


def test_order_without_dates_is_the_feeds_own(store: FeedStore) -> None:
    store.store(FIRST, make_feed(*(make_item(n, published=None) for n in (3, 2, 1))), now=NOW)
    store.store(FIRST, make_feed(*(make_item(n, published=None) for n in (5, 4, 3, 2))), now=NOW + 9)
    assert titles(store) == [f"Title {number}" for number in (5, 4, 3, 2, 1)]


def test_order_undated_item_stays_with_its_neighbours(store: FeedStore) -> None:
    items = [make_item(n, published=None if n == 2 else NOW - n * DAY) for n in (1, 2, 3)]
    store.store(FIRST, make_feed(*items), now=NOW)
    assert titles(store) == ["Title 1", "Title 2", "Title 3"]


def test_order_dates_in_the_far_future_are_not_believed(store: FeedStore) -> None:
    store.store(FIRST, make_feed(make_item(1, published=NOW + 900 * DAY)), now=NOW)
    store.store(FIRST, make_feed(make_item(2, published=NOW + DAY)), now=NOW + DAY)
    assert titles(store) == ["Title 2", "Title 1"]


def test_picture_is_the_episodes_own_else_that_of_its_feed(store: FeedStore) -> None:
    own = replace(make_item(1), picture="https://c.org/1.jpg")
    store.store(FIRST, make_feed(own, make_item(2), picture="https://c.org/all.jpg"), now=NOW)
    first, second = episode_id(FIRST, "g1"), episode_id(FIRST, "g2")
    assert [picture_of(store.db, ident) for ident in (first, second, "other")] == [
        "https://c.org/1.jpg", "https://c.org/all.jpg", None,
    ]  # fmt: skip
    store.store(FIRST, make_feed(make_item(1), make_item(2)), now=NOW + 1)
    assert picture_of(store.db, first) is None


def test_serial_is_in_the_order_of_seasons_and_numbers(store: FeedStore) -> None:
    numbers = {"a": (2, 1), "b": (1, 2), "c": (None, None), "d": (1, 1), "e": (None, 3)}  # newest first by date
    items = [
        make_item(n, guid=guid, title=guid, season=season, number=number)
        for n, (guid, (season, number)) in enumerate(numbers.items())
    ]
    for is_serial, wanted in ((False, "abcde"), (True, "aecbd")):
        store.store(FIRST, make_feed(*items, is_serial=is_serial), now=NOW)
        assert store.episode_ids(FIRST) == [episode_id(FIRST, guid) for guid in wanted]
        found = read_feeds(store.db.file.parent)
        course = [topic.episodes for topic in found.topics if topic.name.endswith("Cast")]
        assert course == [tuple(reversed(store.episode_ids(FIRST))) if is_serial else ()]
        assert "".join(episode.title for episode in found.episodes) == "abcde"


def test_growth_of_a_feed_is_bounded(store: FeedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(episodes, "MAX_EPISODES", 10)
    heard = episode_id(FIRST, "g1")
    store.has_progress = lambda ident: ident == heard
    for start in (0, 8, 16):
        items = [make_item(n, published=NOW + n, notes="<p>n", season=1, size=5) for n in range(start, start + 8)]
        stored = store.store(FIRST, make_feed(*reversed(items)), now=NOW + 100)
        assert stored.new == 8
    kept = store.episode_ids(FIRST)
    assert kept == [episode_id(FIRST, f"g{n}") for n in [*range(23, 14, -1), 1]]
    assert store.feeds()[0].episodes == 10
    assert [notice.partition(":")[0] for notice in store.take_notices()] == ["Cast", "Cast"]
    with store.db.read() as db:
        counts = [
            db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("notes", "sizes", "numbering")
        ]
    assert counts == [10, 10, 10]
