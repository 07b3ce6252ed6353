"""A position that was wished and not reached is kept, whatever the player says, until the listener moves."""

from datetime import timedelta

import pytest

from tests.fakes import START, FakeAudio
from tests.rooms import EPISODES, Room, make_room
from tui_pod.core.player.events import FileEnded, FileLoaded, PositionChanged, SeekFinished
from tui_pod.core.player.load_watch import PAUSES
from tui_pod.core.player.progress_tracker import LATE
from tui_pod.core.progress.progress import Progress

PLACE = 150.0


@pytest.fixture(name="resumed")
def resumed_room() -> Room:
    """Episode three, left a moment ago at its half, with a player that says nothing by itself."""
    room = make_room(EPISODES, {"three": Progress(START - timedelta(seconds=10), position=PLACE, duration=300.0)})
    room.player.is_holding = True
    room.play("three")
    return room


def load_at(room: Room, at: float) -> None:
    """Have the player begin at a place, and stay there whatever it is told."""
    room.player.seek = lambda position: room.player.emit(SeekFinished(room.controller.playback.load, at))  # type: ignore[method-assign]
    room.player.emit(FileLoaded(room.controller.playback.load, at, 300.0))


def play(room: Room, start: float, seconds: float) -> None:
    """Report positions as a player does that plays on."""
    for step in range(int(seconds * 4) + 1):
        room.player.emit(PositionChanged(room.controller.playback.load, start + step / 4))


@pytest.mark.parametrize("start", [0.0, PLACE + LATE + 5.0], ids=["from the start", "far behind"])
def test_place_is_kept_while_the_player_plays_elsewhere(resumed: Room, start: float) -> None:
    load_at(resumed, start)
    play(resumed, start, 15.0)
    assert resumed.position == start + 15.0
    assert resumed.progress("three").played_ranges == ((start, start + 15.0),)
    resumed.controller.stop()
    assert (resumed.progress("three").position, resumed.progress("three").played) == (PLACE, False)


def test_place_that_playing_comes_to_is_reached(resumed: Room) -> None:
    load_at(resumed, PLACE - 5.0)
    play(resumed, PLACE - 5.0, 3.0)
    assert resumed.progress("three").position == PLACE
    play(resumed, PLACE - 2.0, 10.0)
    assert resumed.progress("three").position == PLACE + 8.0


@pytest.mark.parametrize("place", [20.0, 250.0])
def test_listener_who_moves_is_believed(resumed: Room, place: float) -> None:
    load_at(resumed, 0.0)
    play(resumed, 0.0, 5.0)
    resumed.player.seek = lambda position: resumed.player.emit(SeekFinished(resumed.controller.playback.load, position))  # type: ignore[method-assign]
    resumed.controller.seek_to(place)
    play(resumed, place, 5.0)
    assert resumed.progress("three").position == place + 5.0


def test_seek_while_the_file_opens_is_saved_once_it_is_open(resumed: Room) -> None:
    resumed.controller.seek_to(20.0)
    assert resumed.writer.progress("three") == []
    resumed.player.emit(FileLoaded(resumed.controller.playback.load, 20.0, 300.0))
    assert resumed.writer.progress("three") == [20.0]
    play(resumed, 20.0, 5.0)
    assert resumed.progress("three").position == 25.0


def test_seek_that_does_not_arrive_keeps_its_place(resumed: Room) -> None:
    load_at(resumed, PLACE)
    play(resumed, PLACE, 5.0)
    load = resumed.controller.playback.load
    resumed.player.seek = lambda position: resumed.player.emit(SeekFinished(load, 1.0))  # type: ignore[method-assign]
    resumed.controller.seek_to(PLACE + 60.0)
    play(resumed, 1.0, 5.0)
    assert resumed.progress("three").position == PLACE + 60.0


@pytest.mark.parametrize("position", [0.0, 60.0])
def test_stream_that_drops_goes_on_from_the_place_whatever_the_player_says(position: float) -> None:
    room = make_room(EPISODES, {"three": Progress(START - timedelta(seconds=10), position=PLACE, duration=300.0)})
    room.sources.found["three"] = FakeAudio(is_seekable=True).source()
    room.player.durations["https://example.org/a.mp3"] = 300.0
    room.play("three", 20.0)
    load = room.controller.playback.load
    room.player.emit(PositionChanged(load, position))
    room.player.emit(FileEnded(load, position))
    room.clock.go(PAUSES[0])
    room.controller.tick()
    assert room.player.calls[-1] == ("load", "https://example.org/a.mp3", PLACE + 20.0, load + 1)
    assert room.progress("three").position == PLACE + 20.0


def test_restart_moves_the_place(resumed: Room) -> None:
    resumed.controller.restart("three")
    load_at(resumed, 0.0)
    play(resumed, 0.0, 5.0)
    assert resumed.progress("three").position == 5.0
    resumed.controller.undo()
    assert resumed.progress("three").position == PLACE
