"""Rank what matches some words of a question: by how rare they are, and where they are.

Phrases and titles count for most, then summaries, then notes and the spoken words.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tui_pod.search.query import Phrase, Query, folded_words
from tui_pod.search.writer import GROUP_BITS

NEAREST_ROWS = 15_000
"""Most groups of words, and heads, that are ranked for the nearest results: if there are more, without the commonest
words, and the newest."""

ROWS = 1_000
"""Best groups of words, and heads, that are used."""

NAMED = 60
"""How many of the best episodes are compared by their titles and phrases."""

COLUMNS = (4.0, 2.0, 0.5, 4.0)
"""What a word weighs in a title, summary, notes and phrases."""

BEST_GROUPS, HEAD_WEIGHT = 10, 6.0
"""How many groups of words count for an episode's nearness, and how much more its title and summary do."""

NAME_WEIGHT, STOP_WEIGHT, EXACT_WEIGHT = 1.0, 0.25, 0.2
"""What counts besides, as a share of the best score: a title or phrase that is asked for, a stop word in it, and if an
episode has all words of the query."""

_PARTS = r"\s[-–—|]\s|:\s"
"""What separates the parts of a title."""


class Nearest(NamedTuple):
    """The episodes that match some words."""

    order: list[int]
    """Their numbers, the nearest first."""
    heads: set[int]
    """Those whose title, summary, notes or phrases match."""
    groups: dict[int, list[int]]
    """Groups of words that match, by episode, the best first."""


def find_nearest(db: sqlite3.Connection, query: Query, exact: Iterable[int]) -> Nearest:
    """Return the episodes that match any phrase of a query, the nearest first.

    Scores are squared, so that one passage with several of the words counts more than several with one word each.

    Args:
        db: the index.
        query: the whole question.
        exact: numbers of the episodes that match all words.
    """
    near = query.nearest()
    near = near._replace(wanted=tuple(_rare_enough(db, near.wanted)))
    if not near.wanted:
        return Nearest([], set(), {})
    scores: dict[int, float] = {}
    groups: dict[int, list[int]] = {}
    newest = (
        "SELECT rowid, coalesce(-bm25({0}{1}), 0.0) AS score FROM {0} WHERE {0} MATCH ? ORDER BY rowid DESC LIMIT ?"
    )
    ranked = f"SELECT rowid, score FROM ({newest}) ORDER BY score DESC LIMIT ?"
    limits = (near.expression(), NEAREST_ROWS, ROWS)
    for row, score in db.execute(ranked.format("words_index", ""), limits):
        number, best = row >> GROUP_BITS, groups.setdefault(row >> GROUP_BITS, [])
        if len(best) < BEST_GROUPS:
            scores[number] = scores.get(number, 0.0) + score**2
        best.append(row & ((1 << GROUP_BITS) - 1))
    weights = "".join(f", {weight}" for weight in COLUMNS)
    heads = dict(db.execute(ranked.format("heads_index", weights), limits))
    for number, score in heads.items():
        scores[number] = scores.get(number, 0.0) + HEAD_WEIGHT * score**2
    asked, top = _Asked(query), max(scores.values(), default=0.0) or 1.0
    for number in exact:
        if number in scores:
            scores[number] += EXACT_WEIGHT * top
    for number in sorted(heads, key=lambda number: -scores[number])[:NAMED]:
        row = db.execute("SELECT title, phrases FROM heads WHERE number = ?", (number,)).fetchone()
        if row is not None:
            names = [row[0], *re.split(_PARTS, row[0]), *row[1].split("\n")]
            scores[number] += NAME_WEIGHT * top * max(map(asked.named, names))
    return Nearest(sorted(scores, key=lambda number: (-scores[number], -number)), set(heads), groups)


class _Asked:
    """The words of a question, compared with names."""

    def __init__(self, query: Query) -> None:
        self._language = query.language
        self._wanted = [phrase.stemmed(self._language) for phrase in query.wanted]
        self._all = sum(self._weight(phrase.words) for phrase in query.wanted)

    def _weight(self, words: Iterable[str]) -> float:
        return max((STOP_WEIGHT if word in self._language.stop_words else 1.0 for word in words), default=0.0)

    def named(self, name: str) -> float:
        """Return how much of a name the question has, times how much of the question the name has."""
        words = folded_words(name)
        total = sum(self._weight([word]) for word in words)
        if not total:
            return 0.0
        found = sum(self._weight([word]) for word in words if any(phrase.begins(word) for phrase in self._wanted))
        return (found / total) ** 2 * found / self._all


def _rare_enough(db: sqlite3.Connection, wanted: Iterable[Phrase]) -> Iterator[Phrase]:
    """Yield the phrases that are found, rarest first, as long as they are not in too many rows altogether."""
    counted_rows = "SELECT count(*) FROM (SELECT 1 FROM {0} WHERE {0} MATCH ? LIMIT ?)"
    numbers = {
        phrase: sum(
            db.execute(counted_rows.format(table), (phrase.expression, NEAREST_ROWS)).fetchone()[0]
            for table in ("heads_index", "words_index")
        )
        for phrase in wanted
    }
    total = 0
    for phrase, number in sorted(numbers.items(), key=lambda item: item[1]):
        if number and (not total or total + number <= NEAREST_ROWS):
            total += number
            yield phrase
