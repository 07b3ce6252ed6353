"""Read chapters: the Podcasting 2.0 file, and time codes in show notes. Podlove's are in the feed itself.

Source: the Podcasting 2.0 chapters specification 1.2.
"""

from __future__ import annotations

import json
import re

from tui_pod.core.library.values import to_seconds
from tui_pod.core.player.snapshot import MAX_CHAPTERS, Chapter
from tui_pod.core.text.clean import clean
from tui_pod.net.address import absolute

MAX_CHARS = 2_000_000
"""Maximum number of characters of a chapters file that are read."""

FEWEST_CODES = 2
"""Minimum number of time codes in notes to count as chapters: a single one is a remark."""

_CODE = re.compile(r"[\s•*\-–—#\d.)]{0,6}?[\[(]?\b((?:\d{1,2}:)?\d{1,3}:\d{2})\b[\])]?[\s:;.,\-–—|]*(.*)")
_CODE_LAST = re.compile(r"(.{0,199}?[^\s\-–—|(\[])[\s\-–—|(\[]++((?:\d{1,2}:)?\d{1,3}:\d{2})[\])]?\s*")


def parse_chapters(text: str) -> tuple[Chapter, ...]:
    """Return the chapters of a Podcasting 2.0 JSON file, except those marked `toc: false`; empty if unusable."""
    try:
        data = json.loads(text[:MAX_CHARS].removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return ()
    chapters = data.get("chapters") if isinstance(data, dict) else None
    marks = []
    for chapter in chapters[:MAX_CHAPTERS] if isinstance(chapters, list) else []:
        if not isinstance(chapter, dict) or chapter.get("toc") is False:
            continue
        named, title = chapter.get("startTime"), chapter.get("title")
        start = to_seconds(str(named)) if isinstance(named, str | int | float) else None
        if start is not None:
            shown = (absolute(str(chapter.get(name) or "")) or "" for name in ("url", "img"))
            marks.append(Chapter(start, clean(title) if isinstance(title, str) else "", *shown))
    return tuple({mark.start: mark for mark in sorted(marks, key=lambda mark: mark.start)}.values())


def notes_chapters(notes: str, duration: float | None = None) -> tuple[Chapter, ...]:
    """Return the chapters that show notes list as time codes, such as `00:05:30 Title`.

    The notes are plain text. Codes beyond the `duration` of the episode (seconds) are ignored.
    """
    marks: list[Chapter] = []
    for line in notes.split("\n"):
        line = line.strip()[:300]
        found = _CODE.fullmatch(line)
        last = _CODE_LAST.fullmatch(line) if found is None else None
        code, title = (found[1], found[2]) if found else (last[2], last[1]) if last else ("", "")
        start = to_seconds(code) if code else None
        if start is not None and (not duration or start < duration):
            marks.append(Chapter(start, clean(title)))
    starts = [mark.start for mark in marks]
    if len(marks) < FEWEST_CODES or starts != sorted(set(starts)):
        return ()
    return tuple(marks[:MAX_CHAPTERS])
