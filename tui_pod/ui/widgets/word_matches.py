"""The sentences among the words of an episode that a search finds. Draws nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from tui_pod.core.library.transcript import Cue
from tui_pod.core.text.clean import clean, fold


class WordMatches:
    """Which sentences have all words of a query."""

    def __init__(self) -> None:
        self.query = ""
        self.words: list[str] = []
        """Those of the query, folded."""
        self.cues: list[int] = []
        """Indexes of the sentences, in order."""
        self._texts: Sequence[Cue] = ()
        self._folded: list[str] = []  # made at the first search

    def search(self, query: str) -> None:
        """Find the sentences for another query; empty: none."""
        self.query = clean(query).strip()
        self.words = fold(self.query).split()
        if self.words and not self._folded:
            self._folded = [fold(cue.text) for cue in self._texts]
        found = enumerate(self._folded) if self.words else ()
        self.cues = [cue for cue, text in found if all(word in text for word in self.words)]

    def adopt(self, texts: Sequence[Cue]) -> None:
        """Find the same among other sentences."""
        self._texts, self._folded = texts, []
        self.search(self.query)

    def has(self, cue: int) -> bool:
        """Return whether a sentence is one of those found."""
        at = bisect_left(self.cues, cue)
        return at < len(self.cues) and self.cues[at] == cue

    def said(self, cursor: int) -> str:
        """Return what came of the search, such as `2/7 “attention”`; empty when nothing is searched."""
        if not self.query:
            return ""
        if not self.cues:
            return f"“{self.query}” is not among these words"
        return f"{bisect_left(self.cues, cursor) + 1}/{len(self.cues)} “{self.query}”"

    def beside(self, cursor: int, by: int, includes_cursor: bool = False) -> int | None:
        """Return the next (1) or previous (-1) sentence found, round and round; None when there is none."""
        if not self.cues:
            return None
        at = bisect_left(self.cues, cursor + (by > 0 and not includes_cursor))
        return self.cues[(at - (by < 0)) % len(self.cues)]
