"""What was heard before: skipped by a key, or by itself; what counts as heard; going back means play it."""

import pytest

from tests.rooms import CAST, Room, make_room
from tui_pod.core.player.events import PassagesKnown
from tui_pod.core.player.snapshot import Source
from tui_pod.core.progress.passages import Passage, Returned
from tui_pod.core.progress.progress import Status
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
