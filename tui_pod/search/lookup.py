"""Look words up in the index: matches grouped by episode, best first, each shown in its sentence.

Titles come before the spoken words. Within each group, episodes with the most matches come first, then the newest.

If nothing has all the words, the nearest episodes are those with the best passages for any of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, islice
from typing import NamedTuple

from tui_pod.core.library.transcript import CUT, Cue, arrange
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.text.clean import counted, fold, without_surrogates
from tui_pod.core.text.speech import split_sentences
from tui_pod.search.packed_words import PackedWords, unpack
from tui_pod.search.query import Phrase, Query
from tui_pod.search.sources import RECOGNISED_STAMP
from tui_pod.search.writer import GROUP_BITS, Head

EPISODES, HITS = 30, 3
"""Episodes, and matches in the words of each, that are shown while the listener types."""

TITLES, HEADS, ROWS = 200, 500, 2_000
"""Newest matching titles, heads and groups of words that are ranked while the listener types; more would be slow."""

NEAREST_ROWS = 15_000
"""Most groups of words, and heads, that are ranked for the nearest results: if there are more, without the commonest
words, and the newest."""

BEST_GROUPS, HEAD_WEIGHT = 5, 6
"""How many groups of words count for an episode's nearness, and how much more its title and summary do."""

NEAREST = "Nearest"
"""The heading of the nearest results."""

STEPS = 10_000
"""SQLite instructions between two checks for cancellation: about a millisecond."""


class MatchKind(StrEnum):
    """Where a match is."""

    TITLE = "title"
    SUMMARY = "summary"
    NOTES = "notes"
    WORDS = "words"
    BOOKMARK = "bookmark"


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
    """True if nothing has all the words, and these match some of them (`Query.nearest`), the nearest first."""

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
    results = _Ranking(db, query, most, matches, _look_through(bookmarks, query), narrated_length).results(is_known)
    if not results.found:
        results = _look_up_nearest(db, query.nearest(), is_known, narrated_length)
    beyond, faulty = (
        db.execute("SELECT count(*) FROM about WHERE name LIKE ?", (f"{name} %",)).fetchone()[0]
        for name in ("cut", "faulty")
    )
    return results._replace(beyond=beyond, faulty=faulty)


def _look_up_nearest(
    db: sqlite3.Connection,
    query: Query,
    is_known: Callable[[str], bool],
    narrated_length: Callable[[str], float | None],
) -> Results:
    """Return the episodes that match any phrase of a query, the nearest first.

    Scores are squared, so that one passage with several of the words counts more than several with one word each.
    """
    query = query._replace(wanted=tuple(_rare_enough(db, query.wanted)))
    if not query.wanted:
        return Results()
    scores: dict[int, float] = {}
    groups: dict[int, list[int]] = {}
    newest = (
        "SELECT rowid, coalesce(-bm25({0}{1}), 0.0) AS score FROM {0} WHERE {0} MATCH ? ORDER BY rowid DESC LIMIT ?"
    )
    ranked = f"SELECT rowid, score FROM ({newest}) ORDER BY score DESC LIMIT ?"
    limits = (query.expression(), NEAREST_ROWS, ROWS)
    for row, score in db.execute(ranked.format("words_index", ""), limits):
        number, best = row >> GROUP_BITS, groups.setdefault(row >> GROUP_BITS, [])
        if len(best) < BEST_GROUPS:
            scores[number] = scores.get(number, 0.0) + score**2
        best.append(row & ((1 << GROUP_BITS) - 1))
    weights = ", 1, 1, 0.25"  # of title, summary and notes
    heads = dict(db.execute(ranked.format("heads_index", weights), limits))
    for number, score in heads.items():
        scores[number] = scores.get(number, 0.0) + HEAD_WEIGHT * score**2
    order = sorted(scores, key=lambda number: (-scores[number], -number))[: 2 * EPISODES]  # some may be gone
    named = [db.execute("SELECT number, title FROM heads WHERE number = ?", (number,)).fetchone() for number in order]
    titles = {row[0]: row[1] for row in named if row is not None and query.matches(row[1])}
    passages = {number: sorted(best[:HITS]) for number, best in groups.items()}
    ranking = _Ranking(db, query, EPISODES, _Matches(titles, set(heads), passages, is_cut=False), {}, narrated_length)
    found = tuple(islice(filter(None, (ranking.shown(number, is_known) for number in order)), EPISODES))
    return Results(found, len(found), is_nearest=bool(found))


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
    kept: Mapping[str, Found]
    """Bookmarks, by the ids of the episodes."""
    narrated_length: Callable[[str], float | None]

    def results(self, is_known: Callable[[str], bool]) -> Results:
        """Return the first episodes and their total number; those with a bookmark come first."""
        kept = {ident: self._number(ident) for ident in self.kept}
        order = sorted(
            {*self.matches.titles, *self.matches.heads, *self.matches.groups} - set(kept.values()), key=self._rank
        )
        total = len(kept) + len(order)
        found: list[Found] = []
        for ident, number in kept.items():
            rest = self.shown(number, is_known) if number is not None else None
            hits = (*self.kept[ident].hits, *(rest.hits if rest else ()))
            found.append(self.kept[ident]._replace(hits=hits, more=rest.more if rest else 0))
        for number in order:
            if self.most is not None and len(found) >= self.most:
                break
            one = self.shown(number, is_known)
            if one is None:
                total -= 1
            else:
                found.append(one)
        return Results(tuple(found), total, self.matches.is_cut)

    def _number(self, ident: str) -> int | None:
        row = self.db.execute("SELECT number FROM heads WHERE id = ?", (without_surrogates(ident),)).fetchone()
        return row[0] if row else None

    def _rank(self, number: int) -> tuple[int, int, int, int]:
        title = self.matches.titles.get(number)
        if title is not None:
            return 0, -self.query.score(title)[1], -len(self.matches.groups.get(number, ())), -number
        return (1 if number in self.matches.heads else 2), 0, -len(self.matches.groups.get(number, ())), -number

    def shown(self, number: int, is_known: Callable[[str], bool]) -> Found | None:
        """Return an episode with its matches; None if it is gone or contains an excluded phrase."""
        row = self.db.execute("SELECT id, title, summary, notes FROM heads WHERE number = ?", (number,)).fetchone()
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
            parts.append((MatchKind.TITLE, [head.title]))
            whole = [max(parts, key=lambda part: max(map(self.query.score, part[1]), default=(0, 0)))]
        for kind, sentences in whole if self.most is None else whole[:1]:
            if sentences:
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
                cues = list(arrange(cues).cues)
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
    def rows(table: str, column: str, most: int) -> list[int]:
        asked = f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rowid DESC LIMIT ?"
        return [row[0] for row in db.execute(asked, (query.expression(column), -1 if is_all else most))]

    heads = rows("heads_index", "", HEADS)
    titled = rows("heads_index", "title", TITLES) if heads else []
    titles = [db.execute("SELECT title FROM heads WHERE number = ?", (number,)).fetchone() for number in titled]
    words = rows("words_index", "", ROWS)
    is_cut = not is_all and (len(heads) == HEADS or len(words) == ROWS)
    named = {number: title[0] for number, title in zip(titled, titles, strict=True) if title}
    return _Matches(named, set(heads), _grouped(words), is_cut)


def _grouped(rows: Sequence[int]) -> dict[int, list[int]]:
    """Return the groups of words of each episode, newest first, from their row numbers."""
    groups: dict[int, list[int]] = {}
    for row in reversed(rows):
        groups.setdefault(row >> GROUP_BITS, []).append(row & ((1 << GROUP_BITS) - 1))
    return groups
