"""Keep which episodes came since the listener last looked at their podcast."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from tui_pod.core.library.podcast_settings import is_wanted
from tui_pod.feeds.store import settings
from tui_pod.feeds.store.database import FeedDatabase


def note(db: sqlite3.Connection, number: int, now: float) -> int:
    """Note the episodes of a feed that were stored at a time, unless it is the first; return how many are unwanted."""
    row = db.execute(
        f"SELECT fetched, {settings.COLUMNS} FROM feeds {settings.JOIN} WHERE feeds.number = ?", (number,)
    ).fetchone()
    if row[0] is None:
        return 0
    chosen = settings.read(*row[1:])
    found = db.execute("SELECT id, title, summary FROM episodes WHERE feed = ? AND seen = ?", (number, now)).fetchall()
    wanted = [(ident,) for ident, title, summary in found if is_wanted(chosen, title, summary)]
    db.executemany("INSERT OR IGNORE INTO news VALUES (?)", wanted)
    return len(found) - len(wanted)


def read_news(database: FeedDatabase) -> set[str]:
    """Return the ids of new episodes."""
    with database.read() as db:
        return {row[0] for row in db.execute("SELECT id FROM news")}


def set_new(database: FeedDatabase, episodes: Iterable[str], is_new: bool) -> None:
    """Note that episodes are new, or no longer."""
    change = "INSERT OR IGNORE INTO news VALUES (?)" if is_new else "DELETE FROM news WHERE id = ?"
    with database.write() as db:
        db.executemany(change, ((ident,) for ident in episodes))
