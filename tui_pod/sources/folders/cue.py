"""Read a cue sheet, in a process with limits: the tracks of recordings as chapters. See `ForeignTexts`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

from tui_pod.core.player.snapshot import MAX_CHAPTERS, Chapter, pack_chapters
from tui_pod.core.text.clean import clean

ENDING = ".cue"

FRAMES = 75
"""Frames of a cue sheet in a second."""

_FILE = re.compile(r'FILE\s+(?:"([^"]*)"|(\S+))', re.IGNORECASE)
_TITLE = re.compile(r'TITLE\s+(?:"([^"]*)"|(.+))', re.IGNORECASE)
_TRACK = re.compile(r"TRACK\s+\d+", re.IGNORECASE)
_START = re.compile(r"INDEX\s+0*1\s+(\d{1,5}):(\d\d):(\d\d)", re.IGNORECASE)


def read_cue(text: str) -> dict[str, str]:
    """Return the chapters that a cue sheet gives to each file that it names, packed as one text."""
    found: dict[str, list[Chapter]] = {}
    inside: list[Chapter] = []
    title = ""
    for line in map(str.strip, text.replace("\0", "").splitlines()):
        if file := _FILE.match(line):
            name = (file[1] or file[2] or "").replace("\\", "/")
            inside = found.setdefault(os.path.basename(name), [])
        elif _TRACK.match(line):
            title = ""
        elif named := _TITLE.match(line):
            title = clean(named[1] or named[2] or "", 300)
        elif (start := _START.match(line)) and len(inside) < MAX_CHAPTERS:
            minutes, seconds, frames = map(int, start.groups())
            inside.append(Chapter(60 * minutes + seconds + frames / FRAMES, title))
    return {name: pack_chapters(chapters) for name, chapters in found.items() if chapters}


def cue_of(name: str, sheets: Mapping[str, Mapping[str, str]], names: Iterable[str]) -> str:
    """Return the packed chapters of a recording.

    `sheets` are those of its folder, by name, as `read_cue` returns them; `names` are all files there. A sheet beside a
    recording of its own name may call it by another ending.
    """
    for sheet, chapters in sheets.items():
        if name in chapters:
            return chapters[name]
        only = next(iter(chapters), "")
        is_beside = os.path.splitext(sheet)[0] in (name, os.path.splitext(name)[0])
        if is_beside and len(chapters) == 1 and only not in names:
            return chapters[only]
    return ""
