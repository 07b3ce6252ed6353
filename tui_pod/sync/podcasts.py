"""Identify podcasts and episodes by the addresses that other programs use, and plan how to merge two lists of podcasts.

Both lists are compared with what they had in common at the last sync. In a first sync nothing is removed on either
side. Pure: changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from tui_pod.net.address import absolute
from tui_pod.shelf.feed_store import EpisodeIdentity
from tui_pod.shelf.match import media_keys
from tui_pod.shelf.subscription import Subscription
from tui_pod.sync.actions import is_address
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
    add = {feed_id: address for feed_id, address in add.items() if is_address(address)}
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
