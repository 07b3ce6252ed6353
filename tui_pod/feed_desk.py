"""What the app does with podcasts: add, refresh, remove and download, on the event loop.

Everything that waits is done in threads by `feeds`; what comes of it is told to the stage. The library is
loaded again when it is out of date.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tui_pod.core.listening import Listening
from tui_pod.core.undo import DeedChange
from tui_pod.stage import Stage

if TYPE_CHECKING:
    from tui_pod.config import FeedSettings
    from tui_pod.feeds.download_queue import DownloadProgress, DownloadQueue
    from tui_pod.feeds.podcasts import Podcasts
    from tui_pod.feeds.refresh import Refreshed, RefreshProgress
    from tui_pod.feeds.shelf import Subscription

DOWNLOADED = "↓"
"""What a row shows of an episode whose recording is on the disk."""


class FeedDesk:
    """The one place in the running app that changes feeds and downloads."""

    def __init__(
        self,
        listening: Callable[[], Listening],
        stage: Stage,
        open_podcasts: Callable[[], Awaitable[Podcasts]],
        reload: Callable[[], Awaitable[None]],
        settings: FeedSettings,
    ) -> None:
        self._listening = listening
        self._stage = stage
        self._open = open_podcasts
        self._reload = reload
        self._settings = settings
        self._queue: DownloadQueue | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Show what is downloaded and refresh the feeds, when there are any."""
        self._run(self._start())

    def add(self, typed: str) -> None:
        """Subscribe to the feed that an address means."""
        self._run(self._add(typed))

    def refresh(self, first: str | None = None) -> None:
        """Refresh the feed that was first known by this address; None: all feeds."""
        if self._refreshing is not None and not self._refreshing.done():
            self._stage.tell("Feeds are being refreshed already.")
            return
        self._refreshing = self._run(self._refresh(first))

    def remove_feed(self, first: str) -> None:
        """Unsubscribe from the feed that was first known by this address; can be taken back."""
        self._run(self._remove_feed(first))

    def download(self, episodes: Sequence[str]) -> None:
        """Download recordings; those that are being downloaded are stopped."""
        self._run(self._download(list(episodes)))

    def remove_downloads(self, episodes: Sequence[str]) -> None:
        """Take recordings off the disk; can be taken back."""
        self._run(self._remove_downloads(list(episodes)))

    async def close(self) -> None:
        """End everything that is under way; a download is gone on with the next time."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._queue is not None:
            await self._queue.close()

    # -- feeds -----------------------------------------------------------------------------------------

    async def _start(self) -> None:
        podcasts = await self._open()
        queue = await self._downloads()
        await asyncio.to_thread(self._clean_up, podcasts)
        for download in await asyncio.to_thread(queue.downloads.all):
            self._stage.download_changed(download.episode, DOWNLOADED)
        if self._settings.refresh_at_start and not podcasts.shelf.is_empty:
            self.refresh()

    def _clean_up(self, podcasts: Podcasts) -> None:
        """Delete for good what was removed and can no longer be taken back."""
        from tui_pod.feeds.shelf import PURGE_AFTER
        from tui_pod.feeds.shelf_db import ShelfError

        with contextlib.suppress(ShelfError, OSError):
            podcasts.downloads.purge()
            if not podcasts.shelf.is_empty:
                podcasts.shelf.purge(time.time() - PURGE_AFTER)

    async def _add(self, typed: str) -> None:
        podcasts = await self._open()
        from tui_pod.feeds.fetch import FetchError
        from tui_pod.feeds.model import FeedError
        from tui_pod.feeds.shelf_db import ShelfError
        from tui_pod.feeds.subscribe import subscribe
        from tui_pod.feeds.threads import in_thread

        self._stage.work_changed("adding a feed …")
        try:
            done = await in_thread(lambda stop: subscribe(podcasts.shelf, typed, stop=stop))
        except (FetchError, FeedError, ShelfError) as error:
            self._stage.tell(str(error), is_error=True)
            return
        finally:
            self._stage.work_changed("")
        await self._reload()
        if done.is_new:
            self._stage.tell(f"{done.feed.name}: {_count(done.feed.episodes)}.")
        else:
            self._stage.tell(f"{done.feed.name} was there already; {_count(done.new)} new.")

    async def _refresh(self, first: str | None) -> None:
        podcasts = await self._open()
        from tui_pod.feeds.refresh import refresh
        from tui_pod.feeds.shelf_db import ShelfError
        from tui_pod.feeds.threads import in_thread

        def progressed(progress: RefreshProgress) -> None:
            self._stage.work_changed(f"refreshing {progress.done}/{progress.total}")

        try:
            feeds = await in_thread(lambda _: podcasts.shelf.feeds())
            if first is not None:
                feeds = [feed for feed in feeds if feed.first == first]
            if not feeds:
                self._stage.tell("There are no feeds yet. Press a to add one.")
                return
            self._stage.work_changed(f"refreshing 0/{len(feeds)}")
            result = await refresh(podcasts.shelf, feeds, progressed)
        except ShelfError as error:
            self._stage.tell(str(error), is_error=True)
            return
        finally:
            self._stage.work_changed("")
        await self._tell_refreshed(result)
        await self._keep_next(podcasts, feeds)

    async def _tell_refreshed(self, result: Refreshed) -> None:
        if result.has_changed:
            await self._reload()
        if result.is_offline:
            self._stage.work_changed("offline")
            return
        for outcome in result.failed[:3]:
            self._stage.tell(outcome.error, is_error=True)
        if len(result.failed) > 3:
            self._stage.tell(f"{len(result.failed) - 3} more feeds failed; see: tui-pod feeds list", is_error=True)
        if result.new:
            self._stage.tell(f"{_count(result.new)} new.")

    async def _remove_feed(self, first: str) -> None:
        podcasts = await self._open()
        from tui_pod.feeds.shelf_db import ShelfError

        shelf = podcasts.shelf
        try:
            feed = await asyncio.to_thread(shelf.find, first)
            await asyncio.to_thread(shelf.remove, first)
        except ShelfError as error:
            self._stage.tell(str(error), is_error=True)
            return
        await self._reload()
        name = feed.name if feed is not None else "The feed"
        self._note(f"{name} removed", lambda: shelf.restore(first), lambda: shelf.remove(first), reloads=True)

    # -- downloads -------------------------------------------------------------------------------------

    async def _downloads(self) -> DownloadQueue:
        if self._queue is None:
            podcasts = await self._open()
            from tui_pod.feeds.download_queue import DownloadQueue, oldest_played

            self._queue = DownloadQueue(
                podcasts.downloads, self._on_download, lambda kept: oldest_played(self._listening().book, kept)
            )
        return self._queue

    async def _download(self, episodes: list[str]) -> None:
        queue = await self._downloads()
        running = [episode for episode in episodes if episode in queue.running]
        if running:
            queue.stop(running)
            return
        podcasts = await self._open()
        library = self._listening().library
        found = [library.episode(index) for ident in episodes if (index := library.index(ident)) is not None]
        wishes = await asyncio.to_thread(lambda: [wish for episode in found if (wish := podcasts.wish(episode))])
        if not wishes:
            self._stage.tell("Nothing to download here: these episodes are narrated or lie on this machine.")
            return
        queue.start(wishes)

    def _on_download(self, progress: DownloadProgress) -> None:
        from tui_pod.feeds.download_queue import DownloadStatus

        match progress.status:
            case DownloadStatus.WAITING:
                text = "↓ …"
            case DownloadStatus.RUNNING:
                share = f"{100 * progress.done // progress.total} %" if progress.total else f"{progress.done >> 20} MB"
                text = f"↓ {share}"
            case DownloadStatus.DONE:
                text = DOWNLOADED
            case _:
                text = ""
        self._stage.download_changed(progress.episode, text)
        if progress.status is DownloadStatus.FAILED and not progress.is_automatic:
            self._stage.tell(progress.error, is_error=True)

    async def _remove_downloads(self, episodes: list[str]) -> None:
        queue = await self._downloads()
        downloads = queue.downloads
        removed = await asyncio.to_thread(lambda: [ident for ident in episodes if downloads.remove(ident)])
        if not removed:
            self._stage.tell("Nothing to remove here: x takes feeds, downloads, and entries of Queue and Continue.")
            return
        for ident in removed:
            self._stage.download_changed(ident, "")

        def restore() -> None:
            for ident in removed:
                if downloads.restore(ident):
                    self._stage.download_changed(ident, DOWNLOADED)

        def remove() -> None:
            for ident in removed:
                downloads.remove(ident)
                self._stage.download_changed(ident, "")

        count = "1 download" if len(removed) == 1 else f"{len(removed)} downloads"
        self._note(f"{count} removed", restore, remove)

    async def _keep_next(self, podcasts: Podcasts, feeds: Iterable[Subscription]) -> None:
        """Download the next episodes of the feeds that should have some on the disk."""
        from tui_pod.feeds.download_queue import next_to_keep

        library, book = self._listening().library, self._listening().book
        for feed in feeds:
            count = feed.keep or self._settings.keep_next
            if count:
                ids = await asyncio.to_thread(podcasts.shelf.episode_ids, feed.first)
                wanted = next_to_keep(book, ids, count, feed.is_serial)
                found = [library.episode(index) for ident in wanted if (index := library.index(ident)) is not None]
                queue = await self._downloads()
                wishes = [podcasts.wish(episode, is_automatic=True) for episode in found]
                queue.start(wish for wish in wishes if wish and queue.downloads.find(wish.episode) is None)

    # -- both ------------------------------------------------------------------------------------------

    def _note(self, label: str, back: Callable[[], None], again: Callable[[], None], reloads: bool = False) -> None:
        """Let a deed be taken back, and say so."""

        def doing(deed: Callable[[], None]) -> Callable[[], None]:
            def do() -> None:
                self._run(self._redo(deed, reloads))

            return do

        self._listening().note_deed(DeedChange(label, doing(back), doing(again)))
        self._stage.tell(f"{label}. u takes it back.")

    async def _redo(self, deed: Callable[[], None], reloads: bool) -> None:
        if reloads:
            await asyncio.to_thread(deed)
            await self._reload()
        else:
            deed()

    def _run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._stage.tell(f"That went wrong ({type(error).__name__}). The log tells more.", is_error=True)
            from tui_pod.log import log

            log(f"{type(error).__name__}: {error}")


def _count(number: int) -> str:
    return "1 episode" if number == 1 else f"{number} episodes"
