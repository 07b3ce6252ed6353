"""How fast an episode plays: the usual speed, or that of the narrowest topic it is in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping

from tui_pod.core.library.topics import TopicTable

MIN_SPEED, MAX_SPEED = 0.5, 3.0
"""Times the normal rate, between which speech stays speech."""

SpeedRule = Callable[[int], float]
"""Tells how many times the normal rate the episode at a library index would play."""


def make_speed_rule(usual: float, topics: TopicTable, speeds: Mapping[str, float]) -> SpeedRule:
    """Return what tells the speed of an episode: that chosen for the narrowest topic it is in, else the usual one."""
    chosen = [(topics.members[topic], speed) for name, speed in speeds.items()
              if (topic := topics.find(name)) is not None]  # fmt: skip
    chosen.sort(key=lambda entry: (len(entry[0]), entry[1]))

    def speed_rule(index: int) -> float:
        for members, speed in chosen:
            place = bisect_left(members, index)
            if place < len(members) and members[place] == index:
                return speed
        return usual

    return speed_rule
