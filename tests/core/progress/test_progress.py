from datetime import timedelta

import pytest

from tests.fakes import START
from tui_pod.core.progress.progress import (
    PlayedRule,
    Progress,
    Status,
    is_whole,
    newest,
    remaining,
    resume_position,
    rewind,
)

RULE = PlayedRule()
LATER = START + timedelta(minutes=5)


def left_at(pause: timedelta, position: float = 500.0, duration: float | None = None) -> Progress:
    return Progress(START - pause, position, duration, listened=START - pause)


@pytest.mark.parametrize(
    ("duration", "left"),
    [
        pytest.param(10, 1, id="a tenth of a very short one"),
        pytest.param(50, 5, id="where a tenth is 5 s"),
        pytest.param(105, 5, id="5 s at least"),
        pytest.param(200, 6, id="3 %"),
        pytest.param(1000, 30, id="where 3 % is 30 s"),
        pytest.param(36_000, 30, id="30 s at most"),
    ],
)
def test_played_rule_leaves_three_percent_within_its_limits(duration: float, left: float) -> None:
    assert RULE.starts_at(duration) == pytest.approx(duration - left)
    assert RULE.is_reached(duration - left, duration)
    assert not RULE.is_reached(duration - left - 0.01, duration)
    assert not RULE.is_reached(1e9, None)
    assert not RULE.is_reached(1e9, 0.0)


def test_played_rule_of_the_listener_is_held_within_a_tenth() -> None:
    rule = PlayedRule(share=0.5, min_left=60.0, max_left=600.0)
    assert (rule.starts_at(1000.0), rule.starts_at(10_000.0)) == (900.0, 9400.0)


@pytest.mark.parametrize(
    ("position", "duration", "expected"),
    [
        (98.0, 100.0, True),
        (97.9, 100.0, False),
        (3528.0, 3600.0, True),
        (3527.9, 3600.0, False),
        (6.0, None, True),
        (6.0, 0.0, True),
    ],
)
def test_is_whole_within_two_seconds_or_two_percent(position: float, duration: float | None, expected: bool) -> None:
    assert is_whole(position, duration) is expected


@pytest.mark.parametrize(
    ("pause", "seconds"),
    [
        (timedelta(seconds=59.9), 0),
        (timedelta(minutes=1), 3),
        (timedelta(minutes=59, seconds=59), 3),
        (timedelta(hours=1), 10),
        (timedelta(hours=23, minutes=59), 10),
        (timedelta(days=1), 20),
        (timedelta(days=3650), 20),
        pytest.param(timedelta(days=-1), 0, id="clock set back"),
    ],
)
def test_rewind_grows_with_the_pause(pause: timedelta, seconds: float) -> None:
    assert rewind(pause, 3600.0) == seconds
    assert rewind(pause, None) == seconds
    assert rewind(pause, 100.0) == min(seconds, 5.0)


@pytest.mark.parametrize(
    ("progress", "duration", "expected"),
    [
        pytest.param(None, 1000.0, 0, id="untouched"),
        pytest.param(Progress(START), 1000.0, 0, id="unplayed"),
        pytest.param(Progress(START, position=50.0, played=True), 1000.0, 0, id="played"),
        pytest.param(left_at(timedelta(hours=2)), 1000.0, 490.0, id="less the rewind"),
        pytest.param(left_at(timedelta(days=2), position=3.0), 1000.0, 0, id="not before the start"),
        pytest.param(Progress(START, 500.0, listened=START - timedelta(days=2)), 1000.0, 480.0, id="by listening"),
        pytest.param(
            Progress(START - timedelta(hours=2), 500.0), 1000.0, 490.0, id="by a change, if never listened to"
        ),
        pytest.param(left_at(timedelta()), 100.0, 95.0, id="a file that got shorter does not end at once"),
        pytest.param(left_at(timedelta(), duration=1000.0), 100.0, 500.0, id="by the measured length"),
    ],
)
def test_resume_position_is_the_place_less_the_rewind(
    progress: Progress | None, duration: float, expected: float
) -> None:
    assert resume_position(progress, duration, START) == expected
    if expected == 490.0:
        assert resume_position(progress, duration, START, is_rewinding=False) == 500.0


@pytest.mark.parametrize(
    ("progress", "status"),
    [
        (Progress(START), Status.UNPLAYED),
        (Progress(START, position=0.01), Status.STARTED),
        (Progress(START, played=True), Status.PLAYED),
        (Progress(START, plays=3), Status.UNPLAYED),
    ],
)
def test_status_follows_position_and_mark(progress: Progress, status: Status) -> None:
    assert progress.status is status


def test_at_makes_a_played_episode_started_and_keeps_its_plays() -> None:
    progress = Progress(START, played=True, plays=2, duration=90.0).at(3.0, None, LATER)
    assert progress == Progress(LATER, position=3.0, plays=2, duration=90.0)
    assert progress.at(-5.0, None, LATER).position == 0


def test_with_played_adds_the_range_and_ends_a_dismissal() -> None:
    progress = Progress(START, is_dismissed=True, played_ranges=((0.0, 5.0),)).with_played(5.0, 6.0, LATER)
    assert (progress.played_ranges, progress.listened, progress.is_dismissed) == (((0.0, 6.0),), LATER, False)


@pytest.mark.parametrize("played", [True, False])
def test_marked_sets_the_mark_and_position_zero_in_one_step(played: bool) -> None:
    progress = Progress(START, position=42.0, played=not played, plays=1).marked(played, LATER)
    assert progress == Progress(LATER, position=0.0, played=played, plays=1)


def test_finished_counts_a_play_with_position_zero() -> None:
    assert Progress(START, position=96.0, plays=1).finished(LATER) == Progress(LATER, played=True, plays=2)


@pytest.mark.parametrize(
    ("progress", "duration", "expected"),
    [
        (None, 100.0, 100.0),
        (None, None, 0.0),
        (Progress(START, played=True), 100.0, 0.0),
        (Progress(START, position=30.0), 100.0, 70.0),
        (Progress(START, position=30.0, duration=110.0), 100.0, 80.0),
        (Progress(START, position=130.0), 100.0, 0.0),
        (Progress(START, position=30.0), None, 0.0),
    ],
)
def test_remaining_goes_by_the_measured_length(
    progress: Progress | None, duration: float | None, expected: float
) -> None:
    assert remaining(progress, duration) == expected


def test_what_the_listener_does_here_is_from_here() -> None:
    there = Progress(START, 40.0, 60.0, origin="laptop")
    moved, heard = there.at(1.0, None, LATER), there.with_played(1.0, 2.0, LATER)
    assert [each.origin for each in (moved, heard, there.marked(True, LATER), there.finished(LATER))] == [""] * 4
    assert newest(there, moved._replace(updated=START - timedelta(1))).source(LATER) == "from laptop, 5 m ago"


def test_newest_keeps_the_length_and_what_was_played_of_the_older() -> None:
    older = Progress(START, 5.0, 100.0, plays=2, played_ranges=((0.0, 5.0),))
    newer = Progress(LATER, 7.0, played_ranges=((6.0, 7.0),))
    expected = Progress(LATER, 7.0, 100.0, plays=2, played_ranges=((0.0, 5.0), (6.0, 7.0)))
    assert newest(older, newer) == newest(newer, older) == expected
    assert newest(older, newer._replace(duration=90.0)).duration == 90.0
