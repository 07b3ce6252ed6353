"""Which bytes of a file are there: runs of them, in order and apart from one another. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable


class Intervals:
    """Runs of bytes, each from its first to the one after its last."""

    def __init__(self, runs: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in runs:
            self.add(start, end)

    def add(self, start: int, end: int) -> None:
        """Add a run, and join it with those it touches."""
        if end <= start:
            return
        first, last = bisect_left(self._ends, start), bisect_right(self._starts, end)
        if first < last:
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
        self._starts[first:last], self._ends[first:last] = [start], [end]

    def end_from(self, offset: int) -> int:
        """Return the first byte from `offset` on that is not there."""
        place = bisect_right(self._starts, offset) - 1
        return max(offset, self._ends[place]) if place >= 0 else offset

    def total(self) -> int:
        """Return the number of bytes that are there."""
        return sum(self._ends) - sum(self._starts)

    def runs(self) -> list[tuple[int, int]]:
        """Return the runs in order."""
        return list(zip(self._starts, self._ends, strict=True))
