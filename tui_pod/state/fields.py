"""What is stored of each record, a line per field: the writer, the readers and the merging are made from this table.

Knows which values are valid and which TOML can hold, but no files. A key that an older file lacks is read as its
default.
"""

import math
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import MAXYEAR, UTC, datetime
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from tui_pod.core.library.list_entries import EntryMark
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.player.version import parse_place
from tui_pod.core.progress.bookmarks import NOTE_LIMIT, WORDS_LIMIT, Bookmark
from tui_pod.core.progress.cards import OF_EPISODE, Card
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.ranges import MAX_RANGES, Ranges
from tui_pod.core.progress.records import HeardRecord
from tui_pod.core.text.clean import clean, without_surrogates
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


HEARD_YEARS = range(2, 9000)
"""Years of a listening record, however wrong the clock was: local times must be valid too."""

MAX_OFFSET = 24 * 60
"""Largest offset of local time from UTC, in minutes, as in `datetime`."""

MAX_RANK = 1e9
"""Ranks of a list's entries are below it, positive or negative."""

_STRETCH = r"(?<![\d.])(\d{1,9}(?:\.\d{1,9})?)-(\d{1,9}(?:\.\d{1,9})?)(?![\d.])"  # compiled when first used

Record = TypeVar("Record", bound=NamedTuple)


class Codec(NamedTuple):
    """How the values of a field are written and read."""

    write: Callable[[Any], object]
    """Returns the value for TOML; None to write nothing."""
    read: Callable[[object], Any]
    """Returns the value of what TOML holds; None when that is invalid."""


class Field(NamedTuple):
    """One field of a record."""

    key: str
    """Its name in TOML."""
    name: str
    """Its name in the record."""
    codec: Codec
    is_required: bool = False
    """Whether an invalid value without a default makes the whole entry invalid, instead of getting the default."""
    is_content: bool = False
    """Whether it is no longer written once the record is removed."""


class Layout(Generic[Record]):
    """How the entries of one kind of record look. Ten thousand are read in a start, so it looks nothing up twice."""

    def __init__(self, kind: str, section: str, record: type[Record], *fields: Field, **missing: object) -> None:
        """Describe a named tuple.

        Args:
            kind: name of a journal record.
            section: name of the table or array of tables in the snapshot; empty if there is none.
            fields: in the order in which they are written.
            missing: values of fields that have no default in the record.
        """
        self.kind = kind
        self.section = section
        self.fields = fields
        self.keys = frozenset((*(field.key for field in fields), "check"))
        """The keys that belong to the program; others in an entry come from elsewhere."""
        self._times = [field.key for field in fields if field.codec in (TIME, HEARD_TIME)]
        names = record._fields
        self.record = record
        defaults = record._field_defaults | missing
        self._defaults = [defaults.get(name) for name in names]
        self._needed = [names.index(each.name) for each in fields if each.is_required and each.name not in defaults]
        self._readers = {each.key: (names.index(each.name), each.codec.read, each.is_required) for each in fields}
        self._writers = [(names.index(each.name), each.key, each.codec.write, each.is_content) for each in fields]

    def to_table(self, record: Record) -> Table:
        """Return the entry of a record."""
        is_removed = getattr(record, "is_removed", False)
        table = {}
        for at, key, write, is_content in self._writers:
            if not (is_removed and is_content) and (value := write(record[at])) is not None:
                table[key] = value
        return table

    def believe(self, table: Table, now: datetime, instead: datetime) -> bool:
        """Replace each time that is not believed with `instead`; return False if any time may be after `now`."""
        are_past = True
        for key in self._times:
            value = table.get(key)
            if type(value) is datetime and value.tzinfo is UTC and value <= now:
                continue  # nearly all are, and ten thousand are looked at in a start
            if value is not None:
                are_past = False
                if not is_time_believed(value, now):
                    table[key] = instead
        return are_past

    def to_record(self, table: Table) -> Record | None:
        """Return the record in an entry; None if a required value is invalid, or missing without a default.

        Everything else that is missing or invalid gets its default.
        """
        values = self._defaults.copy()
        for key, written in table.items():
            if written is not None and (reader := self._readers.get(key)) is not None:
                at, read, is_required = reader
                if (value := read(written)) is not None:
                    values[at] = value
                elif is_required:
                    return None
        for at in self._needed:
            if values[at] is None:
                return None
        return self.record._make(values)


