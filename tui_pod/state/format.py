"""Convert progress, bookmarks, cards and lists to TOML and back, add checksums to records, and merge.

It works on text and dictionaries only; `store` handles the files. An entry stays a dictionary with all its
keys until its progress is needed, so that unknown keys and invalid entries survive. Bookmarks, cards and lists are
arrays of tables in the snapshot and records in the journal.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card, Notebook, ThingKey
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.ranges import join
from tui_pod.core.progress.records import HeardRecord, ProgressRecord, Record, SettingRecord
from tui_pod.core.text.plain_toml import loads
from tui_pod.state.fields import (
    BOOKMARK,
    CARD,
    HEARD,
    LIST,
    LONG_AGO,
    MAX_DEPTH,
    PROGRESS,
    Layout,
    Table,
    date_edit,
    entry_check,
    is_storable,
    newer,
    read_ranges,
    writable,
    write_ranges,
)

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


VERSION = 1
"""The state format that is written, and the newest that can be read."""

HEADER = (
    "# Your progress in tui-pod. You may edit it while tui-pod is closed: what you change counts from then on.\n"
    "# Comments are not kept. `check` tells tui-pod which entries it wrote itself; leave it or delete it.\n"
    "# Leave `written` and `end`: they tell a whole file from one that was cut.\n"
)

_HEARD_KEYS = HEARD.keys - {"check"}
_CRC = "\ncrc = "
_VERSION = r"(?m)^version\s*=\s*(\d{1,9})\s*$"  # compiled when first used: the very first start needs it not


class DamagedState(Exception):
    """A state file that is damaged or incomplete."""


class NewerState(Exception):
    """A state file of a newer version."""


def to_progress(table: Table) -> Progress | None:
    """Return the progress in an entry; None when its position or mark is invalid."""
    progress = PROGRESS.to_record(table)
    if progress is None or not progress.played or not progress.position:
        return progress
    return progress._replace(position=0.0)


def to_heard(table: Table) -> HeardRecord | None:
    """Return the stretch of listening in a journal record; None when a key is missing, unknown or invalid."""
    return HEARD.to_record(table) if table.keys() == _HEARD_KEYS else None


def read_progress(data: Table) -> dict[str, Progress]:
    """Return the progress in a snapshot's tables by episode."""
    entries = ((ident, entry) for ident, entry in data["episodes"].items() if isinstance(entry, dict))
    return {ident: value for ident, entry in entries if (value := to_progress(entry)) is not None}


def parse_snapshot(text: str) -> Table:
    """Return a snapshot's tables.

    Raises:
        DamagedState: it is not TOML, empty, without a version, of wrong types, cut off, or cannot be written back.
        NewerState: it has a newer version.
    """
    data = parse_part(text)
    if "version" not in data:
        raise DamagedState("it has no version")
    if "written" in data or text.startswith(HEADER.split("\n")[0]):
        check_end(data)
    return data


def check_end(data: Table) -> None:
    """Raise DamagedState unless a snapshot's tables have the end that was written last."""
    end = data.get("end")
    if not (isinstance(end, dict) and end.get("written") == data.get("written")):
        raise DamagedState("its end is missing")


def parse_part(text: str) -> Table:
    """Return some of a snapshot's tables. Raises what `parse_snapshot` raises, unless it concerns the whole."""
    try:
        data = loads(text)
    except (ValueError, RecursionError) as error:
        raise DamagedState(str(error)) from None
    version = data.get("version", VERSION)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise DamagedState("it has no version")
    if version > VERSION:
        raise NewerState(str(min(version, 10**9)))
    if not isinstance(data.get("episodes", {}), dict):
        raise DamagedState("its episodes are not tables")
    if not is_storable(data):
        raise DamagedState("it holds something too deep or too large to be kept")
    for section in SECTIONS.values():
        if isinstance(value := data.get(section, []), dict):  # `[bookmarks]` for `[[bookmarks]]`, by hand
            data[section] = [value]
        elif not isinstance(value, list):
            raise DamagedState(f"its {section} are not tables")
    data.setdefault("episodes", {})
    return data


def is_newer(head: str) -> bool:
    """Return whether a state file that begins with `head` has a newer version."""
    version = re.search(_VERSION, head)
    return version is not None and int(version[1]) > VERSION


def snapshot_text(data: Table, now: datetime, header: str = HEADER) -> str:
    """Return the text of a whole snapshot, with `check` in each entry and its end marked."""
    import tomli_w  # only writers need it

    for entry in (*data["episodes"].values(), *entries_of(data)):
        if isinstance(entry, dict):
            entry["check"] = entry_check(entry)
    written = now.astimezone(UTC).replace(microsecond=0)
    rest = {key: value for key, value in data.items() if key not in ("version", "written", "episodes", "end")}
    end = data.get("end")
    ordered = {
        "version": VERSION,
        "written": written,
        **rest,
        "episodes": data["episodes"],
        "end": {**(end if isinstance(end, dict) else {}), "written": written},
    }
    return header + tomli_w.dumps(writable(ordered))


