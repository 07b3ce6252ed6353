"""What is repeated, where it ends, and that it never becomes played."""

from math import inf

import pytest

from tests.rooms import Room, make_room
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.parts import Part
from tui_pod.core.player.events import ChaptersKnown, FileEnded
from tui_pod.core.player.options import PlaybackOptions
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, PlayerStatus, RepeatKind, Repetition, Source

SENTENCES = ((0.0, 4.0), (5.0, 9.0), (10.0, 14.0))


def repeated(room: Room) -> tuple[RepeatKind, float, float, int] | None:
    repeat = room.controller.playback.repeat
    return repeat and (repeat.kind, repeat.start, repeat.end, repeat.number)


def open_three(room: Room) -> None:
    room.sources.found["three"] = Source("/three.mp3")
    room.player.durations["/three.mp3"] = 300.0
    room.play("three")
    marks = (Chapter(0.0, "One"), Chapter(30.0, "Two"))
    room.controller.handle(ChaptersKnown(room.controller.playback.load, marks, ChapterOrigin.FILE))
    room.player.play(6)


def test_key_repeats_sentence_chapter_episode_and_then_nothing(room: Room) -> None:
    open_three(room)
    turns = [room.controller.repeat.turn(SENTENCES), *(room.controller.repeat.turn() for _ in range(3))]
    assert [turn.text for turn in turns] == ["Repeat: sentence", "Repeat: chapter", "Repeat: episode", "Repeat: off"]
    assert [room.controller.repeat.turn(()).text, room.controller.playback.repeat] == [
        "Repeat: chapter", Repetition(RepeatKind.CHAPTER, 0.0, 30.0),
    ]  # fmt: skip


def test_sentence_plays_again_until_another_one_is_sought(room: Room) -> None:
    open_three(room)
    room.controller.repeat.turn(SENTENCES)
    assert repeated(room) == (RepeatKind.SENTENCE, 5.0, 9.2, 1)
    room.player.play(8)
    assert repeated(room) == (RepeatKind.SENTENCE, 5.0, 9.2, 3)
    room.controller.seek_mark(1)
    assert (room.position, repeated(room)) == (10.0, (RepeatKind.SENTENCE, 10.0, 14.2, 1))
    room.controller.seek_mark(-1)
    room.controller.seek_mark(-1)
    assert (room.position, repeated(room)) == (0.0, (RepeatKind.SENTENCE, 0.0, 4.2, 1))
    room.controller.repeat.end()
    room.player.play(20)
    assert room.position == 20.0


def test_pause_of_its_own_length_follows_a_sentence() -> None:
    room = make_room(options=PlaybackOptions(repeats_with_pause=True))
    open_three(room)
    room.controller.mixer.set_speed(0.5)
    room.controller.repeat.turn(SENTENCES)
    room.player.play(6.5)
    playback = room.controller.playback
    assert playback.repeat is not None
    assert (playback.repeat.is_waiting, playback.status, room.position) == (True, PlayerStatus.PLAYING, 9.2)
    room.clock.go(8)
    room.controller.tick()
    assert room.position == 9.2
    room.clock.go(0.5)
    room.controller.tick()
    assert (room.position, repeated(room)) == (5.0, (RepeatKind.SENTENCE, 5.0, 9.2, 2))


def test_repeated_episode_is_heard_and_never_played(room: Room) -> None:
    room.sources.found["five"] = Source("/five.mp3", duration=10.0)
    room.play("five")
    room.controller.repeat.start_episode()
    room.player.play(35)
    assert repeated(room) == (RepeatKind.EPISODE, 0.0, inf, 4)
    assert (room.playing, room.position, room.progress("five").played) == ("five", 5.0, False)
    room.controller.repeat.end()
    room.player.play(4.75)
    assert room.progress("five").played


def test_stretch_between_two_times_ends_when_the_listener_leaves_it(room: Room) -> None:
    open_three(room)
    with pytest.raises(ValueError, match="later"):
        room.controller.go_to("1:25 1:10")
    room.controller.go_to("1:10 1:25")
    assert (room.position, repeated(room)) == (70.0, (RepeatKind.STRETCH, 70.0, 85.0, 1))
    room.player.play(16)
    assert (room.position, repeated(room)) == (71.0, (RepeatKind.STRETCH, 70.0, 85.0, 2))
    room.controller.seek_to(80)
    assert repeated(room) is not None
    room.controller.seek_to(100)
    room.player.play(1)
    assert (room.position, repeated(room)) == (101.0, None)


def test_end_that_was_reported_just_before_a_change_is_no_end_of_the_episode(room: Room) -> None:
    open_three(room)
    room.controller.go_to("10 20")
    load = room.controller.playback.load
    room.controller.repeat.end()
    room.controller.handle(FileEnded(load, 20.0))
    assert (room.status, room.position) == (PlayerStatus.PLAYING, 20.0)


def test_another_episode_and_a_stop_end_it(room: Room) -> None:
    open_three(room)
    room.controller.repeat.start_episode()
    room.controller.next()
    assert (room.playing, repeated(room)) == ("four", None)
    room.controller.repeat.start_episode()
    room.controller.stop()
    assert repeated(room) is None


def test_stretch_over_two_files_of_a_book_goes_back_to_the_first() -> None:
    parts = (Part("/1.mp3", 100.0, "One"), Part("/2.mp3", 100.0, "Two", start=100.0))
    room = make_room([Episode("book", "Book", duration=200.0, parts=parts)])
    room.controller.play("book")
    room.controller.go_to("1:30 1:50")
    room.player.play(10)  # to the end of the first file
    room.player.play(5)
    assert (room.position, repeated(room)) == (105.0, (RepeatKind.STRETCH, 90.0, 110.0, 1))
    room.player.play(5)
    room.player.play(1)
    assert (room.position, repeated(room)) == (91.0, (RepeatKind.STRETCH, 90.0, 110.0, 2))