def write_ranges(ranges: Ranges) -> str | None:
    """Return ranges as one short text, `0-42.3 50.25-61`: a list of lists would take a line per number."""
    return " ".join(f"{start:.10g}-{end:.10g}" for start, end in ranges) or None


def read_ranges(value: object) -> Ranges:
    """Return the ranges in a text; empty when there are none."""
    if not isinstance(value, str):
        return ()
    written = _stretches()(value)[:MAX_RANGES]  # more were never written
    found = [(float(start), float(end)) for start, end in written]
    if len(found) > 1:
        found.sort()
    return tuple([each for each in found if each[0] < each[1]])


@cache
def _stretches() -> Callable[[str], list[tuple[str, str]]]:
    return re.compile(_STRETCH).findall


def _rounded(digits: int) -> Callable[[Any], object]:
    return lambda value: None if value is None else round(value, digits)


def _read_text(value: object) -> str | None:
    return value or None if isinstance(value, str) else None


def _read_names(value: object) -> tuple[str, ...]:
    found = value if isinstance(value, list) else ()
    return tuple(name for each in found if isinstance(each, str) and (name := clean(each)) == each)


def _write_mark(mark: EntryMark) -> str:
    time, moved = mark.time.astimezone(UTC).isoformat(), mark.moved.astimezone(UTC).isoformat()
    return f"{time} {'+' if mark.is_on else '-'} {'=' if moved == time else moved} {mark.rank!r} {mark.episode}"


def _read_marks(value: object) -> tuple[EntryMark, ...]:
    found = (_read_mark(each) for each in value) if isinstance(value, list) else ()
    return tuple(sorted({mark.episode: mark for mark in found if mark is not None}.values()))


def _read_mark(value: object) -> EntryMark | None:
    try:
        time, sign, moved, rank, ident = str(value).split(" ", 4)
        times = [datetime.fromisoformat(each).astimezone(UTC) for each in (time, time if moved == "=" else moved)]
        mark = EntryMark(ident, times[0], sign == "+", times[1], float(rank))
    except (ValueError, OverflowError):
        return None
    return mark if ident and clean(ident) == ident and abs(mark.rank) < MAX_RANK else None


def _cleaned(limit: int) -> Callable[[object], str | None]:
    return lambda value: clean(value, limit) if isinstance(value, str) else None


def _read_start(value: object) -> float | None:
    start = read_seconds(value)
    return None if start is None else round(start, 2)


def _read_heard_time(value: object) -> datetime | None:
    time = read_time(value) if isinstance(value, datetime) and value.tzinfo is not None else None
    return time if time is not None and time.year in HEARD_YEARS else None


def _read_whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_offset(value: object) -> int | None:
    return value if type(value) is int and abs(value) <= MAX_OFFSET else None


SECONDS = Codec(_rounded(2), read_seconds)
LENGTH = Codec(_rounded(2), lambda value: read_seconds(value) or None)
START = Codec(lambda value: None if value == OF_EPISODE else value, _read_start)
FACTOR = Codec(_rounded(4), lambda value: read_seconds(value) or None)
WHOLE = Codec(lambda value: value, _read_whole)
OFFSET = Codec(lambda value: value, _read_offset)
TRUTH = Codec(lambda value: value, lambda value: value if isinstance(value, bool) else None)
FLAG = Codec(lambda value: value or None, lambda value: value is True)
TIME = Codec(lambda value: None if value is None else value.astimezone(UTC), read_time)
DUE_TIME = Codec(lambda value: value.astimezone(UTC), read_time)
"""A time that is meant to be ahead."""
HEARD_TIME = Codec(lambda value: value.astimezone(UTC), _read_heard_time)
NAME = Codec(lambda value: value, _read_text)
STATUS = Codec(lambda value: value or None, lambda value: value if value in list(Status) else None)
PHRASE = Codec(lambda value: value or None, lambda value: _cleaned(200)(value) or None)
DEVICE = Codec(lambda value: value or None, lambda value: _cleaned(60)(value) or None)
TITLE = Codec(lambda value: value, lambda value: clean(value) if isinstance(value, str) else None)
WORDS = Codec(lambda value: value, _cleaned(WORDS_LIMIT))
NOTE = Codec(lambda value: value, _cleaned(NOTE_LIMIT))
VERSION = Codec(lambda value: value or None, lambda value: str(value) if parse_place(str(value)) is not None else None)
NAMES = Codec(lambda value: list(value) or None, _read_names)
RANGES = Codec(write_ranges, read_ranges)
MARKS = Codec(lambda value: [*map(_write_mark, value)] or None, _read_marks)
"""Each as one text: time, + or - for on or off the list, time of the last move or =, rank, and the episode's id."""

