"""The values in a state: which are valid, and which TOML can hold. It knows no kind of entry."""

from __future__ import annotations

import math
import zlib
from collections.abc import Collection, Iterable, Mapping
from datetime import MAXYEAR, UTC, datetime
from typing import Any

from tui_pod.core.text.clean import without_surrogates
from tui_pod.core.wall_time import is_believed

Table = dict[str, Any]

LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""Stands for a time that is missing."""

MAX_DEPTH = 64
"""Deepest nesting of tables or lists that can be read and written back without running out of stack."""
MAX_BITS = 10_000
"""Largest whole number, in bits, that Python converts to digits."""


def is_storable(value: object, depth: int = MAX_DEPTH) -> bool:
    """Return whether a value read can be written back: not nested too deep, and without huge numbers."""
    if isinstance(value, dict | list):
        inside = value.values() if isinstance(value, dict) else value
        others = [item for item in inside if type(item) not in _PLAIN and not (type(item) is int and 0 <= item < 1e9)]
        return depth > 0 and (not others or all(is_storable(item, depth - 1) for item in others))
    return not isinstance(value, int) or value.bit_length() <= MAX_BITS


_PLAIN = frozenset((str, float, bool, datetime))
"""Types of nearly all values, which need no further check."""


def updated_of(entry: Mapping[str, Any]) -> datetime:
    """Return when an entry was last changed; `LONG_AGO` if not known."""
    return read_time(entry.get("updated")) or LONG_AGO


def read_time(value: object) -> datetime | None:
    """Return a time in UTC; None if it is invalid, or so late that none could follow."""
    if not isinstance(value, datetime):
        return None
    if value.tzinfo is UTC and value.year < MAXYEAR:  # nearly all are, of a hundred thousand
        return value
    try:
        time = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        return None
    return time if time.year < MAXYEAR else None


def read_seconds(value: object) -> float | None:
    """Return a number of seconds, 0 to a billion; None if it is invalid."""
    if type(value) is float and 0 <= value < 1e9:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e9 and math.isfinite(value) else None


def entry_check(entry: Mapping[str, Any]) -> str:
    """Return the checksum by which a later load detects that a person changed the entry."""
    content = repr(sorted((key, str(value)) for key, value in entry.items() if key != "check"))
    return f"{zlib.crc32(content.encode('utf-8', 'replace')):08x}"


def is_time_believed(value: object, now: datetime) -> bool:
    """Return False for a time that is too far ahead; see `wall_time`."""
    if not isinstance(value, datetime):
        return True
    return is_believed(value if value.tzinfo is not None else value.replace(tzinfo=UTC), now)


def date_edit(entry: Table, edited: datetime, now: datetime) -> None:
    """Set the time of an entry that was edited by hand, as its check shows, to that of its file, `edited`, or later."""
    if entry.get("check") != entry_check(entry):
        is_own = is_time_believed(entry.get("updated"), now)
        entry["updated"] = max(edited, updated_of(entry)) if is_own else edited


def newer(first: Table, second: Table, own_keys: Collection[str], now: datetime) -> Table:
    """Return the newer of two entries with the same key, plus the older one's keys that are not the program's own.

    The second one was written after the first, which decides if either has a time that is not believed.
    """
    are_believed = all(is_time_believed(entry.get("updated"), now) for entry in (first, second))
    is_first_newer = are_believed and updated_of(first) > updated_of(second)
    old, new = (second, first) if is_first_newer else (first, second)
    return {**{key: value for key, value in old.items() if key not in own_keys}, **new}


def writable(value: Any) -> Any:
    """Return `value` in a form that TOML can hold: without None and lone surrogates."""
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, Mapping):
        return {writable(str(key)): writable(item) for key, item in value.items() if item is not None}
    if isinstance(value, Iterable):
        return [writable(item) for item in value]
    return value
