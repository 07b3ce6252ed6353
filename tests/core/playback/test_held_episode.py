"""An episode that was restored or stopped takes every command, though the player does not have it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from tests.fakes import START
from tests.rooms import Room, make_room
from tui_pod.core.player.events import ChaptersKnown, LoadFailed
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Playback, PlayerStatus, Source
from tui_pod.core.progress.progress import Progress, Status

STARTED = Progress(START - timedelta(seconds=10), 120.0, 300.0, listened=START - timedelta(seconds=10))


@pytest.fixture
def held() -> Room:
    """Return a start with `three` restored at 2:00."""
    playback = Playback(episode="three", title="Three", position=120.0, duration=300.0)
    return make_room(progress={"three": STARTED}, playback=playback)


@pytest.mark.parametrize(
    ("seek", "expected"),
    [
        (lambda room: room.controller.step_forward(), 150.0),
        (lambda room: room.controller.step_back(is_small=True), 115.0),
        (lambda room: room.controller.seek_to(42.0), 42.0),
        (lambda room: room.controller.seek_to(9_999.0), 291.0),
        (lambda room: room.controller.seek_to(0.0), 0.0),
    ],
)
def test_seek_in_a_restored_episode_is_saved_at_once_opens_nothing_and_can_be_undone(
    held: Room, seek: Callable[[Room], None], expected: float
) -> None:
    seek(held)
    held.controller.set_paused(True)
    assert (held.position, held.writer.progress("three")[-1], held.loads()) == (expected, expected, [])
    held.controller.undo()
    assert (held.position, held.writer.progress("three")[-1]) == (120.0, 120.0)


def test_restored_episode_plays_from_its_position_after_the_usual_rewind(held: Room) -> None:
    held.clock.go(120.0)
    held.controller.toggle_pause()
    assert held.position == 117.0


def test_restored_episode_plays_from_where_the_listener_sought(held: Room) -> None:
    held.controller.seek_to(42.0)
    held.clock.go(3600.0)  # no rewind: the listener chose this position
    held.controller.toggle_pause()
    assert (held.loads(), held.position, held.status) == (["three"], 42.0, PlayerStatus.PLAYING)


def test_chapter_key_that_waited_for_the_chapters_can_be_undone(held: Room) -> None:
    held.sources.found["three"] = Source("/three.opus", duration=300.0)
    held.controller.seek_mark(1)
    load, chapters = held.controller.playback.load, (Chapter(0.0, "One"), Chapter(200.0, "Three"))
    held.controller.handle(ChaptersKnown(load, chapters, ChapterOrigin.FILE))
    assert (held.loads(), held.status, held.position) == (["three"], PlayerStatus.PAUSED, 200.0)
    held.controller.undo()
    assert held.position == 120.0


def test_chapter_key_without_chapters_says_so(room: Room) -> None:
    room.sources.found["three"] = Source("/three.opus", duration=300.0)
    room.play("three", seconds=10)
    room.controller.seek_mark(1)
    assert room.listener.said == ["This episode has no chapters."]


def test_seek_with_nothing_at_all_says_why_not(room: Room) -> None:
    controller = room.controller
    for seek in (controller.step_back, controller.step_forward, controller.previous, partial(controller.seek_mark, 1)):
        assert not seek().is_done
        assert seek().text.startswith("Nothing is playing.")


def test_stopped_episode_is_held_where_it_stopped(room: Room) -> None:
    room.play("three", seconds=60)
    room.controller.stop()
    room.player.play(10)  # a late report
    room.controller.seek_by(30.0)
    assert (room.status, room.controller.playback.episode, room.position) == (PlayerStatus.STOPPED, "three", 90.0)
    room.controller.toggle_pause()
    assert (room.loads(), room.position) == (["three", "three"], 90.0)


def test_failed_episode_says_why_and_is_tried_again_from_its_position(room: Room) -> None:
    room.play("three", seconds=60)
    room.controller.handle(LoadFailed(room.controller.playback.load, "No sound.", is_fatal=True))
    assert (room.controller.playback.problem, room.position) == ("No sound.", 60.0)
    room.controller.toggle_pause()
    assert (room.playing, room.controller.playback.problem) == ("three", None)


def test_held_episode_marked_played_goes_to_its_start(held: Room) -> None:
    held.controller.editor.mark(["three"], played=True)
    assert held.position == 0.0
    held.controller.undo()
    assert held.position == 120.0


def test_held_episode_follows_progress_from_elsewhere(held: Room) -> None:
    there = STARTED._replace(position=200.0, updated=START)
    assert held.controller.editor.receive({"three": there})
    assert held.position == 200.0
    held.controller.seek_by(0.5)
    assert held.progress("three").status is Status.STARTED


def test_restored_episode_at_its_own_speed_leaves_the_usual_one_alone() -> None:
    playback = Playback(episode="one", title="One", position=5.0, duration=100.0, speed=1.3)
    room = make_room(playback=playback, settings={"speed": "1.3"}, usual_speed=1.0)
    assert (room.controller.playback.speed, room.controller.mixer.usual_speed) == (1.3, 1.0)
