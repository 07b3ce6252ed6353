"""Chapters: who is believed of those that tell where they are, and which one plays."""

from __future__ import annotations

import itertools

import pytest

from tests.rooms import Room
from tui_pod.core.playback.events import MarksKnown
from tui_pod.core.playback.snapshot import Mark, MarkOrigin, Source

NOTES = (Mark(0.0, "Of the notes"),)
FILE = (Mark(0.0, "Of the file"), Mark(40.0, "More of it"))
FEED = (Mark(0.0, "Of the feed"), Mark(30.0, "More of the feed"))
TOLD = ((NOTES, MarkOrigin.NOTES), (FILE, MarkOrigin.FILE), (FEED, MarkOrigin.FEED))


def play_recording(room: Room, marks: tuple[Mark, ...] = ()) -> None:
    room.sources.found["three"] = Source("/three.mp3", marks=marks)
    room.play("three")


def told(room: Room, marks: tuple[Mark, ...], origin: MarkOrigin) -> None:
    room.listening.handle(MarksKnown(room.listening.playback.load, marks, origin))


@pytest.mark.parametrize("order", list(itertools.permutations(TOLD)))
def test_feed_is_believed_before_the_file_and_that_before_notes(
    room: Room, order: tuple[tuple[tuple[Mark, ...], MarkOrigin], ...]
) -> None:
    play_recording(room)
    for marks, origin in order:
        told(room, marks, origin)
    assert room.listening.playback.chapters == FEED


def test_chapters_in_the_feed_itself_are_not_replaced_by_the_files(room: Room) -> None:
    play_recording(room, FEED)
    told(room, FILE, MarkOrigin.FILE)
    assert room.listening.playback.chapters == FEED


def test_chapters_told_before_the_file_is_open_are_kept(room: Room) -> None:
    room.player.is_holding = True
    play_recording(room)
    told(room, FEED, MarkOrigin.FEED)
    room.player.is_holding = False
    room.listening.restart("three")
    told(room, FILE, MarkOrigin.FILE)
    assert room.listening.playback.chapters == FILE


def test_chapters_of_the_next_episode_are_its_own(room: Room) -> None:
    play_recording(room, FEED)
    room.sources.found["one"] = Source("/one.mp3")
    room.play("one")
    assert not room.listening.playback.chapters
    told(room, NOTES, MarkOrigin.NOTES)
    assert room.listening.playback.chapters == NOTES


def test_chapter_that_plays_is_the_last_that_began(room: Room) -> None:
    play_recording(room, FEED)
    assert room.listening.playback.chapter == "Of the feed"
    room.player.play(31)
    assert room.listening.playback.chapter == "More of the feed"
    room.listening.seek_mark(-1)
    room.listening.seek_mark(-1)
    assert (room.position, room.listening.playback.chapter) == (0, "Of the feed")


def test_sentences_of_a_narration_are_no_chapters(room: Room) -> None:
    room.play("one")
    assert room.listening.playback.marks
    assert (room.listening.playback.chapters, room.listening.playback.chapter) == ((), "")
