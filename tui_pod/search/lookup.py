"""Look words up in the index: matches grouped by episode, best first, each shown in its sentence.

Titles come before the spoken words. Within each group, episodes with the most matches come first, then the newest.
What matches some words of a question is ranked by how rare they are, and where they are: phrases and titles count for
most, then summaries, then notes and the spoken words. That follows, too, if only a few episodes have all the words.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import accumulate, pairwise
from typing import NamedTuple

from tui_pod.core.library.transcript import CUT, Cue, arrange
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.text.clean import counted, fold, without_surrogates
from tui_pod.core.text.speech import split_sentences
from tui_pod.search.query import Phrase, Query, folded_words
from tui_pod.search.sources import RECOGNISED_STAMP
from tui_pod.search.store import GROUP_BITS, Head, PackedWords, unpack

NEAREST_ROWS = 15_000
"""Most groups of words, and heads, that are ranked for the nearest results: if there are more, without the commonest
words, and the newest."""

MOST_NEAREST = 1_000
"""Best groups of words, and heads, that are used."""

NAMED = 60
"""How many of the best episodes are compared by their titles and phrases."""

COLUMNS = (4.0, 2.0, 0.5, 4.0)
"""What a word weighs in a title, summary, notes and phrases."""

BEST_GROUPS, HEAD_WEIGHT, WHOLE_WEIGHT = 10, 6.0, 0.25
"""How many groups of words count for an episode's nearness, how much more its title and summary do, and how much of
that counts once more for whole words."""

NAME_WEIGHT, STOP_WEIGHT, EXACT_WEIGHT = 1.5, 0.25, 0.2
"""What counts besides, as a share of the best score: a title or phrase that is asked for, a stop word in it, and if an
episode has all words of the query."""

PREFIX_FIT = 0.4
"""What a word of a name counts that only begins with a word that is asked for."""

DERIVED = ("ness", "ly", "er", "ion", "ity", "al", "ment", "y")
"""English endings of words that mean the same as what they are derived from, as randomness does."""

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
    whole = [each for each in query.whole().wanted if any(phrase.begins(each.words[-1]) for phrase in near.wanted)]
    scores: dict[int, float] = {}
    groups: dict[int, list[int]] = {}
    newest = (
        "SELECT rowid, coalesce(-bm25({0}{1}), 0.0) AS score FROM {0} WHERE {0} MATCH ? ORDER BY rowid DESC LIMIT ?"
    )
    ranked = f"SELECT rowid, score FROM ({newest}) ORDER BY score DESC LIMIT ?"
    limits = (near.expression(), NEAREST_ROWS, MOST_NEAREST)
    for row, score in db.execute(ranked.format("words_index", ""), limits):
        number, best = row >> GROUP_BITS, groups.setdefault(row >> GROUP_BITS, [])
        if len(best) < BEST_GROUPS:
            scores[number] = scores.get(number, 0.0) + score**2
        best.append(row & ((1 << GROUP_BITS) - 1))
    weights = "".join(f", {weight}" for weight in COLUMNS)
    heads = dict(db.execute(ranked.format("heads_index", weights), limits))
    for number, score in heads.items():
        scores[number] = scores.get(number, 0.0) + HEAD_WEIGHT * score**2
    if whole:
        limits = (near._replace(wanted=tuple(whole)).expression(), *limits[1:])
        for number, score in db.execute(ranked.format("heads_index", weights), limits):
            scores[number] = scores.get(number, 0.0) + WHOLE_WEIGHT * HEAD_WEIGHT * score**2
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

    def _fit(self, phrase: Phrase, word: str) -> float:
        """Return 1 if a word is the last one of a phrase in some inflection, less if it only begins with it."""
        if not phrase.begins(word):
            return 0.0
        asked = phrase.words[-1]
        is_same = asked in (word, self._language.stem(word)) or word.removeprefix(asked) in DERIVED
        return 1.0 if is_same else PREFIX_FIT

    def named(self, name: str) -> float:
        """Return how much of a name the question has, times how much of the question the name has."""
        words = folded_words(name)
        total = sum(self._weight([word]) for word in words)
        if not total:
            return 0.0
        found = sum(self._weight([word]) * max(self._fit(phrase, word) for phrase in self._wanted) for word in words)
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


EPISODES, HITS = 30, 3
"""Episodes, and matches in the words of each, that are shown while the listener types."""

TITLES, HEADS, ROWS = 200, 500, 2_000
"""Newest matching titles, heads and groups of words that are ranked while the listener types; more would be slow."""

FEW = 5
"""If fewer episodes match all words, the nearest follow them."""

NEAREST = "Nearest first: not all of these have every word"
"""Says that there are results that match some of the words."""

STEPS = 10_000
"""SQLite instructions between two checks for cancellation: about a millisecond."""


class MatchKind(StrEnum):
    """Where a match is."""

    TITLE = "title"
    SUMMARY = "summary"
    NOTES = "notes"
    WORDS = "words"
    BOOKMARK = "bookmark"
    PODCAST = "podcast"
    """A podcast's own name; its id is the address of the podcast."""


