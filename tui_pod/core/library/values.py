"""Parse dates, durations and types in all the spellings that feeds use."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from tui_pod.core.library.catalog import DURATION_FAULT

AUDIO_ENDINGS = (
    ".mp3", ".m4a", ".m4b", ".ogg", ".oga", ".opus", ".flac", ".wav", ".aac", ".mka", ".webm", ".mp4", ".aif", ".aiff",
    ".aifc", ".wma", ".ac3", ".eac3", ".spx", ".alac", ".caf", ".weba", ".mp2", ".mpga", ".m4r", ".amr", ".ape", ".wv",
    ".tta", ".mpc", ".dts", ".au", ".snd", ".w64",
)  # fmt: skip
"""File name endings of recordings that the player opens."""

_FILM_ENDINGS = (
    ".m4v", ".mov", ".mpg", ".mpeg", ".mkv", ".ogv", ".ts", ".mts", ".m2ts", ".avi", ".wmv", ".asf", ".flv", ".3gp",
)  # fmt: skip
PLAYABLE_ENDINGS = AUDIO_ENDINGS + _FILM_ENDINGS
"""The same, and those of films, whose sound is played."""

UNPLAYABLE_ENDINGS = (
    ".aax", ".aa", ".m4p", ".mid", ".midi", ".kar", ".ra", ".rm", ".dsf", ".dff", ".shn", ".tak", ".oma", ".voc",
    ".mp1", ".3g2", ".ofr", ".mod", ".xm", ".s3m", ".it",
)  # fmt: skip
"""Endings of sound files that the player does not open: protected, notes only, or rare."""
_NO_RECORDING = re.compile(
    r"image/|text/|font/|message/|mpegurl|scpls|torrent|pdf|zip|epub|json|xml|flash|javascript|msword|officedocument"
)
"""Media types that are never a recording."""

_OTHER_ENDING = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|bmp|ico|pdf|epub|zip|html?|txt|vtt|srt|json|xml|rss|torrent|swf|docx?|pptx?)$"
)
_PICTURE_ENDING = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|bmp|ico)$")
_CLOCK = re.compile(
    r"(?:(\d{1,3}):)?(\d{1,5}):(\d{1,2}(?:[.,]\d{0,9})?)(?:\s*(?:min|hour|h)[a-z]*)?|(\d{1,7}(?:\.\d{0,20})?)"
)
_UNITS = re.compile(
    r"(?:PT)?(?:(\d{1,3})\s*h[a-z]*)?[\s,]*+(?:(\d{1,5})\s*m[a-z]*)?[\s,]*+(?:(\d{1,7})(?:\.\d{0,9})?\s*s[a-z]*)?\.?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[a-z#. ]{0,10}(\d{1,6})(?:\.0+)?", re.IGNORECASE)
_WEEKDAY = r"(?:[^\W\d]{2,12}(?:\.?,\s*|\.?\s+))?"
_NAME = r"(?P<month>[a-z]{3})[a-z]*\.?"
_DAYTIME = r"0?(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2}))?(?:\.\d{0,9})?"
_ZONE = r"(?P<zone>[+-]\d{2}:?\d{2}|[a-z]{1,5})"
_REST = rf"(?:,?\s+{_DAYTIME})?\s*(?P<half>[ap]m\b)?\s*{_ZONE}?"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})[\s-]+{_NAME}[\s-]+(?P<year>\d{{4}}|\d{{2}}){_REST}",  # RFC 822
        r"(?P<year>\d{4})[-/]?(?P<month>\d{2}|(?<=[-/])\d(?=[-/]))[-/]?(?P<day>\d{2}|(?<=[-/])\d(?!\d))"
        r"(?:[T\s]+(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{1,2}))?(?:[.,]\d{1,9})?)?"
        r"\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?",  # RFC 3339
        rf"{_WEEKDAY}{_NAME}\s+(?P<day>\d{{1,2}}),?\s+{_DAYTIME}\s+(?:{_ZONE}\s+)?(?P<year>\d{{4}})",  # ctime
        rf"{_WEEKDAY}{_NAME}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}){_REST}",
    )
)
"""The formats of dates, the usual ones first."""

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_ZONES = {"edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8,
          "cet": 1, "cest": 2, "bst": 1, "eet": 2, "eest": 3, "jst": 9}  # fmt: skip
"""Hours ahead of UTC; other names are treated as UTC, as RFC 2822 says."""


def to_seconds(text: str) -> float | None:
    """Return seconds from a clock such as `1:02:03.500` or `12:34`, or a plain number; None for anything else."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds, plain = found.groups()
    return float(plain) if plain else int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))


