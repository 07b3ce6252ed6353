"""Shows changes from outside: other programs change progress, bookmarks, podcasts and downloads, and days pass.

Called on the event loop; blocking work runs in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Mapping

from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.progress.progress import Progress
from tui_pod.core.wall_time import local_date
from tui_pod.runtime.log import log_error
from tui_pod.runtime.threads import in_thread
from tui_pod.state.fields import PROGRESS
from tui_pod.state.store import StateFile
from tui_pod.sync.shared_queue import read_news

EVERY = 1.5
"""Seconds between two checks. Each is a few system calls on the event loop; a thread would cost more."""

SELDOM = 30.0
"""Longest time in seconds between two checks while they fail."""


class OtherPrograms:
    """Watches the files that several instances share."""

    def __init__(
        self, controller: PlaybackController, file: StateFile, look_at_feeds: Callable[[], Awaitable[None]]
    ) -> None:
        self._controller = controller
        self._file = file
        self._look_at_feeds = look_at_feeds
        self._task: asyncio.Task[None] | None = None
        self._is_leaving_progress = self._is_closed = False
        self._today = local_date(controller.now())

    def start(self) -> None:
        """Start watching."""
        self._task = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        """Stop watching."""
        self._is_closed = True  # a check that is cancelled may fail instead
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @contextlib.contextmanager
    def leaving_progress(self) -> Iterator[None]:
        """Ignore changed progress and bookmarks while a sync runs, which takes them over with a label."""
        self._is_leaving_progress = True
        try:
            yield
        finally:
            self._is_leaving_progress = False

    async def look(self) -> None:
        """Take over what has changed since the last check."""
        if (today := local_date(self._controller.now())) != self._today:
            self._today = today
            self._controller.turn_day()
        if not self._is_leaving_progress:
            await self.take_progress()
        await self._look_at_feeds()

    async def take_progress(self, label: Callable[[Mapping[str, Progress]], str] | None = None) -> bool:
        """Take over progress, bookmarks, the queue and choices that another program has saved.

        With a `label`, which says what progress a sync has brought, the listener is told, and can undo it. Return
        whether progress or bookmarks were new.
        """
        if not self._file.is_changed_elsewhere:
            return False
        saved, known = await in_thread(lambda _: self._file.read_elsewhere()), self._controller.progress_index
        new = {
            ident: progress
            for ident, progress in saved.progress.items()
            if (here := known.get(ident)) is None or _is_news(here, progress)
        }
        has_news = self._controller.editor.receive(new, label and label(new))
        has_news |= self._controller.bookmarks.receive_all(saved.notebook, "synced" if label else None)
        self._controller.receive_queue(read_news(saved))
        self._controller.mixer.receive(saved.tables)
        self._controller.passages.load(saved.tables)
        return has_news

    async def _watch(self) -> None:
        wait = EVERY
        while not self._is_closed:
            await asyncio.sleep(wait)
            try:
                await self.look()
                wait = EVERY
            except Exception as error:  # a catalogue that is being edited, a full disk: retried
                if wait == EVERY:  # the first of consecutive failures
                    log_error(error, "what other programs change is not shown")
                wait = min(2 * wait, SELDOM)


def _is_news(here: Progress, saved: Progress) -> bool:
    """Return whether saved progress is newer, or has more of what was played; what the app saved itself is rounded."""
    if saved == here or saved.updated < here.updated:
        return False
    return saved.updated > here.updated or PROGRESS.to_table(saved) != PROGRESS.to_table(here)
