from __future__ import annotations

import pytest

from tui_pod.core.playback.sleep_timer import FADE, MORE, SleepTimer


def test_played_counts_the_listeners_time_down_to_the_end() -> None:
    timer = SleepTimer(seconds=10.0).played(9.75)
    assert (timer.seconds, timer.is_over) == (0.25, False)
    assert timer.played(0.25).is_over


def test_ended_counts_episodes_down_and_time_does_not() -> None:
    timer = SleepTimer(episodes=2).played(3600.0).ended()
    assert (timer.episodes, timer.is_over) == (1, False)
    assert timer.ended().is_over


def test_ended_leaves_a_timer_of_seconds_alone() -> None:
    assert SleepTimer(seconds=10.0).ended() == SleepTimer(seconds=10.0)


@pytest.mark.parametrize(
    ("timer", "extended"),
    [
        (SleepTimer(seconds=100.0), SleepTimer(seconds=100.0 + MORE)),
        (SleepTimer(seconds=-3.0), SleepTimer(seconds=MORE)),
        (SleepTimer(episodes=1), SleepTimer(episodes=2)),
    ],
)
def test_extended_adds_five_minutes_or_an_episode(timer: SleepTimer, extended: SleepTimer) -> None:
    assert MORE == 300.0
    assert timer.extended() == extended


@pytest.mark.parametrize(("seconds", "share"), [(3600.0, 1.0), (FADE, 1.0), (FADE / 2, 0.5), (0.0, 0.0), (-1.0, 0.0)])
def test_loudness_fades_over_the_last_seconds(seconds: float, share: float) -> None:
    assert SleepTimer(seconds=seconds).loudness == share


def test_loudness_of_a_timer_of_episodes_does_not_fade() -> None:
    assert SleepTimer(episodes=1).loudness == 1.0
