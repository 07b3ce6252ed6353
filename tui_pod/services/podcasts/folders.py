"""Watches the folders of the listener's own files, and refreshes those that change. Runs on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui_pod.core.errors import UserError
from tui_pod.runtime.log import log
from tui_pod.runtime.threads import in_thread

if TYPE_CHECKING:
    from tui_pod.feeds.folders.watch import FolderChanges
    from tui_pod.services.context import Context

EVERY = 10.0
"""Seconds between two checks."""

RARELY = 1_000
"""Shortest wait, in the time that a check keeps the processor busy: a thousandth of the time at most."""

SELDOM = 300.0
"""Longest wait between two checks, in seconds."""

RESTS_AFTER = 3
"""A folder rests when this many refreshes in a row have found no change."""


class FolderWatch:
    """Checks the folders at intervals, from `start` to `close`."""

    def __init__(self, context: Context, refresh: Callable[[str], Awaitable[bool]]) -> None:
        """Watch nothing yet; `refresh` refreshes a folder, and returns True if anything in it had changed."""
        self._context = context
        self._tasks = context.tasks
        self._refresh = refresh
        self._changes: FolderChanges | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._wait = EVERY
        self._restless: dict[str, int] = {}  # by folder: how many more checks it is refreshed without a sign

    def start(self) -> None:
        """Schedule the first check; later calls do nothing."""
        if self._timer is None:
            self._plan(EVERY)

    def close(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()

    async def _look(self) -> None:
        """Refresh the folders that changed, again and again until their files rest: one may still be growing."""
        podcasts = await self._context.open_podcasts()
        if self._changes is None:
            from tui_pod.feeds.folders.watch import FolderChanges  # reads tags: only with podcasts

            self._changes = FolderChanges(podcasts.store)
        changes = self._changes
        changed = await in_thread(changes.look)
        self._wait = min(max(EVERY, RARELY * changes.cost), SELDOM)
        for feed_id in changed:
            if await self._refresh(feed_id):
                self._restless[feed_id] = RESTS_AFTER
            if self._restless.get(feed_id):
                self._restless[feed_id] -= 1
                changes.look_again(feed_id)

    def _plan(self, wait: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(wait, lambda: self._tasks.run(self._look_in_turn()))

    async def _look_in_turn(self) -> None:
        try:
            await self._look()
        except UserError as error:  # the store cannot be read now: retried
            log(f"folders are not watched: {error}")
        self._plan(self._wait)
