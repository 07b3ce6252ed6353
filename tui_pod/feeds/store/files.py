"""Store the files of a folder as episodes: in its order, each under the id that its content first had."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence

from tui_pod.feeds.folders.listing import Listing
from tui_pod.feeds.folders.scan import AudioFile
from tui_pod.feeds.folders.tags import Tags
from tui_pod.feeds.formats.model import Item
from tui_pod.feeds.store import marks
from tui_pod.feeds.store.database import FeedStoreError, bump
from tui_pod.feeds.store.episodes import store_facts
from tui_pod.feeds.store.feed_store import FeedStore, Stored
from tui_pod.feeds.store.match import DAY, unused_id

GONE = -1
"""The `place` of an episode whose file is missing: it is hidden, and keeps its id in case the file returns."""

_UPSERT = (
    "INSERT INTO episodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, NULL, '[]', '', NULL)"
    " ON CONFLICT DO UPDATE SET guid = excluded.guid, title = excluded.title, summary = excluded.summary,"
    " duration = excluded.duration, place = excluded.place, audio = excluded.audio,"
    " transcript = excluded.transcript"
    " WHERE feed = excluded.feed AND (guid, title, summary, duration, place, audio, transcript) IS NOT (excluded.guid,"
    " excluded.title, excluded.summary, excluded.duration, excluded.place, excluded.audio, excluded.transcript)"
)


def read_files(store: FeedStore, feed_id: str) -> dict[str, AudioFile]:
    """Return the files of a folder as of the last scan, by path."""
    with store.db.read() as db:
        rows = db.execute(
            "SELECT path, size, files.modified, key, tags FROM files JOIN feeds ON feed = number WHERE first = ?",
            (feed_id,),
        ).fetchall()
    return {
        path: AudioFile(path, size, modified, key, Tags(*json.loads(tags))) for path, size, modified, key, tags in rows
    }


def store_files(store: FeedStore, feed_id: str, listing: Listing) -> Stored:
    """Store the current contents of a folder; episodes whose files are gone are hidden.

    Notices about skipped files are shown if they differ from the last time; they are stored as the description.
    """
    now = time.time()
    with store.db.write() as db:
        row = db.execute("SELECT number FROM feeds WHERE first = ?", (feed_id,)).fetchone()
        if row is None:
            raise FeedStoreError(f"There is no feed {feed_id}.")
        number: int = row[0]
        stored = Stored()
        if listing.items is not None:
            stored = _store_items(db, number, feed_id, listing.items, listing.files, now)
        left_out = "\n".join(listing.notices)
        told = db.execute("SELECT summary FROM descriptions WHERE feed = ?", (number,)).fetchone()
        db.execute("INSERT OR REPLACE INTO descriptions VALUES (?, ?)", (number, left_out))
        db.execute("UPDATE feeds SET fetched = ?, error = '' WHERE number = ?", (now, number))
        if stored.has_changed:
            bump(db)
    if told is None or told[0] != left_out:
        store.db.notices += listing.notices
    return stored


def _store_items(
    db: sqlite3.Connection, number: int, feed_id: str, items: Sequence[Item], files: Iterable[AudioFile], now: float
) -> Stored:
    known = db.execute("SELECT id, guid, audio, place FROM episodes WHERE feed = ?", (number,)).fetchall()
    ids = _identified(feed_id, items, known)
    today = now - now % DAY  # files of one day keep the order of the folder
    before = db.total_changes
    db.executemany(
        _UPSERT,
        (
            (ident, number, item.guid, item.title, item.summary, item.duration, today, today,
             len(items) - place, now, item.audio, item.transcript)
            for place, (ident, item) in enumerate(zip(ids, items, strict=True))
        ),
    )  # fmt: skip
    there = set(ids)
    gone = [(GONE, ident) for ident, _, _, place in known if place != GONE and ident not in there]
    db.executemany("UPDATE episodes SET place = ? WHERE id = ?", gone)
    changes = db.total_changes - before
    unwanted = marks.note_new(db, number, now)
    store_facts(db, "sizes", ("size",), [(ident, item.size) for ident, item in zip(ids, items, strict=True)])
    db.execute("DELETE FROM files WHERE feed = ?", (number,))
    rows = ((number, file.path, file.size, file.modified, file.key, json.dumps(file.tags)) for file in files)
    db.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", rows)
    return Stored(len(there - {row[0] for row in known}) - unwanted, bool(changes))


def _identified(feed_id: str, items: Sequence[Item], known: Sequence[tuple[str, str, str, int]]) -> list[str]:
    """Return each item's episode id: by its content, or by its path if only the tags of the file changed."""
    by_guid = {guid: ident for ident, guid, _, _ in known}
    present = {item.guid for item in items}
    by_path = {audio: ident for ident, guid, audio, _ in known if guid not in present}
    taken = {ident for ident, _, _, _ in known}
    ids = []
    for item in items:
        known_by = by_guid.get(item.guid) or by_path.pop(item.audio or "", None)
        ident = known_by or unused_id(feed_id, item.guid, taken)
        taken.add(ident)
        ids.append(ident)
    return ids
