"""Parse a search query and find its words in a text. Knows nothing of the index.

A word of four letters or more matches every word that begins with it, and so does the last one from three letters on
while it is being typed; too many words begin with shorter ones. A quoted phrase matches the same words in the same
order. A minus before either excludes exact matches. All other characters only separate words, as in the index. Common
words and endings of some languages say little about what a question is about; the language is guessed from its words,
since nothing else says which it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from tui_pod.core.text.clean import clean, fold, letter_end

LEAST_STEM = 4
"""Minimum number of letters that remain when an ending is cut off; 3 for a single letter."""


DOUBLING = ("ing", "ed")
"""English endings before which a consonant is doubled."""


class Language(NamedTuple):
    """What to ignore in a question."""

    stop_words: frozenset[str]
    """Folded."""
    endings: tuple[str, ...]
    """Inflections, longest first."""

    def stem(self, word: str) -> str:
        """Return a word without its inflection, so that it matches the other forms as a prefix."""
        for ending in self.endings:
            if word.endswith(ending) and len(word) - len(ending) >= LEAST_STEM - (len(ending) == 1):
                left = word[: -len(ending)]
                is_doubled = ending in DOUBLING and left[-1] == left[-2] and left[-1] not in "aeiouls"
                return left[:-1] if is_doubled else left  # splitting, split
        return word


_TABLES = (
    (
        "ing ies es ed s",
        "a about after all also am an and any are aren as at be because been being but by can come comes could did"
        " didn do does doesn doing don for from get gets had has have he her him his how i if in into is isn it its"
        " itself just like ll made make makes many me more most much my no not of on one only or other our re s she"
        " should shouldn so some such t than that the their them then there these they thing things this those time"
        " times to too us use used uses ve very was wasn way we were what when where which while who whom whose why"
        " will with won work works would wouldn you your",
    ),
    (
        "en er es e n s",
        "aber als am an auch auf aus bei beim bin bis da damit dann das dass dem den denn der des die dies diese"
        " dieser du durch ein eine einem einen einer eines er es etwas fur gibt haben hat hatte ich ihr im in ist ja"
        " kann kein keine konnen man mein mich mir mit muss nach nicht noch nur ob oder sehr sein sich sie sind so"
        " soll tut uber um und uns unter vom von vor wann war warum was wegen weil welche welcher wenn wer werden wie"
        " wieso wir wird wo woher zu zum zur",
    ),
    (
        "es s e",
        "a ai ainsi au aussi aux avec c ce ces cet cette comme comment d dans de des donc du elle en est et etre eu"
        " fait il ils j je l la le les leur lui m ma mais me mes moi mon n ne nous on ont ou par pas plus pour"
        " pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se ses si son sont sur t tu un une vous y",
    ),
    (
        "es s",
        "a al algo como con cual cuando cuanto de del donde e el ella ellos en entre era es esa ese eso esta este"
        " esto fue ha hay la las le les lo los mas me mi mis muy no nos o para pero por porque que quien se sea ser si"
        " sin sobre son su sus tambien te tiene tu un una uno y ya yo",
    ),
    (
        "i e a o",
        "a ai al alla anche c che chi ci come con cosa cui da dal dalla de degli dei del della delle di dove e ed"
        " essere fa gli ha hanno ho i il in io l la le lo loro ma mi mio nel nella non o ogni per perche piu puo quale"
        " quali quando quanto quella quello questa questo se sei si sia sono su sua sul suo ti tra tu un una uno",
    ),
    (
        "es s",
        "a ao aos as ate com como da das de dela dele do dos e ela ele em entre era essa esse esta este eu foi ha"
        " isso isto ja lhe mais mas me meu minha muito na nao nas no nos o onde os ou para pela pelo por porque qual"
        " quando que quem sao se sem ser seu sobre sua tambem te tem um uma voce",
    ),
    (
        "en e s",
        "aan al als bij dan dat de deze die dit doe doen door dus een en er ge geen had heb hebben heeft het hij hoe"
        " ik in is je kan kun kunnen maar me meer met mijn naar niet nog of om ook op over te tot u uit van veel voor"
        " waar waarom wanneer want waren was wat we welke wie wij wil word wordt zal ze zich zij zijn zo zou",
    ),
)
"""Endings and stop words of English, German, French, Spanish, Italian, Portuguese and Dutch."""


def guess_language(words: Collection[str]) -> Language:
    """Return the language with the most stop words among these folded words, the first of several.

    Without any, it is English without stop words.
    """
    best = max(_languages(), key=lambda language: sum(word in language.stop_words for word in words))
    is_known = any(word in best.stop_words for word in words)
    return best if is_known else _languages()[0]._replace(stop_words=frozenset())


@cache
def _languages() -> tuple[Language, ...]:
    return tuple(Language(frozenset(words.split()), tuple(endings.split())) for endings, words in _TABLES)


MAX_PHRASES = 32
"""Maximum number of words and quoted phrases in a query; more would not narrow it, and SQLite has its limits."""

MAX_CHARS = 2_000
"""Maximum number of characters of a query that are read."""

LEAST_START, LEAST_TYPED = 4, 3
"""Minimum number of letters for a word to match as a prefix, in scripts below `SYLLABLES`; for the one being typed."""

SYLLABLES = "\u1100"
"""The first letter of the scripts in which one letter stands for a syllable or a word."""

NOTHING = "There is no letter or digit to search for."

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Scripts written without spaces, whose letters are searched as words: Thai, Lao, Burmese, Khmer, Kana, Han."""

