"""The podcasts of machines that share a folder: for each one, the last machine that added or removed it decides.

A file lists what its machine subscribed to, and what it removed. Folders of audio files stay where they are. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from tui_pod.core.text.clean import clean, counted, enumerated
from tui_pod.core.wall_time import believed_or_unknown
from tui_pod.shelf.subscription import Subscription
from tui_pod.sync.actions import is_address

MAX_PODCASTS = 5_000
"""Most podcasts that are read from a file."""


class PodcastState(NamedTuple):
    """Whether a podcast is subscribed to, since when."""

    updated: datetime
    is_subscribed: bool
    address: str
    title: str


SharedPodcasts = Mapping[str, PodcastState]
"""By the feed's id."""

NO_PODCASTS: SharedPodcasts = MappingProxyType({})


def found_there(names: Sequence[str]) -> str:
    """Return which podcasts other machines have, as a sentence."""
    shown = [*names[:5], f"{len(names) - 5} more"] if len(names) > 6 else names
    return f"Your other machines have {counted(len(names), 'podcast')}: {enumerated(shown)}."


def changed_here(feeds: Iterable[Subscription], own: SharedPodcasts, now: datetime) -> dict[str, PodcastState]:
    """Return the podcasts of this machine, with what it added and removed since `own` was written."""
    here = {feed.feed_id: feed for feed in feeds if is_address(feed.feed_id) and is_address(feed.address)}
    states = dict(own)
    for feed_id, feed in here.items():
        former = own.get(feed_id)
        if former is None or not former.is_subscribed:
            states[feed_id] = PodcastState(now, True, feed.address, feed.title)
        elif former.address != feed.address:
            states[feed_id] = former._replace(updated=now, address=feed.address)
    for feed_id, former in own.items():
        if former.is_subscribed and feed_id not in here:
            states[feed_id] = former._replace(updated=now, is_subscribed=False)
    return states


def podcast_tables(podcasts: SharedPodcasts) -> dict[str, Any]:
    """Return podcasts as TOML."""
    return {
        feed_id: {"updated": updated, "subscribed": is_subscribed, "address": address, "title": title}
        for feed_id, (updated, is_subscribed, address, title) in podcasts.items()
    }


def read_podcasts(tables: Any, now: datetime) -> dict[str, PodcastState]:
    """Return the valid podcasts in a file's tables; a time that is not believed at the time `now` counts as unknown."""
    found = {}
    for feed_id, table in list(tables.items())[:MAX_PODCASTS] if isinstance(tables, dict) else ():
        if not (isinstance(table, dict) and is_address(feed_id) and is_address(table.get("address"))):
            continue
        updated, is_subscribed, title = table.get("updated"), table.get("subscribed"), table.get("title")
        if isinstance(updated, datetime) and updated.tzinfo is not None and isinstance(is_subscribed, bool):
            name = clean(title) if isinstance(title, str) else ""
            found[feed_id] = PodcastState(believed_or_unknown(updated, now), is_subscribed, table["address"], name)
    return found
