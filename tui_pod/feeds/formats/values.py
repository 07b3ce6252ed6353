"""Parse the dates, durations and types that feeds write, in all spellings seen."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from tui_pod.core.library.catalog import DURATION_FAULT

AUDIO_ENDINGS = (".mp3", ".m4a", ".m4b", ".ogg", ".oga", ".opus", ".flac", ".wav", ".aac", ".mka", ".webm", ".mp4")
"""File name endings that mpv may play."""

_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,5}):(\d{1,2})(?:[.,]\d{0,9})?")
_SECONDS = re.compile(r"\d{1,7}(?:\.\d{0,9})?")
_RFC822 = re.compile(
    r"(?:[^\W\d]{2,12}\.?,?\s+)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?[\s-]+(\d{4}|\d{2})"
    r"(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d{0,9})?)?\s*([+-]\d{2}:?\d{2}|[a-z]{1,5})?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(r"(?:[^\W\d]{2,12},?\s+)?([a-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(\d{4})", re.IGNORECASE)
_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:[T\s]+(\d{2}):?(\d{2})(?::?(\d{2}))?(?:[.,]\d{1,9})?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_ZONES = {"edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8,
          "cet": 1, "cest": 2, "bst": 1, "eet": 2, "eest": 3, "jst": 9}  # fmt: skip
"""Hours ahead of UTC; a name that is not here is taken for UTC, as RFC 2822 says."""


def to_duration(text: str) -> float | None:
    """Return seconds from `754`, `12:34`, `1:02:03` or `01:02:03.500`; None when unknown, zero or absurd."""
    text = text.strip()
    if clock := _CLOCK.fullmatch(text):
        seconds = int(clock[1] or 0) * 3600.0 + int(clock[2]) * 60 + int(clock[3])
    elif _SECONDS.fullmatch(text):
        seconds = float(text)
    else:
        return None
    return seconds if 0 < seconds <= DURATION_FAULT else None


def to_size(text: str) -> int | None:
    """Return bytes as a feed states them; None when it states none."""
    text = text.strip()
    return int(text) or None if text.isdecimal() and len(text) < 16 else None


@lru_cache(maxsize=256)
def _zone(text: str) -> timezone:
    if text[:1] in "+-" and text[1:]:
        digits = text[1:].replace(":", "")
        shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
        if shift < timedelta(hours=24):
            return timezone(shift if text[0] == "+" else -shift)
    return timezone(timedelta(hours=_ZONES.get(text.lower(), 0)))


def to_time(text: str) -> float | None:
    """Return seconds since 1970 (UTC) from a date as RSS (RFC 822), Atom (RFC 3339) or a careless hand writes it."""
    text = text.strip()[:80]
    try:
        if found := _RFC822.match(text):
            day, name, year, hour, minute, second, zone = found.groups()
            month = _MONTHS[name.lower()]
        elif found := _ISO.match(text):
            year, number, day, hour, minute, second, zone = found.groups()
            month = int(number)
        elif found := _MONTH_FIRST.match(text):
            (name, day, year), hour, minute, second, zone = found.groups(), "0", "0", "0", ""
            month = _MONTHS[name.lower()]
        else:
            return None
        whole = int(year) + (0 if len(year) == 4 else 2000 if int(year) < 70 else 1900)
        clock = (int(hour or 0), int(minute or 0), min(int(second or 0), 59))
        time = datetime(whole, month, int(day), *clock, tzinfo=_zone(zone or ""))
        return time.timestamp() if datetime(1970, 1, 2, tzinfo=UTC) <= time else None
    except (KeyError, ValueError, OverflowError):
        return None


def is_audio(kind: str, address: str) -> bool:
    """Return whether an enclosure is sound, by its type, or by its name where the type tells nothing."""
    kind = kind.partition(";")[0].strip().lower()
    if kind.startswith("audio/"):
        return "mpegurl" not in kind and "scpls" not in kind
    if kind in ("", "application/octet-stream", "binary/octet-stream", "application/ogg", "application/x-download"):
        return address.partition("?")[0].lower().endswith(AUDIO_ENDINGS)
    return False
