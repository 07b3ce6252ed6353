"""Where the sample of an episode begins and ends: at its first sentence, after jingles and advertisements.

Pure. What recurs, chapters, transcript and loudness say where speech begins. Times are in seconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from math import log10
from statistics import median
from typing import NamedTuple

from tui_pod.core.library.transcript import Cue
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.progress.passages import Passage

LENGTH = 23.0
"""Length of a sample, in seconds of listening: 20 of them take less than eight minutes."""

SHORTEST = 16.0
"""A sample ends with a sentence if one ends after this."""

NEAR = 3.0
"""What begins so soon after something that is left out is left out too, if it is a passage."""

FEWEST_WORDS = 4
"""A real sentence has so many words, and does not stand in brackets, as “[Music]” does."""

STEP = 0.04
"""Between two frames of `find_speech`."""

WINDOW = 12
"""How many seconds must sound like speech on average."""

CHANGE, RANGE, MOST = -6.0, 0.16, 4.0
"""Two seconds sound like speech if the spectrum changes by more than so many dB of the level, less this share of the
range of levels; no second counts more than `MOST` dB. Fitted to hours of people and of music."""

LOUD, SILENT = 15.0, -60.0
"""Only frames at most `LOUD` dB below the mean level count, and none if that mean is below `SILENT` dB."""

ONSET = 12.0
"""Speech begins where the level is at most so many dB below the loudest tenth, after the quietest moment before it."""

_LEFT_OUT = re.compile(
    r"\b(?:intro|opening|theme|jingle|trailer|teaser|ad|ads|advert\w*|sponsor\w*|promo\w*|werbung|vorspann|pub|anuncio)\b",
    re.IGNORECASE,
)
"""Titles of chapters that are no part of the talk."""


def find_start(passages: Sequence[Passage], chapters: Sequence[Chapter], skip_start: float = 0.0) -> float:
    """Return where the talk begins at the earliest: after what recurs, and after chapters that are none of it."""
    start = skip_start
    edges = [(passage.start, passage.end) for passage in passages]
    edges += [(one.start, following.start) for one, following in pairwise(chapters) if _LEFT_OUT.search(one.title)]
    for begin, end in sorted(edges):
        if begin <= start + NEAR:
            start = max(start, end)
    return start


def find_sentence(cues: Sequence[Cue], start: float) -> float | None:
    """Return where the first real sentence of a timed transcript begins, from `start` on; None if there is none."""
    for cue in cues:
        is_real = cue.text.count(" ") >= FEWEST_WORDS - 1 and cue.text[0] not in "[(♪*"
        if is_real and (cue.start or 0.0) >= start - 0.5:
            return cue.start
    return None


def find_end(cues: Sequence[Cue], start: float, speed: float = 1.0) -> float:
    """Return where a sample ends that begins at `start` and plays at a speed: with a sentence, if one ends in time."""
    least, most = start + speed * SHORTEST, start + speed * LENGTH
    return max((cue.end for cue in cues if cue.end and least <= cue.end <= most), default=most)


class Frame(NamedTuple):
    """What is heard in one `STEP` of a recording, in dB."""

    level: float
    change: float
    """How much the spectrum differs from that of the frame before, relative to the level."""


def find_speech(frames: Sequence[Frame]) -> float:
    """Return when speech begins, in seconds from the first frame; 0 if there is none. Frames are `STEP` apart.

    In speech, voiced sounds, noises and pauses alternate: its spectrum changes more from frame to frame than that of
    music, which holds its notes, and its levels have a greater range.
    """
    a_second = round(1 / STEP)
    starts = range(0, len(frames) - 2 * a_second + 1, a_second)
    scores = [_score(frames[start : start + 2 * a_second]) for start in starts]
    for second, score in enumerate(scores[: 1 - WINDOW]):
        if score > 0 and sum(scores[second : second + WINDOW]) > 0:
            return _onset([frame.level for frame in frames], second * a_second, a_second)
    return 0.0


def _score(frames: Sequence[Frame]) -> float:
    """Return how much frames sound like speech rather than music, from -`MOST` to `MOST`."""
    levels = sorted(frame.level for frame in frames)
    mean = 10 * log10(sum(10 ** (level / 10) for level in levels) / len(levels))
    if mean < SILENT:
        return -MOST
    change = median(frame.change for frame in frames if frame.level > mean - LOUD)
    deep = min(50.0, levels[int(0.9 * len(levels))] - levels[int(0.08 * len(levels))])
    return max(-MOST, min(MOST, change - CHANGE + RANGE * deep))


def _onset(levels: Sequence[float], first: int, a_second: int) -> float:
    """Return where speech begins that was noticed from `first` on; there may be an end of music before it."""
    near = levels[first : first + 4 * a_second]
    loud = sorted(near)[int(0.9 * len(near))] - ONSET
    quietest = min(range(3 * a_second), key=near.__getitem__) if first else 0
    return STEP * (first + next((at for at in range(quietest, len(near)) if near[at] > loud), 0))
