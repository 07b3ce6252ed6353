"""What the player tells the desktop, without a bus."""

import math

import pytest

from tests.integrations.test_player_api import Questions
from tests.rooms import EPISODES, TOPICS, Room, make_podcast, make_room
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.player.snapshot import Playback
from tui_pod.integrations.mpris import (
    ANNOUNCED,
    SECOND,
    PlayerInterface,
    RootInterface,
    make_metadata,
    track_path,
)


def interface(library: Library, playback: Playback | None = None) -> PlayerInterface:
    """Return the interface of an app with this library, in which a restored episode is paused."""
    return PlayerInterface(make_room(library=library, playback=playback).controller)


@pytest.mark.parametrize(
    ("library", "can_play"), [(build_library([], []), False), (build_library([], EPISODES[:1]), True)]
)
def test_there_is_something_to_play_unless_the_library_is_empty(library: Library, can_play: bool) -> None:
    told = interface(library).announced()
    assert list(told) == list(ANNOUNCED)
    assert told["CanPlay"] is can_play
    assert (told["PlaybackStatus"], told["CanPause"], told["CanSeek"]) == ("Stopped", False, False)


def test_restored_episode_is_paused_at_its_position() -> None:
    player = interface(build_library(TOPICS, EPISODES), Playback(episode="one", position=12.5))
    told = player.announced()
    assert (told["PlaybackStatus"], told["CanPause"], told["CanSeek"]) == ("Paused", True, True)
    assert player.position == 12.5 * SECOND
    assert told["Metadata"]["mpris:trackid"].value == track_path("one")


def test_metadata_of_nothing_is_empty(room: Room) -> None:
    assert make_metadata(room.controller) == {}


@pytest.mark.parametrize("episode", [None, "one", "ä/\ud800 b"])
def test_path_of_an_episode_has_letters_and_digits_alone(episode: str | None) -> None:
    assert track_path(episode).rpartition("/")[2].isalnum() is (episode is not None)


@pytest.mark.parametrize(("episode", "seconds"), [("one", 100), ("four", None)])
def test_metadata_has_the_length_if_it_is_known(episode: str, seconds: int | None) -> None:
    found = make_metadata(make_room(playback=Playback(episode=episode)).controller)
    assert ("mpris:length" in found) is (seconds is not None)
    assert seconds is None or found["mpris:length"].value == seconds * SECOND


def test_volume_is_zero_while_muted_and_one_above_zero_unmutes() -> None:
    room = make_room(playback=Playback(is_muted=True))
    player = PlayerInterface(room.controller)
    assert (room.controller.playback.volume, player.volume) == (80, 0.0)
    player.volume = 0.0  # type: ignore[method-assign]
    assert room.controller.playback.is_muted
    player.volume = 0.3  # type: ignore[method-assign]
    assert (room.controller.playback.is_muted, room.controller.playback.volume) == (False, 30)


def test_program_offers_nothing_that_a_terminal_cannot_do() -> None:
    root = RootInterface()
    assert (root.identity, root.can_quit, root.can_raise, root.has_track_list) == ("tui-pod", False, False, False)
    assert interface(build_library([], [])).can_control is True


@pytest.mark.parametrize(
    ("episode", "position", "expected"),
    [
        ("one", 0, 0),
        ("one", 100, 95),
        ("one", 101, 10),
        ("one", -1, 10),
        ("one", 2**40, 10),
        ("two", 20, 10),
        ("one", 20, 20),
    ],
)  # fmt: skip
def test_position_is_set_in_the_track_that_plays_and_within_it(
    room: Room, episode: str, position: int, expected: float
) -> None:
    room.play("one", 10)
    PlayerInterface(room.controller).set_position(track_path(episode), position * SECOND)
    assert room.controller.playback.position == pytest.approx(expected, abs=5)


def test_position_is_set_though_the_length_is_unknown(room: Room) -> None:
    room.player.durations["/four.opus"] = None
    room.play("four", 10)
    PlayerInterface(room.controller).set_position(track_path("four"), 50 * SECOND)
    assert room.controller.playback.position == 50


