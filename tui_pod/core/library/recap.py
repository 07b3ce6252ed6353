"""The story so far: who and what was named in the words of an episode, up to a position.

Names are found by their capitals, titles and recurrence, in the sentences that end before the position and in nothing
else: no name, spelling, order or count tells what is still to come. Pure, and fast enough for a long novel.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from tui_pod.core.library.transcript import SENTENCE_END, Cue, Transcript

MOST = 15
"""How many names are told."""

LEAD = 3
"""How many sentences lead in to the position."""

FEWEST_WORDS = 60
"""With fewer words there is nothing to tell."""

MOST_CAPITALS = 0.2
"""Largest share of words within sentences that begin with a capital: in German, where each noun does, it is more."""

LEAST_STARTS = 0.5
"""Smallest share of sentences that begin with a capital, which some captions and scripts do not have."""

HALF_LIFE = 0.2
"""A name counts half if it was last said this share of what was heard ago, a third after twice as much."""

_UPPER = "".join(char for char in map(chr, range(0x530)) if char.isupper())
_TITLES = {
    "": "Mr Dr Doctor Sir Lord Captain Cap’n Colonel Major General Lieutenant Sergeant Corporal Inspector Professor "
    "Prof Master Monsieur Count Baron Duke Prince King Emperor Father Brother Uncle Cousin Judge Squire Reverend Rev "
    "Saint St President Bishop Pope Don Señor Signor Abbé Herr",
    "wife": "Mrs Widow Lady Madam Madame Mme Countess Baroness Duchess Queen Empress Mother Aunt Doña Señora "
    "Signora Frau",
    "maid": "Miss Ms Mistress Mlle Mademoiselle Princess Sister Signorina Señorita Fräulein",
}
"""Titles by what they tell apart: Mr. Bennet is not Mrs. Bennet, and neither is Miss Bennet."""
_KIND = {title: kind for kind, titles in _TITLES.items() for title in titles.split()}
_SHORT = frozenset("Mr Mrs Ms Dr Prof Rev St".split())
"""Titles with a full stop."""
_NEVER = frozenset(
    "God Lord Heaven Almighty Christ Christmas Easter Monday Tuesday Wednesday Thursday Friday Saturday Sunday January "
    "February March April May June July August September October November December Chapter Book Part".split()
)
"""Words with capitals that name nobody whom a listener meets."""
_LINKS = "de|du|des|von|van|der|den|di|da|la|le|del|bin|ibn"
_PART = rf"[{_UPPER}][^\W\d_]*+(?:[’'-][{_UPPER}][^\W\d_]*+)*+"
_PLACES = "in|at|on|near|into|through|across|the|en|à|au|im|nach|aus|los|las|el|les"
"""Words before the name of a place, a thing, a day or a people, and seldom before that of a person."""
_NAMED = re.compile(
    rf"(?<![\w’'-])(?:({_PLACES})[ ])?(?:({'|'.join(sorted(_KIND, key=len, reverse=True))})\b\.?[ ])?"
    rf"({_PART}(?:[ ](?:(?:{_LINKS})[ ]){{0,2}}{_PART}){{0,4}})(?!-\w)"
)
_WITHIN = re.compile(rf"(?<=[\w,;] )(?:({_PART})|[^\W\d_])")
"""A word within a sentence, where a capital says something."""
_START = re.compile(rf"\W{{0,3}}[{_UPPER}]")
_LOWER = re.compile(rf"\b[^\W\d_{_UPPER}]+\b")


NO_CAPITALS = "its words do not tell names by capitals"


class Met(NamedTuple):
    """Someone or something that was named."""

    name: str
    sentence: str
    """The first sentence that names it."""
    start: float
    end: float
    """When that is said, in seconds."""
    times: int
    """How often it was named."""


class Story(NamedTuple):
    """The story so far."""

    met: Sequence[Met] = ()
    """The most recent and most important first."""
    lead: Sequence[Cue] = ()
    """The last sentences before the position."""
    fault: str = ""
    """Why it cannot be told; empty if it can."""


@dataclass(eq=False, slots=True)
class _Name:
    """A name, and those that are short for it."""

    words: tuple[str, ...]
    kinds: set[str] = field(default_factory=set)
    """Of the titles before it."""
    said: dict[tuple[str, ...], list[int]] = field(default_factory=lambda: defaultdict(list))
    """The sentences that it was in, by its forms: the title, or an empty text, and the words."""
    full: int = 0
    """How often it was said in full."""
    places: int = 0
    """How often it stood as that of a person seldom does."""

    @property
    def count(self) -> int:
        """How often it was said."""
        return sum(map(len, self.said.values()))

    def is_short_for(self, other: _Name) -> bool:
        """Return whether it can be short for another name: Darcy or Mr. Darcy for Mr. Fitzwilliam Darcy."""
        mine, count = self.words, len(self.words)
        if mine not in (other.words[:count], other.words[-count:]) or (other.full < 3 and other.full * 10 < self.full):
            return False
        if self.kinds:
            is_usual = self.kinds <= other.kinds or (self.kinds == {""} and other.full * 5 > self.full)
            return is_usual and len(other.words) > count and mine == other.words[-count:]
        if len(other.words) > count:
            return True
        return bool(other.kinds) and ("wife" not in other.kinds or self.count < other.count)

    def take(self, other: _Name) -> None:
        """Take what is short for it."""
        for form, sentences in other.said.items():
            self.said[form] += sentences
        self.places += other.places


def tell_story(transcript: Transcript, position: float) -> Story:
    """Return the story of a transcript up to a position, in seconds."""
    if not transcript.cues:
        return Story(fault=transcript.fault or "it has no transcript")
    if not transcript.is_timed:
        return Story(fault="its transcript has no times; they come with its narration, or once it is recognised")
    started = bisect_right(transcript.cues, position, key=lambda cue: cue.start or 0.0)
    heard = [cue for cue in transcript.cues[:started] if (cue.end or 0.0) <= position + 0.01]
    text = "\n".join(cue.text for cue in heard)
    within = [found[1] for found in _WITHIN.finditer(text)]
    capitals = Counter(word for word in within if word and len(word) > 1)
    if len(within) < FEWEST_WORDS:
        return Story(lead=heard[-LEAD:], fault="too little of it was heard")
    starts = sum(_START.match(cue.text) is not None for cue in heard)
    if starts < LEAST_STARTS * len(heard) or capitals.total() > MOST_CAPITALS * len(within):
        return Story(lead=heard[-LEAD:], fault=NO_CAPITALS)
    lower = Counter(_LOWER.findall(text))
    known = {word for word, count in capitals.items() if count > lower[word.lower()]} - _NEVER
    found = _join(_find(heard, known))
    ends = [*accumulate(len(cue.text) for cue in heard)]

    def weight(name: _Name) -> float:
        ago = (1.0 - ends[number] / ends[-1] for sentences in name.said.values() for number in sentences)
        is_person = 1.0 - 0.8 * min(1.0, 2.0 * name.places / name.count)
        return is_person * sum(1.0 / (1.0 + share / HALF_LIFE) for share in ago)

    ranked = sorted(found, key=weight, reverse=True)[:MOST]
    met = [_met(name, heard) for name in ranked]
    return Story(met, heard[-LEAD:], "" if met else "nobody and nothing was named")


def _find(heard: Sequence[Cue], known: set[str]) -> Iterable[_Name]:
    """Return the names in sentences, those with another title apart; `known` are words that are names by themselves."""
    found: dict[tuple[str, ...], _Name] = {}
    for number, cue in enumerate(heard):
        named = _NAMED.findall(cue.text)
        if len(named) > 1 and _is_heading(cue.text):
            continue
        for place, title, run in named:
            words = run.split()
            while words and not title and (words[0] not in known or words[0] in _KIND):
                del words[0]
            if not words or (len(words) == 1 and (len(words[0]) < 2 or words[0] in _KIND)):
                continue
            kinds = {_KIND[title]} if title else set[str]()
            name = found.setdefault((*words, *(kinds if len(words) == 1 else ())), _Name(tuple(words)))
            name.kinds |= kinds
            name.full += 1
            name.places += bool(place)
            name.said[title + "." * (title in _SHORT), *words].append(number)
    return found.values()


def _is_heading(text: str) -> bool:
    """Return whether most words of a sentence have capitals, so that they tell nothing."""
    words = text.split()
    return len(words) > 2 and sum(word[:1].isupper() for word in words) > 0.6 * len(words)


def _join(names: Iterable[_Name]) -> list[_Name]:
    """Return the names without those that are short for another, which the commonest of these takes."""
    kept: list[_Name] = []
    by_word: defaultdict[str, list[_Name]] = defaultdict(list)
    for name in sorted(names, key=lambda name: (-len(name.words), not name.kinds, -name.full)):
        longer = [other for other in by_word[name.words[0]] if name.is_short_for(other)]
        if longer and not (name.kinds and len(longer) > 1):
            max(longer, key=lambda other: other.count).take(name)
            continue
        kept.append(name)
        for word in {*name.words}:
            by_word[word].append(name)
    return kept


def _met(name: _Name, heard: Sequence[Cue]) -> Met:
    """Return a name in its fullest usual form, with the first longer sentence that has this or the usual form."""

    def fullness(form: tuple[str, ...]) -> tuple[bool, int]:
        return len(form) > 2 and len(name.said[form]) > 1, len(name.said[form])

    usual, full = max(name.said, key=lambda form: len(name.said[form])), max(name.said, key=fullness)
    said = sorted({*name.said[usual], *name.said[full]})
    is_sentence = (n for n in said if heard[n].text.count(" ") >= 3 and SENTENCE_END.search(heard[n].text))
    first = heard[next(is_sentence, said[0])]
    return Met(" ".join(filter(None, full)), first.text, first.start or 0.0, first.end or 0.0, name.count)
