"""The queue: what plays next, in order. A value; every change makes a new one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Self


class _Entries(NamedTuple):
    entries: tuple[str, ...]
    cursor: int


class Queue(_Entries):
    """Episode ids in order. Those before `cursor` were finished or skipped; ids are distinct."""

    __slots__ = ()

    def __new__(cls, entries: Iterable[str] = (), cursor: int = 0) -> Self:
        """Make a queue; repeated entries are left out."""
        distinct = tuple(dict.fromkeys(entries))
        return super().__new__(cls, distinct, min(max(0, cursor), len(distinct)))

    @property
    def upcoming(self) -> tuple[str, ...]:
        """The entries from `cursor` on; the one that plays, or was interrupted, is among them."""
        return self.entries[self.cursor :]

    def add_last(self, ids: Iterable[str]) -> Queue:
        """Return the queue with `ids` at its end; those already upcoming do not move."""
        upcoming = set(self.upcoming)
        new = [ident for ident in dict.fromkeys(ids) if ident not in upcoming]
        shorter = self.remove(new)
        return shorter._inserted(len(shorter.entries), new)

    def add_next(self, ids: Iterable[str]) -> Queue:
        """Return the queue with `ids` as the next to play."""
        new = list(dict.fromkeys(ids))
        shorter = self.remove(new)
        return shorter._inserted(shorter.cursor, new)

    def remove(self, ids: Iterable[str]) -> Queue:
        """Return the queue without `ids`."""
        gone = set(ids)
        before = sum(ident in gone for ident in self.entries[: self.cursor])
        return Queue((ident for ident in self.entries if ident not in gone), self.cursor - before)

    def renamed(self, names: Mapping[str, str]) -> Queue:
        """Return the queue with other ids for those that have one in `names`."""
        entries = [names.get(ident, ident) for ident in self.entries]
        return Queue(entries, len(set(entries[: self.cursor])))

    def move(self, ident: str, by: int) -> Queue:
        """Return the queue with an upcoming entry moved `by` rows, within what is upcoming."""
        if ident not in self.upcoming:
            return self
        here = self.entries.index(ident)
        there = min(max(self.cursor, here + by), len(self.entries) - 1)
        entries = list(self.entries)
        entries.insert(there, entries.pop(here))
        return Queue(entries, self.cursor)

    def started(self, ident: str) -> Queue:
        """Return the queue after `ident` began to play: it is at the head until it is finished.

        Going back to a finished entry makes all after it upcoming again.
        """
        if ident in self.entries[: self.cursor]:
            return Queue(self.entries, self.entries.index(ident))
        return self.add_next([ident]) if ident in self.upcoming[1:] else self

    def finished(self, ident: str) -> Queue:
        """Return the queue after `ident` was finished or skipped; unchanged when it is not upcoming."""
        if ident not in self.upcoming:
            return self
        first = self.add_next([ident])
        return Queue(first.entries, first.cursor + 1)

    def changed_as(self, before: Queue, after: Queue) -> Queue:
        """Return the queue with the change from `before` to `after` applied; it may have changed meanwhile.

        Entries played since `before` stay played, and entries queued since stay.
        """
        if self == before:
            return after
        now, old, new = self._parts(), before._parts(), after._parts()
        for ident in old.keys() | new.keys():
            was_played_since = now.get(ident) is False and old.get(ident) is not False
            if old.get(ident) is not new.get(ident) and not was_played_since:
                now[ident] = new.get(ident)
        ranks = {ident: rank for rank, ident in enumerate(after.entries)}
        ordered = iter(sorted((ident for ident in self.entries if ident in ranks), key=ranks.__getitem__))
        kept = [next(ordered) if ident in ranks else ident for ident in self.entries]
        rows = {ident: (row, 0) for row, ident in enumerate(kept)}
        last = (-1, 0)
        for ident in after.entries:  # a restored entry follows the one before it in `after`
            last = rows.setdefault(ident, (last[0], last[1] + 1))
        entries = sorted(rows, key=rows.__getitem__)
        played = [ident for ident in entries if now.get(ident) is False]
        return Queue((*played, *(ident for ident in entries if now.get(ident))), len(played))

    def ordered(self, key: Callable[[str], float]) -> Queue:
        """Return the queue with what is upcoming in the order of a key; equal ones stay as they are."""
        return Queue((*self.entries[: self.cursor], *sorted(self.upcoming, key=key)), self.cursor)

    def _parts(self) -> dict[str, bool | None]:
        """Return whether each entry is upcoming."""
        return {ident: row >= self.cursor for row, ident in enumerate(self.entries)}

    def _inserted(self, row: int, ids: list[str]) -> Queue:
        return Queue((*self.entries[:row], *ids, *self.entries[row:]), self.cursor)


class QueueNotes(NamedTuple):
    """What is saved of the queue besides its entries."""

    seen: str = ""
    """The last change by a sync that it contains; see `QueueNews`."""
    times: Sequence[str] = ()
    """When its entries were changed last; see `noted`."""
    arrived: Sequence[str] = ()
    """The episodes that joined it by themselves last, also if they are out of it again."""
    until: float = 0.0
    """Up to when new episodes were considered, in seconds since 1970."""


def spread(groups: Mapping[str, object]) -> dict[str, float]:
    """Return a place for each entry, so that each group is spread evenly; `groups` has them in their present order."""
    counts, seen, places = Counter(groups.values()), Counter[object](), dict[str, float]()
    for ident, group in groups.items():
        places[ident] = (seen[group] + 0.5) / counts[group]
        seen[group] += 1
    return places
