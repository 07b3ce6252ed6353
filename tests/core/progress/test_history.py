"""What was heard, day by day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.fakes import START
from tui_pod.core.library.episode import Episode, Topic
from tui_pod.core.library.library import build_library
from tui_pod.core.progress.history import Day, heard_days, only_with, to_day, to_markdown
from tui_pod.core.progress.progress import Progress
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
