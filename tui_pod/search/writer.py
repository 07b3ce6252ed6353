"""Put the words of episodes into the index, and take them out again.

What is indexed also stands in tables, packed, so that a match can be shown in its sentence, and be taken out.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tui_pod.core.library.transcript import SENTENCE_END, Cue
from tui_pod.search.query import spaced

GROUP = 40
"""Words from which on the end of a sentence also ends a group; twice as many always end it."""

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

    def __init__(self, db: sqlite3.Connection, has_fts: bool) -> None:
        self._db = db
        self._has_fts = has_fts
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

    def put_head(self, ident: str, stamp: int, head: Head, known: Known | None) -> Known:
        """Put title, summary and notes of an episode into the index, in place of those known; return what is now."""
        if known is None:
            self._last += 1
            number = self._last
        else:
            number = known.number
            self._drop_head(number)
        self._db.execute("INSERT INTO heads VALUES (?, ?, ?, ?, ?, ?)", (number, ident, stamp, *head))
        self._index("INSERT INTO heads_index (rowid, title, summary, notes) VALUES (?, ?, ?, ?)", [(number, *head)])
        return Known(number, stamp, known.words if known else None)

    def put_words(self, known: Known, stamp: str, cues: Iterable[Cue]) -> None:
        """Put the words of a known episode into the index, in place of those that are there.

        Args:
            known: the episode.
            stamp: tells these words from others.
            cues: in order.
        """
        self._drop_words(known)
        groups = [_packed(group) for group in _grouped(cues)][: 1 << GROUP_BITS]
        content = zlib.compress("\n\n".join(groups).encode("utf-8", "replace"), 1)
        self._db.execute("INSERT INTO words VALUES (?, ?, ?)", (known.number, stamp, content))
        self._index("INSERT INTO words_index (rowid, text) VALUES (?, ?)", _rows(known.number, groups))

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
        row = self._db.execute("SELECT groups FROM words WHERE number = ?", (known.number,)).fetchone()
        if row is not None:
            rows = _rows(known.number, unpack_groups(row[0]))
            self._index("INSERT INTO words_index (words_index, rowid, text) VALUES ('delete', ?, ?)", rows)
            self._db.execute("DELETE FROM words WHERE number = ?", (known.number,))

    def _index(self, statement: str, rows: Iterable[Sequence[object]]) -> None:
        if self._has_fts:
            self._db.executemany(
                statement, ([spaced(value) if isinstance(value, str) else value for value in row] for row in rows)
            )


def unpack_groups(content: bytes) -> list[str]:
    """Return the groups of an episode's words as they are stored, a line a cue."""
    text = zlib.decompress(content).decode()
    return text.split("\n\n") if text else []


def unpack_cues(group: str) -> list[Cue]:
    """Return the cues of a stored group."""
    cues = (line.split("\t", 2) for line in group.split("\n") if line)
    return [Cue(text, float(start) if start else None, speaker=speaker) for start, speaker, text in cues]


def group_text(group: str) -> str:
    """Return the words of a stored group, each speaker's name before what they say."""
    said, last = [], ""
    for line in group.split("\n"):
        _, speaker, text = line.split("\t", 2)
        said.append(f"{speaker} {text}" if speaker != last else text)
        last = speaker
    return " ".join(said)


def _rows(number: int, groups: Sequence[str]) -> Iterator[tuple[int, str]]:
    return ((number << GROUP_BITS | place, group_text(group)) for place, group in enumerate(groups))


def _grouped(cues: Iterable[Cue]) -> Iterator[list[Cue]]:
    """Yield the cues in groups that end with a sentence where they can."""
    group: list[Cue] = []
    count = 0
    for cue in cues:
        group.append(cue)
        count += cue.text.count(" ") + 1
        if count >= GROUP and (count >= 2 * GROUP or SENTENCE_END.search(cue.text)):
            yield group
            group, count = [], 0
    if group:
        yield group


def _packed(cues: Sequence[Cue]) -> str:
    return "\n".join(f"{'' if cue.start is None else f'{cue.start:.2f}'}\t{cue.speaker}\t{cue.text}" for cue in cues)
