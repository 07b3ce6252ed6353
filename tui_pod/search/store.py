"""The file of the index: opened, shared between programs, and rebuilt if it cannot be used.

Calls block on the disk: run them in a thread or a process. Knows nothing of where the words come from.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from tui_pod.core.errors import UserError
from tui_pod.runtime.database_errors import explain_database_error, is_passing
from tui_pod.runtime.files import Unreadable, check_regular, locked, read_start, stamp

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
            said = f"The search index cannot be stored in {self.file.parent}: {error.strerror}."
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
