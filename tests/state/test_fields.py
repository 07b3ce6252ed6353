"""A field of a record is described in one line, from which it is written, read and merged.

Which values of a state are valid, and which of two entries is the newer one.
"""

import tomllib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

import pytest

from tests.fakes import START
from tests.present import present
from tests.sync.machines import whole_progress
from tui_pod.core.library.list_entries import EntryMark
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.bookmarks import NOTE_LIMIT, WORDS_LIMIT, Bookmark
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.ranges import MAX_RANGES
from tui_pod.core.progress.records import HeardRecord
from tui_pod.state.fields import (
    BOOKMARK,
    CARD,
    FACTOR,
    FLAG,
    HEARD,
    HEARD_TIME,
    LENGTH,
    LIST,
    LONG_AGO,
    MAX_BITS,
    MAX_DEPTH,
    NAME,
    NAMES,
    NOTE,
    OFFSET,
    PHRASE,
    PROGRESS,
    SECONDS,
    STATUS,
    TIME,
    TITLE,
    TRUTH,
    WHOLE,
    WORDS,
    Codec,
    Field,
    Layout,
    date_edit,
    entry_check,
    is_storable,
    newer,
    read_ranges,
    read_seconds,
    read_time,
    updated_of,
    writable,
    write_ranges,
)
from tui_pod.state.format import record_text


class Mood(NamedTuple):
    """A record with a field that today's files lack."""

    updated: datetime
    position: float = 0.0
    mood: str = "calm"


OLD = Layout("mood", "moods", Mood, Field("position", "position", SECONDS), Field("updated", "updated", TIME))
NEW = Layout("mood", "moods", Mood, *OLD.fields, Field("mood", "mood", NOTE))
"""The same with a line more."""

BRIGHT = Mood(START, 1.5, "bright")


def text_of(layout: Layout[Mood]) -> str:
    """Return a snapshot that holds one record."""
    return "version = 1\n\n" + record_text("moods", layout.to_table(BRIGHT)).partition("crc")[0]


@pytest.mark.parametrize(
    ("layout", "record"),
    [(PROGRESS, Progress), (BOOKMARK, Bookmark), (CARD, Card), (LIST, OwnList), (HEARD, HeardRecord)],
)
def test_every_field_of_a_record_is_stored(layout: Layout[Any], record: Any) -> None:
    assert sorted(field.name for field in layout.fields) == sorted(record._fields)


def test_field_that_was_added_is_read_back_and_has_its_default_in_files_from_before() -> None:
    for layout, record in ((NEW, BRIGHT), (OLD, BRIGHT._replace(mood="calm"))):
        (table,) = tomllib.loads(text_of(layout))["moods"]
        assert NEW.to_record(table) == record
    assert NEW.keys - OLD.keys == {"mood"}


def test_invalid_value_is_the_default_unless_it_is_required() -> None:
    layout = Layout("", "", Mood, Field("mood", "mood", NOTE), Field("position", "position", SECONDS, is_required=True))
    found = present(layout.to_record({"mood": 5, "position": 2.0}))
    assert (found.position, found.mood) == (2.0, "calm")
    assert layout.to_record({"position": -2.0}) is None


def test_content_of_a_removed_record_is_not_written() -> None:
    bookmark = Bookmark("a", 1.0, 2.0, START, START, "Said.", "Mine.", "A", is_removed=True, is_recognised=True)
    assert BOOKMARK.to_table(bookmark).keys() == {"episode", "start", "end", "removed", "created", "updated"}
    removed = WHOLE_RECORDS[3][1]._replace(is_removed=True)
    assert LIST.to_table(removed).keys() == {"name", "removed", "marks", "since", "renamed_to", "updated"}


def test_ranges_are_written_as_text_and_anything_else_means_none() -> None:
    ranges = ((0.0, 42.3), (50.25, 61.0))
    assert read_ranges(write_ranges(ranges)) == ranges
    assert write_ranges(()) is None
    for value in (None, 5, [[0, 42]], "42-0", "text", "9-1 x 5--7 3-1e99", "0-" + "9" * 5000):
        assert read_ranges(value) == ()


def test_time_too_far_ahead_is_replaced_and_others_stay() -> None:
    zone = timezone(timedelta(hours=2))
    table = {"updated": START.astimezone(zone), "listened": START.astimezone(zone) + timedelta(days=9)}
    PROGRESS.believe(table, START, LONG_AGO)
    assert table == {"updated": START, "listened": LONG_AGO}


def test_card_may_be_due_years_ahead() -> None:
    table = {"due": START + timedelta(days=900)}
    CARD.believe(table, START, LONG_AGO)
    assert table["due"] == START + timedelta(days=900)


NEXT_DAY = START + timedelta(days=1)

