"""Identify podcasts and episodes by the addresses of other programs; plan what to merge with a server, and to import.

Both lists are compared with what they had in common at the last sync. In a first sync nothing is removed on either
side. Pure: changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote

from tui_pod.core.progress.progress import PlayedRule, Progress, newest
from tui_pod.core.text.clean import counted
from tui_pod.core.wall_time import UNKNOWN
from tui_pod.net.address import absolute, is_exact
from tui_pod.shelf.feed_store import EpisodeIdentity
from tui_pod.shelf.match import episode_id, media_keys, recording_id
from tui_pod.shelf.opml import Entry, HeardEpisode, Imported
from tui_pod.shelf.subscription import Subscription
from tui_pod.sync.protocols import Changes

MAX_PODCASTS = 5_000
"""Maximum number of podcasts that one answer may add."""


class PodcastPlan(NamedTuple):
    """What a sync of the podcasts has to do."""

    subscribe: list[str]
    """Addresses that only the server has."""
    unsubscribe: list[Subscription]
    """Feeds that were removed on another machine."""
    add: dict[str, str]
    """Podcasts that the server lacks: their addresses by the feed's id."""
    remove: dict[str, str]
    """Podcasts that were removed here: the server's addresses by the feed's id."""
    known: dict[str, str]
    """Podcasts that turned out to be on both sides: the server's addresses by the feed's id."""
    gone: set[str]
    """Ids of feeds that are no longer here."""


def plan_podcasts(changes: Changes, feeds: Sequence[Subscription], base: Mapping[str, str]) -> PodcastPlan:
    """Return how to merge the list here with what changed in the server's.

    `base` are the podcasts that both had at the last sync: the server's addresses by the feed's id.
    """
    here = {feed.feed_id: feed for feed in feeds}
    ids = {address_key(name): feed_id for feed_id, name in base.items() if name}
    ids |= {address_key(address): feed.feed_id for feed in feeds for address in (feed.feed_id, feed.address)}
    subscribe: dict[str, str] = {}
    known: dict[str, str] = {}
    added = {address_key(address): address for address in valid_addresses(changes.add)}
    for key, address in added.items():
        feed_id = ids.get(key)
        if feed_id is None:
            subscribe[key] = address
        elif feed_id in here and feed_id not in base:
            known[feed_id] = address
    removed = {ids.get(address_key(address)) for address in valid_addresses(changes.remove)}
    removed -= {ids.get(key) for key in added}
    unsubscribe = [feed for feed in feeds if feed.feed_id in removed and feed.feed_id in base]
    add = {feed.feed_id: feed.address for feed in feeds if feed.feed_id not in base and feed.feed_id not in known}
    add = {feed_id: address for feed_id, address in add.items() if is_exact(address)}
    gone = set(base) - set(here)
    remove = {feed_id: base[feed_id] for feed_id in gone if base[feed_id] and feed_id not in removed}
    return PodcastPlan(list(subscribe.values()), unsubscribe, add, remove, known, gone)


def valid_addresses(values: Iterable[object]) -> list[str]:
    """Return the valid addresses in a server's list, without duplicates."""
    found = (absolute(value) for value in values if isinstance(value, str))
    return list(dict.fromkeys(address for address in found if address))[:MAX_PODCASTS]


class EpisodeFinder:
    """Finds the episode that another program refers to: by guid within its podcast, then by address."""

    def __init__(
        self, episodes: Iterable[EpisodeIdentity], podcasts: Mapping[str, str], theirs: Iterable[str] = ()
    ) -> None:
        """Index the episodes here.

        Args:
            episodes: those of all podcasts.
            podcasts: addresses of the podcasts in the other program, by the feed's id; empty if they are the same.
            theirs: addresses of recordings of different episodes in the other program.
        """
        self._feeds = {
            address_key(name): feed_id for feed_id, address in podcasts.items() for name in (feed_id, address) if name
        }
        self._by_guid: dict[tuple[str, str], str] = {}
        self._by_media: dict[tuple[str, str], str | None] = {}  # under an empty feed id: in any podcast
        shorts = Counter(dict(map(media_keys, theirs)).values())
        self._shared = {short for short, count in shorts.items() if count > 1}
        for episode in episodes:
            self._by_guid[episode.feed, episode.guid] = episode.id
            for key in ((feed, media) for media in media_keys(episode.audio) for feed in (episode.feed, "")):
                is_other = self._by_media.setdefault(key, episode.id) != episode.id
                self._by_media[key] = None if is_other else episode.id  # None: ambiguous

    def find(self, podcast: str, guid: str | None, audio: str | None) -> str | None:
        """Return the id of a podcast's episode; None if it is not here. Guid and audio are None if unknown."""
        feed = self._feeds.get(address_key(podcast))
        if feed is None:
            return None
        found = self._by_guid.get((feed, guid)) if guid is not None else None
        return found or (self.find_recording(audio, feed) if audio is not None else None)

    def find_recording(self, address: str, feed: str = "") -> str | None:
        """Return the id of the only episode with this recording; None for none or several.

        Its exact address counts first, then the shortened one if both sides have one. Without `feed`, all podcasts
        count.
        """
        exact, short = media_keys(address)
        if (feed, exact) in self._by_media or short in self._shared:
            return self._by_media.get((feed, exact))
        return self._by_media.get((feed, short))


def address_key(address: str) -> str:
    """Return a key that is the same for every way to write an address."""
    return unquote(address).partition("://")[2].rstrip("/").lower()


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
