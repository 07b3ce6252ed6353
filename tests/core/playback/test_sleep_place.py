"""Where the sleep timer was set is remembered, and one key goes back there."""

import pytest

from tests.core.player.test_parts import BOOK, NEXT, book_room
from tests.rooms import BASICS, Room, make_room
from tui_pod.core.outcome import refused
from tui_pod.core.playback.sleep_timer import SleepTimer, SleepUnit


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
