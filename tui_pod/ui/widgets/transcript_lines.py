"""The layout of a transcript in paragraphs and lines, and the search in it. Draws nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len, chop_cells

from tui_pod.core.library.transcript import Cue
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.text.clean import clean, clock, fold
from tui_pod.ui.look.cells import fit

LONGEST = 400
"""Maximum length of a paragraph (characters) if the transcript has no paragraphs."""

NEAR = 1.0
"""How long after its first sentence a chapter may start (seconds): chapters are often cut in the pause before."""


BETWEEN = -1
"""Stands for the space between two sentences."""


class Run(NamedTuple):
    """The part of a sentence on one line."""

    cue: int
    text: str


class TranscriptLine(NamedTuple):
    """One line: of a paragraph, the heading of a chapter, or blank."""

    runs: tuple[Run, ...] = ()
    time: str = ""
    """The time of the paragraph or chapter that starts here."""
    head: str = ""


def lay_out(cues: Sequence[Cue], chapters: Sequence[Chapter], width: int) -> tuple[list[TranscriptLine], list[int]]:
    """Return the lines, at most `width` cells wide, and the line where each sentence starts."""
    lines: list[TranscriptLine] = []
    first_line = [-1] * len(cues)
    for heads, paragraph in _paragraphs(cues, chapters):
        if lines:
            lines.append(TranscriptLine())
        for chapter in heads:
            lines.append(
                TranscriptLine(time=clock(chapter.start), head=fit(chapter.title or "Chapter", width).rstrip())
            )
        start = cues[paragraph[0]].start
        time = clock(start) if start is not None and not heads else ""
        for runs in _wrapped(cues, paragraph, width):
            for run in runs:
                if run.cue != BETWEEN and first_line[run.cue] < 0:
                    first_line[run.cue] = len(lines)
            lines.append(TranscriptLine(runs, time))
            time = ""
    return lines, first_line


def _paragraphs(cues: Sequence[Cue], chapters: Sequence[Chapter]) -> Iterator[tuple[list[Chapter], list[int]]]:
    """Yield the sentences of each paragraph, with the chapters that start there."""
    has_own = any(cue.ends_paragraph for cue in cues)
    waiting = list(reversed(chapters))
    heads: list[Chapter] = []
    paragraph: list[int] = []
    letters = 0
    for number, cue in enumerate(cues):
        begun = []
        while waiting and cue.start is not None and waiting[-1].start <= cue.start + NEAR:
            begun.append(waiting.pop())
        last = cues[number - 1]
        is_other = bool(cue.speaker) and cue.speaker != last.speaker
        if paragraph and (begun or last.ends_paragraph or is_other or (not has_own and letters > LONGEST)):
            yield heads, paragraph
            heads, paragraph, letters = [], [], 0
        heads += begun
        paragraph.append(number)
        letters += len(cue.text)
    if paragraph:
        yield heads, paragraph


def _wrapped(cues: Sequence[Cue], paragraph: list[int], width: int) -> Iterator[tuple[Run, ...]]:
    """Yield the lines of a paragraph, broken at spaces, and within words longer than a line."""
    runs: list[Run] = []
    used = 0
    for number in paragraph:
        cue = cues[number]
        text = f"{cue.speaker}: {cue.text}" if cue.speaker and number == paragraph[0] else cue.text
        for word in text.split() or [""]:
            size = len(word) if word.isascii() else cell_len(word)
            if runs and used + 1 + size > width:
                yield tuple(runs)
                runs, used = [], 0
            if size > width:
                *heads, word = chop_cells(word, width)
                yield from ((Run(number, head),) for head in heads)
                size = cell_len(word)
            if runs:
                used += 1
            if runs and runs[-1].cue == number:
                runs[-1] = Run(number, f"{runs[-1].text} {word}")
            else:
                runs += (*[Run(BETWEEN, " ")] * bool(runs), Run(number, word))
            used += size
    if runs:
        yield tuple(runs)


class WordMatches:
    """The sentences that contain all words of a query."""

    def __init__(self) -> None:
        self.query = ""
        self.words: list[str] = []
        """The folded words of the query."""
        self.cues: list[int] = []
        """Indexes of the sentences, in order."""
        self._texts: Sequence[Cue] = ()
        self._folded: list[str] = []  # computed at the first search

    def search(self, query: str) -> None:
        """Find the sentences for another query; an empty one clears the search."""
        self.query = clean(query).strip()
        self.words = fold(self.query).split()
        if self.words and not self._folded:
            self._folded = [fold(cue.text) for cue in self._texts]
        found = enumerate(self._folded) if self.words else ()
        self.cues = [cue for cue, text in found if all(word in text for word in self.words)]

    def adopt(self, texts: Sequence[Cue]) -> None:
        """Repeat the search in other sentences."""
        self._texts, self._folded = texts, []
        self.search(self.query)

    def has(self, cue: int) -> bool:
        """Return whether a sentence matches."""
        at = bisect_left(self.cues, cue)
        return at < len(self.cues) and self.cues[at] == cue

    def said(self, cursor: int) -> str:
        """Return the state of the search, such as `2/7 “attention”`; empty without a search."""
        if not self.query:
            return ""
        if not self.cues:
            return f"“{self.query}” is not in this transcript"
        return f"{bisect_left(self.cues, cursor) + 1}/{len(self.cues)} “{self.query}”"

    def beside(self, cursor: int, by: int, includes_cursor: bool = False) -> int | None:
        """Return the next (1) or previous (-1) match, wrapping around; None if there is none."""
        if not self.cues:
            return None
        at = bisect_left(self.cues, cursor + (by > 0 and not includes_cursor))
        return self.cues[(at - (by < 0)) % len(self.cues)]
