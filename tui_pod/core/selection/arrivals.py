"""New episodes that join the queue by themselves, as the settings of their podcasts say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from tui_pod.core.selection.queue import Queue

PLACES = "last", "next", "newest"
"""Where they join it; `newest` is last, in place of what came before from the same podcast."""


class Arrival(NamedTuple):
    """A new episode that is to join the queue."""

    episode: str
    podcast: str
    """The id of its podcast."""
    place: str
    """One of `PLACES`."""


def joined(
    queue: Queue,
    arrivals: Sequence[Arrival],
    replaced: Callable[[Arrival], Collection[str]],
    limit: int,
) -> Queue:
    """Return the queue with new episodes, oldest first, until it has `limit` entries to come.

    `replaced` returns the entries in whose place the newest episode of a podcast comes.
    """
    newest = {one.podcast: one for one in arrivals}
    wanted = [one for one in arrivals if one.place != "newest" or newest[one.podcast] is one]
    for one in wanted:
        if one.place == "newest":
            queue = queue.remove(replaced(one))
    wanted = wanted[: max(0, limit - len(queue.upcoming))]
    queue = queue.add_next(one.episode for one in wanted if one.place == "next")
    return queue.add_last(one.episode for one in wanted if one.place != "next")
