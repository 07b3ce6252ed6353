"""Download and delete episodes as the podcasts' settings say, after `feeds refresh`: in cron as in the app."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from tui_pod.cli.shared import report, show_progress, warn
from tui_pod.config.paths import find_paths
from tui_pod.config.settings import MEGABYTE, Settings
from tui_pod.core.text.clean import clean, counted
from tui_pod.recordings.download_queue import DownloadProgress, DownloadQueue, DownloadStatus
from tui_pod.recordings.keeping import Usual, has_rule
from tui_pod.services.podcasts.opening import open_podcasts
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.subscription import Subscription
from tui_pod.state.store import StateFile


async def keep_downloads(
    options: Namespace, store: FeedStore, feeds: Sequence[Subscription], settings: Settings
) -> bool:
    """Delete and download what the settings of these podcasts ask for; return True if all of it worked."""
    usual = Usual(settings.feeds.keep_next, settings.feeds.delete_played)
    ruled = [feed for feed in feeds if has_rule(feed.settings, usual)]
    archived = [feed for feed in feeds if feed.settings.archive_after]
    if not ruled and not archived:
        return True
    paths = find_paths(options.state, options.config)
    state = StateFile(paths.state).load()
    warn(*state.notices)
    podcasts = open_podcasts(paths, settings, store=store)
    in_use = state.strings("queue", "entries")[state.setting("queue", "cursor", 0) :]
    podcasts.upkeep.archive(archived, state.progress.get, in_use, datetime.now(UTC))
    counts: Counter[DownloadStatus] = Counter()

    def show(progress: DownloadProgress) -> None:
        counts[progress.status] += 1
        if progress.status is DownloadStatus.FAILED:
            warn(str(progress.error))
        elif progress.status is DownloadStatus.RUNNING:
            share = progress.done / progress.total if progress.total else None
            show_progress(clean(progress.title, 50), share, f"{progress.done // MEGABYTE} MB")

    queue = DownloadQueue(podcasts.downloads, show, state.progress.get)
    deleted = 0
    for feed in ruled:
        requests, gone = podcasts.upkeep.plan_downloads(feed, usual, state.progress.get, in_use, datetime.now(UTC))
        deleted += sum(podcasts.downloads.delete(ident) for ident in gone)
        queue.start(requests)
    await queue.done()
    show_progress("")
    done = counts[DownloadStatus.DONE]
    if done or deleted:
        said = [f"{counted(done, 'episode')} downloaded"] * bool(done)
        said += [f"{counted(deleted, 'download')} deleted"] * bool(deleted)
        report(", ".join(said))
    return not counts[DownloadStatus.FAILED]
