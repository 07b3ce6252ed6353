"""Store when servers allow the next request, and decide which feeds are due."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Mapping
from math import inf

from tui_pod.core.library.podcast_settings import NEVER
from tui_pod.core.wall_time import believed_seconds
from tui_pod.shelf.database import FeedDatabase
from tui_pod.shelf.subscription import Subscription

MAX_REST = 86_400.0
"""Longest wait that a server can ask for (seconds)."""

JITTER = 0.1
"""Share of the interval by which feeds are delayed at random, so that not all are refreshed at the full hour."""

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def note_answer(database: FeedDatabase, feed: Subscription, headers: Mapping[str, str], ttl: float | None) -> None:
    """Store when the next automatic refresh may happen, according to an answer.

    `ttl` is how long the document is valid (seconds); None if none was sent, so that the former value holds.
    """
    said = _MAX_AGE.search(headers.get("cache-control", ""))
    ttl = feed.ttl if ttl is None else ttl
    rest = min(max(ttl, float(said[1]) if said else 0.0), MAX_REST)
    if rest or ttl != feed.ttl or feed.rests_until:
        _note(database, feed, ttl, time.time() + rest if rest else 0.0, is_refused=False)


def note_refusal(database: FeedDatabase, feed: Subscription, seconds: float) -> None:
    """Store that a server refuses requests for some seconds."""
    _note(database, feed, feed.ttl, time.time() + min(seconds, MAX_REST), is_refused=True)


def note_ended(database: FeedDatabase, feed: Subscription) -> None:
    """Store that a podcast has ended: it is fetched again only if the listener refreshes it by name."""
    _note(database, feed, feed.ttl, inf, is_refused=True)


def is_left_alone(feed: Subscription, now: float, is_asked: bool) -> bool:
    """Return True if a refresh of all feeds skips this one; `is_asked`: the listener requested the refresh."""
    if feed.settings.hidden or feed.settings.refresh == NEVER or feed.has_ended:
        return True
    return believed_seconds(feed.rests_until, now) > now and (feed.is_refused or not is_asked)


def is_due(feed: Subscription, usual: int, asked: float, now: float, run: str) -> bool:
    """Return True if a feed is due for an automatic refresh.

    Args:
        usual: minutes between refreshes, unless the feed has its own setting; 0 for never.
        asked: when it was last requested, successfully or not.
        now: seconds since 1970, as are `asked` and the feed's times.
        run: identifies this process, so that two instances do not refresh at the same moment.
    """
    minutes = usual if feed.settings.refresh is None else feed.settings.refresh
    if not minutes or is_left_alone(feed, now, is_asked=False):
        return False
    jitter = 1 + JITTER * zlib.crc32(f"{run}{feed.feed_id}".encode("utf-8", "replace")) / 2**32
    last = max(asked, feed.fetched or 0.0)
    if believed_seconds(last, now) != last:  # the clock was wrong then
        return True
    return now - last >= minutes * 60 * jitter


def _note(database: FeedDatabase, feed: Subscription, ttl: float, until: float, is_refused: bool) -> None:
    with database.write() as db:
        db.execute("INSERT OR REPLACE INTO schedule VALUES (?, ?, ?, ?)", (feed.number, ttl, until, is_refused))