@pytest.mark.parametrize(("by", "position"), [(25 * SECOND, 35), (2**62, 95)])
def test_seek_is_by_microseconds_up_to_where_the_episode_counts_as_played(room: Room, by: int, position: float) -> None:
    room.play("one", 10)
    PlayerInterface(room.controller).seek(by)
    assert room.controller.playback.position == position
    assert not room.progress("one").played


@pytest.mark.parametrize(
    ("rate", "speed", "status"),
    [
        (1.5, 1.5, "Playing"),
        (9.0, 3.0, "Playing"),
        (0.1, 0.5, "Playing"),
        (0.0, 1.0, "Paused"),
        (math.nan, 1.0, "Playing"),
    ],
)
def test_rate_is_the_speed_and_zero_pauses(room: Room, rate: float, speed: float, status: str) -> None:
    room.play("one", 10)
    player = PlayerInterface(room.controller)
    player.rate = rate  # type: ignore[method-assign]
    assert (player.rate, player.playback_status) == (speed, status)


@pytest.mark.parametrize(
    ("volume", "percent"), [(0.0, 0), (0.5, 50), (1.0, 100), (3.0, 200), (-1.0, 0), (math.nan, 80)]
)
def test_volume_is_from_zero_to_two(room: Room, volume: float, percent: int) -> None:
    player = PlayerInterface(room.controller)
    player.volume = volume  # type: ignore[method-assign]
    assert room.controller.playback.volume == percent
    assert player.volume == percent / 100


def test_status_is_that_of_what_plays_or_of_the_questions_in_its_place(room: Room) -> None:
    player = PlayerInterface(room.controller)
    room.play("one", 10)
    assert player.playback_status == "Playing"
    room.controller.toggle_pause()
    assert player.playback_status == "Paused"
    room.controller.interlude = questions = Questions()
    assert player.playback_status == "Playing"
    questions.is_paused = True
    assert player.playback_status == "Paused"


def test_episode_that_was_stopped_is_stopped(room: Room) -> None:
    room.play("one", 10)
    room.controller.stop()
    assert PlayerInterface(room.controller).playback_status == "Stopped"


@pytest.mark.parametrize(
    ("tags", "artist"), [(("Numbers",), "Basics"), (("Hostile",), "Hostile"), (("Basics", "Numbers"), "Basics")]
)
def test_artist_is_the_topic_at_the_top_and_the_album_the_first_one(tags: tuple[str, ...], artist: str) -> None:
    episode = EPISODES[0]._replace(tags=tags)
    library = build_library(TOPICS, [episode])
    found = make_metadata(make_room(library=library, playback=Playback(episode="one")).controller)
    assert (found["xesam:album"].value, found["xesam:artist"].value) == (tags[0], [artist])
    assert (found["xesam:genre"].value, found["xesam:contentCreated"].value) == (list(tags), "2026-02-05")
    assert found["xesam:comment"].value == ["The first of five."]


def test_metadata_leaves_out_what_is_not_known() -> None:
    library = build_library([], [Episode("x", "X")])
    found = make_metadata(make_room(library=library, playback=Playback(episode="x")).controller)
    assert set(found) == {"mpris:trackid", "xesam:title"}


def test_artist_of_a_podcast_whose_tags_are_no_topics_is_the_whole_library() -> None:
    library = make_podcast({}, EPISODES[:1])
    found = make_metadata(make_room(library=library, playback=Playback(episode="one")).controller)
    assert (found["xesam:album"].value, found["xesam:artist"].value) == ("Numbers", ["All Topics"])


def test_request_without_effect_leaves_a_line_in_the_log(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[str] = []
    monkeypatch.setattr("tui_pod.integrations.mpris.log", logged.append)
    PlayerInterface(room.controller).seek(SECOND)
    assert len(logged) == 1
    assert logged[0].startswith("media keys: Nothing")
