"""A subscribed feed as stored in the database, when servers allow its next request, and whether it is due."""

from __future__ import annotations

import json
import re
import sqlite3
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from tui_pod.core.library.podcast_settings import NEVER, PodcastSettings
from tui_pod.core.wall_time import believed_seconds
from tui_pod.net.address import Origin
from tui_pod.runtime.log import log_error
from tui_pod.shelf import settings_table
from tui_pod.shelf.database import FeedDatabase, to_folders
from tui_pod.shelf.opml import Folder

_QUERY = f"""
SELECT number, first AS feed_id, address, title, nullif(page, '') AS page, folders, nullif(etag, '') AS etag,
    nullif(modified, '') AS modified, fetched, nullif(error, '') AS error, origin, nullif(guid, '') AS guid, is_serial,
    categories, shows_categories, removed, coalesce(ttl, 0.0) AS ttl, coalesce(until, 0.0) AS rests_until,
    coalesce(is_refused, 0) AS is_refused, texts, own_title,
    CASE WHEN address LIKE 'file:///%' THEN  -- copies are one episode; their guids begin with the same key
        (SELECT count(DISTINCT iif(length(guid) = 32, substr(guid, 1, 32), episodes.rowid)) FROM episodes
            WHERE episodes.feed = feeds.number AND place >= 0)
        ELSE (SELECT count(*) FROM episodes WHERE episodes.feed = feeds.number AND place >= 0) END AS episodes
FROM feeds {settings_table.JOIN} LEFT JOIN schedule ON schedule.feed = feeds.number
WHERE (removed IS NULL OR :with_removed) AND number = coalesce(:only, number) ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscribed feed."""

    number: int
    """Its number in the order of subscription."""
    feed_id: str
    """The address it was first known by; never changes."""
    address: str
    title: str
    page: str | None
    folders: tuple[Folder, ...]
    etag: str | None
    modified: str | None
    fetched: float | None
    """When it was last fetched, in seconds since 1970; None if it never was."""
    error: str | None
    """Why the last refresh failed; None if it succeeded."""
    origin: str
    """The private origin that the listener allowed, as JSON; empty for none, `?` if a list named the address."""
    guid: str | None
    is_serial: bool
    categories: tuple[Folder, ...]
    shows_categories: bool
    removed: float | None
    ttl: float
    """How long it says that it is valid (seconds); 0 if it does not say."""
    rests_until: float
    """When it may be refreshed automatically again, in seconds since 1970; 0 at any time, infinite if it has ended."""
    is_refused: bool
    """True if its server asked for that because of too many requests."""
    settings: PodcastSettings
    episodes: int = 0

    @property
    def name(self) -> str:
        """Its title, or its address if it has none."""
        return self.title or self.address

    @property
    def has_ended(self) -> bool:
        """True if its server said that it is gone for good."""
        return self.rests_until == inf

    @property
    def trouble(self) -> str | None:
        """Why it has no new episodes; None if the last refresh succeeded."""
        return "It has ended." if self.has_ended else self.error

    @property
    def is_origin_known(self) -> bool:
        """True if the listener chose the address; an address from a list may not lead into their own network."""
        return self.origin != "?"

    @property
    def allowed(self) -> frozenset[Origin]:
        """The private origin that the listener chose with this feed, if any."""
        return to_origins(self.origin)


def read_subscriptions(db: sqlite3.Connection, with_removed: bool, only: int | None = None) -> list[Subscription]:
    """Return the subscriptions in order, or `only` that with a number, each with how many episodes it has."""
    cursor = db.cursor()
    cursor.row_factory = sqlite3.Row
    return [_subscription(row) for row in cursor.execute(_QUERY, {"with_removed": with_removed, "only": only})]


def _subscription(row: sqlite3.Row) -> Subscription:
    values: dict[str, Any] = dict(row)
    settings = settings_table.read(values.pop("texts"), row["title"], values.pop("own_title"), row["folders"])
    values |= {name: to_folders(row[name]) for name in ("folders", "categories")}
    values |= {name: bool(row[name]) for name in ("is_serial", "shows_categories", "is_refused")}
    return Subscription(settings=settings, **values)


def to_origins(text: str) -> frozenset[Origin]:
    """Return the private origin that a feed may lead to, from the JSON that it is stored as; none if it is empty."""
    if text in ("", "?"):
        return frozenset()
    try:
        scheme, host, port = json.loads(text)
        return frozenset(((str(scheme), str(host), int(port)),))
    except (ValueError, TypeError) as error:  # of a backup that someone edited
        log_error(error, "an origin cannot be read")
        return frozenset()


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
