"""Where the sleep timer was set is remembered, and one key goes back there."""

from datetime import timedelta

import pytest

from tests.core.player.test_parts import BOOK, NEXT, book_room
from tests.rooms import BASICS, Room, make_room
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.library.parts import Part
from tui_pod.core.outcome import refused
from tui_pod.core.playback.sleep_timer import AWAKE, FADE, MORE, SleepTimer, SleepUnit, parse_sleep
from tui_pod.core.player.events import ChaptersKnown
from tui_pod.core.player.options import PlaybackOptions
from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, PlayerStatus, Source
from tui_pod.core.wall_time import local_time


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


def test_play_or_pause_while_it_fades_adds_ten_minutes_and_brings_the_volume_back(room: Room) -> None:
    room.play("three")
    chimes = list[int]()
    room.controller.chime = lambda: chimes.append(1)
    for press in (room.controller.toggle_pause, room.controller.pause, lambda: room.controller.set_paused(False)):
        room.controller.set_sleep(SleepTimer(11.0))
        room.player.play(0.25)
        room.controller.set_paused(False)
        assert room.controller.sleep == SleepTimer(10.75)  # it does not fade yet
        room.player.play(6.0)
        assert ("volume", 38) in room.player.calls
        press()
        assert (room.status, room.controller.sleep) == (PlayerStatus.PLAYING, SleepTimer(4.75 + AWAKE))
        assert room.player.calls[-1] == ("volume", 80)
    room.controller.toggle_pause()
    assert (room.status, len(chimes)) == (PlayerStatus.PAUSED, 3)


def test_time_of_day_may_be_less_than_a_minute_away(room: Room) -> None:
    end = room.clock() + timedelta(minutes=1)
    room.clock.go(22)
    timer = parse_sleep(f"{local_time(end):%H:%M}", room.clock())
    assert timer == SleepTimer(38.0, until=end)


def test_time_of_day_ends_by_the_clock_and_not_after_a_pause_over_it(room: Room) -> None:
    room.play("three")
    end = room.clock() + timedelta(minutes=2)
    room.controller.set_sleep(parse_sleep(f"{local_time(end):%H:%M}", room.clock()))
    assert room.controller.sleep is not None
    assert str(room.controller.sleep) == f"at {local_time(end):%H:%M}"
    room.controller.mixer.set_speed(2.0)
    room.player.play(60)
    room.controller.toggle_pause()
    room.clock.go(30)
    room.controller.toggle_pause()
    room.player.play(29)
    assert room.status is PlayerStatus.PLAYING
    room.player.play(2)
    assert [room.status, room.controller.sleep] == [PlayerStatus.PAUSED, None]
    room.controller.set_sleep(SleepTimer(30.0, until=room.clock() + timedelta(seconds=30)))
    room.clock.go(3600)
    room.controller.toggle_pause()
    room.player.play(1)
    assert [room.status, room.controller.sleep] == [PlayerStatus.PLAYING, None]


def test_every_night_sets_the_timer_once_and_only_while_something_plays() -> None:
    clock = make_room().clock
    bedtime = clock() + timedelta(minutes=16)
    room = make_room(options=PlaybackOptions(every_night=f"{local_time(bedtime):%H:%M}"))
    room.play("three", 59)
    assert room.controller.sleep is None
    room.player.play(2)
    assert room.controller.sleep is not None
    assert room.controller.sleep.until == bedtime
    room.controller.set_sleep(None)
    room.player.play(60)
    assert room.controller.sleep is None  # it was turned off for this night
    room.controller.toggle_pause()
    room.clock.go(24 * 3600)
    assert room.controller.sleep is None
    room.controller.toggle_pause()
    room.player.play(1)
    assert room.controller.sleep is not None
    room.clock.go(14 * 60)
    room.player.play(5)
    assert room.status is PlayerStatus.PAUSED


