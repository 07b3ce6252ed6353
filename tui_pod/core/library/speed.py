"""Values that a podcast or a topic may have of its own, such as its speed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from tui_pod.core.library.library import Library
from tui_pod.core.library.topics import has_member

if TYPE_CHECKING:
    from tui_pod.core.library.podcast_settings import PodcastSettings  # costs a start as much as all its settings

MIN_SPEED, MAX_SPEED = 0.5, 3.0
"""Slowest and fastest speed at which speech is intelligible, as factors of the normal rate."""

Value = TypeVar("Value")

Rule = Callable[[int], Value]
"""Returns a value for the episode at a library index."""

SpeedRule = Rule[float]
"""Returns the speed of an episode, as a factor of the normal rate."""


def make_rule(
    usual: Value, library: Library, of_topics: Mapping[str, Value], own: Callable[[PodcastSettings], Value | None]
) -> Rule[Value]:
    """Return a rule: the podcast's own value, or that of an episode's narrowest topic that has one, or the usual."""
    topics = library.topics
    chosen = [(topics.members[topic], value) for name, value in of_topics.items()
              if (topic := topics.find(name)) is not None]  # fmt: skip
    chosen.sort(key=lambda entry: (len(entry[0]), str(entry[1])))
    owned = ((members, own(settings)) for members, settings in library.settings_of_members)
    chosen = [*((members, value) for members, value in owned if value is not None), *chosen]

    def rule(index: int) -> Value:
        return next((value for members, value in chosen if has_member(members, index)), usual)

    return rule


def make_speed_rule(usual: float, library: Library, speeds: Mapping[str, float]) -> SpeedRule:
    """Return the rule for speeds, of which those of topics are given."""
    return make_rule(usual, library, speeds, lambda settings: settings.speed)
