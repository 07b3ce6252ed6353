"""How bookmarks and cards look as TOML: arrays of tables in the snapshot, a record each in the journal, and merging.

As with progress, entries that make no sense survive, and so do keys from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tui_pod.core.progress.bookmarks import NOTE_LIMIT, WORDS_LIMIT, Bookmark, BookmarkKey
from tui_pod.core.progress.cards import OF_EPISODE, Card, Kept
from tui_pod.core.text.clean import clean
from tui_pod.state.values import Table, date_edit, newer, read_seconds, read_time, updated_of

SECTIONS = {"bookmark": "bookmarks", "card": "cards"}
"""The snapshot's array for each kind of journal record."""


def bookmark_table(bookmark: Bookmark) -> Table:
    """Return the entry of a bookmark."""
    table: Table = {"episode": bookmark.episode, "start": bookmark.start, "end": bookmark.end}
    if bookmark.is_removed:
        table["removed"] = True
    else:
        table |= {"text": bookmark.text, "note": bookmark.note, "title": bookmark.title}
        if bookmark.is_recognised:
            table["recognised"] = True
    return table | {"created": bookmark.created.astimezone(UTC), "updated": bookmark.updated.astimezone(UTC)}


def to_bookmark(table: Table) -> Bookmark | None:
    """Return the bookmark in an entry; None when its episode or time makes no sense."""
    key, end = _key(table), read_seconds(table.get("end"))
    if key is None or key.start == OF_EPISODE:
        return None
    updated = updated_of(table)
    return Bookmark(
        *key,
        end=max(key.start, key.start if end is None else round(end, 2)),
        created=read_time(table.get("created")) or updated,
        updated=updated,
        text=clean(_text(table, "text"), WORDS_LIMIT),
        note=clean(_text(table, "note"), NOTE_LIMIT),
        title=clean(_text(table, "title")),
        is_removed=table.get("removed") is True,
        is_recognised=table.get("recognised") is True,
    )


def card_table(card: Card) -> Table:
    """Return the entry of a card; without `start` it is the episode's own question."""
    table: Table = {"episode": card.episode}
    if card.start != OF_EPISODE:
        table["start"] = card.start
    if card.is_removed:
        table["removed"] = True
    table["due"] = card.due.astimezone(UTC)
    for name in ("stability", "difficulty", "reviewed"):
        if (value := getattr(card, name)) is not None:
            table[name] = value.astimezone(UTC) if isinstance(value, datetime) else round(value, 4)
    return table | {"updated": card.updated.astimezone(UTC)}


def to_card(table: Table) -> Card | None:
    """Return the card in an entry; None when its episode makes no sense."""
    key, updated = _key(table), updated_of(table)
    if key is None:
        return None
    known = [read_seconds(table.get(name)) for name in ("stability", "difficulty")]
    reviewed = read_time(table.get("reviewed"))
    if reviewed is None or not known[0] or not known[1]:  # a part of it is of no use
        known, reviewed = [None, None], None
    due, is_removed = read_time(table.get("due")) or updated, table.get("removed") is True
    return Card(*key, due, updated, known[0], known[1], reviewed, is_removed)


def read_kept(data: Mapping[str, Any]) -> Kept:
    """Return the bookmarks and cards of a snapshot, those removed too, each once."""
    bookmarks, cards = (_tables(data.get(section)) for section in SECTIONS.values())
    found = Kept(tuple(filter(None, map(to_bookmark, bookmarks))), tuple(filter(None, map(to_card, cards))))
    return Kept().merged(found)


def kept_tables(kept: Kept) -> Table:
    """Return the arrays that a snapshot has of what is kept."""
    entries = [bookmark_table(each) for each in kept.bookmarks], [card_table(each) for each in kept.cards]
    return {section: found for section, found in zip(SECTIONS.values(), entries, strict=True) if found}


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
        places = {key: place for place, entry in enumerate(entries) if (key := _key(entry)) is not None}
        fresh = set[BookmarkKey]()
        for record in records:
            key = _key(record)
            if key is None:
                continue
            place = places.setdefault(key, len(entries))
            if place == len(entries):
                entries.append(record)
            else:
                if key not in fresh:
                    date_edit(entries[place], edited)
                entries[place] = newer(entries[place], record, _OWN_KEYS)
            fresh.add(key)


_OWN_KEYS = frozenset(
    "episode start end removed text note title created updated due stability difficulty reviewed check".split()
)


def _key(entry: object) -> BookmarkKey | None:
    """Return the episode and the second of an entry; None when they make no sense."""
    if not isinstance(entry, dict):
        return None
    episode = entry.get("episode")
    start = read_seconds(entry["start"]) if "start" in entry else OF_EPISODE
    return BookmarkKey(episode, round(start, 2)) if isinstance(episode, str) and episode and start is not None else None


def _tables(value: object) -> Iterable[Table]:
    return (entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()


def _text(table: Table, key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""
