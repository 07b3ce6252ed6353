"""Lists as M3U: written so that other players play them, and read back by id or, failing that, by recording."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library

_ID = "#TUI-POD:"
"""Starts the line with an episode's id, which other players skip as a comment."""

_NARRATED = "tui-pod:"
"""Stands for the recording of an episode that is narrated."""


def to_m3u(name: str, episodes: Iterable[Episode]) -> str:
    """Return a playlist of episodes, with addresses and absolute paths."""
    lines = ["#EXTM3U", f"#PLAYLIST:{name}"]
    for episode in episodes:
        lines += [
            f"#EXTINF:{round(episode.duration) if episode.duration else -1},{episode.title}",
            f"{_ID}{episode.id}",
            episode.audio or f"{_NARRATED}{episode.id}",
        ]
    return "\n".join((*lines, ""))


def read_m3u(text: str, folder: str, library: Library) -> tuple[list[str], int]:
    """Return the ids of a playlist's episodes that are in the library, in order, and the number of other entries.

    Relative paths start from `folder`.
    """
    entries = [*_entries(text, folder)]
    by_place: dict[str | None, str] = {}
    if any(library.index(ident) is None for ident, _ in entries):
        by_place = {library.episode(index).audio: library.ids[index] for index in range(len(library))}
    found = [ident if library.index(ident) is not None else by_place.get(place) for ident, place in entries]
    known = [ident for ident in found if ident is not None]
    return [*dict.fromkeys(known)], len(found) - len(known)


def _entries(text: str, folder: str) -> Iterator[tuple[str, str]]:
    """Yield the id of each entry, empty if it has none, and its address or absolute path."""
    ident = ""
    for line in map(str.strip, text.replace("\0", "").splitlines()):
        if line.startswith(_ID):
            ident = line.removeprefix(_ID)
        elif line and not line.startswith("#"):
            is_path = "://" not in line and not line.startswith(_NARRATED)
            place = posixpath.normpath(posixpath.join(folder, line)) if is_path else line
            yield ident, unquote(line.removeprefix("file://")) if line.startswith("file:///") else place
            ident = ""
