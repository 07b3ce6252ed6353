"""Chapters: who is believed of those that tell where they are, and which one plays."""

import itertools

import pytest

from tests.rooms import Room
from tui_pod.core.player.events import ChaptersKnown
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Source

NOTES = (Chapter(0.0, "Of the notes"),)
FILE = (Chapter(0.0, "Of the file"), Chapter(40.0, "More of it"))
FEED = (Chapter(0.0, "Of the feed"), Chapter(30.0, "More of the feed"))
TOLD = ((NOTES, ChapterOrigin.NOTES), (FILE, ChapterOrigin.FILE), (FEED, ChapterOrigin.FEED))


def play_recording(room: Room, marks: tuple[Chapter, ...] = ()) -> None:
    room.sources.found["three"] = Source("/three.mp3", marks=marks)
    room.play("three")


def told(room: Room, marks: tuple[Chapter, ...], origin: ChapterOrigin) -> None:
    room.controller.handle(ChaptersKnown(room.controller.playback.load, marks, origin))


@pytest.mark.parametrize("order", list(itertools.permutations(TOLD)))
def test_feed_is_believed_before_the_file_and_that_before_notes(
    room: Room, order: tuple[tuple[tuple[Chapter, ...], ChapterOrigin], ...]
) -> None:
    play_recording(room)
    for marks, origin in order:
        told(room, marks, origin)
    assert room.controller.playback.chapters == FEED


def test_chapters_in_the_feed_itself_are_not_replaced_and_those_of_the_next_episode_are_its_own(room: Room) -> None:
    play_recording(room, FEED)
    told(room, FILE, ChapterOrigin.FILE)
    assert room.controller.playback.chapters == FEED
    room.sources.found["one"] = Source("/one.mp3")
    room.play("one")
    assert not room.controller.playback.chapters
    told(room, NOTES, ChapterOrigin.NOTES)
    assert room.controller.playback.chapters == NOTES


def test_chapters_told_before_the_file_is_open_are_kept(room: Room) -> None:
    room.player.is_holding = True
    play_recording(room)
    told(room, FEED, ChapterOrigin.FEED)
    room.player.is_holding = False
    room.controller.restart("three")
    told(room, FILE, ChapterOrigin.FILE)
    assert room.controller.playback.chapters == FILE


def test_chapter_that_plays_is_the_last_that_began(room: Room) -> None:
    play_recording(room, FEED)
    assert room.controller.playback.chapter == "Of the feed"
    room.player.play(31)
    assert room.controller.playback.chapter == "More of the feed"
    room.controller.seek_mark(-1)
    room.controller.seek_mark(-1)
    assert (room.position, room.controller.playback.chapter) == (0, "Of the feed")


def test_sentences_of_a_narration_are_no_chapters(room: Room) -> None:
    room.play("one")
    assert room.controller.playback.marks
    assert (room.controller.playback.chapters, room.controller.playback.chapter) == ((), "")
