"""Merge lists made by hand by entry: what is put on, taken off or moved on two machines is so on both.

A mark says of an episode when it was put on or taken off last, and when it was moved last, and to where. The newest of
each wins, so that it does not matter in which order lists are merged, and a move brings nothing back. Lists of older
versions have no marks: their entries count as put on when the list was changed, and what they lack is taken off no
other list.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from tui_pod.core.wall_time import stamp_later

MAX_TAKEN = 1_000
"""How many episodes that were taken off a list are remembered; the oldest are forgotten."""


class EntryMark(NamedTuple):
    """When an episode was put on a list or taken off it, and when and where it was put within the list."""

    episode: str
    time: datetime
    is_on: bool
    moved: datetime
    rank: float
    """The entries of a list are ordered by rank, then by `moved`, then by id, which may differ between machines."""


def by_episode(marks: Iterable[EntryMark]) -> dict[str, EntryMark]:
    """Return marks by their episodes."""
    return {mark.episode: mark for mark in marks}


def merged_marks(first: Mapping[str, EntryMark], second: Mapping[str, EntryMark]) -> dict[str, EntryMark]:
    """Return the newest mark of each episode."""
    found = dict(first)
    for ident, mark in second.items():
        known = found.get(ident, mark)
        last, place = max(known, mark, key=itemgetter(1, 2)), max(known, mark, key=itemgetter(3, 4))
        found[ident] = last._replace(moved=place.moved, rank=place.rank)
    return found


def renamed_marks(marks: Iterable[EntryMark], names: Mapping[str, str]) -> tuple[EntryMark, ...]:
    """Return marks with other ids for those that have one in `names`."""
    found: dict[str, EntryMark] = {}
    for mark in marks:
        own = mark._replace(episode=names.get(mark.episode, mark.episode))
        found = merged_marks(found, {own.episode: own})
    return stored(found)


def stored(marks: Mapping[str, EntryMark]) -> tuple[EntryMark, ...]:
    """Return marks as a list holds them: by id, with the newest `MAX_TAKEN` of those taken off."""
    taken = sorted((mark.time, mark.episode) for mark in marks.values() if not mark.is_on)
    forgotten = {ident for _, ident in taken[:-MAX_TAKEN]}
    return tuple(mark for ident, mark in sorted(marks.items()) if ident not in forgotten)


def listed(marks: Mapping[str, EntryMark]) -> tuple[str, ...]:
    """Return the episodes that are on the list, in order."""
    return tuple(mark.episode for mark in sorted(marks.values(), key=_place) if mark.is_on)


def marked(marks: Mapping[str, EntryMark], episodes: Sequence[str], now: datetime) -> dict[str, EntryMark]:
    """Return marks changed at `now` so that exactly `episodes` are on the list, in this order; as few as possible."""
    episodes = tuple(dict.fromkeys(episodes))
    found, here = dict(marks), set(episodes)
    for ident, mark in marks.items():
        if mark.is_on and ident not in here:
            found[ident] = mark._replace(time=stamp_later(mark.time, now), is_on=False)
    stay = _unmoved([marks[ident] for ident in episodes if ident in marks and marks[ident].is_on])
    ranks = dict(_ranks(episodes, stay))
    if any(ranks[a] >= ranks[b] and not {a, b} <= stay.keys() for a, b in pairwise(episodes)):
        stay, ranks = {}, {ident: float(row) for row, ident in enumerate(episodes, 1)}  # no room between two ranks
    for ident in episodes:
        mark = found.get(ident) or EntryMark(ident, now, True, now, ranks[ident])
        if not mark.is_on:
            mark = mark._replace(time=stamp_later(mark.time, now), is_on=True)
        if mark.rank != ranks[ident]:
            mark = mark._replace(moved=stamp_later(mark.moved, now), rank=ranks[ident])
        found[ident] = mark
    return found


def _ranks(episodes: Sequence[str], stay: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yield a rank for each episode: its own if it stays, otherwise one between its neighbours'."""
    low: float | None = None
    run: list[str] = []
    for ident in (*episodes, None):
        high = stay.get(ident) if ident is not None else None
        if ident is not None and high is None:
            run.append(ident)
            continue
        size = len(run) + 1
        for row, waiting in enumerate(run, 1):
            if low is not None and high is not None:
                yield waiting, low + (high - low) * row / size
            else:
                yield waiting, low + row if low is not None else (high or float(size)) - size + row
        run = []
        if ident is not None and high is not None:
            low = high
            yield ident, high


def _unmoved(marks: Sequence[EntryMark]) -> dict[str, float]:
    """Return the ranks of the most episodes that are in the order of their ranks (the longest ascending sequence)."""
    tails: list[tuple[float, datetime, str]] = []
    ends: list[int] = []
    before: list[int] = []
    for at, mark in enumerate(marks):
        row = bisect_left(tails, _place(mark))
        before.append(ends[row - 1] if row else -1)
        tails[row:], ends[row:] = [_place(mark), *tails[row + 1 :]], [at, *ends[row + 1 :]]
    found = {}
    at = ends[-1] if ends else -1
    while at >= 0:
        found[marks[at].episode] = marks[at].rank
        at = before[at]
    return found


def _place(mark: EntryMark) -> tuple[float, datetime, str]:
    return mark.rank, mark.moved, mark.episode