_POINTS = "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4"
_INDIC = "".join(
    f"{chr(block + first)}-{chr(block + last)}"
    for block in range(0x900, 0xE00, 0x80)
    for first, last in ((0x00, 0x03), (0x3C, 0x3C), (0x3E, 0x4D), (0x51, 0x57), (0x62, 0x63))
)
_MARKS = f"\u0300-\u036f{_POINTS}{_INDIC}"
"""Marks that belong to the letter before them: accents, the points of Hebrew and Arabic, the vowels of India."""

_POINTED = "[\u0590-\u06ff]"
"""Scripts whose points are seldom written, so that they are indexed without."""

_LETTER = f"([{_UNSPACED}])"  # strings, which `re` compiles at first use: compiling at import would delay playback
_WORD = rf"[{_UNSPACED}]|[^\W_{_UNSPACED}](?:[^\W_{_UNSPACED}]|[{_MARKS}])*"
_TERM = r'(?<!\S)(-?)(?:["“„”«]([^"“„”«»]*)(["“”»]?)|([^\s"“„”«»]+))|["“„”«»]|[^\s"“„”«»]+'


class Phrase(NamedTuple):
    """Consecutive words."""

    words: tuple[str, ...]
    """Folded."""
    is_start: bool
    """True if the last word matches as a prefix."""
    typed: str
    """The words as typed, which SQLite folds in its own way; only letters, digits and spaces."""

    @property
    def expression(self) -> str:
        """The phrase as FTS5 reads it."""
        return f'"{self.typed}"{"*" if self.is_start else ""}'

    def begins(self, word: str) -> bool:
        """Return True if a folded word matches the last word of the phrase."""
        return word == self.words[-1] or (self.is_start and word.startswith(self.words[-1]))

    def stemmed(self, language: Language) -> Phrase:
        """Return the phrase without the inflection of its last word, if that matches as a prefix."""
        if len(self.words) > 1 and self.words[-1] == "s" and self.typed.endswith(" s"):  # today's
            return Phrase(self.words[:-1], len(self.words[-2]) >= LEAST_START, self.typed[:-2]).stemmed(language)
        last = self.words[-1]
        cut = len(last) - len(language.stem(last))
        if not cut or not self.is_start or not fold(self.typed).endswith(last):
            return self
        return self._replace(words=(*self.words[:-1], last[:-cut]), typed=self.typed[:-cut])


