"""Store the books and podcasts of a server as episodes, and how its libraries, series and collections arrange them.

A row of `files` is a book or podcast: its id, when it was added (seconds since 1970), a mark that changes with it, and
as JSON its library and its series. A row named `library:` and an id is a library.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tui_pod.core.wall_time import is_believed_seconds
from tui_pod.runtime.database_errors import stored_json
from tui_pod.shelf import marks
from tui_pod.shelf.database import bump, number_of
from tui_pod.shelf.episodes import Placed, hide, store_recordings, upsert
from tui_pod.shelf.feed_store import FeedStore, Stored
from tui_pod.shelf.match import Identified, episode_id
from tui_pod.shelf.published import PublishedItem

COLLECTIONS = "Collections"
"""Topic above the collections of a library."""

_LIBRARY = "library:"
_ADD = "INSERT OR REPLACE INTO files VALUES (?, ?, 0, ?, ?, ?)"


class ItemTopic(NamedTuple):
    """A topic of a library, and where a book stands in it."""

    name: str
    number: float | None = None
    """Orders its books; None if they are ordered by date."""


class FullEntry(NamedTuple):
    """A book, or a podcast with its episodes."""

    ident: str
    items: tuple[PublishedItem, ...]
    shelves: tuple[ItemTopic, ...]
    """The series of a book, or the podcast itself."""
    added: float
    """When the server got it, in seconds since 1970."""


@dataclass(slots=True)
class ServerLibrary:
    """A library of a server."""

    ident: str
    name: str
    etags: list[str] = field(default_factory=list)
    """One for each page of its list, as last read."""
    collections: list[tuple[str, list[str]]] = field(default_factory=list)
    """Names, and the ids of their books in order."""
    collections_etag: str = ""


class KnownServer(NamedTuple):
    """What is stored of a server."""

    number: int
    """Of its feed."""
    libraries: dict[str, ServerLibrary]
    marks: dict[str, tuple[str, str]]
    """The library and the mark of each book and podcast."""
    episodes: dict[str, set[str]]
    """The ids of their episodes."""


def read_known(store: FeedStore, feed_id: str) -> KnownServer:
    """Return what is stored of a server."""
    with store.db.read() as db:
        number = number_of(db, feed_id)
        asked = "SELECT path, key, tags FROM files WHERE feed = ? AND path NOT LIKE 'library:%'"
        marked = db.execute(asked, (number,))
        found = {path: (stored_json(tags)[0], key) for path, key, tags in marked}
        episodes: dict[str, set[str]] = {}
        for ident, guid in db.execute("SELECT id, guid FROM episodes WHERE feed = ?", (number,)):
            episodes.setdefault(guid.partition("/")[0], set()).add(ident)
        return KnownServer(number, {each.ident: each for each in _read_libraries(db, number)}, found, episodes)


def store_found(
    store: FeedStore, feed_id: str, known: KnownServer, library: ServerLibrary, found: Iterable[tuple[FullEntry, str]]
) -> None:
    """Store books and podcasts of a library, each with its mark; what a podcast no longer has is hidden."""
    now = time.time()
    placed, rows, gone = [], [], set[str]()
    for each, mark in found:
        shelves = json.dumps([library.ident, each.shelves])
        rows.append((known.number, each.ident, int(each.added), mark, shelves))
        there = set()
        for place, item in enumerate(reversed(each.items)):
            ident = episode_id(feed_id, item.guid)
            there.add(ident)
            times = (time for time in (item.published, each.added) if time and is_believed_seconds(time, now))
            placed.append(Placed(Identified(ident, item.guid, item), next(times, now), place, now))
        gone |= known.episodes.get(each.ident, set()) - there
        known.episodes[each.ident] = there
    with store.db.write() as db:
        upsert(db, known.number, placed)
        store_recordings(db, ((each.identified.id, each.identified.item) for each in placed))
        hide(db, gone)
        db.executemany(_ADD, rows)
        marks.note_new(db, known.number, now)


def finish(
    store: FeedStore,
    known: KnownServer,
    libraries: Sequence[ServerLibrary],
    gone: Collection[str],
    before: int,
    is_changed: bool,
) -> Stored:
    """Store the libraries of a server, and hide the books and podcasts that it no longer has.

    Args:
        libraries: in the order of the server.
        gone: ids of books and podcasts.
        before: how many episodes there were.
        is_changed: whether any were stored.
    """
    rows = []
    for place, each in enumerate(libraries):
        said = json.dumps([each.name, each.etags, each.collections, each.collections_etag])
        rows.append((known.number, _LIBRARY + each.ident, place, "", said))
    with store.db.write() as db:
        former = _arranged(db, known.number)
        hide(db, (ident for item in gone for ident in known.episodes.get(item, ())))
        db.executemany("DELETE FROM files WHERE feed = ? AND path = ?", ((known.number, item) for item in gone))
        db.execute("DELETE FROM files WHERE feed = ? AND path LIKE 'library:%'", (known.number,))
        db.executemany(_ADD, rows)
        db.execute("UPDATE feeds SET fetched = ?, error = '' WHERE number = ?", (time.time(), known.number))
        has_changed = is_changed or bool(gone) or _arranged(db, known.number) != former
        if has_changed:
            bump(db, known.number)
        after = db.execute("SELECT count(*) FROM episodes WHERE feed = ?", (known.number,)).fetchone()[0]
    return Stored(max(0, after - before), has_changed)


def _arranged(db: sqlite3.Connection, number: int) -> list[object]:
    """Return the libraries of a server without their etags."""
    return [(each.ident, each.name, each.collections) for each in _read_libraries(db, number)]


def _read_libraries(db: sqlite3.Connection, number: int) -> Iterator[ServerLibrary]:
    asked = "SELECT path, tags FROM files WHERE feed = ? AND path LIKE 'library:%' ORDER BY modified"
    for path, tags in db.execute(asked, (number,)).fetchall():
        name, etags, collections, collections_etag = stored_json(tags)
        yield ServerLibrary(path.removeprefix(_LIBRARY), name, etags, collections, collections_etag)


class Arranged(NamedTuple):
    """A topic below that of a server."""

    names: tuple[str, ...]
    """From the library on."""
    items: tuple[str, ...]
    """Its books or podcasts."""
    is_ordered: bool = True
    """True if they are meant to be played in this order."""


def read_arranged(db: sqlite3.Connection, number: int) -> Iterator[Arranged]:
    """Yield the topics of a server, each after the one above it: libraries, series, podcasts, collections."""
    within: dict[str, dict[str, list[tuple[float | None, str]]]] = {}
    asked = "SELECT path, tags FROM files WHERE feed = ? AND path NOT LIKE 'library:%' ORDER BY modified"
    for item, tags in db.execute(asked, (number,)).fetchall():
        library, shelves = stored_json(tags)
        for name, place in shelves or (("", None),):
            within.setdefault(library, {}).setdefault(name, []).append((place, item))
    for each in _read_libraries(db, number):
        shelves = within.get(each.ident, {})
        yield Arranged((each.name,), tuple(item for _, item in shelves.pop("", ())), is_ordered=False)
        for name in sorted(shelves):
            inside = sorted(shelves[name], key=lambda pair: pair[0] or 0.0)
            is_ordered = any(place is not None for place, _ in inside)
            yield Arranged((each.name, name), tuple(item for _, item in inside), is_ordered)
        if each.collections:
            yield Arranged((each.name, COLLECTIONS), ())
        for name, items in each.collections:
            yield Arranged((each.name, COLLECTIONS, name), tuple(items))
