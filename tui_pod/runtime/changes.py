"""Tells that something was saved which other machines should have: by the state's file, and by the podcasts' database.

The running app and the end of a command listen, and send it. There is one list for the process, because a command does
not know where in it these were opened. What a sync brings is saved by the process that syncs, in which nothing listens.
"""

from __future__ import annotations

from collections.abc import Callable

listeners: list[Callable[[], None]] = []
"""Called on whichever thread saves."""


def note() -> None:
    """Tell all listeners."""
    for listener in tuple(listeners):
        listener()