class Query(NamedTuple):
    """What to look for."""

    wanted: tuple[Phrase, ...] = ()
    """All of these must match, or any of them (`is_any`)."""
    excluded: tuple[Phrase, ...] = ()
    """None of these may match."""
    notice: str | None = None
    """What the listener should know about the query; None for nothing."""
    is_any: bool = False

    def whole(self) -> Query:
        """Return the query for whole words."""
        return self._replace(wanted=tuple(phrase._replace(is_start=False) for phrase in self.wanted))

    def nearest(self) -> Query:
        """Return the query for any of the wanted phrases in any inflection, without stop words if others remain."""
        wanted = dict.fromkeys(phrase.stemmed(self.language) for phrase in self._telling or self.wanted)
        return self._replace(wanted=tuple(wanted), is_any=True)

    @property
    def language(self) -> Language:
        """The language that it is probably in."""
        return guess_language([word for phrase in self.wanted for word in phrase.words])

    @property
    def is_question(self) -> bool:
        """True if it has both stop words and others."""
        return 0 < len(self._telling) < len(self.wanted)

    @property
    def _telling(self) -> list[Phrase]:
        """The phrases of more than stop words."""
        stop_words = self.language.stop_words
        return [phrase for phrase in self.wanted if not stop_words.issuperset(phrase.words)]

    def expression(self, column: str = "") -> str:
        """Return the query in FTS5 syntax, for one column if named; exclusions apply to all columns."""
        wanted = (" OR " if self.is_any else " AND ").join(phrase.expression for phrase in self.wanted)
        found = f"{{{column}}} : ({wanted})" if column else f"({wanted})"
        excluded = " OR ".join(phrase.expression for phrase in self.excluded)
        return f"{found} NOT ({excluded})" if excluded else found

    def matches(self, text: str) -> bool:
        """Return True if a text has the wanted phrases, all or any, and no excluded one."""
        folded, enough = fold(text), any if self.is_any else all
        if not enough(word in folded for phrase in self.wanted for word in phrase.words):  # true for most, and quick
            return False
        words = list(_words(text))
        return enough(any(_places(phrase, words)) for phrase in self.wanted) and not self.excludes(text)

    def excludes(self, text: str) -> bool:
        """Return True if a text has an excluded phrase."""
        words = list(_words(text)) if self.excluded else []
        return any(any(_places(phrase, words)) for phrase in self.excluded)

    def score(self, text: str) -> tuple[int, int]:
        """Return how many wanted phrases a text has, and how many of them match whole words."""
        words = list(_words(text))
        found = [phrase for phrase in self.wanted if any(_places(phrase, words))]
        return len(found), sum(any(_places(phrase._replace(is_start=False), words)) for phrase in found)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the start and end of each wanted phrase in a text, in order; overlapping ones are merged."""
        words = list(_words(text))
        found = sorted({place for phrase in self.wanted for place in _places(phrase, words)})
        joined: list[tuple[int, int]] = []
        for start, end in found:
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined


def parse_query(text: str, is_typing: bool = False) -> Query:
    """Return the query that a text stands for; `is_typing` if its last word may go on."""
    wanted: dict[Phrase, None] = {}
    excluded: dict[Phrase, None] = {}
    notice = None if len(text) <= MAX_CHARS else f"Only the first {MAX_CHARS:,} characters are read."
    for term in re.finditer(_TERM, clean(text, MAX_CHARS)):
        minus, quoted, end, word = term.groups()
        typed = re.findall(_WORD, quoted or word or term[0])
        found = tuple(part for piece in typed for part in _folded(piece))
        if not found:
            continue
        least = LEAST_TYPED if is_typing and term.end() == len(text) else LEAST_START
        can_start = len(found[-1]) >= least or found[-1] >= SYLLABLES
        is_open = quoted is None or not end  # a quote is not closed yet while it is being typed
        phrase = Phrase(found, is_open and can_start and not minus, _unpointed(" ".join(typed)))
        (excluded if minus else wanted).setdefault(phrase)
    if len(wanted) + len(excluded) > MAX_PHRASES:
        notice = f"Only the first {MAX_PHRASES} words are searched for."
    elif excluded and not wanted:
        notice = "Type what to find besides what to exclude."
    return Query(tuple(wanted)[:MAX_PHRASES], tuple(excluded)[: max(0, MAX_PHRASES - len(wanted))], notice)


def spaced(text: str) -> str:
    """Return a text as it is indexed: with spaces between the letters of scripts without them."""
    return text if text.isascii() else re.sub(_LETTER, r" \1 ", _unpointed(text))


def _unpointed(text: str) -> str:
    """Return a text as it is compared if it has Hebrew or Arabic, which SQLite would take apart at each point."""
    return fold(text) if not text.isascii() and re.search(_POINTED, text) else text


class _Word(NamedTuple):
    folded: str
    start: int
    end: int


def _words(text: str) -> Iterator[_Word]:
    """Yield the words of a text with their spans; a word that folds to several yields them all with its span."""
    for found in re.finditer(_WORD, text):
        for part in _folded(found[0]):
            yield _Word(part, found.start(), found.end())


@lru_cache(maxsize=2_000)
def _folded(word: str) -> tuple[str, ...]:
    return tuple(re.findall(_WORD, fold(word)))


def folded_words(text: str) -> list[str]:
    """Return the words of a text, folded."""
    return [word.folded for word in _words(text)]


def _places(phrase: Phrase, words: list[_Word]) -> Iterable[tuple[int, int]]:
    """Yield the spans of a phrase among the words of a text."""
    *before, last = phrase.words
    for place in range(len(before), len(words)):
        word = words[place].folded
        if not (word == last or (phrase.is_start and word.startswith(last))):
            continue
        first = place - len(before)
        if all(words[first + number].folded == wanted for number, wanted in enumerate(before)):
            yield words[first].start, words[place].end


def excerpt(query: Query, text: str, width: int) -> str:
    """Return an excerpt of at most `width` characters around the first match."""
    if len(text) <= width:
        return text
    spans = query.spans(text)
    first = spans[0][0] if spans else 0
    start, before = 0, first - width // 3
    if first >= width * 2 // 3:
        start = text.rfind(" ", max(0, before - 20), before) + 1 or letter_end(text, before)
    cut = text[start : start + width - 2 * bool(start)]
    if start + len(cut) < len(text):
        cut = cut[: max(cut.rfind(" "), letter_end(cut, len(cut) - 20))].rstrip() + "…"
    return f"…{cut}" if start else cut
