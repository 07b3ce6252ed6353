"""Run a few downloads at a time, report their progress, and stop them.

Call it on the event loop; calls return at once and threads do the work.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial

from tui_pod.core.progress.progress import Progress
from tui_pod.recordings.downloads import Downloads, oldest_played
from tui_pod.recordings.recording_store import DownloadError, DownloadRequest
from tui_pod.runtime.log import log_error
from tui_pod.runtime.threads import Cancelled, CancelToken, in_thread

AT_ONCE = 2
"""Downloads that run at the same time."""


class DownloadStatus(StrEnum):
    """The state of a download."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    GIVEN_UP = "given up"
    """It was deleted to make room for another."""


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """The state of one download, and how much of it is here."""

    episode: str
    title: str
    status: DownloadStatus = DownloadStatus.WAITING
    done: int = 0
    """Bytes."""
    total: int | None = None
    """Bytes; None if the server does not state them."""
    error: DownloadError | None = None
    is_automatic: bool = False


@dataclass(eq=False, repr=False)
class DownloadQueue:
    """The downloads that run or wait, by episode in `running`."""

    downloads: Downloads
    _report: Callable[[DownloadProgress], None]
    """Called on the event loop after every change."""
    _progress_of: Callable[[str], Progress | None] = lambda _: None
    """Returns the progress of an episode, on the event loop; played ones are deleted to make room."""
    running: dict[str, DownloadProgress] = field(default_factory=dict, init=False)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE), init=False)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict, init=False)
    _turns: dict[str, threading.Lock] = field(default_factory=dict, init=False)

    def start(self, requests: Iterable[DownloadRequest]) -> None:
        """Queue downloads, except those that are queued already."""
        for request in requests:
            if request.episode in self._tasks:
                continue
            self._show(DownloadProgress(request.episode, request.title, is_automatic=request.is_automatic))
            task = asyncio.get_running_loop().create_task(self._run(request))
            self._tasks[request.episode] = task
            task.add_done_callback(partial(self._forget, request.episode))

    def stop(self, episodes: Iterable[str]) -> int:
        """Stop downloads; what is here is kept for the next attempt. Return how many were stopped."""
        tasks = [task for episode in list(episodes) if (task := self._tasks.get(episode)) is not None]
        for task in tasks:
            task.cancel()
        return len(tasks)

    async def done(self) -> None:
        """Wait until no download runs or waits."""
        if self._tasks:
            await asyncio.wait(self._tasks.values())  # returns after `_forget`

    async def close(self) -> None:
        """End all downloads."""
        self.stop(self._tasks)
        await self.done()

    async def _run(self, request: DownloadRequest) -> None:
        state = self.running[request.episode]
        loop = asyncio.get_running_loop()

        def post(call: Callable[..., None], *values: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(call, *values)

        def work(cancel: CancelToken, expendable: Sequence[str]) -> None:
            try:
                with self._turns.setdefault(request.episode, threading.Lock()):  # a stopped one may still be ending
                    self.downloads.fetch(request, partial(post, self._progress, request.episode), cancel, expendable)
                post(self._done, state)  # from here: the task that waits may be cancelled at this moment
            finally:
                post(self._give_up, [episode for episode in expendable if self.downloads.find(episode) is None])

        try:
            async with self._slots:
                kept = await in_thread(lambda _: [one.episode for one in self.downloads.all() if one.episode])
                expendable = oldest_played(self._progress_of, kept)
                self._show(replace(state, status=DownloadStatus.RUNNING))
                await in_thread(lambda cancel: work(cancel, expendable))
        except (asyncio.CancelledError, Cancelled):
            if request.episode in self.running:
                self._end(request.episode, DownloadStatus.STOPPED)
        except DownloadError as error:
            self._end(request.episode, DownloadStatus.FAILED, error)
        except Exception as error:  # one bad download must not end the others, and must be reported
            log_error(error, "a download failed")
            unforeseen = DownloadError(f"“{request.title}” was not downloaded ({type(error).__name__}).")
            self._end(request.episode, DownloadStatus.FAILED, unforeseen)

    def _forget(self, episode: str, _: asyncio.Task[None]) -> None:
        self._tasks.pop(episode, None)
        if episode in self.running:  # stopped before it began
            self._end(episode, DownloadStatus.STOPPED)

    def _progress(self, episode: str, done: int, total: int | None) -> None:
        state = self.running.get(episode)
        if state is not None and state.status is DownloadStatus.RUNNING:
            self._show(replace(state, done=done, total=total))

    def _done(self, state: DownloadProgress) -> None:
        """Report a whole download, also one that was reported as stopped while it was moved into its folder."""
        self._report(replace(self.running.pop(state.episode, state), status=DownloadStatus.DONE))

    def _give_up(self, episodes: Iterable[str]) -> None:
        for episode in episodes:
            self._report(DownloadProgress(episode, "", DownloadStatus.GIVEN_UP))

    def _end(self, episode: str, status: DownloadStatus, error: DownloadError | None = None) -> None:
        self._report(replace(self.running.pop(episode), status=status, error=error))

    def _show(self, state: DownloadProgress) -> None:
        self.running[state.episode] = state
        self._report(state)
