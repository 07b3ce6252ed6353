"""The file of the index: opened, filled, shared between programs, and rebuilt if it cannot be used.

The indexed text is also stored in tables, so that a match can be shown in its sentence and removed. It is packed in
groups of sentences, each indexed as one row. A group has a line per cue, which starts with the speaker's name and a tab
if the speaker changes, and ends with a blank if a paragraph of a planned text ends there. Calls block on the disk: run
them in a thread or a process. Knows nothing of where the words come from.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.core.library.transcript import PARAGRAPH_GAP, SENTENCE_END, Cue
from tui_pod.runtime.database_errors import explain_database_error, is_passing
from tui_pod.runtime.files import Unreadable, check_regular, locked, read_start, reason, stamp
from tui_pod.search.query import spaced

SCHEMA = "6"
"""Version of the tables; a file of another version is rebuilt."""

HASH_SIZE = 16 * 1024 * 1024
"""Bytes that SQLite collects before it writes a part of the index: 15 % less work than with its default of 1 MB."""

LOCK_WAIT = 5.0
"""How long to wait for another program that has locked the index (seconds)."""

NO_FTS5 = "Searching everywhere needs SQLite with FTS5: run tui-pod with another Python."
"""One line at 80 columns; FTS5 is SQLite's full-text search."""

NOT_YET = "There is no search index yet."

_TABLES = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT)",
    "CREATE TABLE heads (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, stamp INTEGER NOT NULL,"
    " title TEXT NOT NULL, summary TEXT NOT NULL, notes TEXT NOT NULL, phrases TEXT NOT NULL)",
    "CREATE TABLE words (number INTEGER PRIMARY KEY, stamp TEXT NOT NULL, starts BLOB NOT NULL, groups BLOB NOT NULL)",
)
_OPTIONS = "content='', columnsize=0, tokenize=\"unicode61 remove_diacritics 2 categories 'L* N* Co M*'\""
_INDEXES = {
    "heads_index": f"CREATE VIRTUAL TABLE heads_index USING fts5(title, summary, notes, phrases, {_OPTIONS})",
    "words_index": f"CREATE VIRTUAL TABLE words_index USING fts5(text, {_OPTIONS})",
}
"""They contain no text: the indexed text is in the tables, packed."""

_FAULTS = (Unreadable, sqlite3.Error, zlib.error, ValueError, TypeError, LookupError)
"""Raised by an index that is damaged or cannot be used now: by SQLite, or because a value is not what was written."""


class SearchError(UserError):
    """The index cannot be read or written; the message says why."""


class NoFullTextSearch(SearchError):
    """SQLite was built without FTS5: there can be no index."""


class IndexMissing(SearchError):
    """There is no index yet, or it was damaged or of another version and has been deleted."""


@lru_cache(maxsize=1)
def has_fts5() -> bool:
    """Return whether this Python's SQLite has full-text search."""
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        try:
            db.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
        except sqlite3.OperationalError:
            return False
        return True


