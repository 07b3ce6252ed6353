"""Reports changes of the state file or the podcasts' database that other machines should have.

The running app, and the end of a command, listen and send it. There is one list for the process, because a command does
not know where these files were opened. What a sync brings is saved by the process that syncs, in which nothing listens.
"""

from __future__ import annotations

from collections.abc import Callable

AFTER, BY = 3.0, 8.0
"""Seconds after the last change, and at most after the first one, to the sync that sends them."""

listeners: list[Callable[[], None]] = []
"""Called on whichever thread saves."""


def note() -> None:
    """Tell all listeners."""
    for listener in tuple(listeners):
        listener()
