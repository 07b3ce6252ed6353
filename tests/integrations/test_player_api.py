"""What is asked from outside the screen, and what cannot be done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes import START
from tests.rooms import EPISODES, Room, make_room
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.queue import Queue
from tui_pod.integrations.player_api import PlayerApi, PlayerApiError


def test_now_with_nothing_loaded_names_no_episode(room: Room) -> None:
    assert PlayerApi(room.controller).now() == {
        "id": None,
        "title": None,
        "position": 0.0,
        "duration": None,
        "paused": True,
        "speed": 1.0,
        "volume": 80,
    }


def test_now_while_playing_tells_place_and_length(room: Room) -> None:
    room.play("one", 12.5)
    now = PlayerApi(room.controller).now()
    assert (now["id"], now["title"], now["position"], now["duration"], now["paused"]) == (
        "one",
        "One",
        12.5,
        100,
        False,
    )


def test_toggle_twice_pauses_and_goes_on(room: Room) -> None:
    room.play("one", 5)
    statuses = []
    for _ in range(2):
        PlayerApi(room.controller).toggle()
        statuses.append(room.status)
    assert statuses == [PlayerStatus.PAUSED, PlayerStatus.PLAYING]


@pytest.mark.parametrize("times", [1, 2])
def test_pause_asked_often_stays_paused(room: Room, times: int) -> None:
    room.play("one", 5)
    for _ in range(times):
        PlayerApi(room.controller).pause()
    assert room.status is PlayerStatus.PAUSED


@pytest.mark.parametrize("times", [1, 2])
def test_pause_while_loading_starts_paused(room: Room, times: int) -> None:
    room.player.is_holding = True
    room.controller.play("one")
    for _ in range(times):
        PlayerApi(room.controller).pause()
    assert PlayerApi(room.controller).now()["paused"] is True
    assert room.controller.playback.status is PlayerStatus.LOADING


def test_play_with_nothing_loaded_goes_on_with_what_was_heard_last() -> None:
    older = Progress(START - timedelta(days=2), position=50.0, listened=START - timedelta(days=2))
    newer = Progress(START - timedelta(days=1), position=70.0, listened=START - timedelta(days=1))
    room = make_room(progress={"two": older, "three": newer}, queue=Queue(("one",)))
    PlayerApi(room.controller).play()
    assert room.playing == "three"


def test_toggle_with_nothing_loaded_and_nothing_begun_plays_the_queue() -> None:
    room = make_room(queue=Queue(("three", "two")))
    PlayerApi(room.controller).toggle()
    assert room.playing == "three"


def test_play_with_nothing_begun_or_queued_plays_the_first_unplayed() -> None:
    room = make_room(progress={"one": Progress(START, played=True)})
    PlayerApi(room.controller).play()
    assert room.playing == "two"


def test_play_with_all_played_says_so() -> None:
    room = make_room(progress={episode.id: Progress(START, played=True) for episode in EPISODES})
    with pytest.raises(PlayerApiError, match="Nothing is left"):
        PlayerApi(room.controller).play()


def test_play_of_the_paused_episode_goes_on_in_it(room: Room) -> None:
    room.play("one", 20)
    room.controller.toggle_pause()
    PlayerApi(room.controller).play("one")
    assert (room.status, room.position, room.loads()) == (PlayerStatus.PLAYING, 20, ["one"])


def test_play_of_the_sounding_episode_changes_nothing(room: Room) -> None:
    room.play("one", 20)
    PlayerApi(room.controller).play("one")
    assert (room.status, room.loads()) == (PlayerStatus.PLAYING, ["one"])


def test_play_by_id_is_followed_by_what_stands_after_it_in_the_library(room: Room) -> None:
    PlayerApi(room.controller).play("two")
    PlayerApi(room.controller).next()
    assert room.playing == "three"


def test_play_of_an_unknown_id_says_so_and_changes_nothing(room: Room) -> None:
    room.play("one", 5)
    with pytest.raises(PlayerApiError, match="no episode nowhere"):
        PlayerApi(room.controller).play("nowhere")
    assert room.playing == "one"


def test_next_with_nothing_to_follow_says_so(room: Room) -> None:
    room.play("one", 5, following=())
    with pytest.raises(PlayerApiError, match="Nothing comes next"):
        PlayerApi(room.controller).next()
    assert room.playing == "one"


@pytest.mark.parametrize("wish", ["seek_by", "seek_to"])
def test_seek_with_nothing_playing_says_so(room: Room, wish: str) -> None:
    with pytest.raises(PlayerApiError, match="Nothing is playing"):
        getattr(PlayerApi(room.controller), wish)(10.0)


def test_previous_with_nothing_playing_says_so(room: Room) -> None:
    with pytest.raises(PlayerApiError, match="Nothing is playing"):
        PlayerApi(room.controller).previous()


def test_stop_keeps_the_place(room: Room) -> None:
    room.play("one", 30)
    PlayerApi(room.controller).stop()
    assert room.status is PlayerStatus.STOPPED
    assert room.progress("one").position == 30


def test_previous_restarts_what_plays_and_fails_when_nothing_does(room: Room) -> None:
    with pytest.raises(PlayerApiError, match="Nothing is playing"):
        PlayerApi(room.controller).previous()
    room.play("two", 50)
    PlayerApi(room.controller).previous()
    assert room.controller.playback.position == 0.0


def test_previous_near_the_start_plays_the_episode_before(room: Room) -> None:
    room.controller.play("two")
    PlayerApi(room.controller).previous()
    assert room.playing == "one"
