"""Tell which files of a folder are the parts of a book, and which are talks of their own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from tui_pod.core.text.clean import fold
from tui_pod.shelf.listing import BOOK, AudioFile
from tui_pod.sources.folders.beside import is_disc
from tui_pod.sources.folders.tags import BOOK_ENDINGS

FEWEST = 3
"""Minimum number of files without tags whose numbered names alone make a book."""

RATE = 8_000.0
"""Bytes of a second of speech, by which an unknown duration is estimated if no other is known."""

_BOOK_GENRE = re.compile(r"audio ?book|h(?:ö|oe)rbuch|livre audio|audiolivre|audiolibro", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d[-_. ]?[01]\d[-_. ]?[0-3]\d(?!\d)")
_TALK_GENRE = re.compile(r"podcast|lecture|vortrag|vorträge", re.IGNORECASE)


def group(files: Iterable[AudioFile]) -> dict[str, list[AudioFile]]:
    """Return files by the leaf folder that contains them, in their order; discs are one with the folder above.

    Files that are beside folders of recordings are in no leaf folder: their key ends with a separator.
    """
    inside: dict[str, list[AudioFile]] = {}
    for file in files:
        inside.setdefault(os.path.dirname(file.path), []).append(file)
    below: dict[str, list[str]] = {}
    for folder in inside:
        if folder:
            below.setdefault(os.path.dirname(folder), []).append(folder)
    homes = {folder: folder for folder in inside}
    for above, folders in below.items():
        if all(map(is_disc, folders)):
            homes.update(dict.fromkeys(folders, above))
    occupied: set[str] = set()
    for home in homes.values():
        while (above := os.path.dirname(home)) != home:
            occupied.add(above)
            home = above
    found: dict[str, list[AudioFile]] = {}
    for folder, there in inside.items():
        home = homes[folder]
        found.setdefault(os.path.join(home, "") if home in occupied else home, []).extend(there)
    return found


def is_book(files: Sequence[AudioFile], kind: str) -> bool:
    """Return whether the files of a leaf folder are a book: as the listener says, or by their tags and names."""
    return kind == BOOK if kind else _looks_like_book(files)


def is_whole(files: Sequence[AudioFile]) -> bool:
    """Return whether this is a single file in a format made for books."""
    return len(files) == 1 and files[0].path.lower().endswith(BOOK_ENDINGS)


def _looks_like_book(files: Sequence[AudioFile]) -> bool:
    genres = " ".join({file.tags.genre for file in files})
    if _BOOK_GENRE.search(genres) or is_whole(files):
        return True
    artists = {fold(artist) for artist in {file.tags.artist for file in files}} - {""}
    if _TALK_GENRE.search(genres) or len(artists) > 1:
        return False
    if len(files) == 1:
        return bool(files[0].tags.chapters)
    if os.path.dirname(files[0].path) != os.path.dirname(files[-1].path):  # discs
        return True
    stems = [os.path.splitext(os.path.basename(file.path))[0] for file in files]
    albums = {fold(album) for album in {file.tags.album for file in files}} - {""}
    if not albums:
        if any(map(_DATE.search, stems)):
            return False
        return len(files) >= FEWEST and len({fold(rest) for rest in {re.sub(r"\d+", "", stem) for stem in stems}}) == 1
    is_numbered = all(file.tags.track for file in files) or all(re.search(r"\d", stem) for stem in stems)
    return len(albums) == 1 and is_numbered


def durations(files: Sequence[AudioFile]) -> list[float]:
    """Return the length of each file in seconds, estimated from its size where the file does not state it."""
    known = [(file.size, file.tags.duration) for file in files if file.tags.duration]
    seconds = sum(duration for _, duration in known)
    rate = sum(size for size, _ in known) / seconds if seconds else RATE
    return [file.tags.duration or max(1.0, file.size / (rate or RATE)) for file in files]