def to_duration(text: str) -> float | None:
    """Return seconds from a clock, a number, `45 min` or `PT1H2M`; None if unknown, zero or absurdly long."""
    seconds = to_seconds(text) if text else 0.0
    if seconds is None and (units := _UNITS.fullmatch(text.strip())):
        seconds = sum(int(part or 0) * unit for part, unit in zip(units.groups(), (3600.0, 60, 1), strict=True))
    return seconds if seconds and seconds <= DURATION_FAULT else None


def to_size(text: str) -> int | None:
    """Return a size in bytes as stated by a feed; None if there is none."""
    text = text.strip()
    return int(text) or None if text.isdecimal() and len(text) < 16 else None


def to_number(text: str) -> int | None:
    """Return the number of a season or an episode, such as `3`, `3.0` or `S3`; None if there is none."""
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
    """Return seconds since 1970 (UTC) from a date in RSS (RFC 822), Atom (RFC 3339) or sloppier spelling."""
    text = text.strip()[:80]
    found = next(filter(None, (order.match(text) for order in _DATES)), None)
    part = found.groupdict() if found else {}
    if not 1 <= int(part.get("day", 0)) <= 31:
        return None
    year, month, hour = part["year"], part["month"], int(part["hour"] or 0)
    if part.get("half"):
        hour = hour % 12 + (12 if part["half"].lower() == "pm" else 0)
    zone = _zone(part["zone"] or "")
    try:
        number = int(month) if month.isdecimal() else _MONTHS.get(month.lower(), 0)
        whole = int(year) + (0 if len(year) == 4 else 2000 if int(year) < 70 else 1900)
        day = timedelta(int(part["day"]) - 1, int(part["second"] or 0), 0, 0, int(part["minute"] or 0), hour)
        time = datetime(whole, number, 1, tzinfo=zone) + day  # so that 24:10 is on the next day
    except (ValueError, OverflowError):
        return None
    is_unset = time == datetime(1970, 1, 1, tzinfo=zone)  # written by programs that have no date
    return time.timestamp() if time.timestamp() > 0 and not is_unset else None


VIDEO_RANK, LIST_RANK = 1, 3
"""The ranks of a film, and of a list of addresses."""


def is_list_name(kind: str, address: str) -> bool:
    """Return whether a file is called a list of addresses, by its type or its ending."""
    path = address.partition("?")[0].partition("#")[0].lower()
    return "mpegurl" in kind.lower() or "scpls" in kind.lower() or path.endswith((".m3u", ".m3u8", ".pls"))


def is_picture(kind: str, address: str) -> bool:
    """Return whether a file is called a picture, by its type or its ending."""
    path = address.partition("?")[0].partition("#")[0].lower()
    return kind.strip().lower().startswith("image/") or bool(_PICTURE_ENDING.search(path))


def recording_rank(kind: str, address: str) -> int | None:
    """Return how likely a file is the recording (0: most likely); None if it is not. Types in feeds are unreliable."""
    kind = kind.partition(";")[0].strip().lower()
    path = address.partition("?")[0].partition("#")[0].lower()
    is_other = bool(_NO_RECORDING.search(kind))
    if kind.startswith("audio/") and not is_other:
        return 0
    if kind.startswith("video/") and not is_other:
        return VIDEO_RANK
    if path.endswith(AUDIO_ENDINGS):
        return 0
    if path.endswith(_FILM_ENDINGS):
        return VIDEO_RANK
    if is_list_name(kind, address):
        return LIST_RANK
    return None if is_other or _OTHER_ENDING.search(path) else 2
