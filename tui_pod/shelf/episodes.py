"""Store the items of a feed as episodes, in order."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tui_pod.core.library.parts import pack_parts
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.wall_time import is_believed_seconds
from tui_pod.runtime.database_errors import stored_json
from tui_pod.shelf.database import FeedDatabase
from tui_pod.shelf.match import Identified, KnownEpisode, find_duplicates, find_replaced, identify, recording_id
from tui_pod.shelf.published import Published, PublishedItem, Recording

MAX_EPISODES = 50_000
"""Episodes to keep per feed; more only if the feed still lists them or they have progress."""

HIDDEN = -1
"""The `place` of an episode that its folder or server no longer has: it keeps its id and its progress."""

_BESIDE = {"notes": ("notes", "html"), "size": ("sizes", "size"), "picture": ("pictures", "address")} | {
    name: ("numbering", name) for name in ("season", "number", "type", "is_explicit")
}
STORED = {
    name: _BESIDE.get(name, ("episodes", name))
    for name in PublishedItem._fields
    if name not in ("article", "login", "recording", "headers", "parameters")
}
"""Table and column of each field of an item: all that writes and reads items is made from this.

What only some episodes have is in tables beside that of the episodes. The table of recordings has the fields of
`Recording`.
"""

TABLES = (*dict.fromkeys(table for table, _ in STORED.values()), "recordings")
"""Tables with what an item says; all others tell what the listener did with the episode."""

_CODECS: Mapping[str, tuple[Callable[[Any], object], Callable[[Any], object]]] = {
    "marks": (
        lambda marks: json.dumps([mark if any(mark[2:]) else mark[:2] for mark in marks]),
        lambda text: tuple(Chapter(float(start), *map(str, rest)) for start, *rest in stored_json(text)),
    ),
    "keywords": ("\n".join, lambda text: tuple(text.split("\n")) if text else ()),
    "type": (lambda kind: kind or "", lambda kind: kind or None),
    "notes": (str, lambda html: html or ""),
    "is_explicit": (bool, bool),
}
"""How fields are stored and read whose values SQLite does not know."""

_OWN = [name for name, (table, _) in STORED.items() if table == "episodes"]
_CONTENT = (*_OWN, "sort", "place")
_UPSERT = (
    f"INSERT INTO episodes (id, feed, seen, kind, {', '.join(_CONTENT)})"
    f" VALUES (?, ?, ?, ''{', ?' * len(_CONTENT)}) ON CONFLICT DO UPDATE SET"
    f" {', '.join(f'{name} = excluded.{name}' for name in _CONTENT)} WHERE feed = excluded.feed"
    f" AND ({', '.join(_CONTENT)}) IS NOT ({', '.join(f'excluded.{name}' for name in _CONTENT)})"
)
_READ = (
    f"SELECT {', '.join(f'{table}.{column}' for table, column in STORED.values())}, {{}}"
    " FROM episodes JOIN feeds ON feed = feeds.number"
    f" {' '.join(f'LEFT JOIN {table} ON {table}.id = episodes.id' for table in TABLES[1:])} WHERE episodes.id = ?"
)


class Placed(NamedTuple):
    """An item of a feed, and where it stands among the episodes."""

    identified: Identified
    sort: float
    """Seconds since 1970."""
    place: int
    """Higher for what is listed first, of episodes with the same time."""
    seen: float
    """When it was first seen, in seconds since 1970."""


def store_episodes(db: sqlite3.Connection, number: int, feed_id: str, feed: Published, now: float) -> int:
    """Insert and update the episodes of a feed; return the number of changed rows."""
    rows = db.execute(
        "SELECT id, guid, title, audio, published, duration, seen, sort, place FROM episodes WHERE feed = ?", (number,)
    ).fetchall()
    known = [KnownEpisode(*row[:6]) for row in rows]
    former: dict[str, tuple[float, float, int]] = {row[0]: row[6:] for row in rows}
    found = identify(feed_id, feed.items, known)
    aliases = find_duplicates(found, former)
    found = [one for one in found if one.id not in aliases]
    aliases |= _find_awaited(db, feed_id, found)
    sorts = _sort_times(found, former, now)
    last = max((row[8] for row in rows), default=-1) + sum(one.id not in former for one in found)
    placed = []
    for one, sort in zip(found, sorts, strict=True):
        seen, _, place = former.get(one.id, (now, sort, last))
        last -= one.id not in former
        placed.append(Placed(one, sort, place, seen))
    changes = upsert(db, number, placed)
    db.executemany("INSERT OR REPLACE INTO replaced VALUES (?, ?)", ((one, now) for one in find_replaced(found, known)))
    before = db.total_changes
    store_recordings(db, ((one.id, one.item) for one in found))
    delete_episodes(db, [ident for ident in aliases if ident in former])
    db.executemany(
        "INSERT INTO aliases VALUES (?, ?) ON CONFLICT DO UPDATE SET episode = excluded.episode"
        " WHERE episode <> excluded.episode",
        aliases.items(),
    )
    return changes + db.total_changes - before


def upsert(db: sqlite3.Connection, number: int, placed: Sequence[Placed]) -> int:
    """Insert and update episodes of the feed with this number; return how many changes the library shows."""
    before = db.total_changes
    rows = (
        (one.id, number, seen, *_packed(one.item._replace(guid=one.guid), _OWN), sort, place)
        for one, sort, place, seen in placed
    )
    db.executemany(_UPSERT, rows)
    changes = db.total_changes - before
    for table in dict.fromkeys(table for table, _ in _BESIDE.values()):
        columns = {name: column for name, (its, column) in _BESIDE.items() if its == table}
        facts = [(one.id, *_packed(one.item, columns)) for one, *_ in placed if table != "notes" or one.item.notes]
        before = db.total_changes
        store_facts(db, table, [*columns.values()], facts)
    return changes + db.total_changes - before  # of the last table, the numbering: the others are not in the library


def _packed(item: PublishedItem, fields: Iterable[str]) -> Iterator[object]:
    """Yield these fields of an item as they are stored."""
    for name in fields:
        value = getattr(item, name)
        yield _CODECS[name][0](value) if name in _CODECS else value


def read_item(db: sqlite3.Connection, ident: str, also: str) -> tuple[PublishedItem, tuple[Any, ...]] | None:
    """Return an item as it was stored, and further columns of its feed; None if it belongs to none."""
    row = db.execute(_READ.format(also), (ident,)).fetchone()
    if row is None:
        return None
    values = zip(STORED, row, strict=False)
    fields: Any = {name: _CODECS[name][1](value) if name in _CODECS else value for name, value in values}
    return PublishedItem(**fields), row[len(STORED) :]


def hide(db: sqlite3.Connection, ids: Iterable[str]) -> None:
    """Hide episodes; they are shown again once they are stored again."""
    db.executemany("UPDATE episodes SET place = ? WHERE id = ? AND place >= 0", ((HIDDEN, ident) for ident in ids))


def _find_awaited(db: sqlite3.Connection, feed_id: str, found: Sequence[Identified]) -> dict[str, str]:
    """Return the id of the episode for each awaited recording that only one episode has."""
    awaited = [row[0] for row in db.execute("SELECT id FROM aliases WHERE episode = ?", (feed_id,))]
    episodes: dict[str, list[str]] = {}  # by the whole id, and by its half for the shortened address
    for one in found if awaited else ():
        ident = recording_id(feed_id, one.item.audio) if one.item.audio else ""
        for key in filter(None, (ident, ident[:8])):
            episodes.setdefault(key, []).append(one.id)
    shared = Counter(ident[:8] for ident in awaited)
    matches = {ident: episodes.get(ident if ident in episodes or shared[ident[:8]] > 1 else ident[:8], [])
               for ident in awaited}  # fmt: skip
    return {ident: ids[0] for ident, ids in matches.items() if len(ids) == 1}


def store_recordings(db: sqlite3.Connection, items: Iterable[tuple[str, PublishedItem]]) -> None:
    """Store what folders and servers say about items, and feeds do not; each item comes with its episode's id."""
    rows = [
        (ident, *found[:5], pack_parts(found.parts), " ".join(found.keys))
        for ident, item in items
        if (found := item.recording) is not None
    ]
    store_facts(db, "recordings", Recording._fields, rows)


