"""What was heard before: skipped by a key, or by itself; what counts as heard; going back means play it.

An episode that was restored or stopped takes every command, though the player does not have it.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from tests.fakes import START
from tests.rooms import CAST, Room, make_room
from tui_pod.core.player.events import ChaptersKnown, LoadFailed, PassagesKnown
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Playback, PlayerStatus, Source
from tui_pod.core.progress.passages import Passage, Returned
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.records import HeardRecord

JINGLE, OUTRO = Passage(20.0, 52.0, 4, is_skipped=True), Passage(270.0, 300.0, 4, is_skipped=True)


def begin(*passages: Passage) -> Room:
    """Play the third episode of a podcast, five minutes long, with these passages."""
    room = make_room(settings={})
    room.sources.found["three"] = Source("/three.mp3", duration=300.0)
    room.play("three", 2.0)
    tell_passages(room, *passages)
    return room


def tell_passages(room: Room, *passages: Passage) -> None:
    room.controller.handle(PassagesKnown(room.controller.playback.load, "three", passages))


def notices(room: Room) -> list[str]:
    return [text.partition(". ")[0] for text in room.listener.said]


def saved(room: Room) -> float:
    """Return the seconds that the statistics count as saved."""
    stretches = {record.key: record for record in room.writer.records if isinstance(record, HeardRecord)}.values()
    return sum(one.seconds - one.wall for one in stretches)


def test_passage_is_skipped_by_itself_and_counts_as_heard_in_no_time() -> None:
    room = begin(JINGLE)
    room.player.play(20.0)
    assert room.position == pytest.approx(51.7 + 2.0, abs=0.3)
    assert notices(room) == ["Skipped 32 seconds, heard 4 times"]
    room.controller.save()
    assert room.progress("three").played_ranges == ((0.0, room.position),)
    assert saved(room) == pytest.approx(31.7, abs=0.3)
    room.controller.undo()
    assert saved(room) == pytest.approx(0.0)


def test_outro_is_skipped_and_the_episode_ends_played() -> None:
    room = begin(OUTRO)
    room.controller.seek_to(260.0)
    room.player.play(12.0)
    assert notices(room) == ["Skipped 30 seconds, heard 4 times"]
    assert (room.progress("three").status, room.progress("three").plays) == (Status.PLAYED, 1)
    assert room.playing != "three"  # what follows plays


def test_passage_that_is_only_marked_plays_until_the_key() -> None:
    room = begin(JINGLE._replace(is_skipped=False, heard=1))
    assert not room.controller.passages.skip().is_done  # none plays yet
    room.player.play(28.0)
    assert (round(room.position), notices(room)) == (30, [])
    assert room.controller.passages.skip().text == "Skipped 22 seconds, heard once"
    assert room.position == pytest.approx(51.7)
    room.controller.undo()
    assert room.position == pytest.approx(30, abs=0.3)
    assert room.controller.passages.presses(CAST) == 1
    assert not room.controller.passages.returned


def test_undo_plays_a_skipped_passage_and_remembers_the_place() -> None:
    room = begin(JINGLE)
    room.player.play(19.0)
    before = room.controller.undo().text
    assert before == "Undid: a skip of 32 seconds"
    tell_passages(room, JINGLE)  # they are marked again, such as by another recording
    room.player.play(10.0)
    assert 29 < room.position < 32
    (place,) = room.controller.passages.returned
    assert JINGLE.start <= place.place < JINGLE.start + 1
    other = make_room()
    other.controller.passages.load({"returned": room.writer.table("returned"), "passage_keys": {CAST: 3}})
    assert other.controller.passages.returned == [Returned("three", place.place)]
    assert other.controller.passages.presses(CAST) == 3


def test_place_late_in_a_recording_is_one_place_when_it_is_read_back() -> None:
    room = begin(Passage(12_340.0, 12_372.0, 4, is_skipped=True))
    room.controller.passages.went_to(12_345.67, is_back=True)
    (place,) = room.controller.passages.returned
    room.controller.passages.load({"returned": room.writer.table("returned")})
    assert room.controller.passages.returned == [place]


@pytest.mark.parametrize(
    ("place", "is_played", "is_remembered"),
    [(35.0, True, True), (10.0, False, False)],
    ids=["into the passage", "to before it"],
)
def test_going_back_into_a_passage_plays_it(place: float, is_played: bool, is_remembered: bool) -> None:
    room = begin(JINGLE)
    room.player.play(30.0)
    room.controller.seek_to(place)
    room.player.play(12.0)
    assert (JINGLE.start < room.position < JINGLE.end) is is_played
    assert bool(room.controller.passages.returned) is is_remembered


def test_step_forward_into_a_passage_skips_the_rest_of_it() -> None:
    room = begin(JINGLE)
    room.controller.step_forward()
    room.player.play(1.0)
    assert room.position == pytest.approx(52.5, abs=0.5)
    assert not room.controller.passages.returned


def test_place_that_is_played_on_purpose_is_not_skipped() -> None:
    room = make_room(settings={})
    room.sources.found["three"] = Source("/three.mp3", duration=300.0)
    room.controller.play_from("three", 40.0)  # a bookmark
    tell_passages(room, JINGLE)
    room.player.play(5.0)
    assert room.position == pytest.approx(45.0)


def test_passages_of_another_load_are_not_shown() -> None:
    room = begin()
    load = room.controller.playback.load
    room.play("two")
    for event in (PassagesKnown(load, "three", (JINGLE,)), PassagesKnown(load + 1, "three", (JINGLE,))):
        room.controller.handle(event)
    assert room.controller.playback.passages == ()


def test_rest_of_a_passage_that_a_rewind_enters_is_skipped_again() -> None:
    room = begin(JINGLE)
    room.player.play(19.0)
    room.controller.toggle_pause()
    room.clock.go(600.0)
    room.controller.toggle_pause()  # three seconds back
    assert room.position < JINGLE.end - 1
    room.player.play(1.0)
    assert room.position > JINGLE.end
    assert not room.controller.passages.returned


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