WHOLE_RECORDS = (
    (PROGRESS, whole_progress()),
    (BOOKMARK, Bookmark("a", 1.0, 2.0, START, START, "Said.", "Mine.", "A", is_recognised=True,
                        version="5000 130.00 50.000 AAAAAA==")),
    (CARD, Card("a", 1.0, START, START, 2.5, 3.5, START)),
    (LIST, OwnList("Mine", START, True, ("a", "b"), "war", ("News",), "played", 1.5, 2.5, 7, "title", since=START,
                   marks=(EntryMark("a b", START, True, START, 0.1), EntryMark("c", START, False, NEXT_DAY, -1e-05)),
                   renamed_to="Ours")),
    (HEARD, HeardRecord("k", "a", START, 60, 1.5, 2.5)),
)  # fmt: skip


@pytest.mark.parametrize(("layout", "record"), WHOLE_RECORDS)
def test_record_comes_back_as_it_was(layout: Layout[Any], record: Any) -> None:
    table = layout.to_table(record)
    assert layout.to_record(table) == record
    assert table.keys() | {"removed", "check"} == layout.keys | {"removed"}


@pytest.mark.parametrize(
    ("layout", "record", "required"),
    [
        (*WHOLE_RECORDS[0], {"position", "played"}),
        (*WHOLE_RECORDS[1], {"episode", "start"}),
        (*WHOLE_RECORDS[2], {"episode", "start"}),
        (*WHOLE_RECORDS[3], {"name"}),
        (*WHOLE_RECORDS[4], {"key", "episode", "started", "offset", "seconds", "wall"}),
    ],
)
def test_entry_is_invalid_if_a_required_value_is(layout: Layout[Any], record: Any, required: set[str]) -> None:
    table = layout.to_table(record)
    assert {key for key in table if layout.to_record({**table, key: {"odd": 1}}) is None} == required


@pytest.mark.parametrize(
    ("layout", "record", "left"),
    [
        (PROGRESS, Progress(datetime.fromtimestamp(0, UTC)), set()),
        (BOOKMARK, Bookmark("a", 1.0, 0.0, LONG_AGO, LONG_AGO), {"episode", "start"}),
        (CARD, Card("a", OF_EPISODE, LONG_AGO, LONG_AGO), {"episode"}),
        (LIST, OwnList("Mine", LONG_AGO), {"name"}),
        (*WHOLE_RECORDS[4], {"key", "episode", "started", "offset", "seconds", "wall"}),
    ],
)
def test_missing_values_have_their_defaults_and_others_are_needed(
    layout: Layout[Any], record: Any, left: set[str]
) -> None:
    table = {key: value for key, value in layout.to_table(record).items() if key in left}
    assert layout.to_record(table) == record
    for key in left:
        assert layout.to_record({name: value for name, value in table.items() if name != key}) is None


EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("codec", "value", "written"),
    [
        (SECONDS, 1.2345, 1.23), (LENGTH, 1.2345, 1.23), (LENGTH, None, None), (FACTOR, 1.23456, 1.2346),
        (FLAG, True, True), (FLAG, False, None), (TRUTH, False, False), (TIME, None, None),
        (TIME, START.astimezone(EAST), START), (HEARD_TIME, START.astimezone(EAST), START), (NAMES, (), None),
        (NAMES, ("a",), ["a"]), (PHRASE, "", None), (STATUS, "", None), (WHOLE, 0, 0), (WORDS, "", ""),
    ],
)  # fmt: skip
def test_value_is_written_rounded_in_utc_and_left_out_if_it_says_nothing(
    codec: Codec, value: object, written: object
) -> None:
    assert codec.write(value) == written


@pytest.mark.parametrize(
    ("codec", "written", "value"),
    [
        (LENGTH, 0, None), (LENGTH, 0.01, 0.01), (FACTOR, 0.0, None), (SECONDS, 0, 0.0), (SECONDS, -1, None),
        (WHOLE, 7, 7), (WHOLE, True, None), (WHOLE, 7.0, None), (OFFSET, 1440, 1440), (OFFSET, -1440, -1440),
        (OFFSET, 1441, None), (OFFSET, True, None), (FLAG, True, True), (FLAG, 1, False), (TRUTH, 0, None),
        (TRUTH, False, False), (NAME, "", None), (NAME, 7, None), (NAME, "a", "a"), (NAMES, ["a", 7, "b\x1b"], ("a",)),
        (NAMES, "ab", ()), (STATUS, "played", "played"), (STATUS, "odd", None), (PHRASE, "x" * 200, "x" * 200),
        (PHRASE, "x" * 201, f"{'x' * 199}…"), (PHRASE, " ", None), (PHRASE, 7, None), (TITLE, 7, None),
        (WORDS, "x" * WORDS_LIMIT, "x" * WORDS_LIMIT), (NOTE, "x" * (NOTE_LIMIT + 1), f"{'x' * (NOTE_LIMIT - 1)}…"),
        (HEARD_TIME, START.replace(tzinfo=None), None), (HEARD_TIME, START.replace(year=1), None),
        (HEARD_TIME, START.replace(year=2), START.replace(year=2)),
        (HEARD_TIME, START.replace(year=8999), START.replace(year=8999)), (HEARD_TIME, START.replace(year=9000), None),
        (TIME, START.replace(tzinfo=None), START), (TIME, "2026", None),
    ],
)  # fmt: skip
def test_value_is_read_if_it_is_valid(codec: Codec, written: object, value: object) -> None:
    assert codec.read(written) == value


