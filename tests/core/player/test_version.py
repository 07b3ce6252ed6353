"""A position is found in another version of its recording by the sound around it, else by the share of its length."""

from datetime import timedelta

import pytest

from tests.fakes import START
from tests.rooms import Room, make_room
from tui_pod.core.player.events import ChaptersKnown, VersionKnown
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Source
from tui_pod.core.player.version import STEP, Place, Version, parse_place
from tui_pod.core.progress.bookmarks import Stretch
from tui_pod.core.progress.progress import Progress

WORDS = bytes(range(256)) * 4
"""The sound of 131 s."""

FORMER = Place(5_000, 200.0, 102.4, WORDS[:40])
"""In a version of 200 s: where 120 s are."""


def test_place_has_sound_around_position_and_is_read_back() -> None:
    place = parse_place(Version(5_000, 131.0, WORDS).place(60.0))
    assert place is not None
    assert place.start == pytest.approx(50.0, abs=STEP)
    first = round(place.start / STEP)
    assert place.words == WORDS[first * 4 : first * 4 + 4 * 39]
    assert parse_place(str(FORMER)) == FORMER


def test_place_behind_known_sound_has_the_last_of_it_and_without_any_has_none() -> None:
    late = parse_place(Version(5_000, 900.0, WORDS).place(180.0))
    assert late is not None
    assert late.start == pytest.approx(131.0 - 20.0, abs=2 * STEP)
    assert len(late.words) == 4 * 39
    assert parse_place(Version(5_000, 900.0).place(180.0)) == Place(5_000, 900.0, 180.0, b"")


@pytest.mark.parametrize("text", ["", "5000", "5000 200.00 1.000 !!!!", "5000 200.00 1.000 AAAA", "x" * 4000])
def test_text_that_is_no_place_is_none(text: str) -> None:
    assert parse_place(text) is None


def left(position: float, made_in: Place = FORMER) -> Room:
    """Return a room that goes on in an episode which was left in a former version, and is 172 s long now."""
    value = Progress(START - timedelta(seconds=9), position, 200.0, listened=START, version=str(made_in))
    room = make_room(progress={"two": value})
    room.sources.found["two"] = Source("/two.mp3", marks=(Chapter(0.0, "Start"), Chapter(110.0, "Middle")))
    room.player.durations["/two.mp3"] = 172.0
    room.play("two")
    return room


def know(room: Room, size: int = 4_300, **found: float) -> None:
    """Say which version is open, and where the former sound begins in it."""
    places = {str(FORMER): start for start in found.values()}
    room.controller.handle(VersionKnown(room.controller.playback.load, size, WORDS, places))


def test_position_is_found_by_sound_with_chapters_and_can_be_undone() -> None:
    room = left(120.0)
    know(room, found=74.4)
    assert room.position == room.player.now == 92.0
    assert room.listener.said[-1] == "This version is 28 s shorter, so it goes on at 1:32."
    assert [mark.start for mark in room.controller.playback.marks] == [0.0, 82.0]
    room.controller.undo()
    assert room.position == 120.0


def test_position_whose_sound_is_gone_is_found_by_share_of_length() -> None:
    room = left(100.0)
    know(room)
    assert room.position == 86.0


@pytest.mark.parametrize("size", [5_000, 4_300])
def test_same_bytes_or_same_sound_at_the_same_place_change_nothing(size: int) -> None:
    room = left(120.0)
    know(room, size, found=102.9)
    assert (room.position, room.listener.said) == (120.0, [])


def test_listener_who_sought_meanwhile_stays() -> None:
    room = left(120.0)
    room.controller.seek_by(-30)
    know(room, found=74.4)
    assert room.position == 90.0


def test_position_is_saved_with_its_place_in_the_version_that_played() -> None:
    room = left(120.0)
    know(room, found=74.4)
    room.player.play(20.0)
    room.controller.save()
    place = parse_place(room.progress("two").version)
    assert place is not None
    assert (place.size, place.length, len(place.words)) == (4_300, 172.0, 4 * 39)
    assert place.start == pytest.approx(102.0, abs=STEP)


def test_position_saved_before_version_was_known_is_saved_again_with_it() -> None:
    room = left(50.0, Place(4_300, 172.0, 50.0, b""))
    room.player.play(20.0)
    room.controller.set_paused(True)
    assert room.progress("two").version == ""
    know(room)
    assert room.progress("two").version.startswith("4300 172.00 ")


def test_bookmark_of_another_version_is_played_where_its_sound_is() -> None:
    room = left(30.0)
    room.controller.bookmarks.add("two", "Two", Stretch(110.0, 115.0))
    (bookmark,) = room.controller.bookmarks.of("two")
    former = bookmark._replace(version=str(FORMER))
    room.controller.bookmarks.replace((former,))
    assert room.controller.places() == [str(FORMER), str(FORMER)]
    know(room, found=74.4)
    room.controller.play_from("two", 110.0)
    assert room.position == 82.0
    room.play("one")
    room.controller.play_from("two", 110.0)
    know(room, found=74.4)
    assert room.position == 82.0
    (own, _) = room.controller.bookmarks.add("two", "Two", Stretch(50.0, 55.0))
    assert own.version.startswith("4300 172.00 ")


def test_chapters_are_moved_by_a_bookmark_of_their_version_whenever_they_come_and_only_once() -> None:
    room = left(50.0, Place(4_300, 172.0, 50.0, b""))
    (bookmark, _) = room.controller.bookmarks.add("two", "Two", Stretch(110.0, 115.0))
    room.controller.bookmarks.replace((bookmark._replace(version=str(FORMER)),))
    for _ in range(2):
        know(room, found=74.4)
        assert [mark.start for mark in room.controller.playback.marks] == [0.0, 82.0]
    late = ChaptersKnown(room.controller.playback.load, (Chapter(60.0, "Late"),), ChapterOrigin.FEED)
    room.controller.handle(late)
    assert [mark.start for mark in room.controller.playback.marks] == [32.0]


def test_position_of_another_machine_is_found_when_it_arrives() -> None:
    room = left(20.0, Place(4_300, 172.0, 20.0, b""))
    know(room)
    room.controller.set_paused(True)
    value = Progress(room.clock.now, 120.0, 200.0, listened=room.clock.now, origin="laptop", version=str(FORMER))
    room.progress_index.put("two", value)
    room.controller.handover.move(value)
    assert room.controller.made_in == str(FORMER)
    know(room, found=74.4)
    assert room.position == 92.0
