"""Actions that are run by their ids from outside the screen."""

from __future__ import annotations

import pytest

from tests.rooms import Room
from tui_pod.core.playback.sleep_timer import SleepTimer
from tui_pod.integrations.player_api import PlayerApiError
from tui_pod.integrations.remote_actions import OF_EPISODE, RemoteActions


@pytest.mark.parametrize("ident", sorted(OF_EPISODE))
def test_action_of_an_episode_fails_while_none_is_loaded(room: Room, ident: str) -> None:
    actions = RemoteActions(room.controller)
    with pytest.raises(PlayerApiError, match="Nothing is playing"):
        actions.run(ident)
    room.play("one", 50)
    actions.run(ident)


def test_other_actions_need_no_episode(room: Room) -> None:
    actions = RemoteActions(room.controller)
    actions.run("playback.mute")
    assert room.controller.playback.is_muted
    actions.run("playback.toggle")
    assert room.playing == "one"


def test_episode_is_restarted_and_marked(room: Room) -> None:
    room.play("one", 50)
    actions = RemoteActions(room.controller)
    actions.run("episode.restart")
    assert room.position == 0.0
    actions.run("episode.toggle_played")
    assert room.progress("one").played


def test_sleep_timer_is_set_to_five_minutes_and_extended_by_five(room: Room) -> None:
    actions = RemoteActions(room.controller)
    for seconds in (300.0, 600.0):
        actions.run("sleep.timer")
        assert room.controller.sleep == SleepTimer(seconds)


def test_what_cannot_be_run_says_why(room: Room) -> None:
    actions = RemoteActions(room.controller)
    for ident, said in (
        ("session.end", "No session is in progress"),
        ("move.down", "move.down needs the screen"),
        ("no.such", "There is no such action"),
    ):
        with pytest.raises(PlayerApiError, match=said):
            actions.run(ident)


def test_further_actions_come_before_those_of_playback(room: Room) -> None:
    done: list[str] = []
    actions = RemoteActions(room.controller, {"undo": lambda: done.append("undo"), "mine": lambda: done.append("mine")})
    actions.run("undo")
    actions.run("mine")
    assert done == ["undo", "mine"]
