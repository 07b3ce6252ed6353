"""What the player tells the desktop, without a bus."""

from __future__ import annotations

import pytest

from tests.rooms import EPISODES, TOPICS, Room, make_room
from tui_pod.core.library.library import Library, build_library
from tui_pod.core.player.snapshot import Playback
from tui_pod.integrations.mpris_interfaces import SECOND, TOLD, PlayerInterface, make_metadata, track_path


def interface(library: Library, playback: Playback | None = None) -> PlayerInterface:
    """Return the interface of an app with this library, in which a restored episode is paused."""
    return PlayerInterface(make_room(library=library, playback=playback).controller)


@pytest.mark.parametrize(
    ("library", "can_play"), [(build_library([], []), False), (build_library([], EPISODES[:1]), True)]
)
def test_there_is_something_to_play_unless_the_library_is_empty(library: Library, can_play: bool) -> None:
    told = interface(library).told()
    assert list(told) == list(TOLD)
    assert told["CanPlay"] is can_play
    assert (told["PlaybackStatus"], told["CanPause"], told["CanSeek"]) == ("Stopped", False, False)


def test_restored_episode_is_paused_at_its_position() -> None:
    player = interface(build_library(TOPICS, EPISODES), Playback(episode="one", position=12.5))
    told = player.told()
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


def test_volume_above_zero_unmutes_and_zero_does_not() -> None:
    room = make_room(playback=Playback(is_muted=True))
    player = PlayerInterface(room.controller)
    player.volume = 0.0  # type: ignore[method-assign]
    assert room.controller.playback.is_muted
    player.volume = 0.3  # type: ignore[method-assign]
    assert (room.controller.playback.is_muted, room.controller.playback.volume) == (False, 30)
