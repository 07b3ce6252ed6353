"""A time up to two days ahead is believed; what a later one counts as depends on how often it is read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.fakes import START
from tui_pod.core.wall_time import FUTURE, UNKNOWN, believed, believed_or_unknown, believed_seconds

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
