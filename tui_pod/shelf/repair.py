"""Copy what can still be read of a damaged database of feeds into a new one, row by row.

Calls block on the disk. Knows nothing of the backup, which has the subscriptions once more.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

from tui_pod.runtime.database_errors import DATABASE_ERRORS

_PROBES = 50_000
"""Maximum number of reads that may fail in one table: damage at its end has no end."""

_LAST_ROW = 1 << 40
"""No table has more rows."""

_JSON = {"folders": "[]", "categories": "[]", "marks": "[]", "texts": "{}"}
"""Columns that hold JSON, with what replaces JSON that cannot be read."""

_KEYS = ("id", "first")
"""Columns of text that identify a row: it is lost if they are damaged."""


_FETCHED_AGAIN = ("files", "schedule")
"""Tables that are not copied, so that what was lost is looked for again."""


class Recovered(NamedTuple):
    """What could be read of a damaged database."""

    podcasts: int = 0
    episodes: int = 0
    lost: int | None = None
    """Number of episodes that could not be read; None if it is unknown."""


def copy_readable(damaged: Path, db: sqlite3.Connection) -> Recovered:
    """Copy the readable rows, and let every podcast be fetched as if for the first time.

    Nobody uses the damaged database. The new one has all tables, and is in a write transaction.
    """
    counts: Counter[str] = Counter()
    listed = None
    with suppress(*DATABASE_ERRORS), closing(sqlite3.connect(f"{damaged.as_uri()}?immutable=1", uri=True)) as source:
        source.text_factory = _Text
        source.execute("PRAGMA trusted_schema = OFF")
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if table not in _FETCHED_AGAIN:
                counts[table] = _copy(source, db, table)
        with suppress(*DATABASE_ERRORS):
            listed = source.execute("SELECT count(*) FROM episodes INDEXED BY episodes_by_feed").fetchone()[0]
    db.execute("UPDATE feeds SET etag = '', modified = ''")
    lost = None if listed is None else max(0, listed - counts["episodes"])
    return Recovered(counts["feeds"], counts["episodes"], lost)


class _Text(str):
    """A text that was read; damaged bytes are replaced."""

    is_damaged = False

    def __new__(cls, raw: bytes) -> Self:
        """Decode the bytes."""
        text = super().__new__(cls, raw.decode("utf-8", "replace"))
        text.is_damaged = "\ufffd" in text
        return text


def _copy(source: sqlite3.Connection, db: sqlite3.Connection, table: str) -> int:
    """Copy a table; return the number of rows that were copied."""
    types = {row[1]: row[2] for row in db.execute(f"PRAGMA table_info({table})")}
    try:
        there = {str(row[1]) for row in source.execute(f"PRAGMA table_info({table})")}
    except DATABASE_ERRORS:
        return 0
    columns = [name for name in types if name in there]
    before = db.total_changes  # in a Turkish locale, `rowcount` is -1 after INSERT: CPython folds the I
    insert = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    for row in _rows(source, f"SELECT {', '.join(columns)} FROM {table} WHERE rowid BETWEEN ? AND ?"):
        with suppress(sqlite3.Error, ValueError, OverflowError):
            values = [_checked(name, types[name], value) for name, value in zip(columns, row, strict=True)]
            db.execute(insert, values)
    return db.total_changes - before


def _rows(source: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """Yield the readable rows of a query for a range of row numbers, by halving ranges that cannot be read."""
    ranges, left = [(1, _LAST_ROW)], _PROBES
    while ranges and left:
        first, last = ranges.pop()
        try:
            yield from source.execute(query, (first, last)).fetchall()
        except DATABASE_ERRORS:
            left -= 1
            middle = (first + last) // 2
            if first < last:
                ranges += [(middle + 1, last), (first, middle)]


def _checked(name: str, kind: str, value: Any) -> Any:
    """Return a value as it is copied. Raises ValueError if the row is of no use without it."""
    if value is None:
        return None
    if kind != "TEXT":
        return value if isinstance(value, int | float) else float(value)
    if not isinstance(value, _Text) or (name in _KEYS and value.is_damaged):
        raise ValueError(name)
    if name in _JSON:
        try:
            is_usable = type(json.loads(value)) is type(json.loads(_JSON[name]))
        except (ValueError, RecursionError):
            is_usable = False
        return str(value) if is_usable else _JSON[name]
    return str(value)
