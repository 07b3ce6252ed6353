import pytest

from tests.core.playback.test_session_runner import start_session
from tests.rooms import EPISODES, TOPICS, Room
from tui_pod.core.library.library import build_library
from tui_pod.core.playback.sleep_timer import FADE, SleepTimer, SleepUnit
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.progress_index import ProgressIndex


def volumes(room: Room) -> list[object]:
    return [call[1] for call in room.player.calls if call[0] == "volume"]


def test_sleep_fades_pauses_and_gives_the_fade_back(room: Room) -> None:
    room.controller.mixer.set_volume(80)
    room.controller.set_sleep(SleepTimer(20.0))
    room.play("three", seconds=15)
    room.controller.set_paused(True)
    room.player.play(20)
    sleep = room.controller.sleep
    assert sleep == SleepTimer(5.0)  # a pause is not counted
    room.controller.toggle_pause()
    assert volumes(room)[-1] == 40
    room.player.play(60)
    assert (room.status, room.position, room.controller.sleep) == (PlayerStatus.PAUSED, 20.0 - FADE, None)
    assert (volumes(room)[-1], room.controller.playback.volume) == (80, 80)
    assert room.writer.progress("three")[-1] == 20.0 - FADE
    assert "sleep timer" in room.listener.said[-1]


def test_sleep_turned_off_in_the_fade_is_loud_again(room: Room) -> None:
    room.controller.set_sleep(SleepTimer(15.0))
    room.play("three", seconds=10)
    shown = room.listener.queue_changes
    room.controller.set_sleep(None)
    assert (volumes(room)[-1], room.controller.sleep) == (80, None)
    assert room.listener.queue_changes == shown + 1
    room.player.play(60)
    assert room.status is PlayerStatus.PLAYING


@pytest.mark.parametrize(("gone", "expected"), [("", "two"), ("two", "three"), ("one", "two")])
def test_adopt_another_library_plays_on_in_the_same_list(room: Room, gone: str, expected: str) -> None:
    room.play("one", seconds=10)
    library = build_library(TOPICS, [episode for episode in EPISODES[::-1] if episode.id != gone])
    room.controller.adopt(library, ProgressIndex(library, dict(room.progress_index)))
    assert (room.playing, room.position) == ("one", 10)
    room.player.play(90)
    assert room.playing == expected


def test_sleep_at_the_end_of_an_episode_says_that_it_ended_playing(room: Room) -> None:
    room.play("one")
    room.controller.set_sleep(SleepTimer(1, SleepUnit.EPISODE))
    room.player.play(100)
    assert (room.status, room.controller.sleep) == (PlayerStatus.STOPPED, None)
    assert room.listener.said == [
        "The sleep timer has stopped playback here. Good night. Z goes back to 0:00 in “One”, where you set it."
    ]


def test_session_planned_anew_while_another_episode_plays_leaves_that_alone(room: Room) -> None:
    start_session(room)
    room.controller.play("three")
    room.controller.editor.mark(["two"], played=True)
    assert room.controller.session is not None
    assert (room.playing, room.controller.session.episodes, room.upcoming) == (
        "three", ("one",), ("one",),
    )  # fmt: skip
