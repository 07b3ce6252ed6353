"""The actions of the key table that make sense without a screen, for `tui-pod do`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from tui_pod.core.actions import BY_ID
from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.playback.sleep_timer import SleepTimer
from tui_pod.integrations.player_api import PlayerApi, PlayerApiError

Actions = Mapping[str, Callable[[], object]]

NONE: Actions = MappingProxyType({})


class RemoteActions:
    """Runs actions by their ids."""

    def __init__(self, controller: PlaybackController, more: Actions = NONE) -> None:
        """Run actions of playback, and `more`, by id."""
        api, mixer = PlayerApi(controller), controller.mixer
        self._controller = controller
        self._actions: Actions = {
            "playback.toggle": api.toggle,
            "episode.restart": self._loaded(lambda: controller.restart(controller.playback.episode or "")),
            "episode.toggle_played": self._loaded(
                lambda: controller.editor.toggle_played([controller.playback.episode or ""])
            ),
            "playback.back": self._loaded(controller.step_back),
            "playback.forward": self._loaded(controller.step_forward),
            "playback.back_small": self._loaded(partial(controller.step_back, True)),
            "playback.forward_small": self._loaded(partial(controller.step_forward, True)),
            "playback.previous_mark": self._loaded(partial(controller.seek_mark, -1)),
            "playback.next_mark": self._loaded(partial(controller.seek_mark, 1)),
            "playback.take_over": controller.handover.take_over,
            "playback.slower": partial(mixer.change_speed, -1),
            "playback.faster": partial(mixer.change_speed, 1),
            "playback.normal_speed": partial(mixer.set_speed, 1.0),
            "playback.quieter": lambda: mixer.set_volume(controller.playback.volume - 5),
            "playback.louder": lambda: mixer.set_volume(controller.playback.volume + 5),
            "playback.mute": mixer.toggle_mute,
            "audio.level": mixer.toggle_level,
            "audio.skip_silence": mixer.toggle_silence,
            "queue.previous": api.previous,
            "queue.next": api.next,
            "sleep.timer": self._sleep,
            "session.end": self._end_session,
            "undo": controller.undo,
            "redo": controller.redo,
            **more,
        }

    def run(self, ident: str) -> None:
        """Run an action.

        Raises:
            PlayerApiError: there is no such action, it needs the screen, or it failed.
        """
        action = self._actions.get(ident)
        if action is not None:
            action()
        elif ident in BY_ID:
            raise PlayerApiError(f"{ident} needs the screen; press its key in tui-pod.")
        else:
            raise PlayerApiError("There is no such action. See: tui-pod keys")

    def _loaded(self, action: Callable[[], object]) -> Callable[[], None]:
        """Return an action that fails while nothing is loaded."""

        def run() -> None:
            if not self._controller.playback.is_loaded:
                raise PlayerApiError("Nothing is playing.")
            action()

        return run

    def _sleep(self) -> None:
        """Set the sleep timer to five minutes, or give it five minutes more."""
        self._controller.set_sleep((self._controller.sleep or SleepTimer(0.0)).extended())

    def _end_session(self) -> None:
        if self._controller.session is None:
            raise PlayerApiError("No session is in progress.")
        self._controller.sessions.end()
