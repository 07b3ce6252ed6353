"""Put the words of episodes into the index, and take them out again.

What is indexed also stands in tables, packed, so that a match can be shown in its sentence, and be taken out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tui_pod.core.library.transcript import Cue
from tui_pod.search.packed_words import pack, unpack
from tui_pod.search.query import spaced

GROUP_BITS = 20
"""Low bits of the number of a row of words: they count the groups of an episode."""


class Head(NamedTuple):
    """What an episode's row says beside its words."""

    title: str
    summary: str = ""
    notes: str = ""
    """Lines."""


class Known(NamedTuple):
    """What the index has of an episode."""

    number: int
    stamp: int
    """Tells one head from another."""
    words: str | None
    """The same of its words; None: it has none."""


class IndexWriter:
    """Changes an index that is open to write; `commit` now and then."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._last = db.execute("SELECT coalesce(max(number), 0) FROM heads").fetchone()[0]
        db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Have the index keep what was put into it."""
        self._db.execute("COMMIT")
        self._db.execute("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Commit, and begin nothing more."""
        self._db.execute("COMMIT")

    def known(self) -> dict[str, Known]:
        """Return what the index has, by the ids of the episodes."""
        rows = self._db.execute(
            "SELECT id, heads.number, heads.stamp, words.stamp FROM heads LEFT JOIN words USING (number)"
        )
        return {ident: Known(*rest) for ident, *rest in rows}

    def note(self, name: str, value: str) -> None:
        """Note something about the index as a whole."""
        self._db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def put_heads(self, heads: Iterable[tuple[str, int, Head]], known: dict[str, Known]) -> None:
        """Put titles, summaries and notes into the index, in place of those known.

        Args:
            heads: ids, the stamp of each head, and the heads.
            known: what the index has; is brought up to date.
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
        self._db.executemany("INSERT INTO heads VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._index(
            "INSERT INTO heads_index (rowid, title, summary, notes) VALUES (?, ?, ?, ?)",
            ((number, *head) for number, _, _, *head in rows),
        )

    def put_words(self, known: Known, stamp: str, cues: Sequence[Cue], is_cut: bool = False) -> None:
        """Put the words of a known episode into the index, in place of those that are there.

        Args:
            known: the episode.
            stamp: identifies these words.
            cues: in order.
            is_cut: whether there are more than these.
        """
        self._drop_words(known)
        if is_cut:
            self.note(f"cut {known.number}", "")
        words = pack(cues)
        row = (known.number, stamp, words.starts, words.content)
        self._db.execute("INSERT INTO words VALUES (?, ?, ?, ?)", row)
        self._index("INSERT INTO words_index (rowid, text) VALUES (?, ?)", _rows(known.number, words.groups))

    def remove(self, known: Known) -> None:
        """Take an episode out of the index."""
        self._drop_words(known)
        self._drop_head(known.number)

    def _drop_head(self, number: int) -> None:
        former = self._db.execute("SELECT title, summary, notes FROM heads WHERE number = ?", (number,)).fetchone()
        self._index(
            "INSERT INTO heads_index (heads_index, rowid, title, summary, notes) VALUES ('delete', ?, ?, ?, ?)",
            [(number, *former)],
        )
        self._db.execute("DELETE FROM heads WHERE number = ?", (number,))

    def _drop_words(self, known: Known) -> None:
        row = self._db.execute("SELECT starts, groups FROM words WHERE number = ?", (known.number,)).fetchone()
        if row is not None:
            rows = _rows(known.number, unpack(*row).groups)
            self._index("INSERT INTO words_index (words_index, rowid, text) VALUES ('delete', ?, ?)", rows)
            self._db.execute("DELETE FROM words WHERE number = ?", (known.number,))
            self._db.execute("DELETE FROM about WHERE name = ?", (f"cut {known.number}",))

    def _index(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        self._db.executemany(
            statement, ([spaced(value) if isinstance(value, str) else value for value in row] for row in rows)
        )


def _rows(number: int, groups: Sequence[str]) -> Iterator[tuple[int, str]]:
    return ((number << GROUP_BITS | place, group) for place, group in enumerate(groups))
