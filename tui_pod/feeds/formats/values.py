"""Parse the dates, durations and types that feeds write, in all spellings seen."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from tui_pod.core.library.catalog import DURATION_FAULT

AUDIO_ENDINGS = (".mp3", ".m4a", ".m4b", ".ogg", ".oga", ".opus", ".flac", ".wav", ".aac", ".mka", ".webm", ".mp4")
"""File name endings that mpv may play."""

_FILM_ENDINGS = (".m4v", ".mov", ".mpg", ".mpeg", ".mkv", ".ogv")
_NO_RECORDING = re.compile(
    r"image/|text/|font/|message/|mpegurl|scpls|torrent|pdf|zip|epub|json|xml|flash|javascript|msword|officedocument"
)
"""Types of files that are no recording, whatever else they are."""

_OTHER_ENDING = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|bmp|ico|pdf|epub|zip|html?|txt|vtt|srt|json|xml|rss|m3u8?|pls|torrent|swf|docx?|pptx?)$"
)
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,5}):(\d{1,2})(?:[.,]\d{0,9})?(?:\s*(?:min|hour|h)[a-z]*)?")
_SECONDS = re.compile(r"\d{1,7}(?:\.\d{0,9})?")
_UNITS = re.compile(
    r"(?:PT)?(?:(\d{1,3})\s*h[a-z]*)?[\s,]*(?:(\d{1,5})\s*m[a-z]*)?[\s,]*(?:(\d{1,7})(?:\.\d{0,9})?\s*s[a-z]*)?\.?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[a-z#. ]{0,10}(\d{1,6})(?:\.0+)?", re.IGNORECASE)
_RFC822 = re.compile(
    r"(?:[^\W\d]{2,12}(?:\.?,\s*|\.?\s+))?(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?[\s-]+(\d{4}|\d{2})"
    r"(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d{0,9})?)?\s*([ap]m\b)?\s*([+-]\d{2}:?\d{2}|[a-z]{1,5})?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    r"(?:[^\W\d]{2,12},?\s+)?([a-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(?:(\d{1,2}):(\d{2}):(\d{2})\s+(?:[a-z]{3,4}\s+)?)?(\d{4})",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"(\d{4})[-/]?(\d{2})[-/]?(\d{2})(?:[T\s]+(\d{2}):?(\d{2})(?::?(\d{2}))?(?:[.,]\d{1,9})?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?",
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
    """Return seconds from `754`, `12:34`, `1:02:03.500`, `45 min` or `PT1H2M`; None when unknown, zero or absurd."""
    text = text.strip()
    if clock := _CLOCK.fullmatch(text):
        seconds = int(clock[1] or 0) * 3600.0 + int(clock[2]) * 60 + int(clock[3])
    elif _SECONDS.fullmatch(text):
        seconds = float(text)
    elif (units := _UNITS.fullmatch(text)) and any(units.groups()):
        seconds = sum(int(part or 0) * unit for part, unit in zip(units.groups(), (3600.0, 60, 1), strict=True))
    else:
        return None
    return seconds if 0 < seconds <= DURATION_FAULT else None


def to_size(text: str) -> int | None:
    """Return bytes as a feed states them; None when it states none."""
    text = text.strip()
    return int(text) or None if text.isdecimal() and len(text) < 16 else None


def to_number(text: str) -> int | None:
    """Return the number of a season or an episode, such as `3`, `3.0` or `S3`; None for none."""
    found = _NUMBER.fullmatch(text.strip())
    return int(found[1]) if found else None


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
            day, name, year, hour, minute, second, half, zone = found.groups()
            month = _MONTHS[name.lower()]
            if half and hour:
                hour = str(int(hour) % 12 + (12 if half.lower() == "pm" else 0))
        elif found := _ISO.match(text):
            year, number, day, hour, minute, second, zone = found.groups()
            month = int(number)
        elif found := _MONTH_FIRST.match(text):
            (name, day, hour, minute, second, year), zone = found.groups(), ""
            month = _MONTHS[name.lower()]
        else:
            return None
        whole = int(year) + (0 if len(year) == 4 else 2000 if int(year) < 70 else 1900)
        clock = (int(hour or 0), int(minute or 0), min(int(second or 0), 59))
        time = datetime(whole, month, int(day), *clock, tzinfo=_zone(zone or ""))
        return time.timestamp() if datetime(1970, 1, 2, tzinfo=UTC) <= time else None
    except (KeyError, ValueError, OverflowError):
        return None


def recording_rank(kind: str, address: str) -> int | None:
    """Return how likely a file is the recording, 0 the likeliest; None: it is none. Feeds give all kinds of types."""
    kind = kind.partition(";")[0].strip().lower()
    path = address.partition("?")[0].partition("#")[0].lower()
    is_other = bool(_NO_RECORDING.search(kind))
    if kind.startswith("audio/") and not is_other:
        return 0
    if kind.startswith("video/") and not is_other:
        return 1
    if path.endswith(AUDIO_ENDINGS):
        return 0
    if path.endswith(_FILM_ENDINGS):
        return 1
    return None if is_other or _OTHER_ENDING.search(path) else 2
