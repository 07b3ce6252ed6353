"""How bookmarks look as TOML: an array of tables in the snapshot, a record each in the journal, and merging them.

As with progress, what makes no sense survives, and keys from elsewhere do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tui_pod.core.progress.bookmarks import NOTE_LIMIT, WORDS_LIMIT, Bookmark, BookmarkKey, newest_bookmark
from tui_pod.core.text.clean import clean
from tui_pod.state.values import Table, entry_check, read_seconds, read_time, updated_of

SECTIONS = {"bookmark": "bookmarks"}
"""The snapshot's array for each kind of journal record."""

_Identity = tuple[str, float]


def bookmark_table(bookmark: Bookmark) -> Table:
    """Return the entry of a bookmark."""
    table: Table = {"episode": bookmark.episode, "start": bookmark.start, "end": bookmark.end}
    if bookmark.is_removed:
        table["removed"] = True
    else:
        table |= {"text": bookmark.text, "note": bookmark.note, "title": bookmark.title}
    return table | {"created": bookmark.created.astimezone(UTC), "updated": bookmark.updated.astimezone(UTC)}


def to_bookmark(table: Table) -> Bookmark | None:
    """Return the bookmark in an entry; None when its episode or time makes no sense."""
    identity, end = _identity(table), read_seconds(table.get("end"))
    if identity is None:
        return None
    key, updated = BookmarkKey(*identity), updated_of(table)
    return Bookmark(
        *key,
        end=max(key.start, key.start if end is None else round(end, 2)),
        created=read_time(table.get("created")) or updated,
        updated=updated,
        text=clean(_text(table, "text"), WORDS_LIMIT),
        note=clean(_text(table, "note"), NOTE_LIMIT),
        title=clean(_text(table, "title")),
        is_removed=table.get("removed") is True,
    )


def read_bookmarks(data: Mapping[str, Any]) -> tuple[Bookmark, ...]:
    """Return the bookmarks of a snapshot, those removed too, each once."""
    found: dict[BookmarkKey, Bookmark] = {}
    for entry in entries_of(data):
        if (bookmark := to_bookmark(entry)) is not None:
            found[bookmark.key] = newest_bookmark(found.get(bookmark.key), bookmark)
    return tuple(found.values())


def entries_of(data: Mapping[str, Any]) -> Iterator[Table]:
    """Yield the entries of all arrays of a snapshot."""
    for section in SECTIONS.values():
        yield from _tables(data.get(section))


def apply_kept(data: Table, journal: Mapping[str, list[Table]], edited: datetime) -> None:
    """Merge journal records into a snapshot's arrays; see `format.apply_journal`."""
    for kind, section in SECTIONS.items():
        records = journal.get(kind)
        if not records:
            continue
        entries = data.setdefault(section, [])
        places = {identity: place for place, entry in enumerate(entries) if (identity := _identity(entry)) is not None}
        fresh = set[_Identity]()
        for record in records:
            record.pop("crc", None)
            identity = _identity(record)
            if identity is None:
                continue
            place = places.setdefault(identity, len(entries))
            if place == len(entries):
                entries.append(record)
            else:
                entry = entries[place]
                if identity not in fresh and entry.get("check") != entry_check(entry):
                    entry["updated"] = max(edited, updated_of(entry))
                entries[place] = _newest(entry, record)
            fresh.add(identity)


def _newest(first: Table, second: Table) -> Table:
    """Return the newer of two entries of one thing, with keys from elsewhere in either."""
    old, new = (second, first) if updated_of(first) > updated_of(second) else (first, second)
    return {**{key: value for key, value in old.items() if key not in _OWN_KEYS}, **new}


_OWN_KEYS = frozenset(("episode", "start", "end", "removed", "text", "note", "title", "created", "updated", "check"))


def _identity(entry: object) -> _Identity | None:
    """Return the episode and the second of an entry; None when it has none."""
    if not isinstance(entry, dict):
        return None
    episode, start = entry.get("episode"), read_seconds(entry.get("start"))
    return (episode, round(start, 2)) if isinstance(episode, str) and episode and start is not None else None


def _tables(value: object) -> Iterable[Table]:
    return (entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()


def _text(table: Table, key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""
