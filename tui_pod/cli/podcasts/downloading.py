"""Downloads of a command, shown on the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from tui_pod.cli.shared import Opened, show_progress, tell, warn
from tui_pod.config.settings import MEGABYTE
from tui_pod.core.progress.progress import Progress
from tui_pod.core.text.clean import clean, counted
from tui_pod.recordings.download_queue import DownloadProgress, DownloadQueue, DownloadStatus
from tui_pod.recordings.downloads import Downloads
from tui_pod.services.podcasts.downloads import download_requests
from tui_pod.services.podcasts.opening import open_podcasts
from tui_pod.shelf.marks import set_marked


def download_queue(
    downloads: Downloads, progress: Callable[[str], Progress | None]
) -> tuple[DownloadQueue, Counter[DownloadStatus]]:
    """Return a queue that shows what it does and warns of failures, and what it counts meanwhile."""
    counts: Counter[DownloadStatus] = Counter()

    def show(progress: DownloadProgress) -> None:
        counts[progress.status] += 1
        if progress.status is DownloadStatus.FAILED:
            warn(str(progress.error))
        elif progress.status is DownloadStatus.RUNNING:
            share = progress.done / progress.total if progress.total else None
            show_progress(clean(progress.title, 50), share, f"{progress.done // MEGABYTE} MB")

    return DownloadQueue(downloads, show, progress), counts


async def download(opened: Opened, ids: Sequence[str]) -> int:
    """Download episodes; return 1 if one of them failed."""
    podcasts = open_podcasts(opened.paths, opened.settings)
    requests, are_here = download_requests(podcasts, opened.library, ids)
    if not requests:
        tell("already downloaded" if are_here else "nothing to download: narrated, or already on this machine")
        return 0
    if not podcasts.store.is_empty:
        set_marked(podcasts.store.db, "unwanted", ids, False)
    queue, counts = download_queue(podcasts.downloads, opened.state.progress.get)
    queue.start(requests)
    await queue.done()
    show_progress("")
    tell(f"{counted(counts[DownloadStatus.DONE])} downloaded")
    return 1 if counts[DownloadStatus.FAILED] else 0
