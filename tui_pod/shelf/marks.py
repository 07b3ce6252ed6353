"""Store which episodes are new, and which must not be downloaded again; find those that can be downloaded."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Literal

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.podcast_settings import is_wanted, new_since
from tui_pod.core.selection.arrivals import PLACES, Arrival
from tui_pod.shelf import settings_table
from tui_pod.shelf.database import FeedDatabase
from tui_pod.shelf.episodes import serial_numbers, serial_order
from tui_pod.shelf.layouts import read_copies

Mark = Literal["news", "unwanted"]
"""Arrived lately, whatever became of it since; its download was deleted, so it is not fetched unasked."""


def note_new(db: sqlite3.Connection, number: int, now: float) -> int:
    """Mark the episodes stored at `now` as new, except at the first refresh; return how many are unwanted."""
    row = db.execute(
        f"SELECT fetched, {settings_table.COLUMNS} FROM feeds {settings_table.JOIN} WHERE feeds.number = ?", (number,)
    ).fetchone()
    if row[0] is None:
        return 0
    chosen = settings_table.read(*row[1:])
    listed = "SELECT id, title, summary, duration FROM episodes WHERE feed = ? AND seen = ?"
    found = db.execute(listed, (number, now)).fetchall()
    wanted = [(ident,) for ident, *facts in found if is_wanted(chosen, *facts)]
    db.executemany("INSERT OR IGNORE INTO news VALUES (?)", wanted)
    return len(found) - len(wanted)


def read_news(database: FeedDatabase, now: float = 0.0) -> set[str]:
    """Return the ids of new episodes, without those that have been new for too long by `now` (seconds since 1970)."""
    with database.read() as db:
        found = {ident for ident, is_old in _news(db, now) if not is_old}
        return found.difference(read_copies(db) if found else ())


def read_arrivals(database: FeedDatabase, since: float) -> tuple[list[Arrival], float]:
    """Return the new episodes that join the queue, oldest first, and the time until which they arrived.

    They were listed after `since` (seconds since 1970), and after the listener changed the settings of their podcast.
    """
    with database.read() as db:
        columns = f"SELECT news.id, feeds.first, seen, {settings_table.COLUMNS}"
        joins = f"JOIN episodes ON episodes.id = news.id JOIN feeds ON number = episodes.feed {settings_table.JOIN}"
        listed = db.execute(
            f"{columns} FROM news {joins}"
            " WHERE instr(texts, '\"queue_new\"') AND seen > max(?, updated) ORDER BY sort, place",
            (since,),
        ).fetchall()
        copies = read_copies(db) if listed else ()
    until = max((row[2] for row in listed), default=since)
    arrivals = (Arrival(row[0], row[1], settings_table.read(*row[3:]).queue_new) for row in listed)
    return [one for one in arrivals if one.place in PLACES and one.episode not in copies], until


def drop_old_news(database: FeedDatabase, now: float) -> set[str]:
    """Take out of New what has been there for too long by `now` (seconds since 1970); return what that was."""
    with database.read() as db:
        old = {ident for ident, is_old in _news(db, now) if is_old}
    if old:
        set_marked(database, "news", old, False)
    return old


def _news(db: sqlite3.Connection, now: float) -> Iterator[tuple[str, bool]]:
    """Yield each new episode, and whether it has been new for too long."""
    columns = f"SELECT {settings_table.COLUMNS} FROM feeds {settings_table.JOIN} WHERE feeds.number = ?"
    since: dict[int, float] = {}
    listed = db.execute("SELECT feed, news.id, seen FROM news JOIN episodes ON episodes.id = news.id").fetchall()
    for number, ident, seen in listed:
        if number not in since:
            since[number] = new_since(settings_table.read(*db.execute(columns, (number,)).fetchone()), now)
        yield ident, seen < since[number]


def set_marked(database: FeedDatabase, mark: Mark, episodes: Iterable[str], is_marked: bool) -> None:
    """Set or clear a mark of episodes."""
    change = f"INSERT OR IGNORE INTO {mark} VALUES (?)" if is_marked else f"DELETE FROM {mark} WHERE id = ?"
    with database.write() as db:
        db.executemany(change, ((ident,) for ident in episodes))


def candidates(database: FeedDatabase, feed_id: str) -> list[Episode]:
    """Return the episodes of a feed that can be downloaded, newest first; the numbered episodes of a serial by number.

    A removed feed has none. A book of several files cannot be.
    """
    with database.read() as db:
        rows = db.execute(
            "SELECT id, episodes.title, summary, duration, audio FROM episodes JOIN feeds ON feed = number"
            " WHERE first = ? AND removed IS NULL AND place >= 0 AND audio LIKE 'http%'"
            " AND id NOT IN (SELECT id FROM unwanted) AND id NOT IN (SELECT id FROM recordings WHERE parts <> '')"
            " ORDER BY sort DESC, place DESC",
            (feed_id,),
        )
        found = {
            ident: Episode(ident, title, summary, duration, audio=audio)
            for ident, title, summary, duration, audio in rows
        }
        return [found[ident] for ident in serial_order(list(found), serial_numbers(db))]
