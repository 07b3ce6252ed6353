"""Turn a folder, a playlist or one audio file into the items of a podcast. Blocks on the disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from tui_pod.core.text.clean import SUMMARY_LIMIT, clean, clean_title, fold
from tui_pod.feeds.folders.playlist import PLAYLIST_ENDINGS, Listed, read_playlist
from tui_pod.feeds.folders.scan import MAX_FILES, AudioFile, Transcripts, as_found, scan
from tui_pod.feeds.formats.model import FeedError, Item
from tui_pod.feeds.formats.values import PLAYABLE_ENDINGS
from tui_pod.runtime.threads import CancelToken

_DIGITS = re.compile(r"(\d+)")


class Listing(NamedTuple):
    """The contents of a folder."""

    title: str
    items: tuple[Item, ...] | None
    """In playing order; the audio of a file is its path. None: unchanged since the last time."""
    files: tuple[AudioFile, ...]
    """As found, for the next scan."""
    notices: tuple[str, ...] = ()


def read_listing(path: str, known: Mapping[str, AudioFile], cancel: CancelToken) -> Listing:
    """Return the contents of an absolute path; `known` are the files of the last scan, by path.

    Raises:
        FeedError: it does not exist or has no audio.
    """
    shown = clean(path, 100)
    try:
        path.encode()
        if os.path.isdir(path):
            listing = _read_folder(path, known, cancel)
        elif path.lower().endswith(PLAYLIST_ENDINGS):
            listing = _read_playlist(path, known, cancel)
        elif path.lower().endswith(PLAYABLE_ENDINGS):
            files, _ = _read_files([path], known, cancel)
            listing = Listing("", _items(files, ""), tuple(files))
        elif os.path.exists(path):
            raise FeedError(f"{shown} is not a folder, a playlist (M3U) or an audio file.")
        else:
            raise FeedError(f"There is no file or folder {shown}.")
    except UnicodeEncodeError:
        raise FeedError(f"The name of {shown} is not UTF-8: rename it.") from None
    except OSError as error:
        raise FeedError(f"{shown} cannot be read: {error.strerror or error}.") from None
    if listing.items == ():
        raise FeedError(" ".join((f"There is no audio file in {shown}.", *listing.notices)))
    name = os.path.basename(path)
    title = name if os.path.isdir(path) else os.path.splitext(name)[0]
    return listing._replace(title=clean_title(title or path))


def _read_folder(path: str, known: Mapping[str, AudioFile], cancel: CancelToken) -> Listing:
    files, notices = scan(path, known, cancel)
    is_known = known and len(files) == len(known) and all(file == known.get(file.path) for file in files)
    return Listing("", None if is_known else _items(files, path), files, notices)


def _read_playlist(path: str, known: Mapping[str, AudioFile], cancel: CancelToken) -> Listing:
    entries, unusable = read_playlist(path, MAX_FILES)
    files, missing = _read_files([entry.place for entry in entries if entry.is_file], known, cancel)
    by_path = {item.audio: item for item in _items(files, "")}
    items = []
    for entry in entries:
        item = by_path.get(entry.place) if entry.is_file else _remote(entry)
        if item is not None:
            items.append(replace(item, title=entry.title or item.title, duration=item.duration or entry.duration))
    left_out = unusable + missing
    said = "1 entry" if left_out == 1 else f"{left_out} entries"
    notices = [f"{clean(path, 100)}: {said} cannot be read."]
    return Listing("", tuple(items), tuple(files), tuple(notices if left_out else ()))


def _read_files(
    paths: Iterable[str], known: Mapping[str, AudioFile], cancel: CancelToken
) -> tuple[list[AudioFile], int]:
    """Return the files at these absolute paths, and the number of unreadable ones."""
    files, missing = [], 0
    folders: dict[str, Transcripts] = {}
    for path in paths:
        cancel.check()
        folder, name = os.path.split(path)
        try:
            if folder not in folders:
                folders[folder] = Transcripts(os.listdir(folder))
            files.append(as_found("", path, os.stat(path), known, folders[folder].of(name)))
        except (OSError, UnicodeEncodeError):
            missing += 1
    return files, missing


def _remote(entry: Listed) -> Item:
    name = entry.place.partition("?")[0].rstrip("/").rpartition("/")[2]
    return Item(entry.place, clean_title(name), audio=entry.place)


def _items(files: Iterable[AudioFile], root: str) -> tuple[Item, ...]:
    """Return the items of files in order; files with the same content get different guids."""
    items, taken = [], set()
    for file, title in _in_order(files):
        path = os.path.join(root, file.path)
        guid = file.key if file.key not in taken else f"{file.key}\0{file.path}"
        taken.add(guid)
        tags = file.tags
        by = " · ".join(dict.fromkeys(part for part in (tags.artist, tags.album) if part and part != title))
        summary = tags.description or by
        items.append(Item(guid, title, clean(summary, SUMMARY_LIMIT), size=file.size, duration=tags.duration,
                          audio=path, transcript=_beside(path, tags.transcript)))  # fmt: skip
    return tuple(items)


def _beside(path: str, transcript: str) -> str | None:
    return os.path.join(os.path.dirname(path), transcript) if transcript else None


def _in_order(files: Iterable[AudioFile]) -> list[tuple[AudioFile, str]]:
    """Return files with titles in playing order: by folder, then by track if all have one, or else by name.

    The titles in the tags are used only if they differ within the folder: parts of a book often share one.
    """
    ordered: list[tuple[AudioFile, str]] = []
    folders: dict[str, list[AudioFile]] = {}
    for file in files:
        folders.setdefault(os.path.dirname(file.path), []).append(file)
    for folder in sorted(folders, key=lambda path: [_natural(name) for name in path.split(os.sep) if name]):
        inside = _by_track(sorted(folders[folder], key=lambda file: _natural(os.path.basename(file.path))))
        titles = [file.tags.title for file in inside if file.tags.title]
        is_telling = len(set(titles)) == len(titles)
        for file in inside:
            stem = os.path.splitext(os.path.basename(file.path))[0]
            title = file.tags.title if is_telling else ""
            ordered.append((file, title or clean_title(stem.replace("_", " "))))
    return ordered


def _natural(name: str) -> list[str | int]:
    """Return a key that sorts `Part 2` before `Part 10`: alternating texts and numbers."""
    return [int(part) if number % 2 else part for number, part in enumerate(_DIGITS.split(fold(name)))]


def _by_track(files: Sequence[AudioFile]) -> Sequence[AudioFile]:
    places = [(file.tags.disc or 1, file.tags.track or 0) for file in files]
    if len(set(places)) < len(files) or not all(track for _, track in places):
        return files
    return [file for _, file in sorted(zip(places, files, strict=True), key=lambda pair: pair[0])]
