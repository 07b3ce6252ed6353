"""The queue: what plays next, in order. A value; every change makes a new one, so undo is keeping the old."""

from __future__ import annotations

from collections.abc import Iterable
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
        new = [ident for ident in dict.fromkeys(ids) if ident not in self.upcoming]
        return self._without(new)._inserted(len(self._without(new).entries), new)

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

    def _without(self, ids: list[str]) -> Queue:
        gone = set(ids)
        before = sum(ident in gone for ident in self.entries[: self.cursor])
        return Queue(tuple(ident for ident in self.entries if ident not in gone), self.cursor - before)

    def _inserted(self, place: int, ids: list[str]) -> Queue:
        return Queue((*self.entries[:place], *ids, *self.entries[place:]), self.cursor)
