"""Make one episode of the copies of a recording that lie in folders: one id, and as many places as there are copies.

Each place is a row of its own with an id of its own, as it always was, so older versions can read the database. The
episode has the id of the row that was stored first. Once the file of that row is gone, the row exchanges its place with
a copy that is there, and so the episode keeps its id. Two rows are copies only if their sound is the same; titles say
nothing.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from tui_pod.core.library.parts import unpack_parts
from tui_pod.shelf.database import bump
from tui_pod.shelf.layouts import note_layout, stretches

_OF_PLACE = ("episodes", "notes", "sizes", "numbering", "pictures", "recordings")
"""Tables with what a row says about its file; all other tables tell what the listener did with the episode."""

_SOUND = "coalesce(nullif(keys, ''), substr(episodes.guid, 1, 32))"
_KEYS = re.compile(r"[0-9a-f]{32}(?: [0-9a-f]{32})*")


class _Row(NamedTuple):
    id: str
    number: int
    feed: int
    is_shown: bool
    parts: str
    audio: str | None


def _groups(db: sqlite3.Connection, ident: str = "") -> list[list[_Row]]:
    """Return the rows of each sound that has several, or of one episode only, in the order of storing."""
    some = (
        f"AND {_SOUND} = (SELECT {_SOUND} FROM episodes LEFT JOIN recordings USING (id) WHERE id = ?)" if ident else ""
    )
    found = db.execute(
        f"SELECT {_SOUND}, json_group_array(episodes.rowid) FROM feeds"
        " CROSS JOIN episodes ON episodes.feed = feeds.number"  # the few folders first, then their episodes
        " LEFT JOIN recordings ON recordings.id = episodes.id"
        f" WHERE address LIKE 'file:///%' {some} GROUP BY 1 HAVING count(*) > 1",
        (ident,) if ident else (),
    ).fetchall()
    asked = (
        "SELECT episodes.id, episodes.rowid, feeds.number, removed IS NULL AND place >= 0"
        " AND json_extract(texts, '$.hidden') IS NOT 'yes', coalesce(parts, ''), audio"
        " FROM episodes JOIN feeds ON episodes.feed = feeds.number LEFT JOIN recordings ON recordings.id = episodes.id"
        " LEFT JOIN settings ON settings.feed = first"
        " WHERE episodes.rowid IN (SELECT value FROM json_each(?)) ORDER BY episodes.rowid"
    )
    numbers = (packed for sound, packed in found if _KEYS.fullmatch(sound))  # others are addresses
    return [list(map(_Row._make, db.execute(asked, (packed,)))) for packed in numbers]


def read_copies(db: sqlite3.Connection) -> dict[str, str]:
    """Return the id of the episode by the ids of its other rows."""
    found = ((next((row for row in rows if row.is_shown), None), rows) for rows in _groups(db))
    return {row.id: main.id for main, rows in found if main is not None for row in rows if row is not main}


def read_places(db: sqlite3.Connection, ident: str) -> list[Sequence[str]]:
    """Return where an episode lies that has copies: the paths of its files for each of them, its own first."""
    rows = [row for rows in _groups(db, ident) for row in rows]
    rows = sorted((row for row in rows if row.is_shown), key=lambda row: row.id != ident)
    return [[part.audio for part in unpack_parts(row.parts)] or [row.audio or ""] for row in rows]


def settle_copies(db: sqlite3.Connection, now: float) -> bool:
    """Put each episode where a copy of it is, within a write transaction; return whether any changed its place."""
    changed: set[int] = set()
    for first, *others in _groups(db):
        other = next((row for row in others if row.is_shown), None)
        if not first.is_shown and other is not None and not _is_split(db, first):
            _exchange(db, first, other, now)
            changed |= {first.feed, other.feed}
    if changed:
        bump(db, *changed)
    return bool(changed)


def _is_split(db: sqlite3.Connection, row: _Row) -> bool:
    """Return whether the files of a hidden book are still in its folder, as episodes of their own."""
    asked = (
        "SELECT 1 FROM recordings JOIN files ON instr(keys, key) JOIN feeds ON number = feed"
        " WHERE id = ? AND feed = ? AND removed IS NULL"
    )
    return db.execute(asked, (row.id, row.feed)).fetchone() is not None


def _exchange(db: sqlite3.Connection, first: _Row, other: _Row, now: float) -> None:
    if first.parts and other.parts:
        (keys,) = db.execute("SELECT keys FROM recordings WHERE id = ?", (first.id,)).fetchone()
        old, new = (stretches(keys.split(), unpack_parts(row.parts)) for row in (first, other))
        if old != new:  # the player has corrected a length, in one of them
            note_layout(db, first.id, old, now)
    times = {row.id: db.execute("SELECT sort, seen FROM episodes WHERE id = ?", (row.id,)).fetchone()
             for row in (first, other)}  # fmt: skip
    for table in _OF_PLACE:
        _swap(db, table, "id", first.id, other.id, "")
    _swap(db, "episodes", "rowid", first.number, other.number, -1)
    db.executemany("UPDATE episodes SET sort = ?, seen = ? WHERE id = ?", ((*each, row) for row, each in times.items()))


def _swap(db: sqlite3.Connection, table: str, column: str, *ends: object) -> None:
    """Exchange two values of a column; the third one is free."""
    one, two, free = ends
    change = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"
    db.executemany(change, ((free, one), (one, two), (two, free)))
