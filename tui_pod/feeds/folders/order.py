"""Put sound files in the order in which they are meant to be heard, and name them. Pure."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from tui_pod.core.text.clean import clean_title, fold
from tui_pod.feeds.folders.scan import AudioFile

_DIGITS = re.compile(r"(\d+)")


def in_order(files: Iterable[AudioFile]) -> list[tuple[AudioFile, str]]:
    """Return files with their titles: by folder, in a folder by track where all have one, else by name.

    A title is the file's own where no other in its folder has the same, as a book's title on each of its parts.
    """
    ordered: list[tuple[AudioFile, str]] = []
    folders: dict[str, list[AudioFile]] = {}
    for file in files:
        folders.setdefault(os.path.dirname(file.path), []).append(file)
    for folder in sorted(folders, key=lambda path: [natural(name) for name in path.split(os.sep) if name]):
        inside = _by_track(sorted(folders[folder], key=lambda file: natural(os.path.basename(file.path))))
        titles = [file.tags.title for file in inside]
        is_telling = len(set(filter(None, titles))) == len(list(filter(None, titles)))
        for file, title in zip(inside, titles, strict=True):
            stem = os.path.splitext(os.path.basename(file.path))[0]
            ordered.append((file, title if title and is_telling else clean_title(stem.replace("_", " "))))
    return ordered


def natural(name: str) -> list[str | int]:
    """Return a key that sorts `Part 2` before `Part 10`: words and numbers in turn."""
    return [int(part) if number % 2 else part for number, part in enumerate(_DIGITS.split(fold(name)))]


def _by_track(files: Sequence[AudioFile]) -> Sequence[AudioFile]:
    places = [(file.tags.disc or 1, file.tags.track or 0) for file in files]
    if len(set(places)) < len(files) or not all(track for _, track in places):
        return files
    return [file for _, file in sorted(zip(places, files, strict=True), key=lambda pair: pair[0])]
