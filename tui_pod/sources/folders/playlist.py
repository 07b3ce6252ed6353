"""Read an M3U playlist: its files and addresses, in order."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.library.values import PLAYABLE_ENDINGS
from tui_pod.core.text.clean import clean
from tui_pod.net.address import absolute
from tui_pod.net.file_address import SCHEME, to_path
from tui_pod.runtime.files import read_bytes

PLAYLIST_ENDINGS = (".m3u", ".m3u8")
MAX_PLAYLIST = 16 * 1024 * 1024
"""Largest playlist that is read (bytes)."""

_LENGTH_AND_TITLE = re.compile(r"#EXTINF:\s*+(-?\d{1,7})(?:\.\d*+)?+[^,]*+,(.*)")


class Listed(NamedTuple):
    """An entry of a playlist."""

    place: str
    """An absolute path, or an http(s) address."""
    title: str = ""
    duration: float | None = None
    """Seconds; None if it is not stated."""

    @property
    def is_file(self) -> bool:
        """True for a file on this machine."""
        return self.place.startswith("/")


def read_playlist(path: str, most: int) -> tuple[list[Listed], int]:
    """Return the first `most` entries of a playlist, and the number of lines without audio. Raises OSError."""
    content = read_bytes(Path(path), MAX_PLAYLIST)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    entries: dict[str, Listed] = {}
    unusable, about = 0, Listed("")
    for line in map(str.strip, text.replace("\0", "").splitlines()):
        if found := _LENGTH_AND_TITLE.match(line):
            length = float(found[1])
            about = Listed("", clean(found[2]), length if length > 0 else None)
        if not line or line.startswith("#"):
            continue
        place = _place(line, os.path.dirname(path))
        if place is None:
            unusable += 1
        elif len(entries) < most:
            entries.setdefault(place, about._replace(place=place))
        about = Listed("")
    return list(entries.values()), unusable


def _place(line: str, folder: str) -> str | None:
    if line.lower().startswith(("http://", "https://")):
        return absolute(line)
    path = to_path(line) if line.startswith(SCHEME) else line
    if not path.lower().endswith(PLAYABLE_ENDINGS):
        return None
    found = os.path.normpath(os.path.join(folder, path))
    if "\\" in path and not os.path.exists(found):  # a Windows path
        found = os.path.normpath(os.path.join(folder, path.replace("\\", "/")))
    return found