class Hit(NamedTuple):
    """A match, in its sentence."""

    kind: MatchKind
    text: str
    start: float | None = None
    """Seconds into the episode; None if unknown."""
    is_recognised: bool = False
    """True if the words were recognised by a machine."""
    is_estimated: bool = False
    """True if the start is estimated, because the text has not been narrated."""

    @property
    def wants_time(self) -> bool:
        """True if it is in the words and its exact start is unknown."""
        return self.kind is MatchKind.WORDS and (self.start is None or self.is_estimated)

    def timed(self, cues: Iterable[Cue]) -> Hit:
        """Return the match with the start of its sentence among the cues of the episode, if that is there."""
        said = fold(self.text)
        start = next((cue.start for cue in cues if fold(said_in(cue)) == said), None) if self.wants_time else None
        return self if start is None else self._replace(start=start, is_estimated=False)


class Found(NamedTuple):
    """An episode with its matches."""

    id: str
    title: str
    hits: tuple[Hit, ...]
    """At least one; matches in its words are in the order in which they are spoken."""
    more: int = 0
    """Further groups of its words that match."""
    is_near: bool = False
    """Whether it matches only some of the words."""


class Results(NamedTuple):
    """What a query has found, best match first."""

    found: tuple[Found, ...] = ()
    total: int = 0
    """Number of episodes with a match; `found` has the first of them."""
    is_cut: bool = False
    """True if there may be more than `total`."""
    beyond: int = 0
    """Number of transcripts whose end is not searched."""
    faulty: int = 0
    """Number of transcripts that cannot be read."""
    is_nearest: bool = False
    """True if any of them matches only some of the words (`Query.nearest`)."""

    def moved(self, seconds: Mapping[str, float]) -> Results:
        """Return the results with words shifted by seconds (negative: earlier), by episode id."""

        def move(ident: str, hit: Hit) -> Hit:
            if hit.kind is not MatchKind.WORDS or hit.start is None:
                return hit
            return hit._replace(start=max(0.0, hit.start + seconds.get(ident, 0.0)))

        found = (each._replace(hits=tuple(move(each.id, hit) for hit in each.hits)) for each in self.found)
        return self._replace(found=tuple(found))

    @property
    def why_nothing(self) -> str | None:
        """Why nothing may have been found; None if there is no known reason."""
        if self.found or not (self.beyond or self.faulty):
            return None
        cut = f"Of {counted(self.beyond, 'transcript')} {CUT} are searched." if self.beyond else ""
        return f"{cut} {counted(self.faulty, 'transcript')} cannot be read.".strip() if self.faulty else cut


class _Matches(NamedTuple):
    """The numbers of the matching episodes, by where they match."""

    titles: dict[int, str]
    heads: set[int]
    groups: dict[int, list[int]]
    """Groups of words, in order."""
    is_cut: bool
    whole: frozenset[int] = frozenset()
    """Those that have each word as a whole one."""


def look_up(
    db: sqlite3.Connection,
    query: Query,
    most: int | None = EPISODES,
    bookmarks: Iterable[Bookmark] = (),
    is_known: Callable[[str], bool] = lambda _: True,
    is_stopped: Callable[[], bool] = lambda: False,
    narrated_length: Callable[[str], float | None] = lambda _: None,
) -> Results:
    """Return the matches of a query.

    Args:
        db: the index.
        query: what to look for.
        most: Number of episodes to return; None for all, however long it takes.
        bookmarks: searched too.
        is_known: returns True if an episode is still in the library.
        is_stopped: returns True if the search was cancelled; called about every millisecond.
        narrated_length: returns the seconds that narrating an episode takes; None if it has a recording, or if unknown.

    Raises:
        sqlite3.OperationalError: it was stopped.
    """
    if not query.wanted:
        return Results()
    db.set_progress_handler(is_stopped, STEPS)
    matches = _find_matches(db, query, most is None)
    kept = _look_through(bookmarks, query)
    exact = _Ranking(db, query, most, matches, narrated_length)
    order, nearest = exact.order(), Nearest([], set(), {})
    if query.is_question or len({*order, *kept}) < FEW:
        nearest = find_nearest(db, query, order)
    results = _show(exact, kept, order, nearest, is_known)
    beyond, faulty = (
        db.execute("SELECT count(*) FROM about WHERE name LIKE ?", (f"{name} %",)).fetchone()[0]
        for name in ("cut", "faulty")
    )
    return results._replace(beyond=beyond, faulty=faulty)


