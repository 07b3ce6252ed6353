"""What to download, delete and hide, as the settings of the podcasts say. Blocks on the disk: run it in a thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from tui_pod.core.library.podcast_settings import archived_before
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.recordings.download_request import DownloadRequest
from tui_pod.recordings.downloads import Downloads
from tui_pod.recordings.keeping import Usual, plan_downloads
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.marks import candidates, set_marked
from tui_pod.shelf.subscription import Subscription
from tui_pod.sources.episode_audio import EpisodeAudio
from tui_pod.sources.table import source_of


@dataclass(eq=False, repr=False)
class Upkeep:
    """Plans downloads and hides old episodes, for the app and for `tui-pod feeds refresh`."""

    _store: FeedStore
    _audio: EpisodeAudio
    _downloads: Downloads

    def plan_downloads(
        self,
        feed: Subscription,
        usual: Usual,
        progress: Callable[[str], Progress | None],
        in_use: Collection[str],
        now: datetime,
    ) -> tuple[list[DownloadRequest], list[str]]:
        """Return a feed's automatic downloads, and the episodes whose downloads are to be deleted: see `keeping`.

        It records which of these must not be downloaded again automatically.
        """
        found = candidates(self._store.db, feed.feed_id)
        downloads = self._downloads.of(one.id for one in found)
        plan = plan_downloads(found, feed.settings, feed.is_serial, usual, progress, downloads, in_use, now)
        if plan.dropped:
            set_marked(self._store.db, "unwanted", plan.dropped, True)
        requests = (self._audio.download_request(episode, is_automatic=True) for episode in plan.fetch)
        return [request for request in requests if request is not None], plan.delete

    def archive(
        self,
        feeds: Iterable[Subscription],
        progress: Callable[[str], Progress | None],
        in_use: Collection[str],
        now: datetime,
    ) -> None:
        """Hide the old episodes of podcasts whose settings say so; their progress is kept.

        Episodes that were started, play or are queued stay listed.
        """

        def is_used(ident: str) -> bool:
            found = progress(ident)
            is_started = found is not None and found.status is Status.STARTED
            return is_started or ident in in_use or self._downloads.find(ident) is not None

        for feed in feeds:
            if not source_of(feed.address).hides_missing:
                self._store.archive(feed, archived_before(feed.settings, now.timestamp()), is_used)
