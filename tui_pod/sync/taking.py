"""Decide what to import from another player: new podcasts, and progress that is newer. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from tui_pod.core.progress.progress import PlayedRule, Progress, newest
from tui_pod.core.text.clean import counted
from tui_pod.core.wall_time import UNKNOWN
from tui_pod.shelf.feed_store import EpisodeIdentity
from tui_pod.shelf.match import episode_id, recording_id
from tui_pod.shelf.opml import Entry, HeardEpisode, Imported
from tui_pod.shelf.subscription import Subscription
from tui_pod.sync.podcasts import EpisodeFinder, address_key


class ImportPlan(NamedTuple):
    """What to import."""

    new: tuple[Entry, ...]
    """Podcasts that are not here yet."""
    progress: dict[str, Progress]
    """Progress that is newer than ours, by episode."""
    unknown: int
    """How many episodes could not be found here."""
    needs_list: bool = False
    """True if some of them may belong to podcasts that the export does not name."""
    awaited: Mapping[str, str] = MappingProxyType({})
    """Episodes that wait for their feed under an id of their recording: their feeds' ids by that id."""
    queue: tuple[str, ...] = ()
    """Episodes to queue, in order."""

    @property
    def played(self) -> int:
        """How many episodes become played."""
        return sum(value.played for value in self.progress.values())

    def summary(self) -> str:
        """Return a summary, such as `2 podcasts new, 14 episodes played, 3 started`."""
        parts = [f"{counted(len(self.new), 'podcast')} new"]
        if self.progress:
            parts += [f"{counted(self.played)} played", f"{len(self.progress) - self.played} started"]
        if self.queue:
            parts.append(f"{len(self.queue)} queued")
        if self.unknown:
            hint = " (import the OPML list of the podcasts first)" if self.needs_list else ""
            parts.append(f"{self.unknown} not found here{hint}")
        return ", ".join(parts)


def plan(
    imported: Imported,
    feeds: Sequence[Subscription],
    episodes: Iterable[EpisodeIdentity],
    progress: Mapping[str, Progress],
    rule: PlayedRule,
    is_known: Callable[[str], bool],
) -> ImportPlan:
    """Return what to import from an export."""
    ids = {address_key(name): feed.feed_id for feed in feeds for name in (feed.feed_id, feed.address)}
    new = tuple(entry for entry in imported.entries if address_key(entry.address) not in ids)
    theirs = [heard.audio for heard in (*imported.episodes, *imported.queue) if heard.audio]
    finder = EpisodeFinder(episodes, {feed.feed_id: feed.address for feed in feeds}, theirs)
    ids |= {address_key(entry.address): entry.feed_id or entry.address for entry in new}
    fetched = {feed.feed_id for feed in feeds if feed.fetched is not None}
    taken: dict[str, Progress] = {}
    awaited: dict[str, str] = {}

    def find(heard: HeardEpisode) -> str | None:
        if heard.podcast is None:
            return None if heard.audio is None else finder.find_recording(heard.audio)
        feed_id = ids.get(address_key(heard.podcast))
        ident = finder.find(heard.podcast, heard.guid, heard.audio)
        if ident is None and feed_id is not None:  # the podcast was not fetched yet, or the episode has no recording
            if heard.guid:
                ident = episode_id(feed_id, heard.guid)
            elif heard.audio and feed_id not in fetched:
                ident = recording_id(feed_id, heard.audio)
                awaited[ident] = feed_id
        return None if ident is None or (feed_id in fetched and not is_known(ident)) else ident

    unknown = 0
    for heard in imported.episodes:
        if (ident := find(heard)) is None:
            unknown += 1
            continue
        former = progress.get(ident)
        value = _progress(heard, rule)
        merged = value if former is None else newest(former, value)
        if former is None or merged.status != former.status or merged.position != former.position:
            taken[ident] = merged
    found = list(map(find, imported.queue))
    queue = tuple(dict.fromkeys(ident for ident in found if ident is not None))
    unknown += found.count(None)
    needs_list = unknown > 0 and not all(heard.podcast for heard in (*imported.episodes, *imported.queue))
    return ImportPlan(new, taken, unknown, needs_list, awaited, queue)


def _progress(heard: HeardEpisode, rule: PlayedRule) -> Progress:
    """Return the progress of an imported episode. It counts no play: plays only grow, and an import can be undone."""
    is_over = heard.duration is not None and heard.position >= rule.starts_at(heard.duration)
    is_played = heard.is_played or is_over
    return Progress(
        updated=heard.when or UNKNOWN,
        position=0.0 if is_played else heard.position,
        duration=heard.duration,
        played=is_played,
        listened=heard.when,
    )
