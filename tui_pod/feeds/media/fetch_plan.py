"""Which bytes of a recording are fetched next, and whether a connection brings them. Pure: it knows no network."""

from __future__ import annotations

from dataclasses import dataclass

from tui_pod.feeds.media.sparse_file import Intervals

AHEAD = 1024 * 1024
"""Bytes that are fetched before a reader asks for them, where ranges can bring any others; the player reads two minutes
ahead as it is."""

AHEAD_UNREAD = 128 * 1024
"""The same while nobody reads, such as of the next episode."""

AHEAD_ENDLESS = 16 * 1024 * 1024
"""The same where the size is not known: it may be a broadcast."""

NEAR_SECONDS = 0.4
"""Seconds of the present rate that are waited out for bytes further on, before a request is made for them, and"""
NEAR = (16 * 1024, 256 * 1024)
"""the bytes that this is at least and at most."""

METER = 0.5
"""Seconds over which the rate is measured."""

STALE = 3.0
"""Seconds without a byte after which the last rate tells nothing of when the rest will be here."""


@dataclass(slots=True)
class FetchPlan:
    """What is wanted of a recording, and how it comes."""

    wanted: int = 0
    """Where the reader is."""
    position: int = 0
    """Where the fetching is."""
    readers: int = 0
    waiting: int = 0
    """Reads that wait for bytes."""
    is_ranged: bool | None = None
    """Whether the server brings any part asked for; None while that is not known."""
    come: int = 0
    """Bytes that came in all."""
    rate: float = 0.0
    """Bytes a second that come now."""
    measured_at: float = 0.0
    measured: int = 0

    def begin(self, position: int, now: float) -> None:
        """Take in that a connection begins to bring bytes from `position` on."""
        self.position = position
        self.measured_at, self.measured = now, 0

    def take(self, count: int, now: float) -> None:
        """Take in that bytes came."""
        self.come += count
        self.position += count
        self.measured += count
        if now - self.measured_at >= METER:
            self.rate = self.measured / (now - self.measured_at)
            self.measured_at, self.measured = now, 0

    def rate_at(self, now: float) -> float:
        """Return the bytes a second that come; 0 when nothing does any more."""
        return self.rate if now - self.measured_at < STALE else 0.0

    def ahead(self) -> int:
        """Return how far ahead of the reader is fetched."""
        if not self.readers:
            return AHEAD_UNREAD
        return AHEAD_ENDLESS if self.is_ranged is False else AHEAD

    def gap(self, have: Intervals, size: int | None) -> int | None:
        """Return the first byte that is missing and wanted; None: there is none."""
        if self.is_ranged is False and size is not None and self.readers:
            first = have.end_from(0)  # it is all wanted: nothing can be jumped to before
            return first if first < size else None
        first = have.end_from(self.wanted)
        if size is not None and first >= size:
            return None
        return first if first - self.wanted < self.ahead() or self.waiting else None

    def brings_next(self, have: Intervals, size: int | None) -> bool | None:
        """Return whether the connection brings what is missing next; None: nothing is wanted yet."""
        is_enough = self.position - self.wanted >= self.ahead()
        if self.is_ranged is False:
            is_all_wanted = size is not None and self.readers > 0
            return True if is_all_wanted or not is_enough else None
        if have.end_from(self.position) > self.position or not self.will_bring(have.end_from(self.wanted)):
            return False  # what comes is here, or is not wanted now
        return None if is_enough else True

    def will_bring(self, offset: int) -> bool:
        """Return whether the connection comes to a byte sooner than a new one would."""
        least, most = NEAR
        near = min(max(self.rate * NEAR_SECONDS, least), most)
        return self.is_ranged is False or self.position <= offset <= self.position + near
