"""What the listener did and can undo: marks, seeks, queue changes, deletes, in order.

A change keeps the values before and after it; `PlaybackController` puts them back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.queue import Queue
from tui_pod.core.selection.session_planner import Session

DEPTH = 500
"""Changes that can be undone."""

SEEK_BURST = timedelta(seconds=2)
"""Seeks closer together than this are one change: a key held down is one accident."""


@dataclass(frozen=True, slots=True)
class ProgressChange:
    """Episodes were marked or dismissed."""

    label: str
    before: dict[str, Progress | None]
    after: dict[str, Progress | None]


@dataclass(frozen=True, slots=True)
class QueueChange:
    """The queue was changed."""

    label: str
    before: Queue
    after: Queue


@dataclass(frozen=True, slots=True)
class SessionChange:
    """A session was begun, and its episodes queued; or it was ended."""

    label: str
    before: Session | None
    after: Session | None
    queue_before: Queue
    queue_after: Queue


@dataclass(frozen=True, slots=True)
class SeekChange:
    """The listener went from one place of an episode to another."""

    label: str
    episode: str
    before: float
    after: float
    at: datetime


@dataclass(frozen=True, slots=True)
class ExternalChange:
    """Something outside the controller was deleted, such as a download or a feed."""

    label: str
    undo: Callable[[], None]
    redo: Callable[[], None]


Change = ProgressChange | QueueChange | SessionChange | SeekChange | ExternalChange


class UndoHistory:
    """Changes that can be undone, and those undone that can be redone."""

    def __init__(self) -> None:
        self._done: deque[Change] = deque(maxlen=DEPTH)
        self._undone: list[Change] = []

    def add(self, change: Change) -> None:
        """Keep a change just made; what was undone before can no longer be redone."""
        last = self._done[-1] if self._done else None
        if (
            isinstance(change, SeekChange)
            and isinstance(last, SeekChange)
            and last.episode == change.episode
            and timedelta() <= change.at - last.at < SEEK_BURST
        ):
            self._done.pop()
            change = SeekChange(change.label, change.episode, last.before, change.after, change.at)
        self._done.append(change)
        self._undone.clear()

    def undo(self) -> Change | None:
        """Return the change to undo; None when there is none."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def redo(self) -> Change | None:
        """Return the change to redo; None when there is none."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1]
