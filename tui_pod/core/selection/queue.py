"""The queue: what plays next, in order. A value; every change makes a new one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Queue:
    """Episode ids in order. Those before `cursor` have had their turn; an id is there once at most."""

    entries: tuple[str, ...] = ()
    cursor: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "entries", tuple(dict.fromkeys(self.entries)))
        object.__setattr__(self, "cursor", min(max(0, self.cursor), len(self.entries)))

    @property
    def upcoming(self) -> tuple[str, ...]:
        """What has not had its turn."""
        return self.entries[self.cursor :]

    def add_last(self, ids: Iterable[str]) -> Queue:
        """Return the queue with `ids` at its end; those already upcoming keep their place."""
        upcoming = set(self.upcoming)
        new = [ident for ident in dict.fromkeys(ids) if ident not in upcoming]
        shorter = self._without(new)
        return shorter._inserted(len(shorter.entries), new)

    def add_next(self, ids: Iterable[str]) -> Queue:
        """Return the queue with `ids` as the next to play."""
        new = list(dict.fromkeys(ids))
        shorter = self._without(new)
        return shorter._inserted(shorter.cursor, new)

    def remove(self, ids: Iterable[str]) -> Queue:
        """Return the queue without `ids`."""
        return self._without(list(ids))

    def move(self, ident: str, by: int) -> Queue:
        """Return the queue with an upcoming entry moved `by` places, within what is upcoming."""
        if ident not in self.upcoming:
            return self
        here = self.entries.index(ident)
        there = min(max(self.cursor, here + by), len(self.entries) - 1)
        entries = list(self.entries)
        entries.insert(there, entries.pop(here))
        return replace(self, entries=tuple(entries))

    def started(self, ident: str) -> Queue:
        """Return the queue after `ident` began to play; one that is not queued leaves it as it is."""
        if ident not in self.entries:
            return self
        return replace(self, cursor=self.entries.index(ident) + 1)

    def changed_as(self, before: Queue, after: Queue) -> Queue:
        """Return the queue with the change made to it that led from one to another; it may have gone on meanwhile.

        What has had its turn since `before` keeps it, and what else was queued since stays.
        """
        if self == before:
            return after
        had = self.entries[: self.cursor]
        since = set(had).difference(before.entries[: before.cursor])
        parts = {ident: place >= before.cursor for place, ident in enumerate(before.entries)}  # whether upcoming
        here = set(self.entries)
        moved = {ident for place, ident in enumerate(after.entries)
                 if ident not in here or parts.get(ident) is not (place >= after.cursor)} - since  # fmt: skip
        left = moved | parts.keys() - set(after.entries) - since
        had = _put_in((ident for ident in had if ident not in left), after.entries[: after.cursor], moved)
        ahead = moved.intersection(after.upcoming)
        upcoming = _put_in((ident for ident in self.upcoming if ident not in left), after.entries, ahead)
        return Queue((*had, *_in_order(upcoming, before.upcoming, after.upcoming)), len(had))

    def _without(self, ids: list[str]) -> Queue:
        gone = set(ids)
        before = sum(ident in gone for ident in self.entries[: self.cursor])
        return Queue(tuple(ident for ident in self.entries if ident not in gone), self.cursor - before)

    def _inserted(self, place: int, ids: list[str]) -> Queue:
        return Queue((*self.entries[:place], *ids, *self.entries[place:]), self.cursor)


def _put_in(entries: Iterable[str], wanted: Sequence[str], moved: Set[str]) -> tuple[str, ...]:
    """Return entries with those of `moved` put in, each behind what stands before it in `wanted`."""
    kept = tuple(entries)
    places = set(kept)
    behind: dict[str | None, list[str]] = {}
    last = None
    for ident in wanted:
        if ident in moved:
            behind.setdefault(last, []).append(ident)
        elif ident in places:
            last = ident
    found = list(behind.get(None, ()))
    for ident in kept:
        found += (ident, *behind.get(ident, ()))
    return tuple(found)


def _in_order(entries: Sequence[str], former: Sequence[str], wanted: Sequence[str]) -> Iterable[str]:
    """Return entries with those that both lists have in the order of `wanted`, where that is another."""
    ranks = {ident: place for place, ident in enumerate(wanted)}
    inside = set(entries)
    kept = [ident for ident in former if ident in ranks and ident in inside]
    ordered = sorted(kept, key=ranks.__getitem__)
    if ordered == kept:
        return entries
    places, following = set(kept), iter(ordered)
    return (next(following) if ident in places else ident for ident in entries)
