"""The former parts of books, so that a position stays at the same words when the parts of its book change."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import time
from collections.abc import Iterable
from math import ceil, inf

from tui_pod.core.library.parts import GROWN, Move, Part, RecordingContent, Stretches, arrange, pack_parts, unpack_parts
from tui_pod.runtime.database_errors import stored_json
from tui_pod.shelf.database import FeedDatabase, bump
from tui_pod.shelf.listing import Tags
from tui_pod.shelf.published import PublishedItem

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
        old = stretches(row[0].split(), unpack_parts(row[1]))
        if old != stretches(item.recording.keys, item.recording.parts):
            note_layout(db, ident, old, now)
        if len(item.recording.keys) > len(old):
            grown[ident] = set(item.recording.keys) - old.keys()
    return grown


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