class IndexFile:
    """An index in a file."""

    def __init__(self, file: Path) -> None:
        """Open nothing yet."""
        self.file = file
        self._lock = file.with_name(f"{file.name}.lock")

    def is_as_written(self) -> bool:
        """Return False if something else has changed the file: SQLite finds less in damaged pages without an error.

        The lock file contains the `stamp` of the complete index; it is empty while the index is being written.
        """
        try:
            written = read_start(self._lock, 200)
        except (OSError, Unreadable):
            return True
        return written in (b"", self._stamp)

    @property
    def _stamp(self) -> bytes:
        return repr(stamp(self.file)).encode()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open the index for reading.

        Raises IndexMissing if there is no usable one (a damaged one is deleted, an empty one is not), SearchError if it
        cannot be read now.
        """
        try:
            with contextlib.closing(self._connected("rw")) as db:
                version = self._version_of(db)
                if not version:  # another program has just created it, and is about to fill it
                    raise IndexMissing(NOT_YET)
                if version != SCHEMA:
                    raise ValueError("of another version")
                yield db
        except _FAULTS as error:
            raise self._explained(error) from error

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open the index for writing, after waiting for other writers; it is created if missing.

        Raises IndexMissing if it was damaged and has been deleted: try again. Raises SearchError if it cannot be
        written; what was committed is kept.
        """
        try:
            with locked(self._lock) as lock:
                if not self.is_as_written():
                    self._delete()
                os.ftruncate(lock, 0)
                with contextlib.suppress(IndexMissing), self.reading():
                    pass  # deletes one that cannot be used
                try:
                    with contextlib.closing(self._connected("rwc")) as db:
                        db.execute("PRAGMA journal_mode = WAL")  # searching never waits for a writer
                        db.execute("PRAGMA synchronous = NORMAL")
                        if not self._version_of(db):
                            self._make(db)
                        yield db
                        is_busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                except _FAULTS as error:
                    raise self._explained(error) from error
                if not is_busy:  # else a reader completes the file later
                    os.write(lock, self._stamp)
        except OSError as error:
            said = f"The search index cannot be stored in {self.file.parent}: {reason(error)}."
            raise SearchError(said) from error

    def _connected(self, mode: str) -> sqlite3.Connection:
        if not has_fts5():
            raise NoFullTextSearch(NO_FTS5)
        check_regular(self.file)
        return sqlite3.connect(f"{self.file.as_uri()}?mode={mode}", uri=True, timeout=LOCK_WAIT, isolation_level=None)

    def _version_of(self, db: sqlite3.Connection) -> str:
        """Return the version of an index; empty for an empty file."""
        if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return ""
        row = db.execute("SELECT value FROM about WHERE name = 'version'").fetchone()
        return str(row[0]) if row else "?"

    def _make(self, db: sqlite3.Connection) -> None:
        db.execute("BEGIN IMMEDIATE")
        for statement in _TABLES:
            db.execute(statement)
        for name, statement in _INDEXES.items():
            db.execute(statement)
            db.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('hashsize', {HASH_SIZE})")
        db.execute("INSERT INTO about VALUES ('version', ?)", (SCHEMA,))
        db.execute("COMMIT")

    def _explained(self, error: Exception) -> SearchError:
        """Return the exception to raise for an error; an index that cannot be used is deleted, as it can be rebuilt."""
        if not self.file.exists():
            return IndexMissing(NOT_YET)
        reason = explain_database_error(error, str(self.file))
        if not is_passing(error) and self._delete():
            return IndexMissing("The search index was damaged or of another version and is being rebuilt.")
        return SearchError(f"The search index {self.file} cannot be used now: {reason}.")

    def _delete(self) -> bool:
        """Delete the index; return False if that fails."""
        try:
            for end in ("-wal", "-shm", "-journal", ""):
                Path(f"{self.file}{end}").unlink(missing_ok=True)
        except OSError:
            return False
        return True


GROUP = 240
"""A group of at least this many characters ends with the next sentence, or at twice the length."""

MOST_GROUPS = 1 << 20
"""Maximum number of groups of one episode."""


class PackedWords(NamedTuple):
    """The words of an episode."""

    groups: list[str]
    starts: bytes
    """The start of each cue in seconds, as 32-bit floats; empty if unknown."""

    def cues(self, place: int) -> list[Cue]:
        """Return the cues of a group. Raises IndexError if there is no such group."""
        lines = self.groups[place].split("\n")
        starts: Sequence[float | None] = [None] * len(lines)
        if self.starts:
            first = sum(group.count("\n") + 1 for group in self.groups[:place])
            size = array("f").itemsize
            starts = array("f", self.starts[first * size : (first + len(lines)) * size])
        cues, speaker = [], ""
        for line, start in zip(lines, starts, strict=True):
            named, tab, text = line.rpartition("\t")
            speaker = named if tab else speaker
            at = None if start is None else round(start, 2)
            cues.append(Cue(text.rstrip(" "), at, None, text.endswith(" "), speaker))
        return cues

    @property
    def content(self) -> bytes:
        """The groups as they are stored."""
        return zlib.compress("\n\n".join(self.groups).encode("utf-8", "replace"), 1)


def pack(cues: Sequence[Cue]) -> PackedWords:
    """Return the words of cues that are in order."""
    groups = [_lines(cues[first:last]) for first, last in _bounds(cues)][:MOST_GROUPS]
    is_timed = bool(cues) and cues[0].start is not None
    return PackedWords(groups, array("f", [cue.start or 0.0 for cue in cues]).tobytes() if is_timed else b"")


def unpack(starts: bytes, content: bytes) -> PackedWords:
    """Return words that were stored. Raises zlib.error or ValueError if they are damaged."""
    text = zlib.decompress(content).decode()
    return PackedWords(text.split("\n\n") if text else [], starts)


def _bounds(cues: Sequence[Cue]) -> Iterator[tuple[int, int]]:
    """Yield the first and last cue of each group; groups end with a sentence if possible."""
    ends = list(accumulate([len(cue.text) for cue in cues]))
    first = before = 0
    while first < len(cues):
        last = min(bisect_left(ends, before + GROUP, first), len(cues) - 1)
        while last < len(cues) - 1 and ends[last] < before + 2 * GROUP and SENTENCE_END.search(cues[last].text) is None:
            last += 1
        yield first, last + 1
        first, before = last + 1, ends[last]


def _lines(cues: Sequence[Cue]) -> str:
    lines, last = [], ""
    for (text, _, end, ends_paragraph, speaker, _), following in zip(cues, [*cues[1:], Cue("")], strict=True):
        text += " " * (ends_paragraph and (following.start or 0.0) - (end or 0.0) >= PARAGRAPH_GAP)
        lines.append(text if speaker == last else f"{speaker}\t{text}")
        last = speaker
    return "\n".join(lines)