PROGRESS = Layout(
    "progress", "episodes", Progress,
    Field("position", "position", SECONDS, is_required=True),
    Field("duration", "duration", LENGTH),
    Field("played", "played", TRUTH, is_required=True),
    Field("updated", "updated", TIME),
    Field("plays", "plays", WHOLE),
    Field("listened", "listened", TIME),
    Field("heard", "played_ranges", RANGES),
    Field("dismissed", "is_dismissed", FLAG),
    Field("brief", "is_brief", FLAG),
    Field("from", "origin", DEVICE),
    Field("version", "version", VERSION),
    updated=datetime.fromtimestamp(0, UTC),
)  # fmt: skip

BOOKMARK = Layout(
    "bookmark", "bookmarks", Bookmark,
    Field("episode", "episode", NAME, is_required=True),
    Field("start", "start", START, is_required=True),
    Field("end", "end", START),
    Field("removed", "is_removed", FLAG),
    Field("text", "text", WORDS, is_content=True),
    Field("note", "note", NOTE, is_content=True),
    Field("title", "title", TITLE, is_content=True),
    Field("recognised", "is_recognised", FLAG, is_content=True),
    Field("version", "version", VERSION, is_content=True),
    Field("created", "created", TIME),
    Field("updated", "updated", TIME),
    end=0.0, created=LONG_AGO, updated=LONG_AGO,
)  # fmt: skip

CARD = Layout(
    "card", "cards", Card,
    Field("episode", "episode", NAME, is_required=True),
    Field("start", "start", START, is_required=True),
    Field("removed", "is_removed", FLAG),
    Field("due", "due", DUE_TIME),
    Field("stability", "stability", FACTOR),
    Field("difficulty", "difficulty", FACTOR),
    Field("reviewed", "reviewed", TIME),
    Field("updated", "updated", TIME),
    start=OF_EPISODE, due=LONG_AGO, updated=LONG_AGO,
)  # fmt: skip

LIST = Layout(
    "list", "lists", OwnList,
    Field("name", "name", PHRASE, is_required=True),
    Field("removed", "is_removed", FLAG),
    Field("rule", "is_rule", FLAG, is_content=True),
    Field("episodes", "episodes", NAMES, is_content=True),
    Field("words", "words", PHRASE, is_content=True),
    Field("topics", "topics", NAMES, is_content=True),
    Field("status", "status", STATUS, is_content=True),
    Field("min_length", "min_length", LENGTH, is_content=True),
    Field("max_length", "max_length", LENGTH, is_content=True),
    Field("max_age", "max_age", WHOLE, is_content=True),
    Field("sort", "sort", PHRASE, is_content=True),
    Field("marks", "marks", MARKS),
    Field("since", "since", TIME),
    Field("renamed_to", "renamed_to", PHRASE),
    Field("updated", "updated", TIME),
    updated=LONG_AGO,
)  # fmt: skip

HEARD = Layout(
    "heard", "", HeardRecord,
    Field("key", "key", NAME, is_required=True),
    Field("episode", "episode", NAME, is_required=True),
    Field("started", "started", HEARD_TIME, is_required=True),
    Field("offset", "offset", OFFSET, is_required=True),
    Field("seconds", "seconds", SECONDS, is_required=True),
    Field("wall", "wall", SECONDS, is_required=True),
)  # fmt: skip
