"""Watch one load: whether it makes progress, how much is fetched, and when to retry. It neither waits nor fetches."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tui_pod.core.player.remote_audio import FetchProgress
from tui_pod.core.player.snapshot import FetchStatus, Source

NEAR = 256 * 1024
"""Bytes before a position that are fetched rather than skipped, to know it exactly: a second on a slow line."""

AHEAD = 1024 * 1024
"""Bytes ahead of the position that are fetched anyway."""

LIMIT = 40.0
"""Seconds that a file may take to begin while no data arrives."""

COMING = 32 * 1024
"""Bytes that count as data arriving."""

BEGINNING = 1024 * 1024
"""Bytes with which any other file begins to play; an MP4 may have its index at its end."""

WHOLE = "downloading the whole file; it cannot be streamed"
PICTURES = "fetching the pictures before the sound"

OVERDUE = f"It did not begin to play within {LIMIT:.0f} s. Your position is saved."
NOTHING_COMES = f"The server sent next to nothing for {LIMIT:.0f} s. Your position is saved."


class LoadWatch:
    """Gives up a load that has made no progress for too long."""

    def __init__(self, now: datetime) -> None:
        self._since = now
        self._fetched = 0

    def problem(self, now: datetime, source: Source) -> str | None:
        """Return why the load must be given up; None while it may still begin."""
        fetched = source.remote.progress().come if source.remote is not None else 0
        if fetched >= self._fetched + COMING or now < self._since:
            self._fetched, self._since = fetched, now
        if (now - self._since).total_seconds() < LIMIT:
            return None
        return OVERDUE if source.remote is None else NOTHING_COMES


def is_estimated(source: Source, position: float, duration: float | None, here: float | None = None) -> bool:
    """Return whether a position can only be estimated for now, as too much before it is not fetched yet.

    `here` is the position in seconds up to which it was read from its start; None if it was not.
    """
    if source.remote is None or source.is_constant_rate is not False or not source.has_length or not duration:
        return False
    progress = source.remote.progress()
    if not progress.is_seekable or progress.total is None:
        return False
    rate = progress.total / duration
    is_on_its_way = here is not None and (position - here) * rate < AHEAD
    return position * rate > progress.fetched + NEAR and not is_on_its_way


def fetching(source: Source, position: float, duration: float | None) -> FetchStatus | None:
    """Return how much is fetched of what a position, or a file that cannot be streamed, needs; None if nothing."""
    if source.remote is None:
        return None
    progress = source.remote.progress()
    if source.tag >= BEGINNING and progress.fetched < source.tag:
        return _status(progress, source.tag, PICTURES)
    if position <= 0:
        is_waiting = not progress.is_seekable and source.is_constant_rate is None and progress.fetched >= BEGINNING
        return _status(progress, progress.total, WHOLE) if is_waiting and progress.total else None
    is_known_by_size = source.is_constant_rate is not False or source.is_estimated
    if progress.is_seekable and is_known_by_size:
        return None
    if progress.total is None or not duration:
        return FetchStatus(None)
    share = min(1.0, position / duration) if source.is_constant_rate is not None else 1.0
    return _status(progress, share * progress.total)


def _status(progress: FetchProgress, needed: float, what: str = "fetching up to your position") -> FetchStatus | None:
    left = needed - progress.fetched
    if left <= 0:
        return None
    return FetchStatus(progress.fetched / needed, left / progress.rate if progress.rate else None, what)


def missing(source: Source, position: float, duration: float | None) -> str | None:
    """Return why the player cannot go to a position yet; None if it can."""
    if source.remote is None:
        return None
    progress = source.remote.progress()
    if progress.is_seekable or progress.total == progress.fetched:
        return None
    if source.is_constant_rate is not None and progress.total and duration:
        if position / duration <= progress.fetched / progress.total:
            return None
        return f"Only {progress.fetched / progress.total:.0%} of it is here yet, and the server sends it in one piece."
    return "The server sends it in one piece. You can seek once the download has finished."


PAUSES = (2.0, 5.0, 15.0, 30.0)
"""Seconds before each attempt, unless the server asks for another wait; then the error is shown."""

MAX_WAIT = 60.0
"""Longest wait (seconds) that a server may ask for with `Retry-After`; beyond it, the error is shown at once."""

PROGRESS = 5.0
"""Seconds of playback after which the pauses start over."""


class Retry(NamedTuple):
    """How often in a row it was retried, and from where."""

    attempts: int = 0
    position: float = 0.0
    """Seconds into the episode at which it last failed."""

    def after_drop(self, position: float) -> tuple[float, Retry] | None:
        """Return the pause in seconds before the next attempt, and the state then; None to give up.

        `PROGRESS` further than the last time, the count starts over.
        """
        attempts = 0 if position >= self.position + PROGRESS else self.attempts
        if attempts >= len(PAUSES):
            return None
        return PAUSES[attempts], Retry(attempts + 1, max(position, self.position))
