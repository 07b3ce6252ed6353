from __future__ import annotations

import pytest

from tests.rooms import Room
from tui_pod.core.playback.sleep_timer import FADE, MORE, SleepTimer, SleepUnit
from tui_pod.core.player.events import ChaptersKnown
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, PlayerStatus, Source


def test_played_counts_the_listeners_time_down_to_the_end() -> None:
    timer = SleepTimer(10.0).passed(SleepUnit.SECOND, 9.75)
    assert (timer.seconds, timer.is_over) == (0.25, False)
    assert timer.passed(SleepUnit.SECOND, 0.25).is_over


def test_ended_counts_episodes_down_and_time_does_not() -> None:
    timer = SleepTimer(2, SleepUnit.EPISODE).passed(SleepUnit.SECOND, 3600.0).ended()
    assert (timer.left, timer.is_over) == (1, False)
    assert timer.ended().is_over
    assert timer.loudness == 1.0
    assert SleepTimer(10.0).ended() == SleepTimer(10.0)
    assert str(SleepTimer(2, SleepUnit.CHAPTER).ended()) == "after 1 chapter"


@pytest.mark.parametrize(
    ("timer", "extended"),
    [
        (SleepTimer(100.0), SleepTimer(100.0 + MORE)),
        (SleepTimer(-3.0), SleepTimer(MORE)),
        (SleepTimer(1, SleepUnit.EPISODE), SleepTimer(2, SleepUnit.EPISODE)),
        (SleepTimer(1, SleepUnit.CHAPTER), SleepTimer(2, SleepUnit.CHAPTER)),
    ],
)
def test_extended_adds_five_minutes_or_one_of_what_it_counts(timer: SleepTimer, extended: SleepTimer) -> None:
    assert MORE == 300.0
    assert timer.extended() == extended


@pytest.mark.parametrize(("seconds", "share"), [(3600.0, 1.0), (FADE, 1.0), (FADE / 2, 0.5), (0.0, 0.0), (-1.0, 0.0)])
def test_loudness_fades_over_the_last_seconds(seconds: float, share: float) -> None:
    assert SleepTimer(seconds).loudness == share


CHAPTERS = (Chapter(0.0, "One"), Chapter(30.0, "Two"), Chapter(60.0, "Three"))


def play_chapters(room: Room, seconds: float) -> None:
    room.sources.found["three"] = Source("/three.mp3")
    room.play("three")
    room.controller.handle(ChaptersKnown(room.controller.playback.load, CHAPTERS, ChapterOrigin.FILE))
    room.player.play(seconds)


def test_chapter_timer_pauses_at_the_start_of_the_next_chapter(room: Room) -> None:
    play_chapters(room, 29.5)
    room.controller.set_sleep(SleepTimer(1, SleepUnit.CHAPTER))
    room.player.play(0.25)
    assert room.position == 29.75
    room.player.play(0.5)
    assert (room.status, room.position) == (PlayerStatus.PAUSED, 30.0)


def test_chapter_timer_counts_chapters_that_are_played_and_not_those_that_are_passed_by_a_seek(room: Room) -> None:
    play_chapters(room, 10.0)
    room.controller.set_sleep(SleepTimer(1, SleepUnit.CHAPTER))
    room.controller.seek_to(45.0)
    room.player.play(1)
    room.player.play(4)
    assert room.controller.sleep == SleepTimer(1, SleepUnit.CHAPTER)
    room.controller.set_sleep(SleepTimer(2, SleepUnit.CHAPTER))
    room.player.play(11)
    assert room.controller.sleep == SleepTimer(1, SleepUnit.CHAPTER)
