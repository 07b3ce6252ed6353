"""The listener's own rules: what counts as played, how far a step goes, and whether the list plays on."""

import pytest

from tests.fakes import START
from tests.rooms import make_room
from tui_pod.config.settings import Settings
from tui_pod.core.library.episode import Episode
from tui_pod.core.player.load import Load
from tui_pod.core.player.load_watch import Retry
from tui_pod.core.player.options import PlaybackOptions
from tui_pod.core.player.snapshot import PlayerStatus, Source
from tui_pod.core.progress.progress import PlayedRule


@pytest.mark.parametrize(
    ("rule", "duration", "start"),
    [
        (PlayedRule(), 100.0, 95.0),
        (PlayedRule(), 600.0, 582.0),
        (PlayedRule(), 3600.0, 3570.0),
        (PlayedRule(), 10.0, 9.0),
        (PlayedRule(share=0.1), 100.0, 90.0),
        (PlayedRule(min_left=0.0), 100.0, 97.0),
        (PlayedRule(max_left=10.0), 3600.0, 3590.0),
        (PlayedRule(share=0.0, min_left=0.0), 100.0, 100.0),
    ],
)
def test_starts_at_of_a_rule_is_where_an_episode_counts_as_played(
    rule: PlayedRule, duration: float, start: float
) -> None:
    assert rule.starts_at(duration) == pytest.approx(start)
    assert rule.is_reached(start + 0.01, duration)
    assert not rule.is_reached(start - 0.01, duration)
    assert not rule.is_reached(start, None)


def test_settings_of_the_played_rule_are_the_rules_own() -> None:
    assert PlayedRule(**Settings().played.values()) == PlayedRule()
    assert tuple(Settings().played.values()) == PlayedRule._fields
    steps = Settings().playback
    assert (steps.seek_back, steps.seek_forward, steps.seek_small) == (
        PlaybackOptions().seek_back, PlaybackOptions().seek_forward, PlaybackOptions().seek_small,
    )  # fmt: skip
    assert steps.autoplay == PlaybackOptions().is_autoplaying
    assert Settings().resume.rewind == PlaybackOptions().is_rewinding


def test_playing_under_a_stricter_rule_is_played_only_later() -> None:
    room = make_room(options=PlaybackOptions(played=PlayedRule(min_left=1.0)))
    room.play("one", 96.0)
    room.controller.seek_to(100.0)
    assert room.position == pytest.approx(97.0)
    assert not room.progress("one").played
    room.player.play(2.0)
    assert room.progress("one").played


def test_end_without_autoplay_stops_unless_something_is_queued_or_asked_for() -> None:
    room = make_room(options=PlaybackOptions(is_autoplaying=False))
    room.controller.queue_last(["three"])
    room.play("one", 120.0)
    assert room.loads() == ["one", "three"]
    room.player.play(320.0)
    assert (room.loads(), room.status) == (["one", "three"], PlayerStatus.STOPPED)
    room.play("one", 5.0)
    room.controller.next()
    assert room.loads()[-1] == "two"


@pytest.mark.parametrize("claimed", [1e12, -1.0, 0.0, float("inf"), float("nan")])
def test_duration_that_no_recording_has_is_not_believed(claimed: float) -> None:
    load = Load(Episode("a", "A", duration=100.0), 0.0, False, START, 0, Retry(), False, measured=claimed)
    assert load.durations() == (100.0, None)
    load.episode, load.source = Episode("a", "A"), Source("http://a.example/a.mp3", is_stream=True)
    assert load.durations() == (None, None)


def test_speed_changes_by_the_listeners_step() -> None:
    room = make_room(options=PlaybackOptions(speed_step=0.05))
    room.controller.mixer.change_speed(1)
    assert room.controller.playback.speed == 1.05
    room.controller.mixer.change_speed(-2)
    assert room.controller.playback.speed == 0.95
