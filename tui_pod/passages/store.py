"""Store fingerprints of recordings and what they have in common, in a database in the cache.

It also has a small library of passages that recurred, shared by all podcasts: an advertisement that comes back after
months, or in another podcast, is known. What is stored belongs to the exact bytes of a recording: for others nothing is
returned. Calls block on the disk. The file can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.core.progress.passages import Repeat
from tui_pod.runtime.database_errors import DATABASE_ERRORS, explain_database_error, is_passing
from tui_pod.runtime.files import check_regular, make_folder, reading

FILE = "passages.sqlite"
"""Its name in the cache folder."""

SCHEMA = 1
"""Version of the tables and of the fingerprints; a file of another version is rebuilt."""

KEPT = 20
"""Recordings of a podcast: the latest."""

LIBRARY, LIBRARY_KEPT = "", 300
"""The library stands for a podcast whose recordings are the passages that were found last."""

PASSAGE = "\n"
"""What the id of a passage in the library begins with, and that of no episode."""

STRIDE, SAMPLE = 131_072, 1_024
"""Of so many bytes of a recording, the first few are hashed: another advertisement of the same length shows."""

LOCK_WAIT = 5.0
"""How long to wait for another program that writes (seconds)."""

_TABLES = """
CREATE TABLE IF NOT EXISTS recordings (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, podcast TEXT NOT NULL,
    stamp TEXT NOT NULL, words BLOB NOT NULL, is_replaced INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS repeats (id TEXT NOT NULL, start REAL NOT NULL, end REAL NOT NULL, other TEXT NOT NULL,
    other_start REAL NOT NULL, other_end REAL NOT NULL);
CREATE INDEX IF NOT EXISTS by_id ON repeats (id);
CREATE INDEX IF NOT EXISTS by_other ON repeats (other);
"""

_IN_OTHERS = """
SELECT start, end, other, other_start, other_end FROM repeats WHERE id = :id
UNION SELECT other_start, other_end, id, start, end FROM repeats WHERE other = :id
"""

_REPLACED = "SELECT id FROM recordings WHERE is_replaced"


class PassageError(UserError):
    """Passages cannot be found or stored; the message says why."""


class ComparedRecording(NamedTuple):
    """A recording that was compared with others."""

    id: str
    """Of the episode, or of a passage in the library."""
    podcast: str
    stamp: str
    words: bytes
    """Its fingerprint: words of 32 bits, the lowest byte first."""


class PassageStore:
    """The database."""

    def __init__(self, cache: Path) -> None:
        """Open nothing yet."""
        self.file = cache / FILE

    def repeats(self, episode: str, recording: Path) -> list[Repeat] | None:
        """Return what a recording has in common with those of other episodes; None if it was not compared."""
        stamp = stamp_of(recording)
        if not stamp or not self.file.exists():
            return None
        with contextlib.suppress(PassageError), self._open() as db:
            known = db.execute("SELECT stamp FROM recordings WHERE id = ?", (episode,)).fetchone()
            if known != (stamp,):
                return None
            # heard in other bytes: nobody knows what of these was played
            replaced = {*(ident for (ident,) in db.execute(_REPLACED)), episode}
            found = list(map(Repeat._make, db.execute(_IN_OTHERS, {"id": episode})))
            for here in tuple(found):  # what a third one, or a passage of the library, has in common with both
                for there in map(Repeat._make, db.execute(_IN_OTHERS, {"id": here.other})):
                    found += _through(here, there)
            return [one for one in found if not one.other.startswith(PASSAGE) and one.other not in replaced]
        return None

    def compared(self, podcast: str) -> list[str]:
        """Return the episodes of a podcast whose recordings were compared; none if that cannot be read."""
        with contextlib.suppress(PassageError):
            if self.file.exists():
                with self._open() as db:
                    return [ident for (ident,) in db.execute("SELECT id FROM recordings WHERE podcast = ?", (podcast,))]
        return []

    def others(self, recording: ComparedRecording, are_elsewhere: bool = False) -> list[tuple[str, bytes]]:
        """Return ids and fingerprints of what to compare a recording with, or of recordings of other podcasts.

        Raises:
            PassageError: they cannot be read.
        """
        found = "podcast NOT IN (?, ?)" if are_elsewhere else "podcast IN (?, ?)"
        with self._open() as db:
            return db.execute(
                f"SELECT id, words FROM recordings WHERE {found} AND id != ? ORDER BY number",
                (recording.podcast, LIBRARY, recording.id),
            ).fetchall()

    def save(
        self, recording: ComparedRecording, passages: Iterable[ComparedRecording], repeats: Iterable[tuple[str, Repeat]]
    ) -> None:
        """Save a recording with what it has in common with others, and passages for the library: all or nothing.

        Raises:
            PassageError: that cannot be saved; nothing has changed.
        """
        repeats = list(repeats)
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            former = db.execute("SELECT words, is_replaced FROM recordings WHERE id = ?", (recording.id,)).fetchone()
            is_replaced = former is not None and (former[0] != recording.words or bool(former[1]))
            db.execute("DELETE FROM recordings WHERE id = ?", (recording.id,))
            db.execute("DELETE FROM repeats WHERE :id IN (id, other)", {"id": recording.id})
            for one in (recording, *passages):
                values = (one.id, one.podcast, one.stamp, one.words, is_replaced and one is recording)
                db.execute(
                    "INSERT INTO recordings (id, podcast, stamp, words, is_replaced) VALUES (?, ?, ?, ?, ?)", values
                )
            db.executemany("INSERT INTO repeats VALUES (?, ?, ?, ?, ?, ?)", [(ident, *one) for ident, one in repeats])
            newest = "(SELECT max(number) + 1 FROM recordings)"
            for seen in {one.other for _, one in repeats if one.other.startswith(PASSAGE)}:
                db.execute(f"UPDATE recordings SET number = {newest} WHERE id = ?", (seen,))
            for podcast, kept in ((recording.podcast, KEPT), (LIBRARY, LIBRARY_KEPT)):
                old = db.execute("SELECT id FROM recordings WHERE podcast = ? ORDER BY number DESC LIMIT -1 OFFSET ?",
                                 (podcast, kept))  # fmt: skip
                for (ident,) in old.fetchall():
                    db.execute("DELETE FROM recordings WHERE id = ?", (ident,))
                    # that an episode has a passage of the library stays known: it may have been heard there
                    db.execute("DELETE FROM repeats WHERE other = :id OR id = :id AND other NOT LIKE :library",
                               {"id": ident, "library": f"{PASSAGE}%"})  # fmt: skip
            db.execute("COMMIT")

    def forget(self, is_known: Callable[[str], bool]) -> None:
        """Remove the episodes that are not known any more.

        Raises:
            PassageError: they cannot be removed.
        """
        if not self.file.exists():
            return
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            for (ident,) in db.execute("SELECT id FROM recordings UNION SELECT id FROM repeats").fetchall():
                if not ident.startswith(PASSAGE) and not is_known(ident):
                    db.execute("DELETE FROM recordings WHERE id = ?", (ident,))
                    db.execute("DELETE FROM repeats WHERE ? IN (id, other)", (ident,))
            db.execute("COMMIT")

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """Open the database, which is made if it is missing; one that is damaged is deleted.

        Raises:
            PassageError: it cannot be used.
        """
        try:
            make_folder(self.file.parent)
            check_regular(self.file)
            with contextlib.closing(sqlite3.connect(self.file, timeout=LOCK_WAIT, isolation_level=None)) as db:
                version = db.execute("PRAGMA user_version").fetchone()[0]
                if version != SCHEMA:
                    if version or db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                        raise ValueError("of another version")
                    db.executescript(f"BEGIN IMMEDIATE; {_TABLES}; PRAGMA user_version = {SCHEMA}; COMMIT")
                yield db
        except (*DATABASE_ERRORS, OSError, ValueError, TypeError, ArithmeticError) as error:
            reason = explain_database_error(error, str(self.file))
            if not isinstance(error, OSError) and not is_passing(error):
                with contextlib.suppress(OSError):
                    for end in ("-journal", ""):
                        Path(f"{self.file}{end}").unlink(missing_ok=True)
            raise PassageError(f"Passages cannot be stored in {self.file}: {reason}.") from error


def stamp_of(recording: Path) -> str:
    """Return a value that changes with the bytes of a recording; empty if it cannot be read."""
    try:
        with reading(recording) as file:
            size = os.fstat(file.fileno()).st_size
            digest = blake2b(digest_size=16)
            for place in range(0, size, STRIDE):
                digest.update(os.pread(file.fileno(), SAMPLE, place))
    except OSError:
        return ""
    return f"{size} {digest.hexdigest()}"


def _through(here: Repeat, there: Repeat) -> list[Repeat]:
    """Return what an episode has in common with one that has something in common with a third."""
    start, end = max(here.other_start, there.start), min(here.other_end, there.end)
    if start >= end:
        return []
    back = Repeat(there.other_start, there.other_end, "", there.start, there.end)
    return [Repeat(here.here(start), here.here(end), there.other, back.here(start), back.here(end))]
