"""Read what is typed into a search, and find its words in a text. Knows nothing of the index.

A word finds every word that begins with it; one of one or two letters only itself, since so much begins with them.
Words in quotes are found as they stand, one behind the other. A minus before either leaves out what has just it.
Every other character only parts words, as it does in the index.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from tui_pod.core.text.clean import clean, fold

MAX_PHRASES = 32
"""Words and quoted phrases that are looked for; more narrow nothing, and SQLite has its limits."""

MAX_CHARS = 2_000
"""Characters of a question that are read."""

LEAST_START = 3
"""Letters from which on a word also finds those that begin with it, below `SYLLABLES`."""

SYLLABLES = "\u1100"
"""The first letter of the scripts in which one letter says more."""

NOTHING = "There is no letter or digit in that to look for."

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Scripts written without blanks, in which each letter is searched as a word: Thai, Lao, Burmese, Khmer, Kana, Han."""

_LETTER = f"([{_UNSPACED}])"  # patterns are texts that `re` compiles when first used: all that plays waits for them
_WORD = rf"[{_UNSPACED}]|(?:[^\W_{_UNSPACED}][\u0300-\u036f]*)+"
_TERM = r'(?<!\S)(-?)(?:["“„”«]([^"“„”«»]*)(["“”»]?)|([^\s"“„”«»]+))|["“„”«»]|[^\s"“„”«»]+'


class Phrase(NamedTuple):
    """Words that stand one behind the other."""

    words: tuple[str, ...]
    """Folded."""
    is_start: bool
    """Whether the last one may go on."""
    typed: str
    """As they were typed, which SQLite folds in its own way: nothing but letters, digits and blanks."""

    @property
    def expression(self) -> str:
        """The phrase as FTS5 reads it."""
        return f'"{self.typed}"{"*" if self.is_start else ""}'


class Query(NamedTuple):
    """What to look for."""

    wanted: tuple[Phrase, ...] = ()
    """All of these have to be there."""
    excluded: tuple[Phrase, ...] = ()
    """None of these may be there."""
    notice: str = ""
    """What was not as one may have meant it; empty: nothing."""

    def expression(self, column: str = "") -> str:
        """Return the question as FTS5 reads it; in a column, if one is named, what is left out anywhere."""
        wanted = " AND ".join(phrase.expression for phrase in self.wanted)
        found = f"{{{column}}} : ({wanted})" if column else f"({wanted})"
        excluded = " OR ".join(phrase.expression for phrase in self.excluded)
        return f"{found} NOT ({excluded})" if excluded else found

    def matches(self, text: str) -> bool:
        """Return whether a text has all wanted phrases, and none of the excluded ones."""
        folded = fold(text)
        if not all(word in folded for phrase in self.wanted for word in phrase.words):  # as in most, and soon seen
            return False
        words = list(_words(text))
        return all(any(_places(phrase, words)) for phrase in self.wanted) and not self._excludes(words)

    def excludes(self, text: str) -> bool:
        """Return whether a text has a phrase that is to be left out."""
        return bool(self.excluded) and self._excludes(list(_words(text)))

    def _excludes(self, words: list[_Word]) -> bool:
        return any(any(_places(phrase, words)) for phrase in self.excluded)

    def score(self, text: str) -> tuple[int, int]:
        """Return how many wanted phrases a text has, and how many of these have no word that merely begins so."""
        words = list(_words(text))
        found = [phrase for phrase in self.wanted if any(_places(phrase, words))]
        return len(found), sum(any(_places(phrase._replace(is_start=False), words)) for phrase in found)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return where wanted phrases stand in a text, from each first character to behind the last, in order."""
        words = list(_words(text))
        found = sorted({place for phrase in self.wanted for place in _places(phrase, words)})
        joined: list[tuple[int, int]] = []
        for start, end in found:
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined


def parse_query(text: str) -> Query:
    """Return what a text asks for."""
    wanted: dict[Phrase, None] = {}
    excluded: dict[Phrase, None] = {}
    notice = "" if len(text) <= MAX_CHARS else f"Only the first {MAX_CHARS:,} characters are looked at."
    for term in re.finditer(_TERM, clean(text, MAX_CHARS)):
        minus, quoted, end, word = term.groups()
        typed = re.findall(_WORD, quoted or word or term[0])
        found = tuple(part for piece in typed for part in _folded(piece))
        if not found:
            continue
        can_start = len(found[-1]) >= LEAST_START or found[-1] >= SYLLABLES
        is_open = quoted is None or not end  # a quotation is not yet closed while one types it
        phrase = Phrase(found, is_open and can_start and not minus, " ".join(typed))
        (excluded if minus else wanted).setdefault(phrase)
    if len(wanted) + len(excluded) > MAX_PHRASES:
        notice = f"Only the first {MAX_PHRASES} words are looked for."
    elif excluded and not wanted:
        notice = "Type what to look for besides what to leave out."
    return Query(tuple(wanted)[:MAX_PHRASES], tuple(excluded)[: max(0, MAX_PHRASES - len(wanted))], notice)


def spaced(text: str) -> str:
    """Return a text as it goes into the index: with blanks between letters of scripts that have none."""
    return text if text.isascii() else re.sub(_LETTER, r" \1 ", text)


class _Word(NamedTuple):
    folded: str
    start: int
    end: int


def _words(text: str) -> Iterator[_Word]:
    """Yield the words of a text with their places; one that folds to several has them all at its own place."""
    for found in re.finditer(_WORD, text):
        for part in _folded(found[0]):
            yield _Word(part, found.start(), found.end())


@lru_cache(maxsize=2_000)
def _folded(word: str) -> tuple[str, ...]:
    return tuple(re.findall(_WORD, fold(word)))


def _places(phrase: Phrase, words: list[_Word]) -> Iterable[tuple[int, int]]:
    """Yield where a phrase stands among the words of a text."""
    *before, last = phrase.words
    for place in range(len(before), len(words)):
        word = words[place].folded
        if not (word == last or (phrase.is_start and word.startswith(last))):
            continue
        first = place - len(before)
        if all(words[first + number].folded == wanted for number, wanted in enumerate(before)):
            yield words[first].start, words[place].end


def excerpt(query: Query, text: str, width: int) -> str:
    """Return as much of a text as `width` characters hold, around the first match in it."""
    if len(text) <= width:
        return text
    spans = query.spans(text)
    first = spans[0][0] if spans else 0
    start = 0 if first < width * 2 // 3 else text.rfind(" ", 0, first - width // 3) + 1
    cut = text[start : start + width - 2 * bool(start)]
    if start + len(cut) < len(text):
        cut = cut[: max(cut.rfind(" "), len(cut) - 20)].rstrip() + "…"
    return f"…{cut}" if start else cut
