"""Show what other programs change: marks of `tui-pod mark`, bookmarks, podcasts and downloads of another instance.

Called on the event loop; threads do what waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.progress.progress import Progress
from tui_pod.runtime.threads import in_thread
from tui_pod.state.store import State

EVERY = 1.5
"""Seconds between two looks, each of which costs a few system calls: on the loop, since a thread would cost more."""


class ElsewhereWatch:
    """Watches the files that several instances share."""

    def __init__(
        self,
        controller: Callable[[], PlaybackController],
        is_changed: Callable[[], bool],
        read: Callable[[], State],
        look_at_feeds: Callable[[], Awaitable[None]],
    ) -> None:
        """Look at nothing yet; `read` returns what is saved, and waits."""
        self._controller = controller
        self._is_changed = is_changed
        self._read = read
        self._look_at_feeds = look_at_feeds
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start watching."""
        self._task = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Accept what was changed since the last look."""
        if self._is_changed():
            saved = await in_thread(lambda _: self._read())
            controller, index = self._controller(), self._controller().progress_index
            pairs = saved.progress.items()
            newer = {ident: progress for ident, progress in pairs if _is_newer(progress, index.get(ident))}
            controller.receive(newer)
            controller.bookmarks.receive_all(saved.kept)
        await self._look_at_feeds()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self.look()


def _is_newer(progress: Progress, known: Progress | None) -> bool:
    return known is None or progress.updated > known.updated
