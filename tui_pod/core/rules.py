"""The listener's choices about playing, and what follows from them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from tui_pod.core.playback import Playback
from tui_pod.core.progress import PlayedRule
from tui_pod.core.topics import TopicTable

MIN_SPEED, MAX_SPEED = 0.5, 3.0
"""Times the normal rate, between which speech stays speech."""

Pace = Callable[[int], float]
"""Tells how many times the normal rate the episode at a library index would play."""


class Rules(NamedTuple):
    """The listener's choices about playing."""

    is_rewinding: bool = True
    """Whether resuming goes back a little, the more the longer the pause."""
    is_autoplaying: bool = True
    """Whether the list plays on by itself; the queue always does."""
    played: PlayedRule = PlayedRule()
    seek_back: float = 10.0
    """Seconds, as the other two."""
    seek_forward: float = 30.0
    seek_small: float = 5.0
    speeds: Mapping[str, float] = MappingProxyType({})
    """A speed of its own for a topic or feed, by name."""


def held(playback: Playback) -> Playback:
    """Return a playback with a speed and a volume that can be had: a state file may say anything."""
    speed = playback.speed if MIN_SPEED <= playback.speed <= MAX_SPEED else 1.0
    return replace(playback, speed=speed, volume=min(max(playback.volume, 0), 100))


def make_pace(usual: float, topics: TopicTable, speeds: Mapping[str, float]) -> Pace:
    """Return what tells the speed of an episode: that chosen for the narrowest topic it is in, else the usual one."""
    chosen = [(topics.members[topic], speed) for name, speed in speeds.items()
              if (topic := topics.find(name)) is not None]  # fmt: skip
    chosen.sort(key=lambda entry: (len(entry[0]), entry[1]))

    def pace(index: int) -> float:
        for members, speed in chosen:
            place = bisect_left(members, index)
            if place < len(members) and members[place] == index:
                return speed
        return usual

    return pace


def lengths(
    measured: float | None, stated: float | None, is_stream: bool, is_estimate: bool
) -> tuple[float | None, float | None]:
    """Return the length to show and the length that may decide about "played", in seconds; None: not known.

    A file's own length is right. An estimate from its first bytes, and a stream's, may only be too short, so the
    longer of it and what the catalogue states holds; an estimate alone decides nothing.

    Args:
        measured: as the player says.
        stated: as the catalogue or feed says.
        is_stream: whether it is played from the network.
        is_estimate: whether the player guessed it from the first bytes.
    """
    longest = max(measured or 0.0, stated or 0.0) or None
    shown = longest if is_stream or is_estimate else measured or stated
    is_known = measured is not None and not (is_estimate and stated is None)
    return shown, shown if is_known or is_stream else None
