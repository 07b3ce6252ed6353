"""Give a podcast's own transcript the times at which a recogniser heard its words. Knows no file and no model.

Both texts are matched word by word, with rare words as anchors. Sentences without a match are placed between their
neighbours.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise
from statistics import median

from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.text.clean import counted, fold

LEAST_MATCH = 0.4
"""Share of the words that must match; below that, the transcript is of another recording or in another language."""

LEAST_SHIFT = 2.0
"""Seconds by which a timed transcript must be off, somewhere, to be moved; less may come from how it was made."""

NEARBY = 5
"""Sentences before and after one over which its shift is measured."""

PACE = 0.35
"""Seconds that a word takes on average."""

SLOWEST = 0.08
"""Seconds that each letter of a word takes at most: a recogniser adds the pause before a sentence to its first word."""

PHRASE = 3
"""Words of the phrases that are looked for first."""

HEADING = 8
"""Most words that are heard of a heading after text that is not read."""

COMPARED = 60
"""Most words between two phrases that are compared each with each."""

SPARED = 300
"""Letters of text that stay although they are not heard: a recogniser misses a sentence now and then."""

FASTEST = 40.0
"""Letters a second that nobody reads; 15 are usual."""

SHORT = 20
"""Letters of a sentence below which it is not told that the text lacks it."""

FOUND, MOVED = "times found by machine", "times moved by machine"

_WORD = re.compile(r"[\w’']+")


def follow(transcript: Transcript, heard: Sequence[Cue], is_whole: bool = True) -> Transcript:
    """Return a transcript with the times of the recording, or unchanged if they cannot be found.

    One without times may be a book's text. What is not heard of it for long is left out, and what is heard besides it
    is added as it was recognised; the note tells both.

    Args:
        transcript: the author's, with times or without.
        heard: what was recognised in the recording, with times.
        is_whole: whether that is all of the recording; if not, the transcript ends there.
    """
    theirs = [(word, index) for index, cue in enumerate(transcript.cues) for word in _words(cue.text)]
    ours = [(word, at, index) for index, cue in enumerate(heard) for word, at in _timed_words(cue)]
    blocks = list(_matching([word for word, _ in theirs], [word for word, *_ in ours]))
    if sum(size for *_, size in blocks) < max(1, LEAST_MATCH * min(len(theirs), len(ours))):
        return transcript
    known, misheard = _begins(theirs, ours, blocks)
    begins = {**misheard, **known}
    if transcript.is_timed:
        return _moved(transcript, _filled(transcript.cues, begins, heard))
    if not is_whole:
        transcript = replace(transcript, cues=transcript.cues[: max(known) + 1])
        begins = {index: start for index, start in begins.items() if index < len(transcript.cues)}
    left_out = _left_out(transcript.cues, begins, heard)
    kept = [index for index in range(len(transcript.cues)) if index not in left_out]
    cues = [transcript.cues[index] for index in kept]
    starts = _filled(cues, {place: begins[index] for place, index in enumerate(kept) if index in begins}, heard)
    end = max(heard[-1].end or 0.0, starts[-1] + 1.0)
    timed = [
        cue._replace(start=start, end=following)
        for cue, (start, following) in zip(cues, pairwise([*starts, end]), strict=True)
    ]
    said = {ours[right + step][2] for _, right, size in blocks for step in range(size)}
    added = _besides(timed, {place for place, index in enumerate(kept) if index in known}, heard, said)
    letters = sum(len(cue.text) for cue in transcript.cues)
    share = sum(len(transcript.cues[index].text) for index in left_out) / letters
    notes = [FOUND] + [f"{min(99, max(1, round(100 * share)))} % of the text is not heard and left out"] * bool(
        left_out
    )
    notes += [f"{counted(len(added), 'sentence')} heard besides it"] * bool(added)
    ordered = sorted([*timed, *added], key=lambda cue: cue.start or 0.0)
    return Transcript(tuple(_in_order(ordered)), " · ".join(notes), is_partial=not is_whole)


def _moved(transcript: Transcript, starts: Sequence[float]) -> Transcript:
    """Return a transcript whose own times are right within a stretch, moved to where its sentences begin."""
    shifts = [start - (cue.start or 0.0) for start, cue in zip(starts, transcript.cues, strict=True)]
    near = [median(shifts[max(0, index - NEARBY) : index + NEARBY + 1]) for index in range(len(shifts))]
    if max(map(abs, near)) < LEAST_SHIFT:
        return transcript
    moved = [(cue, shift) for cue, shift in zip(transcript.cues, near, strict=True)]
    cues = [cue._replace(start=max(0.0, (cue.start or 0.0) + by), end=(cue.end or 0.0) + by) for cue, by in moved]
    return Transcript(tuple(_in_order(cues)), f"{MOVED}, by up to {max(near, key=abs):+.0f} s")


def _matching(theirs: Sequence[str], ours: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield where runs of words match: place in both, and how many; in order.

    Phrases are matched first: a book has too many words to compare each with each. Between two runs, words are compared
    if they are few; many are text that is not read, where a word would match by chance.
    """
    phrases, heard = (list(zip(*(words[start:] for start in range(PHRASE)), strict=False)) for words in (theirs, ours))
    left = right = 0  # the end of the run before
    for one, other, size in SequenceMatcher(None, phrases, heard).get_matching_blocks():
        shared = max(left - one, right - other, 0)  # words at the beginning that are in the run before
        one, other, size = one + shared, other + shared, size + (PHRASE - 1 if size else 0) - shared
        if size <= 0:
            one, other, size = len(theirs), len(ours), 0
        if max(one - left, other - right) <= COMPARED:
            between = SequenceMatcher(None, theirs[left:one], ours[right:other], autojunk=False)
            yield from (
                (left + place, right + at, count) for place, at, count in between.get_matching_blocks() if count
            )
        if size:
            yield one, other, size
            left, right = one + size, other + size