def store_facts(db: sqlite3.Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    """Store facts that only some episodes or feeds have, in a table of their own: rows of an id and values."""
    names, new = ", ".join(columns), ", ".join(f"excluded.{name}" for name in columns)
    blanks = ", ".join("?" * (1 + len(columns)))
    db.executemany(
        f"INSERT INTO {table} VALUES ({blanks}) ON CONFLICT DO UPDATE SET ({names}) = ({new})"
        f" WHERE ({names}) IS NOT ({new})",
        (row for row in rows if any(row[1:])),
    )
    if without := [row[0] for row in rows if not any(row[1:])]:
        db.execute(f"DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(without),))


def drop_oldest(db: sqlite3.Connection, number: int, feed: Published, has_progress: Callable[[str], bool]) -> int:
    """Delete the oldest episodes over `MAX_EPISODES` that the feed no longer lists; return how many."""
    count = db.execute("SELECT count(*) FROM episodes WHERE feed = ?", (number,)).fetchone()[0]
    if count <= MAX_EPISODES:
        return 0
    listed = {item.guid for item in feed.items}
    rows = db.execute("SELECT id, guid FROM episodes WHERE feed = ? ORDER BY sort, place", (number,)).fetchall()
    unlisted = [ident for ident, guid in rows if guid.partition("\0")[0] not in listed and not has_progress(ident)]
    gone = unlisted[: count - MAX_EPISODES]
    delete_episodes(db, gone)
    return len(gone)


def delete_episodes(db: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Delete episodes with everything that is stored about them."""
    if not ids:
        return
    for table in (*TABLES, "news", "unwanted", "visits", "replaced"):
        db.executemany(f"DELETE FROM {table} WHERE id = ?", ((ident,) for ident in ids))
    db.executemany("DELETE FROM aliases WHERE episode = ?", ((ident,) for ident in ids))
    db.executemany("DELETE FROM settings WHERE feed = ?", ((ident,) for ident in ids))
    for table in ("former_episodes", "layouts"):
        db.executemany(f"DELETE FROM {table} WHERE book = ?", ((ident,) for ident in ids))


def picture_of(database: FeedDatabase, ident: str) -> str | None:
    """Return the address of an episode's cover, or that of its feed; None if neither has one."""
    with database.read() as db:
        row = db.execute(
            "SELECT coalesce(own.address, its.address) FROM episodes JOIN feeds ON feed = number"
            " LEFT JOIN pictures AS own ON own.id = episodes.id LEFT JOIN pictures AS its ON its.id = first"
            " WHERE episodes.id = ?",
            (ident,),
        ).fetchone()
    return row[0] if row else None


def serial_numbers(db: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Return the season and number of each numbered episode of serial feeds."""
    rows = db.execute(
        "SELECT numbering.id, coalesce(season, 1), numbering.number FROM feeds JOIN episodes ON feed = feeds.number"
        " JOIN numbering ON numbering.id = episodes.id WHERE is_serial AND numbering.number IS NOT NULL"
    )
    return {ident: (season, number) for ident, season, number in rows}


def serial_order(ids: Sequence[str], numbers: Mapping[str, tuple[int, int]]) -> list[str]:
    """Return ids, newest first, with the numbered ones sorted by season and number, last first; the others stay put."""
    numbered = iter(sorted((ident for ident in ids if ident in numbers), key=numbers.__getitem__, reverse=True))
    return [next(numbered) if ident in numbers else ident for ident in ids]


def ordered_ids(db: sqlite3.Connection, feed_id: str, numbers: Mapping[str, tuple[int, int]]) -> list[str]:
    """Return the ids of a feed's episodes, newest first; the numbered episodes of a serial by `numbers`, last first."""
    rows = db.execute(
        "SELECT id FROM episodes JOIN feeds ON feed = number WHERE first = ? AND place >= 0"
        " ORDER BY sort DESC, place DESC",
        (feed_id,),
    )
    return serial_order([row[0] for row in rows], numbers)


def _sort_times(found: Sequence[Identified], former: dict[str, tuple[float, float, int]], now: float) -> list[float]:
    """Return the time by which each item is sorted: its date, a neighbour's in the feed, or when it was first seen.

    A date in the future is not believed.
    """
    times: list[float | None] = []
    seen_at = [former[one.id][0] if one.id in former else now for one in found]
    for one, seen in zip(found, seen_at, strict=True):
        published = one.item.published
        if published is None:
            times.append(former[one.id][1] if one.id in former else None)
        else:
            times.append(published if is_believed_seconds(published, seen) else None)
    times = _with_neighbours(_with_neighbours(times)[::-1])[::-1]
    return [seen if value is None else value for value, seen in zip(times, seen_at, strict=True)]


def _with_neighbours(times: Iterable[float | None]) -> list[float | None]:
    """Return times with each unknown one replaced by the nearest known time before it."""
    filled: list[float | None] = []
    for time in times:
        filled.append(filled[-1] if time is None and filled else time)
    return filled
