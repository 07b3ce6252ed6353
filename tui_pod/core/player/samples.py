"""Where the sample of an episode begins and ends: at its first sentence, after jingles and advertisements.

Pure. What recurs, chapters, transcript and loudness say where speech begins. Times are in seconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tui_pod.core.library.transcript import Cue
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.progress.passages import Passage

LENGTH = 23.0
"""Of a sample: 20 of them take less than eight minutes."""

SHORTEST = 16.0
"""A sample ends with a sentence if one ends after this."""

NEAR = 3.0
"""What begins so soon after something that is left out is left out too, if it is a passage."""

FEWEST_WORDS = 4
"""A real sentence has so many words, and does not stand in brackets, as “[Music]” does."""

STEP = 0.04
"""Between two levels of `find_speech`."""

WINDOW = 5
"""How many seconds must sound like speech."""

PAUSES, PAUSED = 0.1, 9.0
"""In speech, at least this share of two seconds is so many dB below their mean; in most music less is."""

DEPTH, DEEP = 26.0, 0.6
"""In most of the window, the range of the levels within three seconds is at least so many dB."""

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


def find_end(cues: Sequence[Cue], start: float) -> float:
    """Return where a sample ends that begins at `start`: with a sentence, if one ends in time."""
    ends = [cue.end or 0.0 for cue in cues if start + SHORTEST <= (cue.end or 0.0) <= start + LENGTH]
    return max(ends, default=start + LENGTH)


def find_speech(levels: Sequence[float]) -> float:
    """Return how many seconds after their start levels in dB, every `STEP`, begin to be those of speech; 0 if nowhere.

    In speech, words and pauses alternate: deeper than in music, and more often. Measured with people and music of
    packages; where somebody begins to speak over music it is found late.
    """
    a_second = round(1 / STEP)
    seconds = range(len(levels) // a_second - 3)
    low, deep = list[bool](), list[bool]()
    for second in seconds:
        two = levels[second * a_second : (second + 2) * a_second]
        mean = sum(10 ** (level / 10) for level in two) / len(two)
        quiet = sum(10 ** ((level + PAUSED) / 10) < mean for level in two)
        low.append(quiet >= PAUSES * len(two))
        three = sorted(levels[second * a_second : (second + 3) * a_second])
        deep.append(three[int(0.9 * len(three))] - three[int(0.08 * len(three))] >= DEPTH)
    for second in seconds[: -WINDOW + 1]:
        if low[second] and sum(deep[second : second + WINDOW]) >= DEEP * WINDOW:
            return _onset(levels, second * a_second, a_second)
    return 0.0


def _onset(levels: Sequence[float], first: int, a_second: int) -> float:
    """Return where speech begins that was noticed from `first` on; there may be an end of music before it."""
    near = levels[first : first + 4 * a_second]
    loud = sorted(near)[int(0.9 * len(near))] - ONSET
    quietest = min(range(3 * a_second), key=near.__getitem__) if first else 0
    return STEP * (first + next((at for at in range(quietest, len(near)) if near[at] > loud), 0))