def _begins(
    theirs: Sequence[tuple[str, int]], ours: Sequence[tuple[str, float, int]], blocks: Iterable[tuple[int, int, int]]
) -> tuple[dict[int, float], dict[int, float]]:
    """Return when the sentences of which words match begin, and those that were misheard as a whole.

    The words between two runs are the ones that were misheard, so they begin as those do. If far more is heard, it is
    something else, and what is misheard is at its end.
    """
    matched: dict[int, float] = {}
    misheard: dict[int, float] = {}
    left = right = 0  # the end of the run before
    for one, other, size in [*blocks, (len(theirs), len(ours), 0)]:
        written, heard = one - left, other - right
        for place in range(max(left, one - COMPARED), one):
            if (index := theirs[place][1]) == (theirs[place - 1][1] if place else -1):
                continue
            if heard > 2 * written + 1 or (written > 2 * heard + 1 and one - place <= heard <= HEADING):
                misheard[index] = ours[other - one + place][1]
            elif heard and written <= 2 * heard + 1:
                misheard[index] = ours[right + heard * (place - left) // written][1]
            elif size and index == theirs[one][1]:
                misheard[index] = ours[other][1] - PACE * (one - place)
        for step in range(size):
            index = theirs[one + step][1]
            if index not in matched:
                matched[index] = misheard.pop(index, ours[other + step][1])
        left, right = one + size, other + size
    return matched, misheard


def _left_out(cues: Sequence[Cue], known: dict[int, float], heard: Sequence[Cue]) -> set[int]:
    """Return the sentences for which there is no time: long stretches that are not read, such as front matter."""
    fixed = [(-1, heard[0].start or 0.0), *sorted(known.items()), (len(cues), heard[-1].end or 0.0)]
    found: set[int] = set()
    for (before, start), (after, end) in pairwise(fixed):
        spoken = len(cues[before].text) if before >= 0 else 0
        unheard = sum(len(cues[index].text) for index in range(before + 1, after))
        if unheard >= SPARED and end - start < (spoken + unheard) / FASTEST:
            found.update(range(before + 1, after))
    return found


def _besides(timed: Sequence[Cue], known: set[int], heard: Sequence[Cue], said: set[int]) -> list[Cue]:
    """Return the sentences that are heard where the text has none."""
    found = []
    for index, cue in enumerate(heard):
        if index in said or len(cue.text) < SHORT:
            continue
        place = bisect_right(timed, cue.start or 0.0, key=lambda one: one.start or 0.0) - 1
        around = {max(0, place), min(place + 1, len(timed) - 1)}
        if around <= known:
            found.append(cue._replace(words=()))
    return found


def _filled(cues: Sequence[Cue], known: dict[int, float], heard: Sequence[Cue]) -> list[float]:
    """Return a time for every sentence; those between two known ones share the time between them by length."""
    fixed = [(-1, heard[0].start or 0.0), *sorted(known.items()), (len(cues), heard[-1].end or 0.0)]
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


def _timed_words(cue: Cue) -> Iterator[tuple[str, float]]:
    """Yield the words of a sentence with their times; if these are not known, they divide the sentence's by length."""
    parts, start = cue.text.split(), cue.start or 0.0
    rate = ((cue.end or start) - start) / max(1, sum(len(word) for part in parts for word in _words(part)))
    known = cue.words if len(cue.words) == len(parts) else ()
    for place, part in enumerate(parts):
        if known:
            start = known[place]
            if part[-1:].isalnum() and place + 1 < len(known):  # else a pause may follow
                start = max(start, known[place + 1] - SLOWEST * (len(part) + 2))
        for word in _words(part):
            yield word, start
            start += rate * len(word)
