"""Find the segments of a transcript in JSON, whatever program wrote it.

Podcasting 2.0, Whisper and its relatives, AssemblyAI, Deepgram, AWS, Google, Rev and Speechmatics nest and name them
differently; all have lists of objects with words and a time.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

MAX_LEVELS = 12
"""How deeply nested data is searched."""

LONGEST_TIME = 1e6
"""Seconds after which no cue can begin."""

MILLISECONDS_FROM = 10
"""Factor of the episode's length from which times are milliseconds; a transcript of 1 % of an episode reaches it."""

SLOWEST = 5.0
"""Seconds per character from which whole numbers are milliseconds: no one speaks that slowly."""

_FINE = ("segments", "chunks", "transcription", "cues", "sentences", "words", "items", "elements", "results")
"""Names of lists with short segments, the preferred ones first."""

_COARSE = ("utterances", "paragraphs", "monologues", "transcript")
"""Names of lists whose segments may last minutes."""

SHORTEST = 40
"""Minimum length, in characters, of a text without times below the top level; many other documents have short texts."""

_WORDS = ("body", "text", "punctuated_word", "word", "transcript", "sentence", "content", "value")
_STARTS = ("startTime", "start", "start_time", "ts", "begin")
_ENDS = ("endTime", "end", "end_time", "end_ts")
_CLOCK = re.compile(r"\W*(?:(\d{1,3}):)?(\d{1,2}):(\d{2}(?:[.,]\d{1,9})?)\W*")
_DECIMAL = re.compile(r"\s*(\d{1,9}(?:\.\d{1,20})?)\s*+s?\s*")
_MARK = re.compile(r"[^\w\s]+")


class Segment(NamedTuple):
    """Words and their time in seconds, as found."""

    text: str
    start: float
    end: float | None
    speaker: str


def find_segments(data: object, duration: float | None) -> list[Segment]:
    """Return the segments in JSON data, as short as they are offered; empty if there are none.

    `duration` is the length of the episode in seconds, if known; it shows whether times are milliseconds.
    """
    found = list(_segments(data, "")) if isinstance(data, list) else []
    levels = list(_levels(data))
    for names in (_FINE, _COARSE):
        for level in levels:
            for name in names:
                if not found:
                    found = [segment for key, values, by in level if key == name for segment in _segments(values, by)]
    if _is_milliseconds(found, duration):
        found = [
            part._replace(start=part.start / 1000, end=None if part.end is None else part.end / 1000) for part in found
        ]
    return [part for part in found if part.start < LONGEST_TIME]


def find_words(data: object) -> str:
    """Return the text of a transcript without times; empty if there is none."""
    for depth, level in enumerate(_levels(data, of=str)):
        for wanted in ("text", "transcript"):
            for key, value, _ in level:
                if key == wanted and len(value.strip()) >= (SHORTEST if depth else 1):
                    return str(value)
    return ""


def _levels(data: object, of: type = list) -> Iterator[list[tuple[str, Any, str]]]:
    """Yield the named values of a type at each level of nesting, with the speaker of the object that holds them."""
    level: list[tuple[Any, str]] = [(data, "")]
    for _ in range(MAX_LEVELS):
        below: list[tuple[Any, str]] = []
        found: list[tuple[str, Any, str]] = []
        for node, by in level:
            if isinstance(node, dict):
                by = _speaker(node) or by
                found += [(key, value, by) for key, value in node.items() if isinstance(value, of)]
                # the first alternative is the best guess; the others repeat it
                below += [(value[:1] if key == "alternatives" and isinstance(value, list) else value, by)
                          for key, value in node.items()
                          if isinstance(value, dict) or (isinstance(value, list) and key != "words")]  # fmt: skip
            elif isinstance(node, list):
                below += [(value, by) for value in node if isinstance(value, dict | list)]
        yield found
        level = below
        if not level:
            return


def _segments(values: list[Any], by: str) -> Iterator[Segment]:
    """Yield the segments of a list; marks without a time belong to the word before them."""
    last: Segment | None = None
    for value in values:
        if not isinstance(value, dict):
            continue
        best = value.get("alternatives")
        inner = best[0] if isinstance(best, list) and best and isinstance(best[0], dict) else {}
        words = _first(value, _WORDS) or _first(inner, _WORDS)
        start, end = _times(value)
        is_mark = bool(_MARK.fullmatch(words)) and (start is None or value.get("type") == "punctuation")
        if is_mark and last is not None:
            last = last._replace(text=last.text + words)
        elif words.strip() and start is not None:
            if last is not None:
                yield last
            speaker = _speaker(value) or _speaker(inner) or by
            last = Segment(words, start, end if end is not None and end > start else None, speaker)
    if last is not None:
        yield last


def _first(value: dict[str, Any], names: tuple[str, ...]) -> str:
    """Return the first of these texts that an object has; empty if it has none."""
    return next((found for name in names if isinstance(found := value.get(name), str) and found), "")


def _speaker(value: dict[str, Any]) -> str:
    for name in ("speaker", "speaker_label", "speakerTag", "speaker_name"):
        found = value.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return f"Speaker {found}"
        if isinstance(found, str) and found:
            return found
    return ""


def _times(segment: dict[str, Any]) -> tuple[float | None, float | None]:
    """Return the start and end of a segment, in its own unit."""
    pair, marks = segment.get("timestamp"), segment.get("timestamps")
    if isinstance(pair, list) and len(pair) == 2:
        return _number(pair[0]), _number(pair[1])
    if isinstance(marks, dict):
        return _number(marks.get("from")), _number(marks.get("to"))
    start, end = (_number(next((segment[name] for name in names if name in segment), None))
                  for names in (_STARTS, _ENDS))  # fmt: skip
    return start, end


def _number(value: object) -> float | None:
    if isinstance(value, str):
        if clock := _CLOCK.fullmatch(value[:40]):
            return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3].replace(",", "."))
        decimal = _DECIMAL.fullmatch(value[:40])
        return float(decimal[1]) if decimal else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1000 * LONGEST_TIME and math.isfinite(value) else None


def _is_milliseconds(found: list[Segment], duration: float | None) -> bool:
    """Return whether times are far too late for the episode or, if its length is unknown, too slow for speech."""
    if not found:
        return False
    last = max(segment.end or segment.start for segment in found)
    if duration:
        return last > MILLISECONDS_FROM * duration
    spans = [(one.end or other.start) - one.start for one, other in pairwise([*found, found[-1]])]
    letters = sum(len(segment.text) for segment in found)
    is_whole = all(segment.start.is_integer() for segment in found)
    return is_whole and last >= 1000 and sum(spans) > SLOWEST * letters
