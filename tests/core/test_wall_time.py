"""Which times are believed: one up to two days ahead is; what a later one counts as depends on how often it is read.

And where times are local: nowhere but where they are shown, or their day is read.
"""

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import tui_pod
from tests.fakes import START
from tui_pod.core.wall_time import (
    FUTURE,
    UNKNOWN,
    believed,
    believed_or_unknown,
    believed_seconds,
    local_date,
    local_time,
)

MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize("time", [START - timedelta(days=9000), START, START + FUTURE])
def test_time_up_to_the_limit_is_believed(time: datetime) -> None:
    assert believed(time, START) == believed_or_unknown(time, START) == time
    assert believed_seconds(time.timestamp(), START.timestamp()) == time.timestamp()


def test_time_behind_the_limit_counts_as_now_or_is_unknown() -> None:
    time = START + FUTURE + MOMENT
    assert believed(time, START) == START
    assert believed_or_unknown(time, START) == UNKNOWN
    assert believed_seconds(time.timestamp() + 1, START.timestamp()) == START.timestamp()


def test_local_time_is_made_in_one_place() -> None:
    """Sooner or later a local time that is passed on is taken for UTC: to show an answer ended the app."""
    modules = Path(tui_pod.__file__).parent.rglob("*.py")
    found = [path.name for path in modules if re.search(r"\.astimezone\((?!UTC\))", path.read_text("utf-8"))]
    assert found == ["wall_time.py"]


def test_day_turns_at_local_midnight(zone: str) -> None:
    midnight = datetime(2026, 3, 29).astimezone()
    assert local_time(midnight).hour == 0
    assert local_date(midnight - MOMENT) == date(2026, 3, 28)
    assert local_date(midnight) == date(2026, 3, 29)
