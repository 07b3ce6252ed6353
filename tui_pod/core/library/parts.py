"""An episode of several recordings, its parts, on one timeline.

A source of such episodes gives `Episode` the result of `arrange` as `parts`, the audio of the first part as `audio` and
the sum of their durations as `duration`. Positions, chapters, bookmarks and progress are then seconds into the whole;
only `EpisodePlayer` opens the parts one by one: it requests each with `Sources.request`, as the same episode with the
part's `audio` and `duration`. Chapters of the whole are reported as `ChaptersKnown` of any origin but `FILE`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_SEPARATOR = "\0"
"""Between the fields of packed parts; no path, address or cleaned title contains it."""


class Part(NamedTuple):
    """One recording of an episode of several."""

    audio: str
    """An absolute path, or an http(s) address."""
    duration: float
    """Seconds, greater than 0."""
    title: str = ""
    transcript: str = ""
    """Path of its transcript; empty for none."""
    start: float = 0.0
    """Seconds into the whole."""

    @property
    def end(self) -> float:
        """Where the part ends, in seconds into the whole."""
        return self.start + self.duration


def arrange(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return parts in the same order, each starting where the one before ends."""
    arranged: list[Part] = []
    for part in parts:
        arranged.append(part._replace(start=arranged[-1].end if arranged else 0.0))
    return tuple(arranged)


def part_at(parts: Sequence[Part], position: float) -> Part:
    """Return the part that plays at a position in the whole (seconds); there must be parts."""
    return parts[max(0, bisect_right(parts, position, key=lambda part: part.start) - 1)]


def part_after(parts: Sequence[Part], part: Part) -> Part | None:
    """Return the part that follows; None after the last one."""
    return next((other for other in parts if other.start > part.start), None)


def pack_parts(parts: Iterable[Part]) -> str:
    """Return parts as one text; empty for none."""
    fields = (field for part in parts for field in (part.audio, repr(part.duration), part.title, part.transcript))
    return _SEPARATOR.join(fields)


def unpack_parts(text: str) -> tuple[Part, ...]:
    """Return the parts in a text of `pack_parts`.

    Raises:
        ValueError: it is none.
    """
    fields = iter(text.split(_SEPARATOR) if text else ())
    rows = zip(fields, fields, fields, fields, strict=True)
    return arrange(Part(audio, float(duration), title, transcript) for audio, duration, title, transcript in rows)
