"""Keep the settings of each podcast as texts, with the time of their last change.

Name and topics have columns of their own, where the feed's own title and lists from elsewhere meet them.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tui_pod.core.library.podcast_settings import COURSE, ROWS, PodcastSettings, make_settings, to_texts, usable

if TYPE_CHECKING:
    from tui_pod.feeds.store.feed_store import FeedStore

JOIN = "LEFT JOIN settings ON settings.feed = feeds.first"
"""Brings a feed its row of settings."""

COLUMNS = "settings.texts, feeds.title, own_title, folders"
"""What `read` takes, of feeds with their settings."""


def read(texts: str | None, title: str, own_title: str, folders: str) -> PodcastSettings:
    """Return the settings of a feed from its columns."""
    kept = _texts(texts)
    kept["name"] = title if title != own_title else ""
    kept["folder"] = ROWS["folder"].show(tuple(map(tuple, json.loads(folders))))
    return make_settings(kept)


def kept_texts(db: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return the texts beside name and topics by feed, without those that are empty, or of removed feeds."""
    rows = db.execute("SELECT first, texts FROM feeds JOIN settings ON settings.feed = first WHERE removed IS NULL")
    found = ((feed_id, {name: text for name, text in _texts(texts).items() if text}) for feed_id, texts in rows)
    return {feed_id: texts for feed_id, texts in found if texts}


def write(db: sqlite3.Connection, feed_id: str, changes: Mapping[str, str], updated: float | None = None) -> bool:
    """Change settings of a feed; return whether there is such a feed.

    Args:
        db: in a write transaction.
        feed_id: the feed, or `COURSE`.
        changes: as `podcast_settings.checked` returns them.
        updated: time of the change, in seconds since 1970; None: now.
    """
    if feed_id != COURSE:
        columns: dict[str, Any] = {}
        if "name" in changes:
            columns["title = coalesce(nullif(?, ''), own_title)"] = changes["name"]
        if "folder" in changes:
            columns["folders = ?"] = json.dumps(ROWS["folder"].parse(changes["folder"]))
        change = ", ".join(("first = first", *columns))
        if not db.execute(f"UPDATE feeds SET {change} WHERE first = ?", (*columns.values(), feed_id)).rowcount:
            return False
    row = db.execute("SELECT texts FROM settings WHERE feed = ?", (feed_id,)).fetchone()
    texts = {**_texts(row[0] if row else None), **changes}  # those of a newer program stay
    for name in ("name", "folder"):
        texts.pop(name, None)
    updated = time.time() if updated is None else updated
    db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", (feed_id, json.dumps(texts), updated))
    return True


def course_settings(store: FeedStore) -> PodcastSettings:
    """Return the settings of the embedded catalogue."""
    if store.is_empty:
        return PodcastSettings()
    with store.db.read() as db:
        return read_course(db)


def changed_settings(store: FeedStore) -> dict[str, tuple[float, dict[str, str]]]:
    """Return when the settings of each feed, and of the course, were changed, and their texts."""
    texts = {feed.feed_id: to_texts(feed.settings) for feed in store.feeds()}
    texts[COURSE] = {"hidden": to_texts(course_settings(store))["hidden"]}
    with store.db.read() as db:
        times = dict(db.execute("SELECT feed, updated FROM settings WHERE updated > 0"))
    return {feed_id: (updated, texts[feed_id]) for feed_id, updated in times.items() if feed_id in texts}


def read_course(db: sqlite3.Connection) -> PodcastSettings:
    """Return the settings of the embedded catalogue."""
    row = db.execute("SELECT texts FROM settings WHERE feed = ?", (COURSE,)).fetchone()
    return make_settings(_texts(row[0] if row else None))


def shared_texts(texts: str | None) -> tuple[tuple[str, str], ...]:
    """Return what a list of feeds says of kept settings: those that are set and mean something."""
    return tuple((name, text) for name, text in usable(_texts(texts)).items() if text)


def _texts(value: str | None) -> dict[str, str]:
    texts: Any = json.loads(value) if value else {}
    return {str(name): text for name, text in texts.items() if isinstance(text, str)}
