"""Podcasts in the listener's own network that came from a list: they are fetched once the listener agrees.

A list may come from anybody, and could otherwise make this machine send requests to a router or a printer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from tui_pod.core.text.clean import counted
from tui_pod.net.access import NetworkPolicy
from tui_pod.net.address import Origin, absolute, is_private, origin
from tui_pod.net.fetch import FetchError
from tui_pod.runtime.threads import in_thread
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.subscription import Subscription

LOOK_UP = 10.0
"""How long the hosts of a list are looked up (seconds)."""

_LOCAL = (".local", ".lan", ".home", ".internal", ".home.arpa", ".fritz.box")

AT_ONCE = 32
"""Hosts that are looked up at the same time."""


class OwnNetworkError(FetchError):
    """A feed from a list is in the listener's own network, and may not be fetched until they agree."""

    def __init__(self, message: str) -> None:
        super().__init__(message, is_final=True)


def is_forbidden(feed: Subscription, policy: NetworkPolicy) -> bool:
    """Return True if a feed is known to be forbidden. Looks up its host, so it waits for the network."""
    return not (feed.is_origin_known or origin(feed.address) in policy.private) and is_private(feed.address)


class ForbiddenFeeds(NamedTuple):
    """Feeds from a list that may not be fetched until the listener agrees."""

    feeds: tuple[Subscription, ...]

    @property
    def said(self) -> str:
        """The hosts that the listener is asked to allow, in a sentence."""
        hosts = ", ".join(dict.fromkeys(urlsplit(feed.address).netloc for feed in self.feeds))
        return f"The list names {counted(len(self.feeds), 'feed')} in your own network: {hosts}."

    def allow(self, store: FeedStore) -> None:
        """Allow fetching them from now on. Waits for the disk."""
        with store.db.together():
            for feed in self.feeds:
                store.set_private_origin(feed.feed_id, origin(feed.address))


async def find_forbidden(feeds: Iterable[Subscription], policy: NetworkPolicy) -> ForbiddenFeeds:
    """Return the feeds that may not be fetched, of those whose host is found within `LOOK_UP`.

    Each host is looked up once. Numbers and names of the own network come first: they cannot wait behind dead hosts.
    """
    slots = asyncio.Semaphore(AT_ONCE)
    found = set[Origin]()
    asked = [feed for feed in feeds if not feed.is_origin_known and absolute(feed.address)]  # no folder
    places = {origin(feed.address): feed for feed in asked}

    async def look_up(there: Origin) -> None:
        async with slots:
            if await in_thread(lambda _: is_forbidden(places[there], policy)):
                found.add(there)

    tasks = [asyncio.ensure_future(look_up(there)) for there in sorted(places, key=_rank)]
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=LOOK_UP)
        for task in late:
            task.cancel()
    return ForbiddenFeeds(tuple(feed for feed in asked if origin(feed.address) in found))


def _rank(there: Origin) -> int:
    """Return 0 for a number, which needs no look-up, 1 for a name as hosts of an own network have, 2 for others."""
    host = there[1]
    return 0 if host[-1:].isdigit() or ":" in host else 1 if "." not in host or host.endswith(_LOCAL) else 2
