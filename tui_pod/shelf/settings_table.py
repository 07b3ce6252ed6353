"""The settings of each podcast and book, stored as texts with the time of the last change of each.

Name and topics have columns of their own in the table of feeds, because the feed and imported lists set them too.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tui_pod.core.library.podcast_settings import BOOK_ROWS, COURSE, ROWS, PodcastSettings, make_settings, usable
from tui_pod.core.wall_time import believed_seconds
from tui_pod.runtime.database_errors import stored_json

JOIN = "LEFT JOIN settings ON settings.feed = feeds.first"
"""Joins each feed with its row of settings."""

COLUMNS = "settings.texts, feeds.title, own_title, folders"
"""The columns that `read` takes, of feeds joined with their settings."""

MOMENT = 0.001
"""Seconds by which a change is later than the one before it, if the clock is behind."""


def read(texts: str | None, title: str, own_title: str, folders: str) -> PodcastSettings:
    """Return the settings of a feed from its columns."""
    return _made(texts, title if title != own_title else "", folders)


@lru_cache(maxsize=256)
def _made(texts: str | None, name: str, folders: str) -> PodcastSettings:
    """Return settings, which are the same for most of a thousand podcasts."""
    folder = ROWS["folder"].show(tuple(map(tuple, stored_json(folders))))
    return make_settings({**_texts(texts), "name": name, "folder": folder})


def stored_texts(db: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return the texts of each feed and book, name and topics left out; without empty texts and removed feeds."""
    rows = db.execute(
        "SELECT feed, texts FROM settings WHERE feed IN (SELECT first FROM feeds WHERE removed IS NULL)"
        " OR feed IN (SELECT id FROM recordings)"
    )
    found = ((feed_id, {name: text for name, text in _texts(texts).items() if text}) for feed_id, texts in rows)
    return {feed_id: texts for feed_id, texts in found if texts}


TIMES = "times"
"""Where the times are among the texts. A version that knows one time for all of them ignores it, and drops it."""


def write(
    db: sqlite3.Connection,
    feed_id: str,
    changes: Mapping[str, str],
    updated: float | Mapping[str, float] | None = None,
) -> None:
    """Change settings of a feed or book.

    Args:
        db: in a write transaction.
        feed_id: a known feed; a book or `COURSE`, which have neither name nor topics.
        changes: as `podcast_settings.checked` returns them.
        updated: time of the change, or of each, in seconds since 1970; None means now, or just after the former one if
            the clock is wrong.
    """
    if "name" in changes:
        rename = "UPDATE feeds SET title = coalesce(nullif(?, ''), nullif(own_title, ''), title) WHERE first = ?"
        db.execute(rename, (changes["name"], feed_id))
    if "folder" in changes:
        folders = json.dumps(ROWS["folder"].parse(changes["folder"]))
        db.execute("UPDATE feeds SET folders = ? WHERE first = ?", (folders, feed_id))
    former, known = db.execute("SELECT texts, updated FROM settings WHERE feed = ?", (feed_id,)).fetchone() or (None, 0)
    texts = {**_texts(former), **changes}  # keeps the settings of a newer program
    times, now = times_of(former, known), time.time()
    if updated is None:
        updated = max(now, believed_seconds(known + MOMENT, now))
    times.update(updated if isinstance(updated, Mapping) else dict.fromkeys(changes, updated))
    for name in ("name", "folder"):
        texts.pop(name, None)
    stored, latest = json.dumps({**texts, TIMES: times}), max(known, *times.values()) if times else known
    db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", (feed_id, stored, latest))


ASKED = "subscribed"
"""Whose time says when the listener last wanted a podcast that is or was here; it is no setting."""


def times_of(stored: str | None, updated: float) -> dict[str, float]:
    """Return when each setting was last set or taken back; `updated` is when any of them was."""
    found: Any = stored_json(stored) if stored else {}
    times = found.get(TIMES) if isinstance(found.get(TIMES), dict) else {}
    known = {str(name): float(time) for name, time in times.items() if isinstance(time, int | float)}
    return {**dict.fromkeys(_texts(stored), updated), **known}


def read_course(db: sqlite3.Connection) -> PodcastSettings:
    """Return the settings of the embedded catalogue."""
    row = db.execute("SELECT texts FROM settings WHERE feed = ?", (COURSE,)).fetchone()
    return make_settings(_texts(row[0] if row else None))


def texts_of_books(db: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return the settings of each book that has any, or had."""
    rows = db.execute("SELECT feed, texts FROM settings WHERE feed IN (SELECT id FROM recordings)")
    return {
        book: {name: text for name, text in usable(_texts(texts)).items() if name in BOOK_ROWS} for book, texts in rows
    }


def change_times(db: sqlite3.Connection) -> dict[str, tuple[float, dict[str, float]]]:
    """Return when each setting of each feed, book and the `COURSE` was last changed, in seconds since 1970.

    Before these stands when any of them was: those of a version that kept one time for all of them count from then.
    """
    rows = db.execute("SELECT feed, texts, updated FROM settings WHERE updated > 0")
    return {feed: (updated, times_of(texts, updated)) for feed, texts, updated in rows}


def texts_of_source(db: sqlite3.Connection, feed_id: str) -> dict[str, str]:
    """Return the texts of a feed that are no settings of every podcast, but what its source declares or notes."""
    row = db.execute("SELECT texts FROM settings WHERE feed = ?", (feed_id,)).fetchone()
    return {name: text for name, text in _texts(row[0] if row else None).items() if name not in ROWS}


def shared_texts(texts: str | None) -> tuple[tuple[str, str], ...]:
    """Return the settings that go into a list of feeds: those that are set and valid."""
    return tuple((name, text) for name, text in usable(_texts(texts)).items() if text)


def _texts(value: str | None) -> dict[str, str]:
    texts: Any = stored_json(value) if value else {}
    return {str(name): text for name, text in texts.items() if isinstance(text, str)}
