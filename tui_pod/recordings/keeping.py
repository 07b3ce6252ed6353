"""Decide which episodes of a podcast to download automatically, and which downloads to delete. Pure.

The app and `tui-pod feeds refresh` use these rules. An episode that the listener downloaded is deleted only after it
was played, and only if the settings say so; an automatic download also if it is no longer among the next episodes.
Such a download is recorded as unwanted, so that it is not fetched again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeGuard

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.podcast_settings import KEPT, PodcastSettings, is_wanted
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.recordings.downloads import Download


class Usual(NamedTuple):
    """The settings of podcasts that have none of their own."""

    keep: int = 0
    delete_played: int = KEPT

    def of(self, settings: PodcastSettings) -> Usual:
        """Return the settings that apply to a podcast."""
        keep = self.keep if settings.keep is None else settings.keep
        return Usual(keep, self.delete_played if settings.delete_played is None else settings.delete_played)


class DownloadChanges(NamedTuple):
    """What to download and delete for one podcast."""

    fetch: list[Episode]
    """In the order in which to download them."""
    delete: list[str]
    """Episodes whose downloads to delete."""
    dropped: list[str]
    """Those of them that were not played: they must not be downloaded again automatically."""


def has_rule(settings: PodcastSettings, usual: Usual) -> bool:
    """Return whether a podcast has automatic downloads or deletions."""
    return not settings.hidden and usual.of(settings) != Usual()


def plan_downloads(
    newest_first: Sequence[Episode],
    settings: PodcastSettings,
    is_serial: bool,
    usual: Usual,
    progress: Callable[[str], Progress | None],
    downloads: Mapping[str, Download],
    in_use: Collection[str],
    now: datetime,
) -> DownloadChanges:
    """Return the changes that bring a podcast's downloads in line with its settings.

    Args:
        newest_first: all episodes that can be downloaded.
        is_serial: whether it is played from its first episode on, if the settings do not say.
        usual: for what the settings leave open.
        in_use: episodes that play or are queued; their downloads stay, and missing ones come first if any are kept.
    """
    is_oldest_first = settings.order == "oldest" or (is_serial and settings.order != "newest")
    order = list(reversed(newest_first)) if is_oldest_first else list(newest_first)
    keep, days = usual.of(settings)
    keep = 0 if settings.hidden else keep
    queued = [one for one in order if keep and one.id in in_use and not _is_played(progress(one.id))]
    wanted: list[Episode] = []
    last_heard = None if is_oldest_first else _last_heard(order, progress)
    is_older = False
    for episode in order:
        if len(wanted) >= keep:
            break
        is_older = is_older or episode.id == last_heard
        if is_older and episode.id not in downloads:  # do not go back behind what was played
            continue
        is_allowed = is_wanted(settings, episode.title, episode.summary, episode.duration)
        if is_allowed and not _is_played(progress(episode.id)):
            wanted.append(episode)
    kept = {episode.id for episode in wanted}
    gone, dropped = [], []
    for episode in order:
        download, played = downloads.get(episode.id), progress(episode.id)
        if download is None or episode.id in in_use:
            continue
        if _is_played(played):
            is_over = days != KEPT and now - (played.listened or played.updated) >= timedelta(days=days)
        else:
            is_over = bool(keep) and download.is_automatic and episode.id not in kept and played is None
            dropped += [episode.id] if is_over else []
        gone += [episode.id] if is_over else []
    fetch = dict.fromkeys(episode for episode in (*queued, *wanted) if episode.id not in downloads)
    return DownloadChanges(list(fetch), gone, dropped)


def _last_heard(episodes: Iterable[Episode], progress: Callable[[str], Progress | None]) -> str | None:
    """Return the episode that was played last; None if none was. Marks do not count."""
    found = ((played.listened, one.id) for one in episodes if (played := progress(one.id)) is not None)
    return max(((listened, ident) for listened, ident in found if listened), default=(None, None))[1]


def oldest_played(progress: Callable[[str], Progress | None], episodes: Iterable[str]) -> list[str]:
    """Return the played ones of these episodes, the one played longest ago first."""
    found = ((episode, progress(episode)) for episode in episodes)
    heard = [(played.listened or played.updated, episode) for episode, played in found if _is_played(played)]
    return [episode for _, episode in sorted(heard)]


def _is_played(progress: Progress | None) -> TypeGuard[Progress]:
    return progress is not None and progress.status is Status.PLAYED
