"""What is asked from outside the screen, and what cannot be done."""

from datetime import timedelta
from typing import Any

import pytest

from tests.fakes import START
from tests.rooms import EPISODES, Room, make_podcast, make_room
from tui_pod.core.library.episode import Topic
from tui_pod.core.library.library import build_library
from tui_pod.core.outcome import refused
from tui_pod.core.playback.sleep_timer import SleepTimer, SleepUnit
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.queue import Queue
from tui_pod.integrations.player_api import PlayerApi


def test_now_names_every_field_of_nothing_and_of_an_episode(room: Room) -> None:
    api = PlayerApi(room.controller)
    nothing = {"id": None, "title": None, "position": 0.0, "duration": None, "paused": True, "speed": 1.0, "volume": 80}
    assert api.now() == nothing
    room.play("one", 1)
    room.controller.seek_to(12.3456)
    one = {**nothing, "id": "one", "title": "One", "position": 12.35, "duration": 100.0, "paused": False}
    assert api.now() == one
    room.controller.stop()
    assert api.now() == {**one, "paused": True}


def test_now_tells_of_missing_sound_only_while_muted(room: Room) -> None:
    api = PlayerApi(room.controller)
    told = [(api.now().get("muted"), api.status()["muted"])]
    room.controller.mixer.toggle_mute()
    told.append((api.now().get("muted"), api.status()["muted"]))
    assert told == [(None, False), (True, True)]


def test_toggle_twice_pauses_and_goes_on(room: Room) -> None:
    room.play("one", 5)
    statuses = []
    for _ in range(2):
        PlayerApi(room.controller).toggle()
        statuses.append(room.status)
    assert statuses == [PlayerStatus.PAUSED, PlayerStatus.PLAYING]


def begun(days: int) -> Progress:
    """Return the progress of an episode that was listened to some days ago."""
    return Progress(START - timedelta(days=days), position=50.0, listened=START - timedelta(days=days))


PLAYED = Progress(START, played=True)
COURSE = build_library([Topic("Course", episodes=("three", "one", "two"))], EPISODES[:5])


@pytest.mark.parametrize(
    ("left", "playing"),
    [
        ({"progress": {"two": begun(2), "three": begun(1)}, "queue": Queue(("one",))}, "three"),
        ({"queue": Queue(("three", "two"))}, "three"),
        ({"progress": {"one": PLAYED}}, "two"),
        ({"library": COURSE, "progress": {"three": PLAYED}}, "one"),
    ],
    ids=["what was heard last", "the queue", "the first unplayed", "the first unplayed of the course"],
)
def test_play_and_toggle_with_nothing_loaded_play(left: dict[str, Any], playing: str) -> None:
    for ask in (PlayerApi.play, PlayerApi.toggle):
        room = make_room(**left)
        ask(PlayerApi(room.controller))
        assert room.playing == playing


def test_play_with_all_played_says_so() -> None:
    room = make_room(progress={episode.id: PLAYED for episode in EPISODES})
    assert PlayerApi(room.controller).play() == refused("Nothing is left to play.")


def test_play_of_the_loaded_episode_goes_on_in_it(room: Room) -> None:
    room.play("one", 20)
    for _ in range(2):
        PlayerApi(room.controller).play("one")
        assert (room.status, room.position, room.loads()) == (PlayerStatus.PLAYING, 20, ["one"])
        room.controller.toggle_pause()


def test_play_by_id_is_followed_by_what_stands_after_it_in_the_library(room: Room) -> None:
    PlayerApi(room.controller).play("two")
    room.controller.next()
    assert room.playing == "three"


def test_play_of_an_unknown_id_says_so_and_changes_nothing(room: Room) -> None:
    room.play("one", 5)
    assert PlayerApi(room.controller).play("nowhere") == refused("There is no episode “nowhere”. See: tui-pod list")
    assert room.playing == "one"


def test_stop_keeps_the_place_if_there_is_one(room: Room) -> None:
    api = PlayerApi(room.controller)
    api.stop()
    assert ("stop",) not in room.player.calls
    room.play("one", 30)
    api.stop()
    assert room.status is PlayerStatus.STOPPED
    assert room.progress("one").position == 30


class Questions:
    """Questions that are asked aloud in place of the episode."""

    def __init__(self) -> None:
        self.is_paused = False
        self.answers: list[bool] = []

    def set_paused(self, is_paused: bool) -> None:
        self.is_paused = is_paused

    def answer(self, is_known: bool) -> None:
        self.answers.append(is_known)


def test_questions_asked_aloud_take_what_is_asked_of_the_player(room: Room) -> None:
    api = PlayerApi(room.controller)
    assert api.controller.interlude is None
    room.controller.interlude = questions = Questions()
    assert (api.controller.interlude is not None, api.is_paused) == (True, False)
    room.controller.next()
    room.controller.previous()
    assert questions.answers == [True, False]
    for ask, is_paused in (
        (api.toggle, True),
        (api.play, False),
        (api.stop, True),
        (api.play, False),
    ):
        ask()
        assert questions.is_paused is is_paused
        assert api.is_paused is is_paused
    assert room.playing is None


def test_status_of_nothing_has_every_field(room: Room) -> None:
    status = PlayerApi(room.controller).status()
    names = ("waiting", "podcast", "topic", "chapter", "left", "sleep", "session", "synced")
    assert {name: status[name] for name in names} == dict.fromkeys(names)
    assert (status["queue"], status["position"]) == (0, 0)


def test_status_tells_whole_seconds_podcast_sleep_session_and_sync() -> None:
    room = make_room(library=make_podcast({}, EPISODES[:5]))
    api = PlayerApi(room.controller, lambda: START + timedelta(milliseconds=500))
    room.play("one", 10.75)
    room.controller.set_sleep(SleepTimer(60.5))
    status = api.status()
    assert (status["podcast"], status["topic"]) == ("Cast", "Numbers")
    assert (status["position"], status["left"], status["sleep"]) == (10, 89, 60)
    assert status["synced"] == START.isoformat()
    room.controller.set_sleep(SleepTimer(1, SleepUnit.EPISODE))
    assert api.status()["sleep"] is None


def test_left_is_never_below_zero_and_unknown_without_a_length(room: Room) -> None:
    room.player.durations["/four.opus"] = None
    room.play("four", 10)
    assert PlayerApi(room.controller).status()["left"] is None
