"""The chapters of an episode of several parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui_pod.core.library.parts import Part
from tui_pod.core.player.snapshot import Chapter


def part_chapters(parts: Sequence[Part]) -> tuple[Chapter, ...]:
    """Return the parts as chapters of the whole; empty for a single one."""
    return tuple(Chapter(part.start, part.title) for part in parts) if len(parts) > 1 else ()


def with_chapters(marks: Iterable[Chapter], part: Part, found: Iterable[Chapter]) -> tuple[Chapter, ...]:
    """Return the chapters of the whole with those found in a part, at seconds into that part, in place of its own."""
    outside = [mark for mark in marks if not part.start <= mark.start < part.end]
    inside = [mark._replace(start=mark.start + part.start) for mark in found if mark.start < part.duration]
    return tuple(sorted([*outside, *inside], key=lambda mark: mark.start))
