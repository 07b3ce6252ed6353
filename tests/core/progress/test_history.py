"""What was heard, day by day. How progress from elsewhere is described."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from tests.fakes import START
from tests.rooms import EPISODES, TOPICS
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import build_library
from tui_pod.core.progress.history import Day, heard_days, only_with, to_day, to_markdown
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.ranges import MAX_RANGES, Ranges, add_range, join
from tui_pod.core.progress.received import received_rows
from tui_pod.core.progress.records import HeardRecord
from tui_pod.core.wall_time import local_time

LIBRARY = build_library(
    [Topic("Sea")],
    [
        Episode("one", "Whales [live] — first", "", 600.0, tags=("Sea",)),
        Episode("two", "Ice", "", 600.0, tags=("Sea",)),
    ],
)
EVENING = datetime(2026, 6, 3, 21, tzinfo=UTC)


def record(minute: int, episode: str, seconds: float = 300.0, offset: int = 0) -> HeardRecord:
    return HeardRecord(f"r-{minute}", episode, EVENING + timedelta(minutes=minute), offset, seconds, seconds / 2)


def days(*records: HeardRecord) -> list[tuple[str, str]]:
    """Return each day with what was heard."""
    found = heard_days(records, ())
    return [
        (str(day.date), " ".join(f"{each.episode} {each.when} {each.how_long}" for each in day.heard)) for day in found
    ]


def test_episode_is_listed_once_for_each_time_it_was_heard_and_by_the_day_where_the_listener_was() -> None:
    assert days(record(0, "one"), record(3, "one"), record(10, "two"), record(120, "one")) == [
        ("2026-06-03", "one 21:00–21:05 10 m two 21:10–21:12 5 m one 23:00–23:02 5 m")
    ]
    assert days(record(0, "one"), record(5, "one", offset=180), record(6, "one", offset=180)) == [
        ("2026-06-04", "one 00:05–00:08 10 m"),
        ("2026-06-03", "one 21:00–21:02 5 m"),
    ]
    assert days(record(0, "one"), record(40, "one")) == [("2026-06-03", "one 21:00–21:02 5 m one 21:40–21:42 5 m")]


def test_what_another_machine_played_last_is_there_with_its_name() -> None:
    progress = {
        "two": Progress(EVENING, 60.0, listened=EVENING, origin="desk"),
        "one": Progress(EVENING, 60.0, listened=EVENING),
    }
    [day] = heard_days([], progress.items())
    [heard] = day.heard
    assert (heard.episode, heard.how_long, heard.when) == ("two", "on desk", f"until {local_time(EVENING):%H:%M}")
    assert day.seconds == 0.0


def test_words_find_titles_and_topics() -> None:
    found = heard_days([record(0, "one"), record(10, "two"), record(20, "gone")], ())
    assert [each.episode for day in only_with(found, LIBRARY, ["whal", "sea"]) for each in day.heard] == ["one"]
    assert len(only_with(found, LIBRARY, ["SEA"])[0].heard) == 2
    assert only_with(found, LIBRARY, ["nothing"]) == []


def test_day_as_markdown_says_when_what_and_how_long() -> None:
    found = heard_days([record(0, "one"), record(10, "gone")], ())
    assert [*to_markdown(found, LIBRARY)] == [
        "# Wednesday, 3 June 2026", "", "10 m heard.", "",
        "- 21:00–21:02 Whales \\[live] — first · Sea (5 m)",
        "- 21:10–21:12 gone, no longer in the library (5 m)", "",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["tomorrow", "3.6.2026", "", "2026-13-01"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        to_day(text, START)


def test_yesterday_is_the_day_before_here() -> None:
    assert to_day("yesterday", START) == local_time(START).date() - timedelta(days=1)
    assert to_day("2026-06-03", START) == date(2026, 6, 3)
    assert Day(date(2026, 6, 3), ()).seconds == 0.0


@pytest.mark.parametrize(
    ("ranges", "start", "end", "expected"),
    [
        pytest.param((), 1, 2, ((1, 2),), id="first"),
        pytest.param(((1, 2),), 2.4, 3, ((1, 3),), id="a poll later is joined"),
        pytest.param(((1, 2),), 2.6, 3, ((1, 2), (2.6, 3)), id="a jump is not"),
        pytest.param(((5, 9),), 1, 2, ((1, 2), (5, 9)), id="before, in order"),
        pytest.param(((1, 2), (5, 9)), 0, 20, ((0, 20),), id="over all"),
        pytest.param(((1, 9),), 3, 4, ((1, 9),), id="inside"),
        pytest.param(((1, 2),), 7, 7, ((1, 2),), id="empty"),
        pytest.param(((1, 2),), 9, 3, ((1, 2),), id="backwards"),
        pytest.param((), -3, 1, ((0, 1),), id="before the start"),
        pytest.param((), 1.234567, 2.345678, ((1.23, 2.35),), id="on hundredths"),
    ],
)
def test_add_range_merges_what_touches(ranges: Ranges, start: float, end: float, expected: Ranges) -> None:
    assert add_range(ranges, start, end) == expected


def test_add_range_of_very_many_jumps_keeps_a_bounded_number() -> None:
    ranges: Ranges = ()
    for start in range(0, 10_000, 10):
        ranges = add_range(ranges, start, start + 2)
    assert len(ranges) == MAX_RANGES
    assert (ranges[0][0], ranges[-1][1]) == (0, 9992)


def test_add_range_too_many_joins_the_two_nearest() -> None:
    ranges: Ranges = tuple((n * 100.0, n * 100.0 + 10) for n in range(MAX_RANGES))
    found = add_range(ranges, 511, 512)
    assert (500.0, 512) in found


def test_join_is_the_union_whatever_the_order() -> None:
    first, second = ((0.0, 10.0), (50.0, 60.0)), ((5.0, 20.0), (30.0, 40.0))
    assert join(first, second) == join(second, first) == ((0.0, 20.0), (30.0, 40.0), (50.0, 60.0))


def test_join_with_nothing_is_the_other() -> None:
    assert join((), ((1.0, 2.0),)) == join(((1.0, 2.0),), ()) == ((1.0, 2.0),)


def test_add_range_random_stretches_cover_what_was_heard() -> None:
    random.seed(7)
    ranges: Ranges = ()
    seconds: set[int] = set()
    for _ in range(40):
        start = random.randrange(0, 400)
        end = start + random.randrange(1, 30)
        ranges = add_range(ranges, start, end)
        seconds |= set(range(start, end))
    assert sum(end - start for start, end in ranges) == len(seconds)
    assert all(one[1] < other[0] for one, other in pairwise(ranges))


def test_progress_from_elsewhere_says_where_it_was_and_who_sent_it() -> None:
    later, now = START + timedelta(hours=1), START + timedelta(hours=3)
    progress = {
        "one": Progress(later, 65.0, origin="laptop"),
        "two": Progress(later, 0.0, played=True),
        "gone": Progress(later, 5.0),
    }
    former = {"one": Progress(START, 5.0), "two": None}
    rows = list(received_rows(build_library(TOPICS, EPISODES), progress, former, now))
    assert rows == [
        ("one", "One", "0:05 → 1:05", "laptop", "2 h ago"), ("two", "Two", "played"), ("gone", "", "0:05"),
    ]  # fmt: skip
