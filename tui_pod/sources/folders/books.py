"""Tell which files of a folder are the parts of a book, and which are talks of their own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tui_pod.core.text.clean import fold
from tui_pod.shelf.listing import BOOK, BOOK_ENDINGS, AudioFile, Kinds
from tui_pod.sources.folders.names import (
    counts,
    is_extra,
    is_nameless,
    is_part,
    is_piece,
    is_side,
    is_talk,
    rest_of,
    without_piece,
    work_in,
)

FEWEST = 3
"""Minimum number of files without tags whose numbered names alone make a book."""

APART = 20 * 3_600 * 10**9
"""Nanoseconds between two files that were made on different days."""

MOST_DAYS = 2
"""On how many days the files of a book may have been made that only its names suggest; more are a growing folder."""

RATE = 8_000.0
"""Bytes of a second of speech, by which an unknown duration is estimated if no other is known."""

_BOOK_GENRE = re.compile(r"audio ?book|h(?:ö|oe)rbuch|livre audio|audiolivre|audiolibro", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(?:(?:19|20)\d\d[-_. ]?[01]\d[-_. ]?[0-3]\d|[0-3]\d[-_. ]?[01]\d[-_. ]?20\d\d)(?!\d)")
_TALK_GENRE = re.compile(r"podcast|lecture|vortrag|vorträge", re.IGNORECASE)


def group(files: Iterable[AudioFile]) -> dict[str, list[AudioFile]]:
    """Return files by the leaf folder that contains them, in their order.

    Discs are one with the folder above, and extras follow what is beside them. Files that are beside folders of
    recordings are in no leaf folder: their key ends with a separator. Files whose names say that they are the parts of
    one work among others are in a leaf folder called as the work, which need not exist.
    """
    inside: dict[str, list[AudioFile]] = {}
    for file in files:
        inside.setdefault(os.path.dirname(file.path), []).append(file)
    homes = {folder: folder for folder in inside}
    for is_joined in (is_side, is_piece):
        below: dict[str, set[str]] = {}
        for home in set(homes.values()) - {""}:
            below.setdefault(os.path.dirname(home), set()).add(home)
        joined: dict[str, str] = {}
        for above, folders in below.items():
            pieces = {folder for folder in folders if not is_extra(folder)}
            names = {rest_of(os.path.basename(folder)) for folder in pieces} - {""}
            if all(map(is_joined, pieces)) and len(names) <= 1 and (pieces or above in inside):
                joined.update(dict.fromkeys(folders, above))
        homes = {folder: joined.get(home, home) for folder, home in homes.items()}
    occupied: set[str] = set()
    for home in homes.values():
        while (above := os.path.dirname(home)) != home:
            occupied.add(above)
            home = above
    found: dict[str, list[AudioFile]] = {}
    for folder in sorted(inside, key=is_extra):
        home = homes[folder]
        works = _works(inside[folder]) if home == folder else {}
        for file in inside[folder]:
            work = os.path.join(home, works[file.path]) if file.path in works else home
            is_loose = work == home and (home in occupied or works)
            found.setdefault(os.path.join(home, "") if is_loose else work, []).append(file)
    return found


def _works(files: Sequence[AudioFile]) -> dict[str, str]:
    """Return the name of the work of each file that is a part of one; empty if all are parts of the same one."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for file in files:
        if work := work_in(os.path.splitext(os.path.basename(file.path))[0]):
            parts.setdefault(fold(work), []).append((file.path, work))
    if len(parts) == 1 and sum(map(len, parts.values())) == len(files):
        return {}
    return {path: inside[0][1] for inside in parts.values() if len(inside) > 1 for path, _ in inside}


def is_book(files: Sequence[AudioFile], kinds: Kinds) -> bool:
    """Return whether the files of a leaf folder are a book: as the listener says, or by their tags and names.

    What was guessed to be a book stays one while most of its files stay, unless they show that it is none.
    """
    if kind := kinds.of(files):
        return kind == BOOK
    looks = _looks_like_book(files)
    return bool(looks) if looks is not None else 2 * sum(file.key in kinds.guessed for file in files) > len(files)


def is_whole(files: Sequence[AudioFile]) -> bool:
    """Return whether this is a single file in a format made for books."""
    return len(files) == 1 and files[0].path.lower().endswith(BOOK_ENDINGS)


def _looks_like_book(files: Sequence[AudioFile]) -> bool | None:
    """Return whether files are a book; None if nothing says so."""
    genres = " ".join({file.tags.genre for file in files})
    if _BOOK_GENRE.search(genres) or is_whole(files):
        return True
    files = [file for file in files if not is_extra(os.path.dirname(file.path))] or files
    artists = {fold(artist) for artist in {file.tags.artist for file in files} if not is_nameless(artist)}
    if _TALK_GENRE.search(genres) or len(artists) > 1:
        return None
    if len(files) == 1:
        return bool(files[0].tags.chapters) or None
    if os.path.dirname(files[0].path) != os.path.dirname(files[-1].path):  # discs
        return True
    has_album = any(not is_nameless(album) for album in {file.tags.album for file in files})
    if has_album and all(file.tags.track or file.tags.cue for file in files):
        return bool(album_of(files)) or None
    stems = [os.path.splitext(os.path.basename(file.path))[0] for file in files]
    parts = list(map(is_part, stems))
    are_numbered = all(is_one or re.search(r"\d", stem) for is_one, stem in zip(parts, stems, strict=True))
    if has_album:
        return (are_numbered and bool(album_of(files))) or None
    if any(map(_DATE.search, stems)) or any(map(is_talk, stems)):
        return False
    are_alike = len({rest_of(stem) for stem in stems} - {""}) <= 1
    if are_alike and (all(parts) or all(file.tags.cue for file in files)):
        return True
    first = counts(stems)
    is_counted = len(set(first)) == len(files) and min(first) <= 1 and not files[0].path.lower().endswith(BOOK_ENDINGS)
    if len(files) < FEWEST or not ((are_alike and are_numbered) or is_counted):
        return None
    made = sorted(file.modified for file in files)
    return 1 + sum(after - before > APART for before, after in pairwise(made)) <= MOST_DAYS


def album_of(files: Sequence[AudioFile]) -> str:
    """Return the album of the files of a work, without the discs in its names; empty if none or several."""
    albums = {album: None for album in dict.fromkeys(file.tags.album for file in files) if not is_nameless(album)}
    if len({fold(album) for album in albums}) > 1:
        albums = dict.fromkeys(without_piece(album)[0] for album in albums)
    return next(iter(albums), "") if len({fold(album) for album in albums}) == 1 else ""


def durations(files: Sequence[AudioFile]) -> list[float]:
    """Return the length of each file in seconds, estimated from its size where the file does not state it."""
    known = [(file.size, file.tags.duration) for file in files if file.tags.duration]
    seconds = sum(duration for _, duration in known)
    rate = sum(size for size, _ in known) / seconds if seconds else RATE
    return [file.tags.duration or max(1.0, file.size / (rate or RATE)) for file in files]