def _show(
    exact: _Ranking, kept: Mapping[str, Found], order: list[int], nearest: Nearest, is_known: Callable[[str], bool]
) -> Results:
    """Return the first episodes and their total number.

    Those with a bookmark come first. The nearest follow those with all words; in a question, all are ranked as one.
    """
    best = nearest.order[: 2 * EPISODES]  # some may be gone
    near = exact.near(best, nearest)
    kept_numbers = {ident: exact.number(ident) for ident in kept}
    with_all = set(order) - set(kept_numbers.values())
    order = list(dict.fromkeys((*best, *order) if exact.query.is_question else (*order, *best)))
    total, found = len(kept) + len(with_all), list[Found]()
    for ident, number in kept_numbers.items():
        rest = exact.shown(number, is_known) if number is not None else None
        hits = (*kept[ident].hits, *(rest.hits if rest else ()))
        found.append(kept[ident]._replace(hits=hits, more=rest.more if rest else 0))
    for number in order:
        is_near, most = number not in with_all, exact.most or sys.maxsize
        if number in kept_numbers.values() or len(found) >= (min(most, EPISODES) if is_near else most):
            continue
        one = (near if is_near else exact).shown(number, is_known)
        if one is not None:
            found.append(one._replace(is_near=is_near))
        total += (one is not None) - (not is_near)
    return Results(tuple(found), total, exact.matches.is_cut, is_nearest=any(one.is_near for one in found))


def _look_through(bookmarks: Iterable[Bookmark], query: Query) -> dict[str, Found]:
    """Return the bookmarks whose words and notes match, by episode id; the episodes may be gone."""
    found: dict[str, Found] = {}
    for kept in bookmarks:
        text = f"{kept.text}\n{kept.note}"
        if not kept.is_removed and query.matches(text):
            hit = Hit(MatchKind.BOOKMARK, max(_lines(text), key=query.score), kept.start, kept.is_recognised)
            former = found.get(kept.episode, Found(kept.episode, kept.title, ()))
            found[kept.episode] = former._replace(hits=(*former.hits, hit))
    return found


