"""Ranges of an episode that were actually played: sorted, disjoint, in seconds."""

from __future__ import annotations

Ranges = tuple[tuple[float, float], ...]

JOIN = 0.5
"""Gap in seconds up to which two ranges are joined: two polls of the position are that far apart."""

MAX_RANGES = 64
"""Maximum number of ranges of an episode; beyond that the two nearest are joined."""


def add_range(ranges: Ranges, start: float, end: float) -> Ranges:
    """Return `ranges` with the stretch from `start` to `end` added and merged, on hundredths of a second."""
    start, end = round(max(0.0, start), 2), round(end, 2)
    return join(ranges, ((start, end),)) if start < end else ranges


def join(first: Ranges, second: Ranges) -> Ranges:
    """Return the union of two sets of ranges."""
    if first == second or not second:
        return first
    merged: list[tuple[float, float]] = []
    for start, end in sorted((*first, *second)):
        if merged and start <= merged[-1][1] + JOIN:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    while len(merged) > MAX_RANGES:
        gaps = [merged[i + 1][0] - merged[i][1] for i in range(len(merged) - 1)]
        near = gaps.index(min(gaps))
        merged[near : near + 2] = [(merged[near][0], merged[near + 1][1])]
    return tuple(merged)


def total(ranges: Ranges) -> float:
    """Return the seconds that ranges cover."""
    return sum(end - start for start, end in ranges)
