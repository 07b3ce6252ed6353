"""Decide how the podcasts here and those on a server become the same list. Pure: it changes nothing.

Both sides are compared with what both had at the last sync; without one nothing is removed on either side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tui_pod.feeds.net.address import absolute
from tui_pod.feeds.store.feed_store import Subscription
from tui_pod.sync.actions import is_address
from tui_pod.sync.matching import address_key
from tui_pod.sync.protocols import Changes

MAX_PODCASTS = 5_000
"""Podcasts that one answer may add."""


class PodcastPlan(NamedTuple):
    """What is to be done."""

    subscribe: list[str]
    """Addresses that only the server has."""
    unsubscribe: list[Subscription]
    """Feeds that were removed elsewhere."""
    add: dict[str, str]
    """What the server lacks: addresses by the feed's id."""
    remove: dict[str, str]
    """What was removed here: what the server calls it, by the feed's id."""
    known: dict[str, str]
    """What both have: what the server calls it, by the feed's id."""
    gone: set[str]
    """Ids of feeds that are no longer here."""


def plan_podcasts(changes: Changes, feeds: Sequence[Subscription], base: Mapping[str, str]) -> PodcastPlan:
    """Return what brings both lists together.

    Args:
        changes: of the server's list since the last sync.
        feeds: subscribed here.
        base: what both had at the last sync, as the server calls it, by the feed's id.
    """
    here = {feed.feed_id: feed for feed in feeds}
    ids = {address_key(name): feed_id for feed_id, name in base.items() if name}
    ids |= {address_key(address): feed.feed_id for feed in feeds for address in (feed.feed_id, feed.address)}
    subscribe: dict[str, str] = {}
    known: dict[str, str] = {}
    added = {address_key(address): address for address in _addresses(changes.add)}
    for key, address in added.items():
        feed_id = ids.get(key)
        if feed_id is None:
            subscribe[key] = address
        elif feed_id in here and feed_id not in base:
            known[feed_id] = address
    removed = {ids.get(address_key(address)) for address in _addresses(changes.remove)}
    removed -= {ids.get(key) for key in added}
    unsubscribe = [feed for feed in feeds if feed.feed_id in removed and feed.feed_id in base]
    add = {feed.feed_id: feed.address for feed in feeds if feed.feed_id not in base and feed.feed_id not in known}
    add = {feed_id: address for feed_id, address in add.items() if is_address(address)}
    gone = set(base) - set(here)
    remove = {feed_id: base[feed_id] for feed_id in gone if base[feed_id] and feed_id not in removed}
    return PodcastPlan(list(subscribe.values()), unsubscribe, add, remove, known, gone)


def _addresses(values: Iterable[object]) -> list[str]:
    """Return the addresses in a list of a server's, each once."""
    found = (absolute(value) for value in values if isinstance(value, str))
    return list(dict.fromkeys(address for address in found if address))[:MAX_PODCASTS]
