"""Add the words of episodes to the index, and remove them.

The indexed text is also stored in tables, so that a match can be shown in its sentence and removed. It is packed in
groups of sentences, each indexed as one row. A group has a line per cue, which starts with the speaker's name and a tab
if the speaker changes, and ends with a blank if a paragraph of a planned text ends there.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from tui_pod.core.library.transcript import PARAGRAPH_GAP, SENTENCE_END, Cue
from tui_pod.search.query import spaced

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
    for (text, _, end, ends_paragraph, speaker), following in zip(cues, [*cues[1:], Cue("")], strict=True):
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
