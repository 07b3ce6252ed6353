"""How long servers are left alone, and which feeds are due."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published
from tui_pod.shelf.subscription import MAX_REST, Subscription, is_due, is_left_alone, note_answer, note_refusal

FEED = "https://a.example.org/f"

HOUR = 3600.0


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    store = FeedStore(tmp_path / "data")
    store.subscribe([Entry(FEED)])
    store.store(FEED, Published("Cast"))
    return store


def the(store: FeedStore) -> Subscription:
    (feed,) = store.feeds()
    return feed


def rest(store: FeedStore) -> float:
    """Return for how many seconds the feed rests."""
    return max(0.0, the(store).rests_until - time.time())


@pytest.mark.parametrize(
    ("control", "ttl", "seconds"),
    [
        ("", 0.0, 0),
        ("max-age=600", 0.0, 600),
        ("public, MAX-AGE = 600, must-revalidate", 0.0, 600),
        ("no-cache, no-store", 0.0, 0),
        ("s-maxage=600", 0.0, 0),
        ("", HOUR, HOUR),
        ("max-age=600", HOUR, HOUR),
        ("max-age=999999999", 0.0, MAX_REST),
        ("max-age=x", 1e12, MAX_REST),
    ],
)
def test_longest_rest_that_an_answer_says_is_kept_within_a_day(
    store: FeedStore, control: str, ttl: float, seconds: float
) -> None:
    note_answer(store.db, the(store), {"cache-control": control}, ttl)
    assert rest(store) == pytest.approx(seconds, abs=30)


def test_answer_without_a_document_leaves_what_the_last_one_said(store: FeedStore) -> None:
    note_answer(store.db, the(store), {}, HOUR)
    note_answer(store.db, the(store), {"cache-control": "max-age=60"}, None)
    assert rest(store) == pytest.approx(HOUR, abs=30)


def test_answer_that_says_nothing_writes_nothing(store: FeedStore) -> None:
    before = store.db.file.read_bytes()
    note_answer(store.db, the(store), {}, 0.0)
    assert store.db.file.read_bytes() == before


def test_resting_feed_is_asked_on_wish_and_one_whose_server_refuses_is_not(store: FeedStore) -> None:
    now = time.time()
    note_answer(store.db, the(store), {"cache-control": "max-age=600"}, 0.0)
    assert [is_left_alone(the(store), now, is_asked) for is_asked in (False, True)] == [True, False]
    note_refusal(store.db, the(store), 600)
    assert [is_left_alone(the(store), now, is_asked) for is_asked in (False, True)] == [True, True]
    assert not is_left_alone(the(store), now + 700, is_asked=False)


@pytest.mark.parametrize("changes", [{"hidden": "yes"}, {"refresh": "never"}])
def test_podcast_that_is_hidden_or_never_refreshed_is_left_alone(store: FeedStore, changes: dict[str, str]) -> None:
    store.configure(FEED, changes)
    assert is_left_alone(the(store), time.time(), is_asked=True)


@pytest.mark.parametrize(
    ("own", "usual", "minutes", "is_so"),
    [("", 60, 59, False), ("", 60, 67, True), ("30", 60, 34, True), ("120", 60, 119, False), ("never", 60, 999, False),
     ("", 0, 999, False), ("30", 0, 34, True)],
)  # fmt: skip
def test_feed_is_due_after_its_own_time_else_the_usual_a_tenth_later_at_most(
    store: FeedStore, own: str, usual: int, minutes: float, is_so: bool
) -> None:
    store.configure(FEED, {"refresh": own})
    assert is_due(the(store), usual, 0.0, time.time() + 60 * minutes, "run") is is_so


def test_feed_that_fails_is_not_asked_at_every_look(store: FeedStore) -> None:
    later = time.time() + 10 * HOUR
    assert is_due(the(store), 60, 0.0, later, "run")
    assert not is_due(the(store), 60, later - HOUR / 2, later, "run")


def test_times_of_a_clock_that_was_years_ahead_do_not_stop_refreshing(store: FeedStore) -> None:
    now, ahead = time.time(), time.time() + 1000 * 24 * HOUR
    store.store(FEED, Published("Cast"), now=ahead)
    wrong = replace(the(store), rests_until=ahead, is_refused=True)
    assert is_due(wrong, 60, 0.0, now, "run")
    assert not is_left_alone(wrong, now, is_asked=False)
