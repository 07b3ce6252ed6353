"""What a listener leaves out of a podcast: starts, ends, and chapters by their titles."""

from datetime import timedelta

import pytest

from tests.fakes import START
from tests.rooms import Room, make_room
from tui_pod.core.player.events import ChaptersKnown
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Source
from tui_pod.core.progress.progress import Progress, Status

MARKS = (Chapter(0.0, "Intro"), Chapter(50.0, "News"), Chapter(100.0, "Word from our SPONSOR"), Chapter(120.0, "Ad"),
         Chapter(150.0, "Weather"), Chapter(280.0, "Credits, ad"))  # fmt: skip


def play(room: Room, marks: tuple[Chapter, ...] = MARKS) -> None:
    room.sources.found["three"] = Source("/three.mp3", duration=300.0, marks=marks)
    room.play("three")


def test_start_is_left_out_of_what_was_not_begun() -> None:
    room = make_room(settings={"skip_start": "30"}, progress={"two": Progress(START, 50.0, listened=START)})
    play(room)
    room.play("two")
    room.play("five")  # which is as short
    assert room.starts() == [30.0, 50.0, 0.0]


def test_rewind_does_not_go_back_into_the_start_that_is_left_out() -> None:
    long_ago = START - timedelta(days=3)
    left = {"two": Progress(long_ago, 38.0, listened=long_ago), "three": Progress(long_ago, 12.0, listened=long_ago)}
    room = make_room(settings={"skip_start": "30"}, progress=left)
    room.play("two")
    room.play("three")
    assert room.starts() == [30.0, 12.0]


def test_start_is_heard_when_it_is_asked_for() -> None:
    room = make_room(settings={"skip_start": "30"})
    play(room)
    room.controller.restart("three")
    room.player.play(10)
    assert room.position == pytest.approx(10)
    room.controller.stop()
    room.controller.restart("two")
    assert room.starts() == [30.0, 0.0]


def test_end_is_left_out_and_the_episode_is_played() -> None:
    room = make_room(settings={"skip_end": "1:00"})
    play(room)
    room.player.play(239)
    assert (room.playing, room.progress("three").status) == ("three", Status.STARTED)
    room.player.play(2)
    assert (room.progress("three").status, room.progress("three").plays) == (Status.PLAYED, 1)
    assert room.playing == "four"


def test_seek_forward_stops_before_the_end_that_is_left_out() -> None:
    room = make_room(settings={"skip_end": "60"})
    play(room)
    room.controller.seek_to(290)
    assert (room.position, room.progress("three").status) == (240.0, Status.STARTED)
    room.player.durations["/four.opus"] = None  # of an unknown length the end is heard
    room.play("four", seconds=200)
    assert (room.playing, room.progress("four").status) == ("four", Status.STARTED)
    room.play("three", seconds=245, following=(2,))
    assert room.playing is None


def test_chapters_are_left_out_by_words_of_their_titles() -> None:
    room = make_room(settings={"skip_chapters": "sponsor, ad"})
    play(room)
    room.player.play(100)
    assert room.position == 150.0
    assert room.listener.said == ["“Word from our SPONSOR” is skipped."]
    room.player.play(130)
    assert room.progress("three").status is Status.PLAYED
    assert room.playing == "four"


def test_first_chapter_is_left_out_also_when_it_is_told_late_but_on_wish() -> None:
    room = make_room(settings={"skip_chapters": "intro"})
    play(room, ())
    room.player.play(5)
    room.controller.handle(ChaptersKnown(room.controller.playback.load, MARKS, ChapterOrigin.FILE))
    room.player.play(0.25)
    assert room.position == 50.0
    room.controller.seek_to(10)
    room.player.play(5)
    assert room.position == pytest.approx(15)  # it is heard on wish
    room.controller.stop()
    play(room)
    room.player.play(0.25)
    assert room.position == 50.0
