"""The actions of the key table that make sense without a screen, for `tui-pod do`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tui_pod.core.actions import BY_ID
from tui_pod.core.playback.commands import playback_commands
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.playback.sleep_timer import SleepTimer
from tui_pod.integrations.player_api import PlayerApi, PlayerApiError

Actions = Mapping[str, Callable[[], object]]

NONE: Actions = MappingProxyType({})

OF_EPISODE = frozenset((
    "episode.restart", "episode.toggle_played", "playback.back", "playback.forward", "playback.back_small",
    "playback.forward_small", "playback.previous_mark", "playback.next_mark",
))  # fmt: skip
"""Actions that fail while nothing is loaded."""


class RemoteActions:
    """Runs actions by their ids."""

    def __init__(self, controller: PlaybackController, more: Actions = NONE) -> None:
        """Run actions of playback, and `more`, by id."""
        api = PlayerApi(controller)
        self._controller = controller
        self._actions: Actions = {
            **playback_commands(controller),
            "playback.toggle": api.toggle,
            "episode.restart": lambda: controller.restart(controller.playback.episode or ""),
            "episode.toggle_played": lambda: controller.editor.toggle_played([controller.playback.episode or ""]),
            "queue.previous": api.previous,
            "queue.next": api.next,
            "sleep.timer": self._sleep,
            "session.end": self._end_session,
            **more,
        }

    def run(self, ident: str) -> None:
        """Run an action.

        Raises:
            PlayerApiError: there is no such action, it needs the screen, or it failed.
        """
        action = self._actions.get(ident)
        if action is not None:
            if ident in OF_EPISODE and not self._controller.playback.is_loaded:
                raise PlayerApiError("Nothing is playing.")
            action()
        elif ident in BY_ID:
            raise PlayerApiError(f"{ident} needs the screen; press its key in tui-pod.")
        else:
            raise PlayerApiError("There is no such action. See: tui-pod keys")

    def _sleep(self) -> None:
        """Set the sleep timer to five minutes, or give it five minutes more."""
        self._controller.set_sleep((self._controller.sleep or SleepTimer(0.0)).extended())

    def _end_session(self) -> None:
        if self._controller.session is None:
            raise PlayerApiError("No session is in progress.")
        self._controller.sessions.end()
