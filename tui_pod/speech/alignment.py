"""Give a podcast's own transcript the times at which a recogniser heard its words. Knows no file and no model.

Both texts are matched word by word, with rare words as anchors. Sentences without a match are placed between their
neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from statistics import median

from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.text.clean import fold

LEAST_MATCH = 0.4
"""Share of the words that must match; below that, the transcript is of another recording or in another language."""

LEAST_SHIFT = 2.0
"""Seconds by which a timed transcript must be off, somewhere, to be moved; less may come from how it was made."""

NEARBY = 5
"""Sentences before and after one over which its shift is measured."""

PACE = 0.35
"""Seconds that a word takes on average."""

FOUND, MOVED = "times found by machine", "times moved by machine"

_WORD = re.compile(r"[\w’']+")


def follow(transcript: Transcript, heard: Sequence[Cue]) -> Transcript:
    """Return a podcast's transcript with the times of the recording, or unchanged if they cannot be found.

    Args:
        transcript: from the podcast, with times or without.
        heard: what was recognised in the whole recording, with times.
    """
    starts = _starts(transcript.cues, heard)
    if not starts:
        return transcript
    if transcript.is_timed:
        shifts = [start - (cue.start or 0.0) for start, cue in zip(starts, transcript.cues, strict=True)]
        near = [median(shifts[max(0, index - NEARBY) : index + NEARBY + 1]) for index in range(len(shifts))]
        if max(map(abs, near)) < LEAST_SHIFT:
            return transcript
        moved = [(cue, shift) for cue, shift in zip(transcript.cues, near, strict=True)]
        cues = [cue._replace(start=max(0.0, (cue.start or 0.0) + by), end=(cue.end or 0.0) + by) for cue, by in moved]
        return Transcript(tuple(_in_order(cues)), f"{MOVED}, by up to {max(near, key=abs):+.0f} s")
    end = max(heard[-1].end or 0.0, starts[-1] + 1.0)
    timed = [
        cue._replace(start=start, end=following)
        for cue, (start, following) in zip(transcript.cues, pairwise([*starts, end]), strict=True)
    ]
    return Transcript(tuple(_in_order(timed)), FOUND)


def _starts(cues: Sequence[Cue], heard: Sequence[Cue]) -> list[float]:
    """Return when each sentence begins, in ascending order; empty if too few words match."""
    theirs = [(word, index) for index, cue in enumerate(cues) for word in _words(cue.text)]
    ours = [timed for cue in heard for timed in _timed_words(cue)]
    matcher = SequenceMatcher(None, [word for word, _ in theirs], [word for word, _ in ours])
    first = {}  # index of a sentence -> when it begins, by its first word that matches
    matched = 0
    begin = [0] * len(cues)
    for number in range(len(theirs) - 1, -1, -1):
        begin[theirs[number][1]] = number
    for block in matcher.get_matching_blocks():
        matched += block.size
        for step in range(block.size):
            index = theirs[block.a + step][1]
            if index not in first:
                first[index] = ours[block.b + step][1] - PACE * (block.a + step - begin[index])
    if not theirs or matched < LEAST_MATCH * len(theirs):
        return []
    return _filled(cues, first, heard[0].start or 0.0, heard[-1].end or 0.0)


def _filled(cues: Sequence[Cue], known: dict[int, float], start: float, end: float) -> list[float]:
    """Return a time for every sentence; those between two known ones share the time between them by length."""
    fixed = [(-1, start), *sorted(known.items()), (len(cues), end)]
    times = [0.0] * len(cues)
    latest = 0.0
    for (before, begin), (after, until) in pairwise(fixed):
        gap = range(max(0, before), after)
        letters = [len(cues[index].text) for index in gap]
        total, done = max(1, sum(letters)), 0
        for index, count in zip(gap, letters, strict=True):
            latest = max(latest, begin + max(0.0, until - begin) * done / total)
            times[index] = round(latest, 3)
            done += count
    return times


def _in_order(cues: Sequence[Cue]) -> Iterable[Cue]:
    """Yield the cues, none of which ends after the next begins."""
    for cue, following in pairwise([*cues, Cue("", float("inf"))]):
        start = cue.start or 0.0
        yield cue._replace(end=max(start + 0.01, min(cue.end or 0.0, following.start or 0.0)))


def _words(text: str) -> list[str]:
    return [fold(word).replace("’", "'") for word in _WORD.findall(text)]


def _timed_words(cue: Cue) -> list[tuple[str, float]]:
    """Return the words of a sentence with their times, which divide the sentence's time by length."""
    words, start = _words(cue.text), cue.start or 0.0
    rate = ((cue.end or start) - start) / max(1, sum(map(len, words)))
    timed = []
    for word in words:
        timed.append((word, start))
        start += rate * len(word)
    return timed
