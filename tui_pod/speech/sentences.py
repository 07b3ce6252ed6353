"""Join recognised words into sentences, and find names that a recogniser should know. Knows no model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tui_pod.core.library.transcript import Cue
from tui_pod.core.text.speech import split_sentences

LONGEST_GAP = 2.0
"""Seconds of silence that end a sentence, whatever the punctuation."""

LONGEST = 400
"""Longest sentence, in characters: a recogniser may omit punctuation for minutes."""

MAX_NAMES = 300
"""Maximum number of characters of names: a model accepts about 220 tokens as a prompt."""

_WORD = re.compile(r"(?<![\w’'.&+-])[\w’'.&+-]*\w")


class Word(NamedTuple):
    """A recognised word and when it is spoken, in seconds."""

    text: str
    """With the space before it, if any, and its punctuation."""
    start: float
    end: float


class SentenceJoiner:
    """Takes words as they are recognised, and yields complete sentences."""

    def __init__(self) -> None:
        self._words: list[Word] = []

    def add(self, words: Iterable[Word]) -> Iterator[Cue]:
        """Yield the sentences that end before one of these words."""
        for word in words:
            if self._words and self._ends_before(word):
                yield from self.flush()
            self._words.append(word)

    def flush(self) -> Iterator[Cue]:
        """Yield the rest as a sentence."""
        words, self._words = self._words, []
        text = "".join(word.text for word in words).strip()
        if text:
            starts = tuple(word.start for word in words if word is words[0] or word.text[:1].isspace())
            yield Cue(text, words[0].start, max(words[-1].end, words[0].start + 0.01), words=starts)

    def _ends_before(self, word: Word) -> bool:
        text = "".join(word.text for word in self._words).strip()
        if word.start - self._words[-1].end > LONGEST_GAP or len(text) > LONGEST:
            return True
        return len(split_sentences(text + word.text)) > 1


def find_names(*texts: str) -> str:
    """Return the names in some texts, separated by commas: capitalised words that do not begin a sentence."""
    names: dict[str, None] = {}
    for sentence in (sentence for text in texts for sentence in split_sentences(text)):
        run: list[str] = []
        for number, word in enumerate([*_WORD.findall(sentence), ""]):
            if word[:1].isupper() and (number > 0 or word[1:] != word[1:].lower()) and word != "I":
                run.append(word)
            elif run:
                names.setdefault(" ".join(run))
                run = []
    joined = ""
    for name in names:
        if len(joined) + len(name) + 2 > MAX_NAMES:
            break
        joined += f", {name}" if joined else name
    return joined
