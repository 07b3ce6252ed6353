"""Which values of a state are valid, and which of two entries is the newer one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.fakes import START
from tui_pod.state.fields import (
    LONG_AGO,
    MAX_BITS,
    MAX_DEPTH,
    date_edit,
    entry_check,
    is_storable,
    newer,
    read_seconds,
    read_time,
    updated_of,
    writable,
)


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
