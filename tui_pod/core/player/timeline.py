"""Plan when each sentence of a text is spoken, before anything is. Pure, and independent of the installed voice.

The plan depends on the words alone, so positions, bookmarks and progress mean the same on every machine that has the
text. The voice keeps it: it speaks the text piece by piece, each in its planned time.

A source stores `Timeline.as_webvtt` in a file, the path of which is the item's `transcript`, and the chapters and the
duration with the item. The head of the file says that it is planned: `EpisodeTranscripts` reads it as the episode's own
transcript, one cue a sentence, unchanged (`Transcript.is_planned`). An episode without audio and with such a transcript
is a planned text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tui_pod.core.library.transcript import PLANNED, Cue, to_webvtt
from tui_pod.core.player.snapshot import MAX_CHAPTERS, Chapter
from tui_pod.core.text.document import Block, Document
from tui_pod.core.text.language import guess_language
from tui_pod.core.text.speech import split_sentences

LEAD, TAIL = 0.15, 0.35
"""Seconds of silence before the first and after the last sentence."""

SENTENCE_PAUSE = 0.55
"""Seconds after a sentence within a block."""

PAUSES = {"heading": 1.5, "paragraph": 1.1, "item": 0.8, "quote": 1.3, "remark": 1.1}
"""Seconds after a block."""

BEFORE_HEADING = 2.2
"""Seconds between a heading and what is before it."""

LONGEST = 400
"""Maximum number of characters of a sentence; a longer one is spoken in parts."""

BASE, PER_LETTER, PER_WORD, PER_DIGIT = 0.2, 0.0564, 0.0411, 0.258
PER_CAPITAL, PER_PAUSE, PER_SIGN = 0.09, 0.243, 0.6
"""Seconds of English speech: a least-squares fit to half an hour of the voice (talks and prose), slowed by 1.5 %.

The voice can be slower by a fifth, but not much faster. Syllables add nothing to letters.
"""

RATES = {
    "ar": 1.45, "fr": 0.85, "hi": 1.1, "ja": 3.2, "ko": 2.4, "nl": 1.05, "pl": 1.15, "pt": 1.05, "ru": 0.95, "sv": 1.1,
    "zh": 3.4,
}  # fmt: skip
"""How much longer as many letters of a language take than in English (measured with espeak-ng)."""

SAMPLED = 200
"""How many blocks show in which language a document is."""

_DIGIT, _PAUSE, _SIGN = re.compile(r"\d"), re.compile(r"[,;:—–()、，；：]+|[.!?…] "), re.compile(r"[%$€£&=+<>/@#*^]+")
_CAPITALS, _NO_LETTER = re.compile(r"\b[A-Z]{2,}"), re.compile(r"[\W\d_]+")

_UNSPACED = re.compile(r"[^。！？]+[。！？]*[”’」』）]*|[。！？]+")
"""A sentence of a language without blanks between them."""

_CUT = re.compile(r".{1,%d}(?:[,;:)—–](?=\s)|[，；、])|.{1,%d}(?=\s)|.{1,%d}" % ((LONGEST,) * 3))  # noqa: UP031
"""The part of a sentence up to the last comma, else the last blank, within the limit."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A text with the time of each sentence."""

    cues: tuple[Cue, ...]
    chapters: tuple[Chapter, ...]
    """Its headings; empty if it has none."""
    duration: float
    """Seconds; 0 if the text has no words."""
    language: str = ""

    def as_webvtt(self) -> str:
        """Return the plan as the text of a file, which is read as it is."""
        return to_webvtt(self.cues).replace("WEBVTT", f"{PLANNED} {self.language}", 1)


def plan(document: Document) -> Timeline:
    """Return when each sentence of a document is spoken, and where its chapters start."""
    language = document.language or guess_language(" ".join(block.text for block in document.blocks[:SAMPLED]))
    cues: list[Cue] = []
    headings: list[tuple[int, Chapter]] = []
    end = pause = 0.0
    for block in document.blocks:
        is_heading = block.kind == "heading"
        start = max(end + pause, end + BEFORE_HEADING if is_heading and cues else LEAD)
        if is_heading:
            headings.append((block.level, Chapter(round(start, 3), block.text)))
        for sentence in _sentences(block):
            end = start + estimate(sentence, language)
            cues.append(Cue(sentence, round(start, 3), round(end, 3)))
            start = end + SENTENCE_PAUSE
        pause = PAUSES[block.kind]
        if cues:
            cues[-1] = cues[-1]._replace(ends_paragraph=True)
    duration = round(end + TAIL, 3) if cues else 0.0
    return Timeline(tuple(cues), _chapters(document.title, headings), duration, language)


def estimate(sentence: str, language: str = "en") -> float:
    """Return how many seconds a sentence takes, within some 8 %; a minute of them within 2 %."""
    digits, capitals = len(_DIGIT.findall(sentence)), sum(map(len, _CAPITALS.findall(sentence)))
    pauses, signs = len(_PAUSE.findall(sentence)), len(_SIGN.findall(sentence))
    seconds = BASE + PER_LETTER * len(_NO_LETTER.sub("", sentence)) + PER_WORD * (sentence.count(" ") + 1)
    seconds += PER_DIGIT * digits + PER_CAPITAL * capitals
    return (seconds + PER_PAUSE * pauses + PER_SIGN * signs) * RATES.get(language[:2], 1.0)


def _sentences(block: Block) -> Iterator[str]:
    """Yield the sentences of a block, each within the limit of length."""
    sentences = [block.text] if block.kind == "heading" else split_sentences(block.text)
    for sentence in (part for spaced in sentences for part in _UNSPACED.findall(spaced)):
        if len(sentence) <= LONGEST:
            yield sentence
        else:
            yield from filter(None, (part.strip() for part in _CUT.findall(sentence)))


def _chapters(title: str, headings: list[tuple[int, Chapter]]) -> tuple[Chapter, ...]:
    """Return headings as chapters, without the lowest levels if there are too many, and what is before the first."""
    while len(headings) >= MAX_CHAPTERS:
        lowest = max(level for level, _ in headings)
        kept = [heading for heading in headings if heading[0] < lowest]
        headings = kept or headings[: MAX_CHAPTERS - 1]
    chapters = tuple(chapter for _, chapter in headings)
    return (Chapter(0.0, title), *chapters) if chapters and chapters[0].start > LEAD else chapters
