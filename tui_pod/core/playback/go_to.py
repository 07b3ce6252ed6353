"""Parse the position that a listener types."""

from __future__ import annotations

import re

_TIME = re.compile(r"([+-]?)(?:(\d{1,3}):)?(?:(\d{1,3}):)?(\d{1,6})")
SHORTEST = 0.5
"""Seconds that can be repeated at least."""

_SHARE = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?)\s*%")


def parse_position(text: str, position: float, duration: float | None) -> float:
    """Return the seconds that a text stands for.

    Args:
        text: a time such as `12:34`, `1:02:03` or `90` (seconds), a relative one such as `+90` or `-1:30`, or `50%`.
        position: current position in seconds.
        duration: length in seconds; None if unknown.

    Raises:
        ValueError: The text is none of these; the message is for the listener.
    """
    text = text.strip()
    if found := _SHARE.fullmatch(text):
        if not duration:
            raise ValueError("the length is not known, so a percentage cannot be used")
        return min(duration, duration * float(found[1].replace(",", ".")) / 100)
    if not (found := _TIME.fullmatch(text)):
        raise ValueError("write a time like 12:34, +90, -30 or 50%")
    sign, first, second, last = found.groups()
    hours, minutes = (first, second) if second is not None else ("0", first or "0")
    seconds = int(hours) * 3600.0 + int(minutes) * 60 + int(last)
    wanted = {"+": position + seconds, "-": position - seconds}.get(sign, seconds)
    return max(0.0, min(wanted, duration or wanted))


def parse_times(text: str, position: float, duration: float | None) -> tuple[float, float | None]:
    """Return the seconds that a text stands for, and None; or those of two times, between which to repeat.

    Raises ValueError as `parse_position` does, and if the second time is not later than the first.
    """
    first, *rest = text.split(maxsplit=1) or [""]
    if not rest or rest[0].startswith("%"):
        return parse_position(text, position, duration), None
    start, end = parse_position(first, position, duration), parse_position(rest[0], position, duration)
    if end < start + SHORTEST:
        raise ValueError("the second time must be later than the first")
    return start, end
