"""The chapters and recordings of an episode of several parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.parts import Part, part_at
from tui_pod.core.player.snapshot import Chapter


def part_chapters(parts: Sequence[Part]) -> tuple[Chapter, ...]:
    """Return the parts as chapters of the whole; empty for a single one."""
    return tuple(Chapter(part.start, part.title) for part in parts) if len(parts) > 1 else ()


def with_chapters(marks: Iterable[Chapter], part: Part, found: Iterable[Chapter]) -> tuple[Chapter, ...]:
    """Return the chapters of the whole with those found in a part, at seconds into that part, in place of its own."""
    outside = [mark for mark in marks if not part.start <= mark.start < part.end]
    inside = [mark._replace(start=mark.start + part.start) for mark in found if mark.start < part.duration]
    return tuple(sorted([*outside, *inside], key=lambda mark: mark.start))


def recording_at(episode: Episode, position: float) -> tuple[Episode, float]:
    """Return the episode to request for a position in seconds, and where its recording starts, in seconds.

    Of an episode of several parts, that is the part there, with the id of the whole.
    """
    if not episode.parts:
        return episode, 0.0
    part = part_at(episode.parts, position)
    return episode._replace(audio=part.audio, duration=part.duration, parts=()), part.start
