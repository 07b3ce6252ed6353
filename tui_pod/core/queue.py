"""The queue: what plays next, in order. A value; every change makes a new one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

    def changed_as(self, before: Queue, after: Queue) -> Queue:
        """Return the queue with the change made to it that led from one to another; it may have gone on meanwhile.

        What has had its turn since `before` keeps it, and what else was queued since stays.
        """
        if self == before:
            return after
        since = set(self.entries[: self.cursor]).difference(before.entries[: before.cursor])
        queue = self.remove(ident for ident in before.entries if ident not in after.entries and ident not in since)
        for place, ident in enumerate(after.entries):
            is_upcoming = place >= after.cursor
            was_same = ident in (before.upcoming if is_upcoming else before.entries[: before.cursor])
            if ident not in since and not (was_same and ident in queue.entries):
                queue = queue._put_after(after.entries[:place], ident, is_upcoming)
        return queue._in_order([ident for ident in before.upcoming if ident in after.upcoming], after.upcoming)

    def _put_after(self, former: Sequence[str], ident: str, is_upcoming: bool) -> Queue:
        """Return the queue with `ident` behind the last of `former` that is upcoming, or that has had its turn."""
        shorter = self._without([ident])
        low, high = (shorter.cursor, len(shorter.entries)) if is_upcoming else (0, shorter.cursor)
        part = shorter.entries[low:high]
        place = next((low + part.index(other) + 1 for other in reversed(former) if other in part), low)
        longer = shorter._inserted(place, [ident])
        return longer if is_upcoming else replace(longer, cursor=longer.cursor + 1)

    def _in_order(self, former: Sequence[str], wanted: Sequence[str]) -> Queue:
        """Return the queue with those of `former` that are upcoming in the order of `wanted`, if that is another."""
        kept = [ident for ident in former if ident in self.upcoming]
        ordered = sorted(kept, key=wanted.index)
        if ordered == kept:
            return self
        following = iter(ordered)
        upcoming = (next(following) if ident in kept else ident for ident in self.upcoming)
        return Queue((*self.entries[: self.cursor], *upcoming), self.cursor)

    def _without(self, ids: list[str]) -> Queue:
        gone = set(ids)
        before = sum(ident in gone for ident in self.entries[: self.cursor])
        return Queue(tuple(ident for ident in self.entries if ident not in gone), self.cursor - before)

    def _inserted(self, place: int, ids: list[str]) -> Queue:
        return Queue((*self.entries[:place], *ids, *self.entries[place:]), self.cursor)
