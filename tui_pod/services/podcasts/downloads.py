"""Starts, stops, deletes and shows downloads in the running app.

Called on the event loop; blocking work runs in threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tui_pod.core.actions import key_of
from tui_pod.core.library.row_states import WHOLE, DownloadState
from tui_pod.core.player.changes import DownloadsChanged
from tui_pod.core.text.clean import counted
from tui_pod.runtime.log import log
from tui_pod.runtime.threads import in_thread
from tui_pod.services.frontend import Job
from tui_pod.services.hints import NOT_REMOVABLE

if TYPE_CHECKING:
    from tui_pod.core.library.library import Library
    from tui_pod.net.fetch import LoginWanted
    from tui_pod.recordings.download_queue import DownloadProgress, DownloadQueue
    from tui_pod.recordings.recording_store import DownloadError, DownloadRequest
    from tui_pod.services.context import Context
    from tui_pod.sources.opened import Podcasts

AT_A_TIME = 100
"""How many downloads are queued before other work gets a turn: a topic may hold thousands, and keys must work."""


class DownloadService:
    """The only part of the running app that changes downloads."""

    def __init__(self, context: Context) -> None:
        """Open nothing yet."""
        self._context, self._frontend = context, context.frontend
        self._tasks = context.tasks
        self._queue: DownloadQueue | None = None
        self._version: tuple[int, ...] = ()
        self._here: set[str] = set()  # as shown by `show_all`
        self._failures = 0  # since the queue was empty
        self.errors: dict[str, str] = {}
        """Why the last download of an episode failed, by episode."""

    async def show_all(self) -> None:
        """Show which episodes are downloaded."""
        downloads = (await self._opened()).downloads
        self._version = downloads.version
        downloads.look_again()
        kept = await in_thread(lambda _: downloads.all())
        here = {one.episode: WHOLE._replace(is_automatic=one.is_automatic) for one in kept if one.episode}
        gone, self._here = self._here - here.keys(), set(here)
        self._frontend.show(DownloadsChanged({**here, **dict.fromkeys(gone)}))

    async def look_again(self) -> None:
        """Show downloads that other programs have added or deleted."""
        if self._queue is not None and self._queue.downloads.version != self._version:
            await self.show_all()

    def toggle(self, episodes: Iterable[str]) -> None:
        """Download recordings; if all missing ones are being downloaded, stop these downloads."""
        self._tasks.run(self._toggle(list(episodes)))

    def remove(self, episodes: Iterable[str]) -> None:
        """Delete downloads, which can be undone; stop running ones."""
        episodes, removed = list(episodes), list[str]()

        async def remove() -> str | None:
            removed[:] = await self._remove(episodes)
            return self._removal(removed) if removed else None

        async def bring_back() -> None:
            await self.want(removed)
            await self.bring_back(removed)

        self._tasks.perform(self._removal(episodes), remove, bring_back)

    async def _toggle(self, episodes: Sequence[str]) -> None:
        queue, podcasts = await self._opened(), await self._context.podcasts.get()
        library = self._context.controller.library
        coming = [episode for episode in episodes if episode in queue.running]
        missing = [episode for episode in episodes if episode not in queue.running]
        requests, are_here = await in_thread(lambda _: download_requests(podcasts, library, missing))
        await self.want(missing)
        for start in range(0, len(requests), AT_A_TIME):
            self._start(queue, requests[start : start + AT_A_TIME])
            await asyncio.sleep(0)
        if requests:
            return
        if coming:
            await self._stop(coming)
        elif are_here:
            self._frontend.tell(f"Already downloaded. Press {key_of('list.remove')} to delete it.")
        else:
            self._frontend.tell("Nothing to download: these are narrated, or already on this machine.")

    async def _remove(self, episodes: Sequence[str]) -> list[str]:
        """Delete downloads and stop running ones; return which were deleted, and say if there was nothing to do."""
        queue = await self._opened()
        stopped = [episode for episode in episodes if episode in queue.running]
        queue.stop(stopped)
        failed = [episode for episode in episodes if self.errors.pop(episode, "")]
        self._frontend.show(DownloadsChanged(dict.fromkeys(failed)))
        removed = await self.take(episodes)
        await self.want([*stopped, *removed], is_wanted=False)
        if not (removed or stopped or failed):
            self._frontend.tell(NOT_REMOVABLE)
        return removed

    def _removal(self, removed: Sequence[str]) -> str:
        """Return what the undo line says: the title of a single episode, or how many downloads were removed."""
        library = self._context.controller.library
        index = library.index(removed[0]) if len(removed) == 1 else None
        if index is None:
            return f"{counted(len(removed), 'download')} removed"
        return f"Download of “{library.titles[index]}” removed"

    async def _stop(self, episodes: Sequence[str]) -> None:
        """Stop downloads; what was fetched stays for the next time."""
        (await self._opened()).stop(episodes)
        await self.want(episodes, is_wanted=False)

    async def want(self, episodes: Sequence[str], is_wanted: bool = True) -> None:
        """Record whether the listener wants these downloads; unwanted ones are not started automatically."""
        store = (await self._context.podcasts.get()).store
        from tui_pod.shelf.marks import set_marked  # brings TLS

        if episodes and not store.is_empty:
            await in_thread(lambda _: set_marked(store.db, "unwanted", episodes, not is_wanted))

    async def take(self, episodes: Iterable[str]) -> list[str]:
        """Delete downloads, which `bring_back` can restore; return those that existed."""
        queue = await self._opened()
        queue.stop(episodes)
        removed = await in_thread(lambda _: [ident for ident in episodes if queue.downloads.remove(ident)])
        self._frontend.show(DownloadsChanged(dict.fromkeys(removed)))
        return removed

    async def bring_back(self, episodes: Sequence[str]) -> None:
        """Restore deleted downloads."""
        downloads = (await self._opened()).downloads
        found = await in_thread(lambda _: [ident for ident in episodes if downloads.restore(ident)])
        self._frontend.show(DownloadsChanged(dict.fromkeys(found, WHOLE)))
        if len(found) < len(episodes):
            self._frontend.tell(f"{len(episodes) - len(found)} of them have been deleted permanently.", is_error=True)

    def rename(self) -> None:
        """Name all downloads as new ones are named, which can be undone."""
        library, former = self._context.controller.library, dict[str, str]()

        async def rename() -> str | None:
            former.clear()
            await self._context.podcasts.ask(rename_all)
            if not former:
                self._frontend.tell("All downloads have these names already.")
            return f"{counted(len(former), 'file')} renamed" if former else None

        def rename_all(podcasts: Podcasts, _: object) -> None:
            here = (library.find(one.episode) for one in podcasts.downloads.all() if one.episode)
            requests = (podcasts.audio.download_request(episode) for episode in here if episode is not None)
            for request in filter(None, requests):
                former.update(podcasts.downloads.rename(podcasts.downloads.names_of(request)))

        async def name_back() -> None:
            await self._context.podcasts.ask(lambda podcasts, _: podcasts.downloads.rename(former))

        self._tasks.perform("downloads renamed", rename, name_back)

    async def fetch_ahead(self, requests: Sequence[DownloadRequest]) -> None:
        """Download what is missing, unasked; restore downloads that can still be restored."""
        queue = await self._opened()
        missing = [request for request in requests if request.episode not in queue.running]
        back = await in_thread(lambda _: [one.episode for one in missing if queue.downloads.restore(one.episode)])
        if back:
            self._frontend.show(DownloadsChanged(dict.fromkeys(back, WHOLE)))
        self._start(queue, [request for request in missing if request.episode not in back])

    def _start(self, queue: DownloadQueue, requests: Sequence[DownloadRequest]) -> None:
        """Start downloads of episodes that are still in the library."""
        library = self._context.controller.library
        queue.start(request for request in requests if library.index(request.episode) is not None)

    async def close(self) -> None:
        """Stop all downloads; they resume at the next start."""
        if self._queue is not None:
            await self._queue.close()

    async def _opened(self) -> DownloadQueue:
        if self._queue is None:
            podcasts = await self._context.podcasts.get()
            from tui_pod.recordings.download_queue import DownloadQueue  # brings TLS, 2 MiB

            if self._queue is None:  # another call may have opened it
                controller = self._context.controller
                self._queue = DownloadQueue(
                    podcasts.downloads, self._on_progress, lambda ident: controller.progress_index.get(ident)
                )
        return self._queue

    def _on_progress(self, progress: DownloadProgress) -> None:
        from tui_pod.recordings.download_queue import DownloadStatus  # brings TLS

        shown = _shown(progress)
        self.errors.pop(progress.episode, None)
        if shown is not None and shown.error:
            self.errors[progress.episode] = shown.error
        self._frontend.show(DownloadsChanged({progress.episode: shown}))
        if progress.status is DownloadStatus.RUNNING and progress.done:
            self._tasks.show("network", None)  # the network works
        if progress.error is not None:
            self._on_failure(progress, progress.error)
        self._tasks.show("downloads", self._job())
        if self._queue is not None and not self._queue.running:
            if self._failures > 1:
                self._frontend.tell(f"{self._failures - 1} more downloads failed.", is_error=True)
            self._failures = 0

    def _job(self) -> Job | None:
        """Return the progress of all downloads together; None if there are none."""
        running = self._queue.running if self._queue is not None else {}
        if not running:
            return None
        total = sum(progress.total or 0 for progress in running.values())
        is_known = total and all(progress.total for progress in running.values())
        share = min(1.0, sum(progress.done for progress in running.values()) / total) if is_known else None
        return Job(counted(len(running), "download"), share, lambda: self._tasks.run(self._stop([*running])))

    def _on_failure(self, progress: DownloadProgress, error: DownloadError) -> None:
        """Show the first of several failures; stop all downloads if they would fail for the same reason."""
        if progress.is_automatic:
            log(str(error))
            return
        self._failures += 1
        if self._failures == 1 and error.wanted is not None:
            self._ask_login(progress.episode, error.wanted)
        elif self._failures == 1:
            again = "" if error.is_general else f" Press {key_of('download.start')} on it to try again."
            self._frontend.tell(f"{error}{again}", is_error=True)
        if error.is_general and self._queue is not None:
            stopped = self._queue.stop(self._queue.running)
            if stopped:
                self._frontend.tell(f"{stopped} other downloads were stopped for the same reason.", is_error=True)

    def _ask_login(self, ident: str, wanted: LoginWanted) -> None:
        async def go_on(podcasts: Podcasts) -> None:
            episode = self._context.controller.library.find(ident)
            if episode is not None:
                await in_thread(lambda cancel: podcasts.audio.source(episode, cancel))
                await self._toggle([ident])

        self._tasks.run(self._context.ask_login_of_episode(ident, wanted, go_on))


def download_requests(
    podcasts: Podcasts, library: Library, episodes: Iterable[str]
) -> tuple[list[DownloadRequest], bool]:
    """Return what to download for these episodes, and whether some are downloaded. Blocks: call it in a thread."""
    requests, are_here = [], False
    for ident in episodes:
        episode = library.find(ident)
        if podcasts.downloads.find(ident) is not None:
            are_here = True
        elif episode is not None and (request := podcasts.audio.download_request(episode)) is not None:
            requests.append(request)
    return requests, are_here


def _shown(progress: DownloadProgress) -> DownloadState | None:
    from tui_pod.recordings.download_queue import DownloadStatus  # brings TLS

    status, done, total = progress.status, progress.done, progress.total
    if status is DownloadStatus.DONE:
        return WHOLE._replace(is_automatic=progress.is_automatic)
    if status is DownloadStatus.FAILED and not progress.is_automatic:
        return DownloadState(error=str(progress.error))
    if status not in (DownloadStatus.WAITING, DownloadStatus.RUNNING):
        return None
    share = min(1.0, done / total) if done and total else None
    text = f"{int(100 * share)} %" if share is not None else f"{done // 1000**2} MB" if done else "…"
    return DownloadState(text=text, share=share, is_automatic=progress.is_automatic)
