"""Match the items of a feed to known episodes, so that progress survives a changed guid or address.

The order is AntennaPod's: the guid within the feed, then the same media address and title, then the same title
and day, then the same media address alone. Ours is that the same path and time come before the title and day, for feeds
without guids that change their titles and addresses. Pure.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Container, Sequence
from typing import NamedTuple
from urllib.parse import unquote

from tui_pod.core.text.clean import fold
from tui_pod.shelf.published import PublishedItem

DAY = 86_400.0
"""Seconds."""

LENGTH_TOLERANCE = 0.1
"""Share by which the lengths of one recording may differ between hosts, since they insert adverts."""

MOST_COPIES = 3
"""How often a feed may list one episode under different guids."""

_INNER_HOST = re.compile(r"/(?:https?:/{1,2})?((?:[a-z0-9-]+\.)+[a-z]{2,18})(?=[:/])", re.IGNORECASE)
_FILE_ENDS = frozenset(("mp3", "m4a", "m4b", "ogg", "opus", "wav", "flac", "aac", "mp4", "webm", "php", "html", "xml"))


class KnownEpisode(NamedTuple):
    """An episode stored earlier."""

    id: str
    guid: str
    title: str
    audio: str | None
    published: float | None
    duration: float | None


class Identified(NamedTuple):
    """An item with its episode id."""

    id: str
    guid: str
    """The guid, or a replacement where it is missing or not unique."""
    item: PublishedItem


def episode_id(feed_id: str, guid: str) -> str:
    """Return an episode's id (contract): 16 hex digits of sha256(the feed's first address, NUL, guid)."""
    return hashlib.sha256(f"{feed_id}\0{guid}".encode("utf-8", "replace")).hexdigest()[:16]


def recording_id(feed_id: str, audio: str) -> str:
    """Return the id under which an imported episode without a guid waits until its feed tells its own id.

    Its first half identifies the shortened address, the second the exact one: see `media_keys`.
    """
    exact, short = media_keys(audio)
    return episode_id(feed_id, f"\0recording\0{short}")[:8] + episode_id(feed_id, f"\0exact\0{exact}")[:8]


def unused_id(feed_id: str, guid: str, taken: Container[str]) -> str:
    """Return an unused id for a new episode; an episode whose guid has changed may have taken the usual one."""
    ident = episode_id(feed_id, guid)
    while ident in taken:
        ident = episode_id(feed_id, f"{ident}\0{guid}")
    return ident


def media_keys(address: str) -> tuple[str, str]:
    """Return keys of the exact address of a recording, however it is written, and of the shortened one.

    Compare the exact ones first. The shortened address of a host that names its recordings after the `?` is that of
    all of them, so it identifies one only where no other has it, on either side.
    """
    plain = unquote(address)
    return f"//{plain.partition('//')[2]}", media_core(plain)


def media_core(address: str | None) -> str:
    """Return a media address without tracking prefixes and query."""
    if not address:
        return ""
    core = address.partition("?")[0].partition("//")[2]
    hosts = _INNER_HOST.finditer("/" + core)
    inner = [found for found in hosts if found[1].rpartition(".")[2].lower() not in _FILE_ENDS]
    if inner:
        core = ("/" + core)[inner[-1].start(1) :]
    return core.lower()


def identify(feed_id: str, items: Sequence[PublishedItem], known: Sequence[KnownEpisode]) -> list[Identified]:
    """Return the items of a feed, first known at `feed_id`, with their ids, in order and without duplicates."""
    by_guid = {entry.guid: entry for entry in known}
    keyed = _with_unique_guids(items, by_guid)
    ids: dict[str, str] = {guid: by_guid[guid].id for guid in keyed if guid in by_guid}
    fresh = [guid for guid in keyed if guid not in ids]
    gone = [entry for entry in known if entry.guid not in keyed]
    if fresh and gone:
        unmatched = _UnmatchedEpisodes(gone, list(keyed.values()))
        ids.update({guid: found for guid in fresh if (found := unmatched.find(keyed[guid])) is not None})
    taken = {entry.id for entry in known}
    result = []
    for guid, item in keyed.items():
        ident = ids.get(guid) or unused_id(feed_id, guid, taken)
        taken.add(ident)
        result.append(Identified(ident, guid, item))
    return result


def find_duplicates(found: Sequence[Identified], known: Container[str]) -> dict[str, str]:
    """Return the id of the episode for each that repeats its recording and title under another guid.

    Of such a group the one that is known stays, or the one listed last. If more than `MOST_COPIES` items are alike, all
    of a feed may share one stream, and they are different episodes.
    """
    named = [(fold(one.item.title), one) for one in found if one.item.audio]
    counts = Counter(title for title, _ in named)
    groups: dict[tuple[str, str], list[Identified]] = {}
    for title, one in named:
        if counts[title] > 1:
            groups.setdefault((media_core(one.item.audio), title), []).append(one)
    aliases = {}
    for group in groups.values():
        if len(group) <= MOST_COPIES:
            kept = next((one for one in reversed(group) if one.id in known), group[-1])
            alike = (one for one in group if _may_be_as_long(one.item.duration, kept.item.duration))
            aliases.update({one.id: kept.id for one in alike if one is not kept})
    return aliases


def find_replaced(found: Sequence[Identified], known: Sequence[KnownEpisode]) -> list[str]:
    """Return the ids of episodes that have another recording now; none if most have: the podcast changed its host."""
    former = {entry.id: media_core(entry.audio) for entry in known if entry.audio}
    both = [one for one in found if one.item.audio and one.id in former]
    replaced = [one.id for one in both if media_core(one.item.audio) != former[one.id]]
    return replaced if 2 * len(replaced) <= len(both) else []


def _with_unique_guids(items: Sequence[PublishedItem], by_guid: dict[str, KnownEpisode]) -> dict[str, PublishedItem]:
    """Return the items by unique guid, in order; the first of identical items."""
    counts = Counter(item.guid for item in items)
    shared: dict[str, dict[str, PublishedItem]] = {}
    for item in items:
        if not item.guid or counts[item.guid] > 1:
            shared.setdefault(item.guid, {}).setdefault(_stand_in(item), item)
    owners = {guid: _owner(list(group.values()), by_guid.get(guid)) for guid, group in shared.items() if guid}
    keyed: dict[str, PublishedItem] = {}
    for item in items:
        if item.guid not in shared or item is owners.get(item.guid):
            keyed[item.guid] = item
        elif shared[item.guid][_stand_in(item)] is item:
            keyed[f"{item.guid}\0{_stand_in(item)}"] = item
    return keyed


def _owner(group: list[PublishedItem], known: KnownEpisode | None) -> PublishedItem:
    """Return which of several items with one guid keeps it: the one known by it, or the oldest."""
    if known is not None:
        for item in group:
            if media_core(item.audio) == media_core(known.audio) and fold(item.title) == fold(known.title):
                return item
    return group[-1]


def _stand_in(item: PublishedItem) -> str:
    """Return a replacement for the guid: media address and title, or title and day."""
    rest = media_core(item.audio) if item.audio else str(_day(item.published))
    return f"{rest}\0{fold(item.title)}"


class _UnmatchedEpisodes:
    """Known episodes whose guid is gone from the feed; each is matched at most once."""

    def __init__(self, gone: Sequence[KnownEpisode], items: Sequence[PublishedItem]) -> None:
        self._listed = Counter(item.audio for item in items)
        self._listed_at = Counter(map(_path_and_time, items))
        self._by_path_and_time: dict[tuple[str, float] | None, list[KnownEpisode]] = {}
        self._by_address: dict[str | None, list[KnownEpisode]] = {}
        self._by_media: dict[tuple[str, str], list[KnownEpisode]] = {}
        self._by_day: dict[tuple[str, int], list[KnownEpisode]] = {}
        self._used: set[str] = set()
        for entry in gone:
            title = fold(entry.title)
            self._by_path_and_time.setdefault(_path_and_time(entry), []).append(entry)
            if entry.audio:
                self._by_address.setdefault(entry.audio, []).append(entry)
                self._by_media.setdefault((media_core(entry.audio), title), []).append(entry)
            if entry.published is not None:
                self._by_day.setdefault((title, _day(entry.published)), []).append(entry)

    def find(self, item: PublishedItem) -> str | None:
        title = fold(item.title)
        found: Sequence[KnownEpisode] = self._by_media.get((media_core(item.audio), title), []) if item.audio else []
        place = _path_and_time(item)
        if not found and place is not None and self._listed_at[place] == 1:
            found = _only_if_as_long(item, self._by_path_and_time.get(place, []))
        if not found and item.published is not None:
            found = self._by_day.get((title, _day(item.published)), [])
            found = [entry for entry in found if _may_be_as_long(item.duration, entry.duration)]
        if not found and item.audio and self._listed[item.audio] == 1:  # otherwise all items share one stream
            found = _only_if_as_long(item, self._by_address.get(item.audio, []))
        entry = next((entry for entry in found if entry.id not in self._used), None)
        if entry is None:
            return None
        self._used.add(entry.id)
        return entry.id


def _path_and_time(one: PublishedItem | KnownEpisode) -> tuple[str, float] | None:
    """Return the path of a recording without host and query, and when it was published; None if either is missing."""
    path = media_core(one.audio).partition("/")[2]
    return (path, one.published) if path and one.published is not None else None


def _only_if_as_long(item: PublishedItem, found: Sequence[KnownEpisode]) -> Sequence[KnownEpisode]:
    return found if len(found) == 1 and _may_be_as_long(item.duration, found[0].duration) else ()


def _day(published: float | None) -> int:
    return int((published or 0.0) // DAY)


def _may_be_as_long(one: float | None, other: float | None) -> bool:
    return not one or not other or abs(one - other) <= LENGTH_TOLERANCE * max(one, other)
