"""Downloads of a command without an app: it waits for them, and says how they went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui_pod.config.settings import MEGABYTE
from tui_pod.core.outcome import Outcome
from tui_pod.core.text.clean import clean, counted
from tui_pod.recordings.download_queue import DownloadProgress, DownloadQueue, DownloadStatus
from tui_pod.recordings.downloads import Usual, has_rule
from tui_pod.services.podcasts.downloads import download_requests
from tui_pod.shelf.marks import set_marked

if TYPE_CHECKING:
    from tui_pod.core.progress.progress import Progress
    from tui_pod.recordings.downloads import Downloads
    from tui_pod.services.caller import Caller
    from tui_pod.shelf.subscription import Subscription
    from tui_pod.wishes.wish import Subject


def download_queue(
    downloads: Downloads, progress: Callable[[str], Progress | None], caller: Caller
) -> tuple[DownloadQueue, Counter[DownloadStatus]]:
    """Return a queue that shows what it does and warns of failures, and what it counts meanwhile."""
    counts: Counter[DownloadStatus] = Counter()

    def show(progress: DownloadProgress) -> None:
        counts[progress.status] += 1
        if progress.status is DownloadStatus.FAILED:
            caller.warn(str(progress.error))
        elif progress.status is DownloadStatus.RUNNING:
            share = progress.done / progress.total if progress.total else None
            caller.progress(f"{clean(progress.title, 50)} {progress.done // MEGABYTE} MB", share)

    return DownloadQueue(downloads, show, progress), counts


async def download(on: Subject) -> Outcome:
    """Download episodes; the status is 1 if one of them failed."""
    context, library, ids = on.services.context, on.controller.library, on.episodes
    podcasts = await context.podcasts.get()
    requests, are_here = await context.podcasts.ask(lambda podcasts, _: download_requests(podcasts, library, ids))
    if not requests:
        return Outcome(
            "already downloaded" if are_here else "nothing to download: narrated, or already on this machine"
        )
    if not podcasts.store.is_empty:
        set_marked(podcasts.store.db, "unwanted", ids, False)
    queue, counts = download_queue(podcasts.downloads, on.controller.progress_index.get, on.caller)
    queue.start(requests)
    await queue.done()
    said = f"{counted(counts[DownloadStatus.DONE])} downloaded"
    return Outcome(said, status=1 if counts[DownloadStatus.FAILED] else 0)


async def keep_downloads(on: Subject, feeds: Sequence[Subscription]) -> bool:
    """Delete and download what the settings of these podcasts ask for; return True if all of it worked."""
    settings, controller = on.services.context.settings.feeds, on.controller
    usual = Usual(settings.keep_next, settings.delete_played, settings.download_queued)
    ruled = [feed for feed in feeds if has_rule(feed.settings, usual)]
    if not ruled:
        return True
    podcasts, progress = await on.services.context.podcasts.get(), controller.progress_index.get
    in_use, now = controller.queue.upcoming, controller.now()
    queue, counts = download_queue(podcasts.downloads, on.controller.progress_index.get, on.caller)
    deleted = 0
    for feed in ruled:
        requests, gone = podcasts.upkeep.plan_downloads(feed, usual, progress, in_use, now)
        deleted += sum(podcasts.downloads.delete(ident) for ident in gone)
        queue.start(requests)
    await queue.done()
    done = counts[DownloadStatus.DONE]
    if done or deleted:
        said = [f"{counted(done, 'episode')} downloaded"] * bool(done)
        said += [f"{counted(deleted, 'download')} deleted"] * bool(deleted)
        on.caller.note(", ".join(said))
    return not counts[DownloadStatus.FAILED]
