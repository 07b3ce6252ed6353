"""Decide which bytes of a recording to fetch next, and whether the open connection brings them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tui_pod.recordings.sparse_file import Intervals

AHEAD = 1024 * 1024
"""Bytes fetched ahead of a reader if the server supports ranges. The player itself reads two minutes ahead."""

AHEAD_UNREAD = 128 * 1024
"""The same while nobody reads, such as for the next episode."""

AHEAD_ENDLESS = 16 * 1024 * 1024
"""The same if the size is unknown: it may be a broadcast."""

NEAR_SECONDS = 0.4
"""Bytes that the open connection brings within so many seconds need no request of their own."""

NEAR = (16 * 1024, 256 * 1024)
"""Fewest and most bytes that `NEAR_SECONDS` may stand for."""

METER = 0.5
"""Seconds over which the rate is measured."""

STALE = 3.0
"""Seconds without a byte after which the last rate no longer predicts anything."""


@dataclass(slots=True)
class FetchPlan:
    """What is wanted of a recording, and how fast it arrives."""

    wanted: int = 0
    """Where the reader is."""
    position: int = 0
    """Where the connection is."""
    readers: int = 0
    waiting: int = 0
    """Reads that wait for bytes."""
    wants_all: bool = False
    """Whether one of the readers is a download, which wants all of it."""
    is_ranged: bool | None = None
    """Whether the server supports ranges; None while unknown."""
    come: int = 0
    """Bytes received in all, repeated ones included."""
    rate: float = 0.0
    """Bytes a second."""
    measured_at: float = 0.0
    measured: int = 0

    def begin(self, position: int, now: float) -> None:
        """Note that a connection begins at `position`."""
        self.position = position
        self.measured_at, self.measured = now, 0

    def take(self, count: int, now: float) -> None:
        """Note that so many bytes came."""
        self.come += count
        self.position += count
        self.measured += count
        if now - self.measured_at >= METER:
            self.rate = self.measured / (now - self.measured_at)
            self.measured_at, self.measured = now, 0

    def rate_at(self, now: float) -> float:
        """Return the rate in bytes a second; 0 if nothing has come for a while."""
        return self.rate if now - self.measured_at < STALE else 0.0

    def ahead(self) -> int:
        """Return how many bytes ahead of the reader to fetch."""
        if not self.readers:
            return AHEAD_UNREAD
        return AHEAD_ENDLESS if self.is_ranged is False else AHEAD

    def gap(self, have: Intervals, size: int | None) -> int | None:
        """Return the first byte that is missing and wanted: the reader comes before a download; None if all is here."""
        comes_from_start = self._comes_from_start(size)
        if not comes_from_start:
            first = have.end_from(self.wanted)
            is_near = first - self.wanted < self.ahead() or self.waiting > 0
            if is_near and (size is None or first < size):
                return first
        if comes_from_start or self.wants_all:
            first = have.end_from(0)
            return first if size is None or first < size else None
        return None

    def brings_next(self, have: Intervals, size: int | None) -> bool | None:
        """Return whether the connection brings what is missing next; None if nothing more is wanted yet."""
        is_enough = self.position - self.wanted >= self.ahead() and not self.wants_all
        if self.is_ranged is False:
            return True if self._comes_from_start(size) or not is_enough else None
        if have.end_from(self.position) > self.position:
            return False  # what comes is here already
        is_for_reader = self.waiting > 0 or not self.wants_all
        if is_for_reader and not self.will_bring(have.end_from(self.wanted)):
            return False
        return None if is_enough else True

    def will_bring(self, offset: int) -> bool:
        """Return whether the connection reaches a byte sooner than a new one would."""
        least, most = NEAR
        near = min(max(self.rate * NEAR_SECONDS, least), most)
        return self.is_ranged is False or self.position <= offset <= self.position + near

    def _comes_from_start(self, size: int | None) -> bool:
        """Return whether all of it is wanted from the start: without ranges nothing else can be had."""
        return self.is_ranged is False and size is not None and self.readers > 0
