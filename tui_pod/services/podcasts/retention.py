"""Keeps downloads as the settings of each podcast say: after a refresh, and when episodes are played or marked.

Called on the event loop; blocking work runs in threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress import Status
from tui_pod.integrations.broadcast import Follower
from tui_pod.services.podcasts.downloads import DownloadService

if TYPE_CHECKING:
    from tui_pod.recordings.downloads import Usual
    from tui_pod.services.context import Context
    from tui_pod.shelf.subscription import Subscription

SOON = 1.0
"""Seconds from a mark to a check of the downloads; several marks in that time cause one check."""


class RetentionPolicy(Follower):
    """Decides when to check downloads, and what to delete and fetch; `DownloadService` does it."""

    def __init__(self, context: Context, downloads: DownloadService) -> None:
        self._context = context
        self._tasks = context.tasks
        self._downloads = downloads
        self._statuses: dict[str, Status] = {}  # as last reported, of episodes that changed
        self._playing: str | None = None
        self._queued = frozenset(context.controller.queue.upcoming)
        self._feeds: set[str] = set()  # to look at soon

    def progress_changed(self, episodes: Iterable[str]) -> None:
        """Check the podcasts of episodes that became played or unplayed."""
        index = self._context.controller.progress_index
        for ident in episodes:
            status, former = index.status(ident), self._statuses.get(ident)
            self._statuses[ident] = status
            if status is not former and Status.PLAYED in (status, former):
                self._look_soon(ident)

    def playback_changed(self, playback: Playback) -> None:
        """Check the podcast of an episode that is no longer in use."""
        former, self._playing = self._playing, playback.episode
        if former is not None and former != playback.episode:
            self._look_soon(former)

    def queue_changed(self) -> None:
        """Check the podcasts of episodes that entered or left the queue; those that entered are wanted again."""
        former, self._queued = self._queued, frozenset(self._context.controller.queue.upcoming)
        if queued := [ident for ident in self._queued - former if self._feed_of(ident) is not None]:
            self._tasks.run(self._downloads.want(queued))
        for ident in former ^ self._queued:
            self._look_soon(ident)

    async def keep(self, feeds: Iterable[Subscription]) -> None:
        """Delete and download what the settings of these podcasts say."""
        await self._context.podcasts.get()
        from tui_pod.recordings.downloads import Usual, has_rule  # brings TLS

        settings = self._context.settings.feeds
        usual = Usual(settings.keep_next, settings.delete_played, settings.download_queued)
        for feed in feeds:
            if has_rule(feed.settings, usual):
                await self._keep(feed, usual)

    async def archive(self, feeds: Sequence[Subscription]) -> None:
        """Hide and show old episodes as the settings of these podcasts say; the library must be updated afterwards."""
        controller = self._context.controller
        progress, now, in_use = controller.progress_index.get, controller.now(), self._in_use
        await self._context.podcasts.ask(lambda podcasts, _: podcasts.upkeep.archive(feeds, progress, in_use, now))

    @property
    def _in_use(self) -> set[str]:
        """What plays or is queued."""
        controller = self._context.controller
        playing = controller.playback.episode
        return {*controller.queue.upcoming, *([playing] if playing is not None else [])}

    async def _keep(self, feed: Subscription, usual: Usual) -> None:
        controller = self._context.controller
        progress, now, in_use = controller.progress_index.get, controller.now(), self._in_use
        requests, gone = await self._context.podcasts.ask(
            lambda podcasts, _: podcasts.upkeep.plan_downloads(feed, usual, progress, in_use, now)
        )
        if gone:
            await self._downloads.take(gone)
        await self._downloads.fetch_ahead(requests)

    def _feed_of(self, ident: str) -> str | None:
        """Return the id of the podcast of an episode; None if it has none."""
        library = self._context.controller.library
        index = library.index(ident)
        return library.feed_of(index) if index is not None else None

    def _look_soon(self, ident: str) -> None:
        feed = self._feed_of(ident)
        if feed is None:
            return
        if not self._feeds:
            self._tasks.later("downloads", SOON, lambda: self._tasks.run(self._look()))
        self._feeds.add(feed)

    async def _look(self) -> None:
        wanted, self._feeds = self._feeds, set()
        feeds = await self._context.podcasts.ask(lambda podcasts, _: podcasts.store.feeds())
        await self.keep(feed for feed in feeds if feed.feed_id in wanted)
