"""Which bytes come next, and whether the connection at hand brings them."""

import pytest

from tui_pod.recordings.recording_fetcher import AHEAD, METER, STALE, FetchPlan
from tui_pod.recordings.sparse_file import Intervals

SIZE = 10_000_000


def make_plan(is_ranged: bool | None = True, readers: int = 1, wanted: int = 0, position: int = 0) -> FetchPlan:
    return FetchPlan(wanted=wanted, position=position, readers=readers, is_ranged=is_ranged)


def test_rate_is_that_of_this_connection_and_tells_nothing_once_it_brings_nothing_more() -> None:
    plan = make_plan()
    plan.begin(0, 5000.0)
    plan.take(1000, 5000.0 + METER / 2)
    assert plan.rate == 0.0
    plan.take(1000, 5000.0 + METER)
    assert plan.rate_at(5000.0 + METER + STALE / 2) == plan.rate == pytest.approx(2000 / METER)
    assert plan.rate_at(5000.0 + METER + STALE) == 0.0
    plan.begin(0, 6000.0)
    plan.take(500, 6000.0 + METER)
    assert plan.rate == pytest.approx(500 / METER)


def test_first_missing_byte_from_the_reader_on_is_next() -> None:
    have = Intervals([(0, 100), (500, 600)])
    assert make_plan(wanted=50).gap(have, SIZE) == 100
    assert make_plan(wanted=520).gap(have, SIZE) == 600
    assert make_plan(wanted=550).gap(Intervals([(500, SIZE)]), SIZE) is None


@pytest.mark.parametrize(("readers", "ahead"), [(1, 1024 * 1024), (0, 128 * 1024)])
def test_no_more_is_fetched_than_is_soon_needed(readers: int, ahead: int) -> None:
    assert make_plan(readers=readers).gap(Intervals([(0, ahead - 1)]), SIZE) == ahead - 1
    assert make_plan(readers=readers).gap(Intervals([(0, ahead)]), SIZE) is None


def test_all_is_fetched_where_nothing_can_be_jumped_to() -> None:
    assert make_plan(is_ranged=False).gap(Intervals([(0, 5 * AHEAD)]), SIZE) == 5 * AHEAD
    assert make_plan(is_ranged=False, readers=0).gap(Intervals([(0, 5 * AHEAD)]), SIZE) is None


def test_connection_is_kept_for_what_is_near_and_given_up_for_what_is_not() -> None:
    plan = make_plan(position=1000)
    assert plan.will_bring(1000 + 16 * 1024)
    assert not plan.will_bring(1000 + 16 * 1024 + 1)
    assert not plan.will_bring(999)
    plan.rate = 100_000.0
    assert plan.will_bring(1000 + 40_000)
    plan.rate = 1e9
    assert plan.will_bring(1000 + 256 * 1024)
    assert not plan.will_bring(1000 + 256 * 1024 + 1)


def test_connection_that_brings_what_is_here_is_given_up() -> None:
    assert make_plan(wanted=0, position=100).brings_next(Intervals([(0, 200)]), SIZE) is False
    assert make_plan(wanted=0, position=100).brings_next(Intervals([(0, 100)]), SIZE) is True
    assert make_plan(wanted=0, position=AHEAD).brings_next(Intervals([(0, AHEAD)]), SIZE) is None


def test_download_wants_everything_after_what_the_reader_needs() -> None:
    plan = FetchPlan(wanted=5_000_000, readers=2, is_ranged=True, wants_all=True)
    assert plan.gap(Intervals([(0, 100)]), 20_000_000) == 5_000_000
    near = (5_000_000, 5_000_000 + AHEAD)
    assert plan.gap(Intervals([(0, 100), near]), 20_000_000) == 100
    assert plan.gap(Intervals([(0, 20_000_000)]), 20_000_000) is None


def test_connection_of_a_download_goes_on_until_a_reader_waits_elsewhere() -> None:
    plan = FetchPlan(wanted=0, position=5_000_000, readers=2, is_ranged=True, wants_all=True)
    have = Intervals([(0, 100), (4_000_000, 5_000_000)])
    assert plan.brings_next(have, 20_000_000) is True
    plan.waiting = 1
    assert plan.brings_next(have, 20_000_000) is False


def test_byte_that_a_read_waits_for_is_fetched_however_much_is_ahead() -> None:
    have = Intervals([(0, 5 * AHEAD)])
    plan = make_plan()
    assert plan.gap(have, SIZE) is None
    plan.waiting = 1
    assert plan.gap(have, SIZE) == 5 * AHEAD


def test_connection_without_ranges_brings_what_a_broadcast_still_needs() -> None:
    endless = make_plan(is_ranged=False, position=16 * 1024 * 1024 - 1)
    assert endless.brings_next(Intervals(), None) is True
    endless.position = 16 * 1024 * 1024
    assert endless.brings_next(Intervals(), None) is None
    assert endless.brings_next(Intervals(), SIZE) is True  # of a known size all is wanted


def test_connection_goes_on_until_enough_is_ahead_of_the_reader() -> None:
    have = Intervals([(1_000_000, 1_000_100)])
    for ahead, goes_on in ((AHEAD - 1, True), (AHEAD, None)):
        plan = make_plan(wanted=1_000_000, position=1_000_000 + ahead)
        have.add(1_000_000, 1_000_000 + ahead)
        assert plan.brings_next(have, SIZE) is goes_on


def test_download_without_a_size_goes_on_from_its_start() -> None:
    plan = FetchPlan(readers=1, is_ranged=True, wants_all=True)
    assert plan.gap(Intervals([(0, 2 * AHEAD)]), None) == 2 * AHEAD
    assert plan.gap(Intervals([(0, SIZE)]), SIZE) is None


def test_bytes_that_came_are_counted_over_all_connections() -> None:
    plan = make_plan()
    for start in (0, 500):
        plan.begin(start, 0.0)
        plan.take(100, 0.1)
    assert (plan.come, plan.position, plan.rate) == (200, 600, 0.0)
