"""Pack the words of an episode for the index: in groups of sentences, each indexed as one row.

A group has a line per cue, which starts with the speaker's name and a tab if the speaker changes, and ends with a blank
if a paragraph of a planned text ends there; this is also what is indexed. Knows nothing of the database.
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from tui_pod.core.library.transcript import PARAGRAPH_GAP, SENTENCE_END, Cue

GROUP = 240
"""A group of at least this many characters ends with the next sentence, or at twice the length."""

MOST_GROUPS = 1 << 20
"""Maximum number of groups of one episode."""


class PackedWords(NamedTuple):
    """The words of an episode."""

    groups: list[str]
    starts: bytes
    """The start of each cue in seconds, as 32-bit floats; empty if unknown."""

    def cues(self, place: int) -> list[Cue]:
        """Return the cues of a group. Raises IndexError if there is no such group."""
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
            at = None if start is None else round(start, 2)
            cues.append(Cue(text.rstrip(" "), at, None, text.endswith(" "), speaker))
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
    """Return words that were stored. Raises zlib.error or ValueError if they are damaged."""
    text = zlib.decompress(content).decode()
    return PackedWords(text.split("\n\n") if text else [], starts)


def _bounds(cues: Sequence[Cue]) -> Iterator[tuple[int, int]]:
    """Yield the first and last cue of each group; groups end with a sentence if possible."""
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
    for (text, _, end, ends_paragraph, speaker), following in zip(cues, [*cues[1:], Cue("")], strict=True):
        text += " " * (ends_paragraph and (following.start or 0.0) - (end or 0.0) >= PARAGRAPH_GAP)
        lines.append(text if speaker == last else f"{speaker}\t{text}")
        last = speaker
    return "\n".join(lines)
