"""An episode of several recordings, its parts, on one timeline.

A source of such episodes gives `Episode` the result of `arrange` as `parts`, the audio of the first part as `audio` and
the sum of their durations as `duration`. Positions, chapters, bookmarks and progress are then seconds into the whole;
only `EpisodePlayer` opens the parts one by one: it requests each with `Sources.request`, as the same episode with the
part's `audio` and `duration`. Chapters of the whole are reported as `ChaptersKnown` of any origin but `FILE`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import inf
from typing import NamedTuple

_SEPARATOR = "\0"
"""Between the fields of packed parts; no path, address or cleaned title contains it."""


GROWN = -2.0
"""In place of the position of a book that was played, which is 0. No bookmark or card has it."""


class Part(NamedTuple):
    """One recording of an episode of several."""

    audio: str
    """An absolute path, or an http(s) address."""
    duration: float
    """Seconds, greater than 0."""
    title: str = ""
    transcript: str | None = None
    """Path of its transcript, if any."""
    start: float = 0.0
    """Seconds into the whole."""

    @property
    def end(self) -> float:
        """Where the part ends, in seconds into the whole."""
        return self.start + self.duration


def arrange(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return parts in the same order, each starting where the one before ends."""
    arranged, start = [], 0.0
    for audio, duration, title, transcript, _ in parts:
        arranged.append(Part(audio, duration, title, transcript, start))
        start += duration
    return tuple(arranged)


def part_at(parts: Sequence[Part], position: float) -> Part:
    """Return the part that plays at a position in the whole (seconds); there must be parts."""
    return parts[max(0, bisect_right(parts, position, key=lambda part: part.start) - 1)]


def pack_parts(parts: Iterable[Part]) -> str:
    """Return parts as one text; empty for none."""
    rows = ((part.audio, repr(part.duration), part.title, part.transcript or "") for part in parts)
    return _SEPARATOR.join(field for row in rows for field in row)


def unpack_parts(text: str) -> tuple[Part, ...]:
    """Return the parts in a text of `pack_parts`. Raises ValueError if it is none."""
    fields = iter(text.split(_SEPARATOR) if text else ())
    rows = zip(fields, fields, fields, fields, strict=True)
    return arrange(
        Part(audio, float(duration), title, transcript or None) for audio, duration, title, transcript in rows
    )


class Move(NamedTuple):
    """A stretch of an episode that has moved; times are seconds into the episodes.

    Files became a book, the parts of a book changed, or it became files again.
    """

    former: str
    """Id of the episode that it was in."""
    start: float
    end: float
    """Infinite for a whole file that has become a part of a book."""
    until: float
    """Whole seconds since 1970: what was noted later is noted where the stretch is now; infinite if it never is."""
    episode: str
    """Id of the episode that it is in."""
    at: float
    """Where it starts there."""
    last: float
    """Where it ends there."""

    @property
    def is_growth(self) -> bool:
        """Whether it leads from the end of a book that was played to its first new part."""
        return self.start == GROWN

    def place(self, position: float) -> float:
        """Return the new place of a position in the stretch."""
        return min(round(round(self.at, 2) + position - round(self.start, 2), 2), self.last)


Stretches = Mapping[str, tuple[float, float]]
"""Where each part of a recording starts and ends, in seconds and in order, by the key of its content."""


class RecordingContent(NamedTuple):
    """What a recording consists of, which is the same wherever it lies."""

    title: str
    layouts: tuple[tuple[float, Stretches], ...]
    """Its parts, and until when it had them (seconds since 1970), oldest first; the last are its present ones.

    A recording that is one file has one part, which never ends.
    """
    is_here: bool = True
    """Whether the machine that describes it has it, and not only what was noted of it."""

    @property
    def present(self) -> Stretches:
        """Its parts."""
        return self.layouts[-1][1]

    def at(self, time: datetime) -> Stretches:
        """Return the parts that it had at a time, where what was noted then is."""
        return next(parts for until, parts in self.layouts if time.timestamp() < until)


def by_former(moves: Iterable[Move]) -> Mapping[str, Sequence[Move]]:
    """Return the moves of each former episode."""
    found: dict[str, list[Move]] = {}
    for move in moves:
        found.setdefault(move.former, []).append(move)
    return found


def within(moves: Sequence[Move], updated: datetime) -> list[Move]:
    """Return the moves within one episode that apply to what was noted at a time: those from the parts it had then."""
    later = [move for move in moves if move.episode == move.former and updated.timestamp() < move.until]
    first = min((move.until for move in later), default=inf)
    return [move for move in later if move.until == first]


def move_at(moves: Iterable[Move], position: float) -> Move | None:
    """Return the move of the stretch at a position; the last one also moves its end."""
    found = None
    for move in moves:
        if move.start <= position <= move.end:
            found = move
    return found


def moved_time(move: Move) -> datetime:
    """Return the time from which on something counts as noted after the move."""
    return datetime.fromtimestamp(move.until, UTC)
