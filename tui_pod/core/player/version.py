"""The version of a recording to which a position belongs: its bytes may have changed since.

A podcast may insert other advertisements for each listener, on each day. A position therefore keeps how large and how
long the recording was, and a sample of the sound around it, by which it is found in another version.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import NamedTuple

from tui_pod.core.library.episode import Episode
from tui_pod.core.progress.progress import Progress
from tui_pod.core.text.clean import span

STEP = 0.512
"""Seconds between two words of the fingerprint; comparing recordings uses eight times as many."""

WORD = 4
"""Bytes of one, the lowest first."""

AROUND = 10.0
"""Seconds of sound to keep before and after a position; either half of it is found."""

SAME = 1.0
"""Seconds by which the lengths of two versions may differ if nothing was inserted."""

CLEARLY = 5.0
"""Seconds by which a recording must be longer or shorter than stated for that to be said."""

_TEXT = re.compile(r"(\d{1,12}) (\d{1,9}(?:\.\d\d?)?) (\d{1,9}(?:\.\d{1,3})?) ([A-Za-z0-9+/=]{0,400})")


class Place(NamedTuple):
    """What is stored beside a position to find it in another version."""

    size: int
    """Bytes of the recording."""
    length: float
    """Seconds, measured."""
    start: float
    """Where the sound begins, in seconds; without it, the position."""
    words: bytes
    """The fingerprint of the sound: `WORD` bytes for each `STEP`; empty if it is unknown."""

    def __str__(self) -> str:
        return f"{self.size} {self.length:.2f} {self.start:.3f} {base64.b64encode(self.words).decode()}"


class Version(NamedTuple):
    """The version of the recording that is open."""

    size: int
    length: float
    words: bytes = b""
    """Of the whole recording; empty if it was not fingerprinted yet."""

    def place(self, position: float) -> str:
        """Return what to store beside a position, in seconds: the sound around it, or the last of a known start."""
        count = round(2 * AROUND / STEP)
        first = max(0, min(round((position - AROUND) / STEP), len(self.words) // WORD - count))
        words = self.words[first * WORD : (first + count) * WORD]
        return str(Place(self.size, self.length, first * STEP if words else position, words))

    def moved(self, position: float, made_in: Place | None, found: Mapping[str, float]) -> float:
        """Return where a position of another version is in this one.

        That is as far from the sound around it as it was there; if that was not found, the same share of the length.

        Args:
            position: in seconds.
            made_in: what is stored beside the position; None if nothing is.
            found: where the sounds of places begin here, in seconds, by their texts.
        """
        if made_in is None or made_in.size == self.size:
            return position
        if (start := found.get(str(made_in))) is not None:
            return min(max(0.0, position - made_in.start + start), self.length)
        if abs(made_in.length - self.length) < SAME or made_in.length <= 0:
            return position
        return min(position / made_in.length, 1.0) * self.length

    def shifted(self, position: float, found: Mapping[str, float]) -> float:
        """Return where a position of another version is in this one by the nearest sound of that which was found."""
        moves = [(abs(place.start - position), start - place.start)
                 for text, start in found.items() if (place := parse_place(text)) is not None]  # fmt: skip
        return min(max(0.0, position + min(moves)[1]), self.length) if moves and position > 0 else position


def said_of(longer: float) -> str:
    """Return how a version differs in length from a former one, by how many seconds it is longer, as a clause."""
    if abs(longer) < SAME:
        return "This is another version"
    return f"This version is {span(abs(longer), is_exact=True)} {'longer' if longer > 0 else 'shorter'}"


def stated_otherwise(episode: Episode, progress: Progress | None) -> str:
    """Return what to say if a podcast states another length than the recording had that was heard; else empty."""
    if progress is None or "://" not in (episode.audio or "") or not episode.duration:
        return ""
    made_in = parse_place(progress.version)
    measured = made_in.length if made_in is not None else progress.duration
    if not measured or abs(measured - episode.duration) < CLEARLY:
        return ""
    stated, here = (span(each, is_exact=True) for each in (episode.duration, measured))
    return f"its podcast states {stated}, but it had {here}: chapters, transcript and times in its notes may be off"


def parse_place(text: str) -> Place | None:
    """Return the place that a text states; None if it states none."""
    if (match := _TEXT.fullmatch(text)) is None:
        return None
    try:
        words = base64.b64decode(match[4], validate=True)
    except ValueError:
        return None
    return Place(int(match[1]), float(match[2]), float(match[3]), words) if len(words) % WORD == 0 else None
