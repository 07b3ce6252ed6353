"""Convert bookmarks, cards and lists to TOML and back, and merge them.

In the snapshot they are arrays of tables, in the journal records.

As with progress, invalid entries and unknown keys survive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card, Notebook, ThingKey
from tui_pod.state.fields import BOOKMARK, CARD, LIST, Layout
from tui_pod.state.values import LONG_AGO, Table, date_edit, newer

LAYOUTS: tuple[Layout[Any], ...] = (BOOKMARK, CARD, LIST)
"""Those of a notebook, in the order of its fields."""

SECTIONS = {layout.kind: layout.section for layout in LAYOUTS}
"""The snapshot's array for each kind of journal record."""


def to_bookmark(table: Table) -> Bookmark | None:
    """Return the bookmark in an entry; None when its episode or time is invalid."""
    bookmark = BOOKMARK.to_record(table)
    if bookmark is None:
        return None
    created = bookmark.updated if bookmark.created == LONG_AGO else bookmark.created
    return bookmark._replace(end=max(bookmark.start, bookmark.end), created=created)


def to_card(table: Table) -> Card | None:
    """Return the card in an entry, without `start` that of an episode's own question; None when it is invalid."""
    card = CARD.to_record(table)
    if card is None:
        return None
    if card.due == LONG_AGO:
        card = card._replace(due=card.updated)
    if None in (card.stability, card.difficulty, card.reviewed):  # one without the others is of no use
        return card._replace(stability=None, difficulty=None, reviewed=None)
    return card


def read_notebook(data: Mapping[str, Any]) -> Notebook:
    """Return the bookmarks, cards and lists of a snapshot, removed ones included, each once."""
    bookmarks, cards, lists = (_tables(data.get(section)) for section in SECTIONS.values())
    found = Notebook(
        tuple(filter(None, map(to_bookmark, bookmarks))),
        tuple(filter(None, map(to_card, cards))),
        tuple(filter(None, map(LIST.to_record, lists))),
    )
    return Notebook().merged(found)


def notebook_tables(notebook: Notebook) -> Table:
    """Return the arrays of a snapshot for a notebook."""
    pairs = zip(LAYOUTS, notebook, strict=True)
    return {layout.section: [*map(layout.to_table, things)] for layout, things in pairs if things}


def entries_of(data: Mapping[str, Any]) -> Iterator[Table]:
    """Yield the entries of all arrays of a snapshot."""
    for section in SECTIONS.values():
        yield from _tables(data.get(section))


def apply_notebook(data: Table, journal: Mapping[str, list[Table]], edited: datetime, now: datetime) -> None:
    """Merge journal records into a snapshot's arrays; see `format.apply_journal`."""
    for layout in LAYOUTS:
        records = journal.get(layout.kind)
        if not records:
            continue
        entries = data.setdefault(layout.section, [])
        places = {key: place for place, entry in enumerate(entries) if (key := _key_of(entry, layout)) is not None}
        fresh = set[ThingKey]()
        for record in records:
            key = _key_of(record, layout)
            if key is None:
                continue
            place = places.setdefault(key, len(entries))
            if place == len(entries):
                entries.append(record)
            else:
                if key not in fresh:
                    date_edit(entries[place], edited, now)
                entries[place] = _newest(entries[place], record, layout, now)
            fresh.add(key)


def _newest(entry: Table, record: Table, layout: Layout[Any], now: datetime) -> Table:
    """Return the newer entry; of a list with the entries of both, since two programs may have changed it at once."""
    found = newer(entry, record, layout.keys, now)
    if layout is not LIST or "since" not in record:  # an older version made it from the entry, which keeps its marks
        return {key: entry[key] for key in ("marks", "since") if layout is LIST and key in entry} | found
    meta = LIST.to_record(found)
    for each in filter(None, map(LIST.to_record, (entry, record))):
        meta = each if meta is None else meta.joined(each)
    own = LIST.to_table(meta) if meta is not None else {}
    return {key: value for key, value in found.items() if key not in layout.keys} | own


def _key_of(entry: object, layout: Layout[Any]) -> ThingKey | None:
    """Return the key of an entry of one kind; None if it is invalid."""
    record = layout.to_record(entry) if isinstance(entry, dict) else None
    return None if record is None else record.key


def _tables(value: object) -> Iterable[Table]:
    return (entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()