@dataclass(frozen=True, slots=True)
class _Ranking:
    """Ranks matches and shows them in their sentences."""

    db: sqlite3.Connection
    query: Query
    most: int | None
    matches: _Matches
    narrated_length: Callable[[str], float | None]

    def order(self) -> list[int]:
        """Return the numbers of the episodes, the best first."""
        found = {*self.matches.titles, *self.matches.heads, *self.matches.groups}
        return sorted(found, key=partial(self._rank, asked=_Asked(self.query)))

    def near(self, order: Sequence[int], nearest: Nearest) -> _Ranking:
        """Return a ranking that shows what matches some of the words."""
        query = self.query.nearest()
        asked = "SELECT number, title FROM heads WHERE number = ?"
        rows = [self.db.execute(asked, (number,)).fetchone() for number in order]
        titles = {row[0]: row[1] for row in rows if row is not None and query.matches(row[1])}
        passages = {number: sorted(best[:HITS]) for number, best in nearest.groups.items()}
        return replace(
            self, query=query, most=EPISODES, matches=_Matches(titles, nearest.heads, passages, is_cut=False)
        )

    def number(self, ident: str) -> int | None:
        """Return the number of an episode; None if it is not in the index."""
        row = self.db.execute("SELECT number FROM heads WHERE id = ?", (without_surrogates(ident),)).fetchone()
        return row[0] if row else None

    def _rank(self, number: int, asked: _Asked) -> tuple[float, ...]:
        title, said = self.matches.titles.get(number), -len(self.matches.groups.get(number, ()))
        if title is not None:
            return 0, -self.query.score(title)[1], -round(asked.named(title), 2), said, -number
        return (1 if number in self.matches.heads else 2), -(number in self.matches.whole), 0, said, -number

    def shown(self, number: int, is_known: Callable[[str], bool]) -> Found | None:
        """Return an episode with its matches; None if it is gone or contains an excluded phrase."""
        row = self.db.execute(
            "SELECT id, title, summary, notes, phrases FROM heads WHERE number = ?", (number,)
        ).fetchone()
        if row is None or not is_known(row[0]):
            return None
        ident, head = row[0], Head(*row[1:])
        if self.query.excludes("\n".join(head)):
            return None
        hits = list(self._head_hits(number, head))
        groups = self.matches.groups.get(number, [])
        shown = groups if self.most is None else groups[:HITS]
        hits += self._word_hits(number, ident, shown)
        return Found(ident, head.title, tuple(hits), len(groups) - len(shown)) if hits else None

    def _head_hits(self, number: int, head: Head) -> Iterator[Hit]:
        """Yield the matches in title, summary and notes: each that matches alone, or else the best of them."""
        if number in self.matches.titles:
            yield Hit(MatchKind.TITLE, head.title)
            if self.most is not None:
                return
        if number not in self.matches.heads:
            return
        parts = [(MatchKind.SUMMARY, split_sentences(head.summary)), (MatchKind.NOTES, _lines(head.notes))]
        whole = [part for part in parts if self.query.matches("\n".join(part[1]))]
        if not whole and number not in self.matches.titles:
            parts = [part for part in (*parts, (MatchKind.TITLE, [head.title])) if part[1]]
            whole = [max(parts, key=lambda part: max(map(self.query.score, part[1]), default=(0, 0)))]
        for kind, sentences in whole if self.most is None else whole[:1]:
            yield Hit(kind, max(sentences, key=self.query.score))

    def _word_hits(self, number: int, ident: str, shown: Sequence[int]) -> Iterator[Hit]:
        if not shown:
            return
        row = self.db.execute("SELECT stamp, starts, groups FROM words WHERE number = ?", (number,)).fetchone()
        if row is None:
            raise ValueError("words are missing")
        is_recognised, words = row[0].startswith(RECOGNISED_STAMP), unpack(*row[1:])
        length = None if words.starts else self.narrated_length(ident)
        for place in shown:
            cues = words.cues(place)
            if length:
                cues = _estimate_times(words, place, length)
            elif cues[0].start is not None:
                ends = [number for number, cue in enumerate(cues, 1) if cue.ends_paragraph]
                cues = [cue for span in pairwise([0, *ends, len(cues)]) for cue in arrange(cues[slice(*span)]).cues]
            said = list(map(said_in, cues))
            scores = list(map(self.query.score, said))
            best = [number for number, score in enumerate(scores) if score[0] == max(scores)[0]]
            for number in best if self.most is None else [scores.index(max(scores))]:
                yield Hit(MatchKind.WORDS, said[number], cues[number].start, is_recognised, bool(length))


def _estimate_times(words: PackedWords, place: int, length: float) -> list[Cue]:
    """Return the cues of a group with estimated starts: every letter, and every pause, takes equally long."""
    cues, lengths = words.cues(place), [len(group) + 1 for group in words.groups]
    before = accumulate((len(cue.text) + 1 for cue in cues[:-1]), initial=sum(lengths[:place]))
    return [
        cue._replace(start=round(length * passed / sum(lengths), 2)) for cue, passed in zip(cues, before, strict=True)
    ]


def said_in(cue: Cue) -> str:
    """Return a sentence as a match shows it, with its speaker."""
    return f"{cue.speaker}: {cue.text}" if cue.speaker else cue.text


def _lines(notes: str) -> list[str]:
    return [sentence for line in notes.split("\n") for sentence in split_sentences(line)]


def _find_matches(db: sqlite3.Connection, query: Query, is_all: bool) -> _Matches:
    def rows(table: str, query: Query, column: str, most: int) -> list[int]:
        asked = f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rowid DESC LIMIT ?"
        return [row[0] for row in db.execute(asked, (query.expression(column), -1 if is_all else most))]

    heads = rows("heads_index", query, "", HEADS)
    titled = rows("heads_index", query, "title", TITLES) if heads else []
    titles = [db.execute("SELECT title FROM heads WHERE number = ?", (number,)).fetchone() for number in titled]
    words = rows("words_index", query, "", ROWS)
    is_cut = not is_all and (len(heads) == HEADS or len(words) == ROWS)
    named = {number: title[0] for number, title in zip(titled, titles, strict=True) if title}
    whole = query.whole()
    if whole == query:
        return _Matches(named, set(heads), _grouped(words), is_cut)
    found = {*rows("heads_index", whole, "", HEADS), *_grouped(rows("words_index", whole, "", ROWS))}
    return _Matches(named, set(heads), _grouped(words), is_cut, frozenset(found))


def _grouped(rows: Sequence[int]) -> dict[int, list[int]]:
    """Return the groups of words of each episode, newest first, from their row numbers."""
    groups: dict[int, list[int]] = {}
    for row in reversed(rows):
        groups.setdefault(row >> GROUP_BITS, []).append(row & ((1 << GROUP_BITS) - 1))
    return groups
