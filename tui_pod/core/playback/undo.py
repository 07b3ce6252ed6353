"""What the listener did and can undo: marks, seeks, queue changes, deletes, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

DEPTH = 500
"""Changes that can be undone."""

SEEK_BURST = timedelta(seconds=2)
"""Seeks closer together than this are one change: a key held down is one accident."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was done, and how to undo and redo it."""

    label: str
    undo: Callable[[], None]
    redo: Callable[[], None]


@dataclass(frozen=True, slots=True)
class SeekChange:
    """The listener went from one position in an episode to another."""

    label: str
    episode: str
    before: float
    after: float
    at: datetime


class UndoHistory:
    """Changes that can be undone, and those undone that can be redone."""

    def __init__(self) -> None:
        self._done: deque[Change | SeekChange] = deque(maxlen=DEPTH)
        self._undone: list[Change | SeekChange] = []

    def add(self, change: Change | SeekChange) -> None:
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

    def undo(self) -> Change | SeekChange | None:
        """Return the change to undo; None when there is none."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def redo(self) -> Change | SeekChange | None:
        """Return the change to redo; None when there is none."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1]
