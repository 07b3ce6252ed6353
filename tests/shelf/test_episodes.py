"""The order, growth and pictures of episodes."""

from datetime import date

import pytest

from tests.shelf.making import DAY, FIRST, NOW, make_feed, make_item, titles
from tui_pod.shelf import episodes
from tui_pod.shelf.episodes import picture_of
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.library import read_feeds
from tui_pod.shelf.marks import read_news
from tui_pod.shelf.match import episode_id, recording_id


def test_order_without_dates_is_the_feeds_own(store: FeedStore) -> None:
    store.store(FIRST, make_feed(*(make_item(n, published=None) for n in (3, 2, 1))), now=NOW)
    store.store(FIRST, make_feed(*(make_item(n, published=None) for n in (5, 4, 3, 2))), now=NOW + 9)
    assert titles(store) == [f"Title {number}" for number in (5, 4, 3, 2, 1)]


def test_order_date_in_the_future_is_that_of_its_neighbour_and_is_not_shown(store: FeedStore) -> None:
    dates = {2: NOW - 2 * DAY, 1: NOW + 4000 * DAY, 0: NOW - 9 * DAY}
    store.store(FIRST, make_feed(*(make_item(n, published=date) for n, date in dates.items())), now=NOW)
    assert titles(store) == ["Title 2", "Title 1", "Title 0"]
    found = read_feeds(store.db.file.parent)
    assert [episode.published and episode.published.isoformat() for episode in found.episodes] == [
        "2025-12-30", None, "2025-12-23",
    ]  # fmt: skip
    assert [date.fromordinal(day).isoformat() for day in found.days] == ["2025-12-30", "2025-12-30", "2025-12-23"]
    before = store.generation
    store.store(FIRST, make_feed(*(make_item(n, published=date) for n, date in dates.items())), now=NOW + DAY)
    assert store.generation == before


def test_same_recording_and_title_twice_is_one_episode(store: FeedStore) -> None:
    one, two = make_item(1), make_item(1, guid="copy", audio="https://c.org/1.mp3?token=2", published=NOW)
    other = make_item(2, audio="https://c.org/1.mp3")
    kept, copy = episode_id(FIRST, "g1"), episode_id(FIRST, "copy")
    store.store(FIRST, make_feed(one, other), now=NOW)
    assert store.store(FIRST, make_feed(two, one, other), now=NOW + 1).new == 0
    found = read_feeds(store.db.file.parent)
    assert [episode.id for episode in found.episodes] == [kept, episode_id(FIRST, "g2")]
    assert found.aliases == {copy: kept}
    assert read_news(store.db) == set()
    before = store.generation
    store.store(FIRST, make_feed(two, one, other), now=NOW + 2)
    assert store.generation == before
    store.store(FIRST, make_feed(two._replace(title="Another"), one, other), now=NOW + 3)
    found = read_feeds(store.db.file.parent)
    assert (len(found.episodes), found.aliases) == (3, {})


def test_seasons_and_numbers_are_read(store: FeedStore) -> None:
    items = [
        make_item(1, title="Chapter 1", season=3, number=1), make_item(2, title="12: Moss", number=12),
        make_item(3, title="Moss", number=12), make_item(4, title="Part 112", number=12), make_item(5, season=2),
    ]  # fmt: skip
    store.store(FIRST, make_feed(*items), now=NOW)
    found = [episode.numbering for episode in read_feeds(store.db.file.parent).episodes]
    assert found == ["S3 E1", "", "E12", "E12", "S2"]


def test_picture_is_the_episodes_own_else_that_of_its_feed(store: FeedStore) -> None:
    own = make_item(1)._replace(picture="https://c.org/1.jpg")
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


def test_growth_spares_what_the_feed_lists_under_a_shared_guid(
    store: FeedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(episodes, "MAX_EPISODES", 2)
    shared = [make_item(n, guid="same", published=NOW + n) for n in (1, 2)]
    store.store(FIRST, make_feed(*shared), now=NOW)
    store.store(FIRST, make_feed(make_item(9, published=NOW + 9), *shared), now=NOW + 1)
    assert store.feeds()[0].episodes == 3


def test_imported_recording_is_the_episode_that_alone_has_it(store: FeedStore) -> None:
    store.await_recordings({recording_id(FIRST, f"https://c.org/{n}.mp3"): FIRST for n in (1, 2)})
    same = [make_item(n, audio="https://c.org/2.mp3") for n in (2, 3)]
    assert store.store(FIRST, make_feed(make_item(1), *same), now=NOW).has_changed
    with store.db.read() as db:
        awaited = dict(db.execute("SELECT id, episode FROM aliases").fetchall())
    assert awaited == {
        recording_id(FIRST, "https://c.org/1.mp3"): episode_id(FIRST, "g1"),
        recording_id(FIRST, "https://c.org/2.mp3"): FIRST,
    }
