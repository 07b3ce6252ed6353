"""Find what two recordings have in common, from their fingerprints.

As BLAST does with genes: equal words are seeds, and from each a segment grows along a line, on which both recordings
play at the same speed or nearly so, as long as that raises its score. Knows no files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from tui_pod.passages.fingerprint import FINE, STEP, Fingerprint, Words

_Flags = np.ndarray[Any, np.dtype[np.bool_]]
_Gain = np.ndarray[Any, np.dtype[np.float64]]
_Places = np.ndarray[Any, np.dtype[np.int64]]

COMMON = 12
"""A word that a recording has more often is no seed."""

STEADY = 2
"""Bits in which a word must differ from the one before; silence and steady tones differ in none, and prove nothing."""

PIVOT = 0.35
"""Share of different bits that does not change the score; unrelated sound has 0.5, encoded sound up to 0.25."""

AROUND = 16
"""Words before and after a seed that must match too."""

DROP = 1.2
"""Seconds of unrelated sound at which a segment ends."""

FARTHEST = 240.0
"""Seconds that a segment may grow from one seed; a longer one has more."""

EVIDENCE = 1.8
"""Seconds of perfect match that a match must be worth."""

CLEAR, MORE = 0.3, 3.3
"""A passage that is worth less than this share of its length needs more evidence: it may be music under talk."""

SPEEDS = (1.0, 0.98, 1.02)
"""Of our recording, compared with the other one."""

MOST_SEEDS = 4_000_000
"""Seeds of ours, and pairs of seeds, at the most: they take 32 MB. Very long and looped recordings have more."""

MOST_MATCHES = 300
"""Matches of two recordings at the most: the longest."""

ALIKE = 1.0
"""Seconds of shift up to which two matches of the same stretch are one."""

SURE = 0.16
"""Share of different bits up to which a match is of the right speed: no other is tried there."""

LEAD, TAIL = 0.45, 0.25
"""Seconds from the first matching word's start to that of the passage, and likewise at the end: words overlap. Rather
late at the start: half a second of a jingle is no loss, but one of talk is."""


class Match(NamedTuple):
    """A stretch that two recordings have in common, in seconds of each."""

    start: float
    end: float
    other_start: float
    other_end: float


class Matcher:
    """A recording that is compared with others."""

    def __init__(self, ours: Fingerprint) -> None:
        """Sort its words, and what they would be if the doubtful bits were wrong."""
        self._words, self._still = ours.words, _changes(ours.words, FINE) < STEADY
        known = np.flatnonzero(_is_seed(ours.words, FINE))
        columns = min(ours.doubtful.shape[1], (MOST_SEEDS // max(1, len(known))).bit_length() - 1)
        seeds = np.empty((len(known), 1 << columns), np.uint64)
        seeds[:, 0] = ours.words[known]
        for column in range(columns):
            half = 1 << column
            seeds[:, half : 2 * half] = seeds[:, :half] ^ ours.doubtful[known, column : column + 1]
        seeds <<= _HALF
        seeds |= known.astype(np.uint64)[:, None]
        self._seeds = seeds.ravel()  # words with their places
        self._seeds.sort()

    def find(self, theirs: Words) -> list[Match]:
        """Return what the recording has in common with another, the longest first where several overlap."""
        found: list[Match] = []
        for match in sorted(self._matches(theirs), key=lambda match: match.start - match.end)[:MOST_MATCHES]:
            if not any(match.start < other.end and match.end > other.start
                       and abs(match.other_start - match.start - other.other_start + other.start) < ALIKE
                       for other in found):  # fmt: skip
                found.append(match)
        return found

    def _matches(self, theirs: Words) -> Iterator[Match]:
        """Yield the segments of high score; those on neighbouring lines may overlap."""
        still = _changes(theirs) < STEADY
        speeds, starts, at, places = self._lines(theirs)
        former, until, is_done = None, 0, np.zeros(len(at), np.bool_)
        for number in range(len(at)):
            if is_done[number]:
                continue
            speed, start, place = float(speeds[number]), int(starts[number]), int(places[number])
            until = until if (speed, start) == former else 0
            if place < until:
                continue
            former = speed, start
            there = np.arange(max(until, place - _FARTHEST), min(len(theirs), place + _FARTHEST))
            ours = _line(speed, start, there)
            there = there[(ours >= 0) & (ours < len(self._words))]
            ours = _line(speed, start, there)
            tells = ~(self._still[ours] & still[there])  # silence proves nothing
            gain = tells * (PIVOT - np.bitwise_count(self._words[ours] ^ theirs[there]) / 32)
            middle = place - int(there[0])
            right, raised = _grow(gain[middle:])
            left, lowered = _grow(gain[:middle][::-1])
            until = place + max(right, 1)
            worth = (raised + lowered) * STEP / PIVOT
            if worth >= (EVIDENCE if worth >= CLEAR * (left + right) * STEP else MORE):
                between = (PIVOT - gain[middle - left : middle + right].mean() + 0.5) / 2
                if between < (SURE + 0.5) / 2:
                    near = (places >= place - left) & (places < until)
                    is_done |= near & (abs(_line(speed, start, places) - at) <= 2 * FINE)
                gain += tells * min(0.0, between - PIVOT)  # the better it matches, the less may its edges differ
                right, left = _grow(gain[middle:])[0], _grow(gain[:middle][::-1])[0]
                if left + right < AROUND:
                    continue
                edges = np.array((place - left, place + right))
                first, end = (_line(speed, start, edges) * STEP / FINE).tolist()
                other_first, other_end = (edges * STEP).tolist()
                yield Match(max(0.0, first + LEAD), end + TAIL, max(0.0, other_first + LEAD), other_end + TAIL)

    def _lines(self, theirs: Words) -> tuple[_Gain, _Places, _Places, _Places]:
        """Return equal words around which others match, by line: its speed and start, the places in ours and theirs."""
        candidates = np.flatnonzero(_is_seed(theirs))
        words = theirs[candidates].astype(np.uint64)
        low = np.searchsorted(self._seeds, words << _HALF)
        # not before the next word: the last of all, whose bits are all set, has none
        counts = np.searchsorted(self._seeds, words << _HALF | _PLACE, "right") - low
        thin = slice(None, None, int(counts.sum()) // MOST_SEEDS + 1)
        candidates, low, counts = candidates[thin], low[thin], counts[thin]
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        places = np.repeat(candidates, counts)
        at = (self._seeds[np.repeat(low, counts) + offsets] & _PLACE).astype(np.int64)
        around = AROUND + 1
        inside = (at >= around * FINE) & (at < len(self._words) - around * FINE)
        inside &= (places >= around) & (places < len(theirs) - around)
        at, places = at[inside], places[inside]
        found = []
        for speed in SPEEDS:
            starts, different = at - _line(speed, 0, places), np.zeros(len(at), np.int32)
            for step in range(-AROUND, AROUND + 1):
                ours = self._words[_line(speed, starts, places + step)]
                different += np.bitwise_count(ours ^ theirs[places + step])
            close = np.flatnonzero(different <= PIVOT * 32 * (2 * AROUND + 1))
            close = close[np.lexsort((places[close], starts[close]))]
            found.append((np.full(len(close), speed), starts[close], at[close], places[close]))
        return tuple(np.concatenate(column) for column in zip(*found, strict=True))  # type: ignore[return-value]


def _line(speed: Any, start: Any, places: Any) -> Any:
    """Return which of our words lie beside places in the other recording."""
    return start + np.round(speed * FINE * places).astype(np.int64)


_FARTHEST, _HALF, _PLACE = int(FARTHEST / STEP), np.uint64(32), np.uint64(0xFFFFFFFF)


def _grow(gain: _Gain) -> tuple[int, float]:
    """Return how many words raise the score most, before it falls by `DROP` below that; and by how much."""
    total = np.cumsum(gain)
    fallen = np.flatnonzero(np.maximum.accumulate(np.maximum(total, 0.0)) - total > DROP * (0.5 - PIVOT) / STEP)
    total = total[: fallen[0]] if len(fallen) else total
    highest = int(np.argmax(total)) if len(total) else -1
    return (highest + 1, float(total[highest])) if highest >= 0 and total[highest] > 0 else (0, 0.0)


def _is_seed(words: Words, step: int = 1) -> _Flags:
    _, index, counts = np.unique(words, return_inverse=True, return_counts=True)
    rare: _Flags = counts[index] <= COMMON * step
    return rare & (_changes(words, step) >= STEADY)


def _changes(words: Words, step: int = 1) -> Words:
    """Return in how many bits each word differs from the one a step before."""
    before = np.concatenate((~words[:step], words[:-step]))
    return np.asarray(np.bitwise_count(words ^ before), np.uint32)
