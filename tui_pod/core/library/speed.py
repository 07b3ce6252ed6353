"""The speed of an episode: the usual speed, or that of its podcast or narrowest topic."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tui_pod.core.library.library import Library
from tui_pod.core.library.topics import has_member

MIN_SPEED, MAX_SPEED = 0.5, 3.0
"""Slowest and fastest speed at which speech is intelligible, as factors of the normal rate."""

SpeedRule = Callable[[int], float]
"""Returns the speed of the episode at a library index, as a factor of the normal rate."""


def make_speed_rule(usual: float, library: Library, speeds: Mapping[str, float]) -> SpeedRule:
    """Return a rule: the podcast's own speed, else that set for the narrowest topic of an episode, else the usual."""
    topics = library.topics
    chosen = [(topics.members[topic], speed) for name, speed in speeds.items()
              if (topic := topics.find(name)) is not None]  # fmt: skip
    chosen.sort(key=lambda entry: (len(entry[0]), entry[1]))
    own = ((members, settings.speed) for members, settings in library.settings_of_members)
    chosen = [*((members, speed) for members, speed in own if speed is not None), *chosen]

    def speed_rule(index: int) -> float:
        return next((speed for members, speed in chosen if has_member(members, index)), usual)

    return speed_rule