def test_start_of_a_bookmark_is_read_to_the_hundredth() -> None:
    bookmark = present(BOOKMARK.to_record({"episode": "a", "start": 1.2345}))
    assert bookmark.start == 1.23


def test_ranges_are_read_up_to_a_number_and_in_order() -> None:
    text = " ".join(f"{start}-{start + 1}" for start in range(2 * MAX_RANGES, 0, -2))
    assert len(read_ranges(text)) == MAX_RANGES
    assert len(read_ranges(f"{text} 5000-5001")) == MAX_RANGES
    assert read_ranges("5-6 5-5 1-2") == ((1.0, 2.0), (5.0, 6.0))


def test_time_that_is_believed_stays_as_it_was_written() -> None:
    for time in (START, START - timedelta(days=9), START + timedelta(hours=1)):
        table: dict[str, Any] = {"updated": time, "listened": None, "position": 1.0}
        PROGRESS.believe(table, START, LONG_AGO)
        assert table == {"updated": time, "listened": None, "position": 1.0}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (0, 0.0),
        (1.5, 1.5),
        (999_999_999, 999_999_999.0),
        (1e9, None),
        (-0.1, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        ([5.0], None),
        (True, None),
        ("1", None),
    ],
)
def test_seconds_are_from_zero_to_a_billion(value: object, seconds: float | None) -> None:
    assert read_seconds(value) == seconds


def test_time_is_read_in_utc_and_none_is_so_late_that_none_could_follow() -> None:
    east = timezone(timedelta(hours=2))
    assert read_time(datetime(2026, 3, 1, 14, tzinfo=east)) == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert read_time(datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)) == datetime(2026, 3, 1, tzinfo=UTC)
    early = datetime.min.replace(tzinfo=timezone(timedelta(hours=23)))
    for value in (datetime.max.replace(tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC), early, "2026-03-01", 5, None):
        assert read_time(value) is None
    assert updated_of({}) == LONG_AGO


def test_value_is_stored_up_to_the_limits() -> None:
    deep: object = 1
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert is_storable(deep)
    assert not is_storable([deep])
    assert is_storable({"a": 2 ** (MAX_BITS - 1)})
    assert not is_storable({"a": 2**MAX_BITS})


def test_edit_by_hand_has_the_time_of_its_file_unless_it_names_a_later_one() -> None:
    edited, now = START, START + timedelta(days=1)
    for updated, expected in (
        (START - timedelta(days=1), edited),
        (START + timedelta(hours=1), START + timedelta(hours=1)),
        (START + timedelta(days=3650), edited),
    ):
        entry = {"position": 1.0, "updated": updated}
        date_edit(entry, edited, now)
        assert entry["updated"] == expected
    untouched: dict[str, object] = {"position": 1.0, "updated": START - timedelta(days=1)}
    untouched["check"] = entry_check(untouched)
    date_edit(untouched, edited, now)
    assert untouched["updated"] == START - timedelta(days=1)


def test_newer_entry_wins_and_keeps_what_the_older_one_says_besides() -> None:
    old = {"position": 1.0, "updated": START, "mine": "x", "own": 1}
    new = {"position": 2.0, "updated": START + timedelta(hours=1)}
    expected = {**new, "mine": "x"}
    assert newer(old, new, ("own",), START) == newer(new, old, ("own",), START) == expected
    ahead = {"position": 3.0, "updated": START + timedelta(days=3650)}
    assert newer(ahead, new, (), START)["position"] == 2.0


def test_what_is_written_has_no_none_and_no_half_characters() -> None:
    assert writable({"a": None, 1: ("x\ud800", None)}) == {"1": ["x\ufffd", None]}


def test_second_of_two_entries_of_one_time_is_the_newer_one() -> None:
    first, second = {"updated": START, "x": 1}, {"updated": START, "x": 2}
    assert newer(first, second, ("x", "updated"), START)["x"] == 2
    assert newer(second, first, ("x", "updated"), START)["x"] == 1