def record_text(kind: str, table: Table) -> str:
    """Return one journal record, ending in the checksum of all before it."""
    import tomli_w  # only writers need it

    body = f"[[{kind}]]\n{tomli_w.dumps(writable(table))}"
    return f"{body}crc = {zlib.crc32(body.encode())}\n\n"


def journal_text(records: Iterable[Record]) -> str:
    """Return the text of records in a journal."""
    return "".join(record_text(*_record_table(record)) for record in records)


def _record_table(record: Record) -> tuple[str, Table]:
    match record:
        case ProgressRecord(episode, progress):
            return PROGRESS.kind, {"id": episode, **PROGRESS.to_table(progress)}
        case SettingRecord():
            return "setting", record._asdict()
        case _:
            layout = next(each for each in (HEARD, *LAYOUTS) if isinstance(record, each.record))
            return layout.kind, layout.to_table(record)


def parse_journal(text: str) -> dict[str, list[Table]]:
    """Return the whole records of a journal by kind, in order, without their checksums.

    Torn and damaged ones are left out, as are those that a snapshot cannot hold.
    """
    good = list(filter(None, map(_whole, f"\n{text}".split("\n[[")[1:])))
    parsed = _parsed("".join(good))
    found: dict[str, list[Table]] = {}
    for records in [parsed] if parsed else map(_parsed, good):  # else one by one: one of them is not TOML
        for kind, tables in records.items():
            for table in tables if isinstance(tables, list) else ():
                if isinstance(table, dict) and is_storable(table, MAX_DEPTH - 2):  # an entry lies two tables deep
                    found.setdefault(kind, []).append(table)
    return found


def read_heard(text: str, now: datetime) -> list[HeardRecord]:
    """Return the stretches of listening in a journal, oldest first, the last of each key; none is later than `now`."""
    tables = parse_journal(text).get("heard", [])
    for table in tables:
        HEARD.believe(table, now, now)
    records = filter(None, map(to_heard, tables))
    return sorted({record.key: record for record in records}.values(), key=lambda record: record.started)


def _parsed(text: str) -> Table:
    try:
        return loads(text)
    except (ValueError, RecursionError):
        return {}


def newest(first: Table, second: Table, now: datetime) -> Table:
    """Return the newer of two entries of one episode, with the played ranges and the keys of both; see `newer`."""
    merged = newer(first, second, PROGRESS.keys, now)
    heard = join(read_ranges(first.get("heard")), read_ranges(second.get("heard")))
    if heard:
        merged["heard"] = write_ranges(heard)
    if isinstance(first.get("plays"), int) and isinstance(second.get("plays"), int):
        merged["plays"] = max(first["plays"], second["plays"])
    return merged


def believe(data: Table, now: datetime, instead: datetime) -> bool:
    """Replace each time in a snapshot's entries that is not believed with `instead`; see `wall_time`.

    Return False if any of the times may be after `now`.
    """
    sections = [(PROGRESS, data["episodes"].values()), *((layout, data.get(layout.section, ())) for layout in LAYOUTS)]
    are_past = [
        layout.believe(entry, now, instead)
        for layout, entries in sections
        for entry in entries
        if isinstance(entry, dict)
    ]
    return all(are_past)


def apply_journal(data: Table, journal: Mapping[str, list[Table]], edited: datetime, now: datetime) -> None:
    """Merge journal records into a snapshot's tables.

    `edited` is when the snapshot file was last written by anyone. An entry whose check does not match
    was changed by a person at that time, and wins over older records.
    """
    episodes: Table = data["episodes"]
    fresh: set[str] = set()
    for record in journal.get("progress", []):
        ident = record.pop("id", None)
        if not isinstance(ident, str):
            continue
        entry = episodes.get(ident)
        if isinstance(entry, dict) and ident not in fresh:
            date_edit(entry, edited, now)
        fresh.add(ident)
        episodes[ident] = newest(entry, record, now) if isinstance(entry, dict) else record
    apply_notebook(data, journal, edited, now)
    for record in journal.get("setting", []):
        table, key, value = record.get("table"), record.get("key"), record.get("value")
        if isinstance(table, str) and isinstance(key, str) and table not in _NO_SETTINGS:
            section = data.setdefault(table, {})
            if isinstance(section, dict):
                section[key] = value


_NO_SETTINGS = frozenset(("version", "episodes", "end", "written", *SECTIONS.values()))


def _whole(record: str) -> str | None:
    """Return a record that was split at its `[[`, without its checksum and the rest of a torn write after it.

    None if it is torn itself.
    """
    body, _, rest = record.partition(_CRC)
    crc, body = rest.partition("\n")[0], f"[[{body}\n"
    is_whole = crc.isdecimal() and len(crc) <= 10 and zlib.crc32(body.encode("utf-8", "replace")) == int(crc)
    return body if is_whole else None
