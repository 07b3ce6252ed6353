"""The parts that books had before, and the copies of recordings: a position stays at the same words, an episode one.

A recording in several folders is one episode with as many places. Each place is a row of its own with an id of its own,
as it always was, so older versions can read the database. The episode has the id of the row that was stored first. Once
the file of that row is gone, the row exchanges its place with a copy that is there, and so the episode keeps its id.
Two rows are copies only if their sound is the same; titles say nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import time
from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import ceil, inf
from typing import NamedTuple

from tui_pod.core.library.parts import GROWN, Move, Part, RecordingContent, Stretches, arrange, pack_parts, unpack_parts
from tui_pod.core.text.clean import enumerated
from tui_pod.runtime.database_errors import stored_json
from tui_pod.shelf.database import FeedDatabase, bump
from tui_pod.shelf.episodes import TABLES
from tui_pod.shelf.published import PublishedItem, Recording, Tags

ENCODED_ANEW = 2.0
"""Seconds by which the length of a file may change when it is encoded anew."""

MOST_SAID = 5
"""How many files that are missing or cut off are said by number."""

MAX_LAYOUTS = 20
"""Maximum number of former lists of parts that are stored for a book; the oldest are deleted."""


def note_layouts(db: sqlite3.Connection, items: Iterable[tuple[str, PublishedItem]], now: float) -> dict[str, set[str]]:
    """Store the parts that books have had until now, before their new ones are stored.

    The items come with their episodes' ids; `db` is in a write transaction. Returns the keys of the new parts of each
    book that has more than before.
    """
    grown: dict[str, set[str]] = {}
    for ident, item in items:
        if item.recording is None or not item.recording.keys:
            continue
        row = db.execute("SELECT keys, parts FROM recordings WHERE id = ? AND keys <> ''", (ident,)).fetchone()
        if row is None:
            continue
        old_parts, keys = unpack_parts(row[1]), row[0].split()
        old = stretches(_renamed(keys, old_parts, item.recording), old_parts)
        if old != stretches(item.recording.keys, item.recording.parts):
            note_layout(db, ident, old, now)
        if len(item.recording.keys) > len(old):
            grown[ident] = set(item.recording.keys) - old.keys()
    return grown


def _renamed(keys: Sequence[str], parts: Sequence[Part], present: Recording) -> list[str]:
    """Return keys with those that are gone replaced by those of files that are the same, encoded anew."""
    new = [pair for pair in zip(present.parts, present.keys, strict=True) if pair[1] not in keys]
    return [
        key if key in present.keys else next((there for other, there in new if is_encoded_anew(part, other)), key)
        for part, key in zip(parts, keys, strict=True)
    ]


def is_encoded_anew(former: Part, part: Part) -> bool:
    """Return whether a part has the name of a former one, but for its suffix, and its length."""
    names = (os.path.splitext(each.audio)[0] for each in (former, part))
    return len({*names}) == 1 and abs(former.duration - part.duration) <= ENCODED_ANEW


def correct_length(database: FeedDatabase, book: str, audio: str, duration: float) -> None:
    """Store how long a part of a book is, in seconds, for the next scan of its folder too."""
    with database.write() as db:
        row = db.execute(
            "SELECT feed, keys, parts, marks FROM recordings JOIN episodes USING (id) WHERE id = ? AND keys <> ''",
            (book,),
        ).fetchone()
        parts = unpack_parts(row[2]) if row is not None else ()
        part = next((part for part in parts if part.audio == audio), None)
        if part is None:
            return
        number, keys, longer = row[0], row[1].split(), duration - part.duration
        note_layout(db, book, stretches(keys, parts), time.time())
        changed = arrange(other._replace(duration=duration) if other == part else other for other in parts)
        marks = [(start + longer * (start >= part.end), title) for start, title in stored_json(row[3])]
        db.execute("UPDATE recordings SET parts = ? WHERE id = ?", (pack_parts(changed), book))
        db.execute(
            "UPDATE episodes SET duration = ?, marks = ? WHERE id = ?", (changed[-1].end, json.dumps(marks), book)
        )
        files = "SELECT path, tags FROM files WHERE feed = ? AND key = ?"
        for path, tags in db.execute(files, (number, keys[parts.index(part)])).fetchall():
            corrected = Tags(*stored_json(tags))._replace(duration=duration)
            db.execute("UPDATE files SET tags = ? WHERE feed = ? AND path = ?", (json.dumps(corrected), number, path))
        bump(db, number)


def note_layout(db: sqlite3.Connection, book: str, parts: Stretches, now: float) -> None:
    """Store the parts that a book has had until now (seconds since 1970), within a write transaction."""
    last = db.execute("SELECT max(until) FROM layouts WHERE book = ?", (book,)).fetchone()[0] or 0
    db.execute("INSERT INTO layouts VALUES (?, ?, ?)", (book, max(ceil(now), last + 1), json.dumps(parts)))
    db.execute(
        "DELETE FROM layouts WHERE book = ? AND until NOT IN"
        " (SELECT until FROM layouts WHERE book = ? ORDER BY until DESC LIMIT ?)",
        (book, book, MAX_LAYOUTS),
    )


def read_moves(db: sqlite3.Connection) -> list[Move]:
    """Return where stretches of episodes are now: see `Library.moves`."""
    books = {
        book: stretches(keys.split(), unpack_parts(parts))
        for book, keys, parts in db.execute("SELECT id, keys, parts FROM recordings WHERE keys <> ''")
    }
    if not books:
        return []
    moves = []
    for book, until, packed in db.execute("SELECT book, until, parts FROM layouts ORDER BY until"):
        if book in books:
            moves += _shifts(book, until, stored_json(packed), books[book])
    for former, book, key in db.execute(
        "SELECT id, book, key FROM former_episodes WHERE id NOT IN (SELECT id FROM episodes)"
    ):
        if (there := books.get(book, {}).get(key)) is not None:
            moves.append(Move(former, 0.0, inf, inf, book, *there))
    files = {
        (feed, guid): ident
        for feed, guid, ident in db.execute(
            "SELECT feed, guid, id FROM episodes WHERE place >= 0 AND feed IN"
            " (SELECT feed FROM episodes JOIN recordings USING (id) WHERE keys <> '' AND place < 0)"
        )
    }
    for book, feed in db.execute(
        "SELECT id, feed FROM episodes JOIN recordings USING (id) WHERE keys <> '' AND place < 0"
    ):
        moves += (
            Move(book, start, end, inf, file, 0.0, end - start)
            for key, (start, end) in books[book].items()
            if (file := files.get((feed, key))) is not None
        )
    return moves


def stretches(keys: Iterable[str], parts: Iterable[Part]) -> dict[str, tuple[float, float]]:
    """Return where each part starts and ends, by its key."""
    return {key: (round(part.start, 2), round(part.end, 2)) for key, part in zip(keys, parts, strict=True)}


def _shifts(book: str, until: float, former: Stretches, present: Stretches) -> list[Move]:
    """Return the moves of a book's parts; from a part that is gone, they lead to the start of the next one.

    From the end of a book that has more parts now, one leads to the first new part.
    """
    moves: list[Move] = []
    following = max((end for _, end in present.values()), default=0.0)
    for key, (start, end) in reversed(list(former.items())):
        if key in present:
            at, last = present[key]
            following = at
        else:
            at = last = following
        moves.append(Move(book, start, end, until, book, at, last))
    if len(present) > len(former):
        first = next(at for key, (at, _) in present.items() if key not in former)
        moves.append(Move(book, GROWN, GROWN, until, book, first, first))
    return moves[::-1]


def read_contents(db: sqlite3.Connection) -> dict[str, RecordingContent]:
    """Return what the recordings and texts on this machine consist of, by episode; those that are shown come first.

    Episodes that have become parts of books are among them, as what is not here.
    """
    former: dict[str, list[tuple[float, Stretches]]] = {}
    for book, until, packed in db.execute("SELECT book, until, parts FROM layouts ORDER BY until"):
        former.setdefault(book, []).append((until, {key: (at, end) for key, (at, end) in stored_json(packed).items()}))
    found = {}
    for ident, guid, title, keys, parts in db.execute(
        "SELECT episodes.id, episodes.guid, episodes.title, keys, parts"
        " FROM feeds CROSS JOIN episodes ON feed = number"  # the few folders first, then their episodes
        " LEFT JOIN recordings ON recordings.id = episodes.id"
        " WHERE address LIKE 'file:///%' OR address LIKE 'texts://%'"
        " ORDER BY removed IS NOT NULL, place < 0, number, place DESC"
    ):
        present = stretches(keys.split(), unpack_parts(parts)) if keys else {}
        if len(present) < 2:
            found[ident] = _whole(title, keys or guid.partition("\0")[0])
        else:
            found[ident] = RecordingContent(title, (*former.get(ident, ()), (inf, present)))
    for ident, title, key in db.execute(
        "SELECT former_episodes.id, title, key FROM former_episodes JOIN episodes ON episodes.id = book"
    ):
        found.setdefault(ident, _whole(title, key)._replace(is_here=False))
    return found


def _whole(title: str, key: str) -> RecordingContent:
    """Return the content of one file; what a playlist names has an address in place of a key."""
    key = key if re.fullmatch("[0-9a-f]{32}", key) else hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
    return RecordingContent(title, ((inf, {key: (0.0, inf)}),))


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


def read_health(db: sqlite3.Connection, book: str, parts: Sequence[Part]) -> str:
    """Return what is wrong with the files of a book, or uncertain, in words; empty if nothing is."""
    asked = (
        "SELECT (SELECT tags FROM files WHERE key = one.value LIMIT 1) FROM recordings,"
        """ json_each('["' || replace(keys, ' ', '","') || '"]') AS one WHERE recordings.id = ? ORDER BY one.key"""
    )
    found = [Tags(*stored_json(tags)) if tags else Tags() for (tags,) in db.execute(asked, (book,))]
    if len(found) != len(parts):
        return ""
    numbers = numbers_of([os.path.splitext(os.path.basename(part.audio))[0] for part in parts])
    numbers = numbers or [tags.track or 0 for tags in found]
    known, most = {*numbers}, max(numbers, default=0)
    missing = [number for number in range(1, most) if number not in known]
    if len(known) < len(numbers) or 0 in known or len(missing) > len(numbers):  # of several discs, or no numbers
        missing, numbers = [], list(range(1, len(parts) + 1))
    cut = [number for number, tags in zip(numbers, found, strict=True) if tags.is_cut_off]
    said = [
        f"part{'s' * (len(which) > 1)} {_enumerated(which)}{what}"
        for which, what in ((missing, f" of {most} missing"), (cut, " cut off"))
        if which
    ]
    if any(tags.is_by_name for tags in found):
        said.append("encoded anew: the position was kept by the order of the files")
    return ", ".join(said)


def _enumerated(numbers: Sequence[int]) -> str:
    said = enumerated([*map(str, numbers[:MOST_SAID])])
    return f"{said} and {len(numbers) - MOST_SAID} more" if len(numbers) > MOST_SAID else said


def numbers_of(names: Sequence[str]) -> list[int]:
    """Return the number of each of the files of a book: what rises from name to name; empty if nothing does."""
    rows = [[int(found) for found in re.findall(r"\d{1,6}", name)] for name in names]
    columns = zip(*rows, strict=False) if len({*map(len, rows)}) == 1 else ()
    return next((list(column) for column in columns if all(a < b for a, b in pairwise(column))), [])


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
    for table in TABLES:
        _swap(db, table, "id", first.id, other.id, "")
    _swap(db, "episodes", "rowid", first.number, other.number, -1)
    db.executemany("UPDATE episodes SET sort = ?, seen = ? WHERE id = ?", ((*each, row) for row, each in times.items()))


def _swap(db: sqlite3.Connection, table: str, column: str, *ends: object) -> None:
    """Exchange two values of a column; the third one is free."""
    one, two, free = ends
    change = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"
    db.executemany(change, ((free, one), (one, two), (two, free)))
