"""The actions of the key table that need only playback, for every front end and for `tui-pod do`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tui_pod.core.playback.controller import PlaybackController


def playback_commands(controller: PlaybackController) -> dict[str, Callable[[], object]]:
    """Return what to call, by the ids in the table of keys."""
    mixer = controller.mixer
    return {
        "playback.toggle": controller.toggle_pause,
        "playback.back": controller.step_back,
        "playback.forward": controller.step_forward,
        "playback.back_small": partial(controller.step_back, True),
        "playback.forward_small": partial(controller.step_forward, True),
        "playback.previous_mark": partial(controller.seek_mark, -1),
        "playback.next_mark": partial(controller.seek_mark, 1),
        "playback.take_over": controller.handover.take_over,
        "playback.slower": partial(mixer.change_speed, -1),
        "playback.faster": partial(mixer.change_speed, 1),
        "playback.normal_speed": partial(mixer.set_speed, 1.0),
        "playback.quieter": lambda: mixer.set_volume(controller.playback.volume - 5),
        "playback.louder": lambda: mixer.set_volume(controller.playback.volume + 5),
        "playback.mute": mixer.toggle_mute,
        "audio.level": mixer.toggle_level,
        "audio.skip_silence": mixer.toggle_silence,
        "queue.previous": controller.previous,
        "queue.next": controller.next,
        "sleep.back": controller.sleep_place.go_back,
        "undo": controller.undo,
        "redo": controller.redo,
    }
