"""Add the words of episodes to the index, and remove them.

The indexed text is also stored in tables, packed, so that a match can be shown in its sentence and removed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tui_pod.core.library.transcript import Cue
from tui_pod.search.packed_words import pack, unpack
from tui_pod.search.query import spaced

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
        for ident, stamp, head in heads:
            if ident in known:
                number, words = known[ident].number, known[ident].words
                self._drop_head(number)
            else:
                self._last += 1
                number, words = self._last, None
            known[ident] = Known(number, stamp, words)
            rows.append((number, ident, stamp, *head))
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