def test_part_timer_pauses_at_the_start_of_the_next_file_of_a_book() -> None:
    parts = (Part("/1.mp3", 100.0, "One"), Part("/2.mp3", 100.0, "Two", start=100.0))
    room = make_room([Episode("book", "Book", duration=200.0, parts=parts)])
    room.controller.play("book")
    marks = (Chapter(0.0, "a"), Chapter(50.0, "b"), Chapter(100.0, "c"))
    room.controller.handle(ChaptersKnown(room.controller.playback.load, marks, ChapterOrigin.FILE))
    room.controller.set_sleep(parse_sleep("part", room.clock()))
    room.player.play(99)
    assert room.status is PlayerStatus.PLAYING
    room.player.play(2)
    assert (room.controller.is_paused, room.position) == (True, 100.0)


def test_timer_of_a_book_is_set_whenever_the_listener_starts_it_and_stays_off_if_turned_off() -> None:
    book = Episode("a", "A", duration=200.0)
    room = make_room([book])
    room.controller.show_library(build_library([], [book], podcasts={"a": {"sleep": "1m"}}))
    room.play("a", 1, [0])
    assert room.controller.sleep is not None
    room.controller.set_sleep(None)
    room.player.play(1)
    assert room.controller.sleep is None
    room.controller.toggle_pause()
    room.controller.toggle_pause()
    room.player.play(70)
    assert room.controller.is_paused


def fall_asleep(room: Room) -> None:
    """Set the timer at 10 s of the first episode, and hear it and the second one to the end of the latter."""
    room.play("one", 10)
    room.controller.set_sleep(SleepTimer(2, SleepUnit.EPISODE))
    room.player.play(100)
    room.player.play(200)
    assert room.playing is None


def test_key_goes_back_to_the_episode_and_plays_on_from_there_through_what_ran_meanwhile() -> None:
    room = make_room()
    outcome = room.controller.sleep_place.go_back()
    assert outcome == refused("No sleep timer was set in an episode that is still in the library.")
    fall_asleep(room)
    assert "Z goes back to 0:10 in “One”, where you set it." in room.listener.said[-1]
    room.controller.sleep_place.go_back()
    assert (room.playing, room.position) == ("one", 10.0)
    room.player.play(100)
    assert room.playing == room.library.ids[BASICS[1]]


def test_place_is_kept_over_a_restart_and_told_when_playing_goes_on_for_the_first_time() -> None:
    room = make_room()
    fall_asleep(room)
    restarted = make_room(
        playback=room.controller.playback._replace(episode="two"), saved_list=room.writer.table("list")
    )
    restarted.controller.toggle_pause()
    restarted.controller.toggle_pause()
    restarted.controller.toggle_pause()
    assert [said for said in restarted.listener.said if "sleep timer" in said] == [
        "Z goes back to 0:10 in “One”, where you set the sleep timer."
    ]
    restarted.controller.sleep_place.go_back()
    assert (restarted.playing, restarted.position) == ("one", 10.0)


def test_timer_ends_with_the_part_of_a_book_and_goes_back_within_it() -> None:
    room = book_room()
    room.play("book", following=[0])
    room.controller.seek_to(60.0)
    room.controller.set_sleep(SleepTimer(1, SleepUnit.CHAPTER))
    room.player.play(40)
    assert (room.status, room.position) == ("paused", 100.0)
    assert "Z goes back to 1:00, where you set it." in room.listener.said[-1]
    room.controller.sleep_place.go_back()
    assert (room.status, room.position) == ("playing", 60.0)


@pytest.mark.parametrize("seconds", [99.99, 100.0])
def test_timer_ends_with_the_part_however_near_its_end_the_last_report_was(seconds: float) -> None:
    assert (BOOK.parts[0].end, NEXT.parts) == (100.0, ())
    room = book_room()
    room.play("book", following=[0])
    room.controller.seek_to(98.0)
    room.controller.set_sleep(SleepTimer(1, SleepUnit.CHAPTER))
    room.player.play(seconds - 98.0, step=seconds - 98.0)
    room.player.play(1.0)
    assert room.status == "paused"
