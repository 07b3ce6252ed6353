"""How the index keeps the words of an episode: in groups of sentences, each of which is found as one.

A group is a line for each cue, with the speaker's name and a tab before it when somebody else spoke before; that is
also what is indexed. Knows nothing of the database.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from tui_pod.core.library.transcript import SENTENCE_END, Cue

GROUP = 240
"""Characters from which on the end of a sentence also ends a group; twice as many always end it."""

MOST_GROUPS = 1 << 20
"""Groups of one episode that are kept."""


class PackedWords(NamedTuple):
    """The words of an episode."""

    groups: list[str]
    starts: bytes
    """The second at which each cue starts; empty: unknown."""

    def cues(self, place: int) -> list[Cue]:
        """Return the cues of a group. Raises IndexError when it is missing."""
        lines = self.groups[place].split("\n")
        starts: Sequence[float | None] = [None] * len(lines)
        if self.starts:
            first = sum(group.count("\n") + 1 for group in self.groups[:place])
            size = array("f").itemsize
            starts = array("f", self.starts[first * size : (first + len(lines)) * size])
        cues, speaker = [], ""
        for line, start in zip(lines, starts, strict=True):
            named, tab, text = line.rpartition("\t")
            speaker = named if tab else speaker
            cues.append(Cue(text, None if start is None else round(start, 2), speaker=speaker))
        return cues

    @property
    def content(self) -> bytes:
        """The groups as they are stored."""
        return zlib.compress("\n\n".join(self.groups).encode("utf-8", "replace"), 1)


def pack(cues: Sequence[Cue]) -> PackedWords:
    """Return the words of cues that are in order."""
    groups = [_lines(cues[first:last]) for first, last in _bounds(cues)][:MOST_GROUPS]
    is_timed = bool(cues) and cues[0].start is not None
    return PackedWords(groups, array("f", [cue.start or 0.0 for cue in cues]).tobytes() if is_timed else b"")


def unpack(starts: bytes, content: bytes) -> PackedWords:
    """Return words that were stored. Raises zlib.error and ValueError when they are damaged."""
    text = zlib.decompress(content).decode()
    return PackedWords(text.split("\n\n") if text else [], starts)


def _bounds(cues: Sequence[Cue]) -> Iterator[tuple[int, int]]:
    """Yield where groups begin and end; they end with a sentence where they can."""
    ends = list(accumulate([len(cue.text) for cue in cues]))
    first = before = 0
    while first < len(cues):
        last = min(bisect_left(ends, before + GROUP, first), len(cues) - 1)
        while last < len(cues) - 1 and ends[last] < before + 2 * GROUP and SENTENCE_END.search(cues[last].text) is None:
            last += 1
        yield first, last + 1
        first, before = last + 1, ends[last]


def _lines(cues: Sequence[Cue]) -> str:
    lines, last = [], ""
    for text, _, _, _, speaker in cues:
        lines.append(text if speaker == last else f"{speaker}\t{text}")
        last = speaker
    return "\n".join(lines)
