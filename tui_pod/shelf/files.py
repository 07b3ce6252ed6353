"""Store the files of a folder as episodes: in its order, each under the id that its content first had."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from tui_pod.core.library.parts import Part, unpack_parts
from tui_pod.core.library.podcast_settings import PodcastSettings, make_settings
from tui_pod.core.library.values import to_time
from tui_pod.core.text.clean import clean, enumerated, fold
from tui_pod.core.wall_time import is_believed_seconds
from tui_pod.runtime.database_errors import stored_json
from tui_pod.shelf import marks
from tui_pod.shelf.database import bump, number_of
from tui_pod.shelf.episodes import HIDDEN, Placed, delete_episodes, hide, store_recordings, upsert
from tui_pod.shelf.feed_store import FeedStore, Stored
from tui_pod.shelf.layouts import is_encoded_anew, note_layouts, settle_copies
from tui_pod.shelf.match import DAY, Identified, unused_id
from tui_pod.shelf.published import TALKS, AudioFile, Kinds, Listing, PublishedItem, Tags

OUTDATED = "outdated"
"""Stored in place of the kinds if the episodes are to be made again from the same files."""

_TITLE, _DURATION, _INSIDE = (f"$[{Tags._fields.index(name)}]" for name in ("title", "duration", "inside"))
"""JSON paths of title, duration and chapters in stored tags."""

_Known = tuple[str, str, str, float]
"""Id, guid, audio and time of an episode stored before."""


def read_files(store: FeedStore, feed_id: str) -> dict[str, AudioFile]:
    """Return the files of a folder as of the last scan, by path, except those from which this version reads more."""
    with store.db.read() as db:
        rows = db.execute(
            "SELECT path, size, files.modified, key, tags FROM files JOIN feeds ON feed = number WHERE first = ?",
            (feed_id,),
        ).fetchall()
    return {
        path: AudioFile(path, size, modified, key, Tags(*stored))
        for path, size, modified, key, tags in rows
        if len(stored := stored_json(tags)) == len(Tags._fields)
    }


def without_contents(store: FeedStore, feed_id: str, most: int) -> list[str]:
    """Return the paths of at most so many files whose length or chapters only the player knows."""
    with store.db.read() as db:
        rows = db.execute(
            "SELECT path FROM files JOIN feeds ON feed = number WHERE first = ?"
            " AND (json_extract(tags, ?) IS NULL OR json_extract(tags, ?) IS NULL) LIMIT ?",
            (feed_id, _DURATION, _INSIDE, most),
        ).fetchall()
    return [path for (path,) in rows]


def store_contents(store: FeedStore, feed_id: str, contents: Mapping[str, tuple[float, str, str]]) -> None:
    """Store what the player tells of files, by `path`, for the next refresh to show.

    That is the length in seconds, 0 if it is not known, the packed chapters and the title. What was known stays.
    """
    feed = "(SELECT number FROM feeds WHERE first = ?)"
    with store.db.write() as db:
        db.executemany(
            "UPDATE files SET tags = json_set(tags, ?1, coalesce(json_extract(tags, ?1), ?2), ?3, ?4,"
            " ?7, coalesce(nullif(json_extract(tags, ?7), ''), ?8))"
            f" WHERE feed = {feed.replace('?', '?5')} AND path = ?6",
            (
                (_DURATION, seconds, _INSIDE, chapters, feed_id, path, _TITLE, title)
                for path, (seconds, chapters, title) in contents.items()
            ),
        )
        db.execute(f"UPDATE kinds SET kind = ? WHERE feed = {feed}", (OUTDATED, feed_id))


def read_kinds(store: FeedStore, feed_id: str) -> tuple[Kinds, bool]:
    """Return the settings `kind` of a folder and of the books in it, and whether its episodes were stored for them."""
    with store.db.read() as db:
        row = db.execute(
            "SELECT number, texts, kind, guessed FROM feeds LEFT JOIN settings ON settings.feed = first"
            " LEFT JOIN kinds ON kinds.feed = number WHERE first = ?",
            (feed_id,),
        ).fetchone()
        if row is None:
            return Kinds(), False
        books = db.execute(
            "SELECT texts, keys FROM episodes JOIN settings ON settings.feed = id JOIN recordings USING (id)"
            " WHERE episodes.feed = ?",
            row[:1],
        )
        own = {key: kind for texts, keys in books if (kind := _kind(texts)) for key in keys.split()}
    kinds = Kinds(_kind(row[1]), own, frozenset((row[3] or "").split()))
    return kinds, row[2] == kinds.text


def _kind(texts: str | None) -> str:
    return make_settings(stored_json(texts)).kind if texts else ""


class Book(NamedTuple):
    """A book, and where it is from."""

    id: str
    title: str
    settings: PodcastSettings
    feed: str
    """Its `feed_id`."""


def book_named(store: FeedStore, text: str) -> Book | None:
    """Return a book by its id or title, or the id of an episode that was a part of it; None if unclear.

    A book is an episode of parts, or of one recording that is made for books.
    """
    if store.is_empty:
        return None
    with store.db.read() as db:
        rows = db.execute(
            "SELECT id, episodes.title, texts, first, place, ' ' || keys || ' '"
            " FROM recordings JOIN episodes USING (id)"
            " JOIN feeds ON episodes.feed = number LEFT JOIN settings ON settings.feed = id"
            " WHERE parts <> '' OR audio LIKE '%.m4b'"
        ).fetchall()
        guid = db.execute("SELECT guid FROM episodes WHERE id = ?", (text,)).fetchone()
    part = f" {guid[0]} " if guid is not None else "-"
    for found in (
        [row for row in rows if row[0] == text],
        [row for row in rows if row[4] >= 0 and fold(row[1]) == fold(text.strip())],
        [row for row in rows if row[4] < 0 and part in row[5] and _kind(row[2]) == TALKS],
    ):
        if len(found) == 1:
            ident, title, texts, feed, *_ = found[0]
            return Book(ident, title, make_settings(stored_json(texts)) if texts else PodcastSettings(), feed)
    return None


def hidden_book(store: FeedStore, feed_id: str, item: PublishedItem) -> str:
    """Return the id of a book; one that is not shown, such as a folder of talks, is hidden and holds the settings."""
    now = time.time()
    with store.db.write() as db:
        number = number_of(db, feed_id)
        known, keys, books = _known(db, number)
        (ident,) = _identified(feed_id, [item], known, keys, _elsewhere(db, number), books)
        if all(ident != row[0] for row in known):
            upsert(db, number, [Placed(Identified(ident, item.guid, item), now, HIDDEN, now)])
            store_recordings(db, [(ident, item)])
    return ident


def store_files(store: FeedStore, feed_id: str, listing: Listing) -> Stored:
    """Store the current contents of a folder; episodes whose files are gone are hidden.

    Notices about skipped files are shown if they differ from the last time; they are stored as the description.
    """
    now = time.time()
    with store.db.write() as db:
        number = number_of(db, feed_id)
        stored = Stored()
        if listing.items is not None:
            known = {row[0] for row in db.execute("SELECT guid FROM episodes WHERE feed = ?", (number,))}
            if guessed := [name for guid, name in listing.guessed.items() if guid not in known]:
                store.db.notices.append(guess_notice(guessed))
            stored = _store_items(db, number, feed_id, listing.items, listing.files, now)
            books = (item.recording for item in listing.items if item.recording and item.guid in listing.guessed)
            keys = " ".join(key for book in books for key in book.keys)
            db.execute("INSERT OR REPLACE INTO kinds VALUES (?, ?, ?)", (number, listing.kind, keys))
        left_out = "\n".join(listing.notices)
        described = db.execute("SELECT summary FROM descriptions WHERE feed = ?", (number,)).fetchone()
        db.execute("INSERT OR REPLACE INTO descriptions VALUES (?, ?)", (number, left_out))
        db.execute("UPDATE feeds SET fetched = ?, error = '' WHERE number = ?", (now, number))
        if settle_copies(db, now):
            stored = replace(stored, has_changed=True)
        if stored.has_changed:
            bump(db, number)
    if described is None or described[0] != left_out:
        store.db.notices += listing.notices
    return stored


def guess_notice(folders: Sequence[str]) -> str:
    """Return that these folders are shown as books, and where that is changed."""
    names = [f"“{clean(name, 60)}”" for name in folders[:3]] + [f"{len(folders) - 3:,} more"] * (len(folders) > 3)
    kind, whose = ("a book", "Its") if len(folders) == 1 else ("books", "Their")
    return f"Shown as {kind}, as tags and file names suggest: {enumerated(names)}. {whose} settings can change that."


def _store_items(
    db: sqlite3.Connection,
    number: int,
    feed_id: str,
    items: Sequence[PublishedItem],
    files: Iterable[AudioFile],
    now: float,
) -> Stored:
    known, keys, books = _known(db, number)
    elsewhere = _elsewhere(db, number)
    ids = _identified(feed_id, items, known, keys, elsewhere, books)
    today = now - now % DAY  # files of one day keep the order of the folder
    times = {ident: time for ident, _, _, time in known}
    contents = {key for (key,) in db.execute("SELECT key FROM files WHERE feed = ?", (number,))}
    known_sounds = contents.union(*elsewhere.values())
    placed = []
    new = 0
    for place, (ident, item) in enumerate(zip(ids, items, strict=True)):
        year = to_time(f"{item.recording.year}-01-01") if item.recording is not None else None
        dated = year if item.published is None else item.published
        time = dated if dated is not None and is_believed_seconds(dated, now) else times.get(ident, today)
        identified = Identified(ident, item.guid, item)
        inside = (item.recording and item.recording.keys) or item.guid.split("\0")[:1]
        is_new = ident not in times and known_sounds.isdisjoint(inside)
        known_sounds.update(inside)
        placed.append(Placed(identified, time, len(items) - place, now if is_new else today))
        new += is_new
    changes = upsert(db, number, placed)
    before = db.total_changes
    there = set(ids)
    known = _take_over(db, ids, items, known, set[str]().union(*keys.values()))
    hide(db, (ident for ident, *_ in known if ident not in there))
    grown = [ident for ident, parts in note_layouts(db, zip(ids, items, strict=True), now).items() if parts - contents]
    db.executemany("UPDATE episodes SET seen = ? WHERE id = ?", ((now, ident) for ident in grown))
    store_recordings(db, zip(ids, items, strict=True))
    changes += db.total_changes - before
    unwanted = marks.note_new(db, number, now)
    db.execute("DELETE FROM files WHERE feed = ?", (number,))
    recordings = [(ident, item.recording) for ident, item in zip(ids, items, strict=True) if item.recording is not None]
    by_name = {key for ident, found in recordings if ident in books and keys.keys().isdisjoint(found.keys)
               for key in found.keys}  # fmt: skip
    rows = (
        (number, file.path, file.size, file.modified, file.key,
         json.dumps(file.tags._replace(is_by_name=file.tags.is_by_name or file.key in by_name)))
        for file in files
    )  # fmt: skip
    db.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", rows)
    return Stored(new + len(grown) - unwanted, bool(changes))


def _known(
    db: sqlite3.Connection, number: int
) -> tuple[list[_Known], dict[str, list[str]], dict[str, tuple[Part, ...]]]:
    """Return the episodes stored of a folder, the books that each content was a part of, and the parts of books."""
    known = db.execute("SELECT id, guid, audio, sort FROM episodes WHERE feed = ?", (number,)).fetchall()
    books = db.execute(
        "SELECT keys, recordings.id, parts FROM recordings JOIN episodes ON episodes.id = recordings.id"
        " WHERE feed = ? AND keys <> ''",
        (number,),
    )
    keys: dict[str, list[str]] = {}
    parts: dict[str, tuple[Part, ...]] = {}
    for packed, ident, packed_parts in books:
        parts[ident] = unpack_parts(packed_parts)
        for key in packed.split():
            keys.setdefault(key, []).append(ident)
    return known, keys, parts


def _elsewhere(db: sqlite3.Connection, number: int) -> dict[str, list[str]]:
    """Return what the episodes of the other folders consist of, by their ids."""
    rows = db.execute(
        "SELECT episodes.id, coalesce(nullif(keys, ''), episodes.guid) FROM feeds CROSS JOIN episodes ON feed = number"
        " LEFT JOIN recordings ON recordings.id = episodes.id WHERE address LIKE 'file:///%' AND feed <> ?",
        (number,),
    )
    return {ident: content.partition("\0")[0].split() for ident, content in rows}


def _is_encoded_anew(former: Sequence[Part], parts: Sequence[Part]) -> bool:
    return len(former) == len(parts) and all(map(is_encoded_anew, former, parts))


def _take_over(
    db: sqlite3.Connection,
    ids: Sequence[str],
    items: Sequence[PublishedItem],
    known: Sequence[_Known],
    books: Container[str],
) -> list[_Known]:
    """Replace episodes whose files have become parts of a book, which gets their progress; return the others."""
    by_guid = {row[1]: row[0] for row in known if row[0] not in books}
    by_path = {row[2]: row[0] for row in known if row[0] not in books}
    present = set(ids)
    taken: dict[str, tuple[str, str]] = {}
    for book, item in zip(ids, items, strict=True):
        recording = item.recording
        for part, key in zip(recording.parts, recording.keys, strict=True) if recording is not None else ():
            former = by_guid.get(key) or by_path.get(part.audio)
            if former is not None and former not in present:
                taken[former] = book, key
    delete_episodes(db, list(taken))
    rows = ((former, book, key) for former, (book, key) in taken.items())
    db.executemany("INSERT OR REPLACE INTO former_episodes VALUES (?, ?, ?)", rows)
    return [row for row in known if row[0] not in taken]


def _identified(
    feed_id: str,
    items: Sequence[PublishedItem],
    known: Sequence[_Known],
    keys: Mapping[str, Sequence[str]],
    elsewhere: Iterable[str],
    former: Mapping[str, Sequence[Part]],
) -> list[str]:
    """Return each item's episode id.

    It is recognised by its content or, failing that, by its path, and a book by any of its files; if these are all
    gone, by the names and lengths of them in order. `keys` names the books that each content was a part of. Other
    folders have the ids `elsewhere`; `former` are the parts of the books of this one.
    """
    by_guid = {guid: ident for ident, guid, _, _ in known}
    present = {item.guid for item in items}
    books = set[str]().union(*keys.values())
    by_path = {audio: ident for ident, guid, audio, _ in known if guid not in present and ident not in books}
    taken = {*elsewhere, *(ident for ident, _, _, _ in known)}
    given: set[str] = set()
    here = {key for item in items if item.recording is not None for key in item.recording.keys}
    gone = books.difference(book for key in here for book in keys.get(key, ()))
    ids = []
    for item in items:
        known_by = by_guid.get(item.guid)
        parts = item.recording.keys if item.recording is not None else ()
        if parts:
            counted = Counter(book for key in parts for book in keys.get(key, ()) if book not in given)
            there = known_by
            known_by = max(counted, key=lambda book: (counted[book], book == there), default=known_by)
            if known_by is None and item.recording is not None:
                now = item.recording.parts
                known_by = next((book for book in gone if _is_encoded_anew(former.get(book, ()), now)), None)
        elif known_by is None:
            known_by = by_path.pop(item.audio or "", None)
        if known_by in given:
            known_by = None
        ident = known_by or unused_id(feed_id, item.guid, taken)
        taken.add(ident)
        given.add(ident)
        ids.append(ident)
    return ids
