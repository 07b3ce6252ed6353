"""The history of the listener's changes: marks, seeks, queue changes, deletions."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from tui_pod.core.text.clean import clock

DEPTH = 500
"""Maximum number of changes that can be undone."""

SEEK_BURST = timedelta(seconds=2)
"""Seeks closer together than this are one change: a key held down is undone at once."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change, and how to undo and redo it."""

    label: str
    undo: Callable[[], object]
    redo: Callable[[], object]
    sought: str | None = None
    """The episode of a seek; None for other changes."""
    at: datetime | None = None
    """When, for a seek; None for other changes."""
    jump: tuple[float, float] = (0.0, 0.0)
    """Where a seek began and where it led, in seconds; its label is `seek_label` of them."""


class UndoHistory:
    """Changes that can be undone, and those undone that can be redone."""

    def __init__(self) -> None:
        self._done: deque[Change] = deque(maxlen=DEPTH)
        self._undone: list[Change] = []

    def add(self, change: Change) -> None:
        """Add a change just made; what was undone before can no longer be redone."""
        last = self._done[-1] if self._done else None
        if last and last.at and change.at and last.sought == change.sought and _is_burst(last.at, change.at):
            self._done.pop()
            jump = last.jump[0], change.jump[1]
            change = replace(change, undo=last.undo, jump=jump, label=seek_label(jump))
        self._done.append(change)
        self._undone.clear()

    def settle(self, change: Change, label: str) -> bool:
        """Name a change by its result, or forget it if the label is empty; return whether it is still in effect."""
        for changes in (self._done, self._undone):
            if (place := next((at for at, each in enumerate(changes) if each is change), None)) is not None:
                if label:
                    changes[place] = replace(change, label=label)
                else:
                    del changes[place]
                return changes is self._done
        return False

    @property
    def last(self) -> Change | None:
        """The change that undo would take back."""
        return self._done[-1] if self._done else None

    def join(self, before: Change | None, label: str) -> None:
        """Make one of the changes since `before` was the last, unless that is gone."""
        place = next((at for at, each in enumerate(self._done) if each is before), None if before else -1)
        if place is None or not (changes := [*self._done][place + 1 :]):
            return
        for _ in changes:
            self._done.pop()

        def each(steps: Iterable[Callable[[], object]]) -> None:
            for step in steps:
                step()

        undo, redo = [change.undo for change in reversed(changes)], [change.redo for change in changes]
        self._done.append(Change(label, partial(each, undo), partial(each, redo)))

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


def seek_label(jump: tuple[float, float]) -> str:
    """Return the label of a seek: `seek from 0:10 to 0:40`."""
    return f"seek from {clock(jump[0])} to {clock(jump[1])}"


def _is_burst(last: datetime, now: datetime) -> bool:
    return timedelta() <= now - last < SEEK_BURST
