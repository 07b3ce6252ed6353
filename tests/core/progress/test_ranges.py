import random
from itertools import pairwise

import pytest

from tui_pod.core.progress.ranges import MAX_RANGES, Ranges, add_range, join


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