GROUP_BITS = 20
"""The low bits of the number of a row of words; they number the groups of an episode."""


class Head(NamedTuple):
    """The texts of an episode apart from its transcript."""

    title: str
    summary: str = ""
    notes: str = ""
    """Lines."""
    phrases: str = ""
    """What people call its subject, one a line; never shown."""


class Known(NamedTuple):
    """The state of an episode in the index."""

    number: int
    stamp: int
    """Identifies the version of its head."""
    words: str | None
    """Identifies the version of its words; None if none are indexed."""


class IndexWriter:
    """Changes an index that is open for writing; call `commit` now and then."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._last = db.execute("SELECT coalesce(max(number), 0) FROM heads").fetchone()[0]
        db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Commit what was added so far."""
        self._db.execute("COMMIT")
        self._db.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Commit and stop writing."""
        self._db.execute("COMMIT")

    def count(self) -> int:
        """Return how many episodes are indexed."""
        return int(self._db.execute("SELECT count(*) FROM heads").fetchone()[0])

    def known(self, wanted: Sequence[str] | None = None) -> dict[str, Known]:
        """Return the state of each indexed episode, or of those wanted, by id."""
        rows = self._db.execute(
            "SELECT id, heads.number, heads.stamp, words.stamp FROM heads LEFT JOIN words USING (number)"
            + (" WHERE id IN (SELECT value FROM json_each(?))" if wanted is not None else ""),
            () if wanted is None else (json.dumps(wanted),),
        )
        return {ident: Known(*rest) for ident, *rest in rows}

    def note(self, name: str, value: str) -> None:
        """Store a fact about the whole index."""
        self._db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def put_heads(self, heads: Iterable[tuple[str, int, Head]], known: dict[str, Known]) -> None:
        """Index titles, summaries and notes, replacing those that are `known`, which is updated.

        Each episode has its id, a stamp and its head.
        """
        rows = []
        for ident, version, head in heads:
            if ident in known:
                number, words = known[ident].number, known[ident].words
                self._drop_head(number)
            else:
                self._last += 1
                number, words = self._last, None
            known[ident] = Known(number, version, words)
            rows.append((number, ident, version, *head))
        self._db.executemany("INSERT INTO heads VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        self._index(
            "INSERT INTO heads_index (rowid, title, summary, notes, phrases) VALUES (?, ?, ?, ?, ?)",
            ((number, *head) for number, _, _, *head in rows),
        )

    def put_words(
        self, known: Known, stamp: str, cues: Sequence[Cue], is_cut: bool = False, is_faulty: bool = False
    ) -> None:
        """Index the words of a known episode, replacing former ones; `stamp` identifies them.

        They may be cut from a longer transcript, or be of a text that cannot be read.
        """
        self._drop_words(known)
        if is_cut:
            self.note(f"cut {known.number}", "")
        if is_faulty:
            self.note(f"faulty {known.number}", "")
        words = pack(cues)
        row = (known.number, stamp, words.starts, words.content)
        self._db.execute("INSERT INTO words VALUES (?, ?, ?, ?)", row)
        self._index("INSERT INTO words_index (rowid, text) VALUES (?, ?)", _rows(known.number, words.groups))

    def remove(self, known: Known) -> None:
        """Remove an episode from the index."""
        self._drop_words(known)
        self._drop_head(known.number)

    def _drop_head(self, number: int) -> None:
        names = ", ".join(Head._fields)
        former = self._db.execute(f"SELECT {names} FROM heads WHERE number = ?", (number,)).fetchone()
        self._index(
            f"INSERT INTO heads_index (heads_index, rowid, {names}) VALUES ('delete', ?, ?, ?, ?, ?)",
            [(number, *former)],
        )
        self._db.execute("DELETE FROM heads WHERE number = ?", (number,))

    def _drop_words(self, known: Known) -> None:
        row = self._db.execute("SELECT starts, groups FROM words WHERE number = ?", (known.number,)).fetchone()
        if row is not None:
            rows = _rows(known.number, unpack(*row).groups)
            self._index("INSERT INTO words_index (words_index, rowid, text) VALUES ('delete', ?, ?)", rows)
            self._db.execute("DELETE FROM words WHERE number = ?", (known.number,))
            names = f"cut {known.number}", f"faulty {known.number}"
            self._db.execute("DELETE FROM about WHERE name IN (?, ?)", names)

    def _index(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        self._db.executemany(
            statement, ([spaced(value) if isinstance(value, str) else value for value in row] for row in rows)
        )


def _rows(number: int, groups: Sequence[str]) -> Iterator[tuple[int, str]]:
    return ((number << GROUP_BITS | place, group) for place, group in enumerate(groups))
