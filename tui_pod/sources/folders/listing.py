"""Turn a folder, a playlist or one audio file into the items of a podcast. Blocks on the disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tui_pod.core.library.parts import Part, arrange
from tui_pod.core.library.values import PLAYABLE_ENDINGS
from tui_pod.core.player.snapshot import chapters_of, part_chapters, with_chapters
from tui_pod.core.text.clean import SUMMARY_LIMIT, clean, clean_title, fold
from tui_pod.net.address import absolute
from tui_pod.net.file_address import SCHEME, to_path
from tui_pod.runtime.files import read_bytes
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.published import (
    ALL_TALKS,
    BOOK,
    UNSAID,
    AudioFile,
    FeedError,
    Kinds,
    Listing,
    PublishedItem,
    Recording,
    Tags,
)
from tui_pod.sources.folders.beside import Beside, FolderTexts, is_document
from tui_pod.sources.folders.names import (
    album_of,
    durations,
    group,
    is_book,
    is_extra,
    is_nameless,
    is_track,
    is_whole,
    matter,
    natural,
    read_name,
    without_piece,
)
from tui_pod.sources.folders.scan import MAX_FILES, FoundFile, read_found, scan
from tui_pod.sources.texts.kept import cover_of

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


def read_listing(
    path: str,
    known: Mapping[str, AudioFile],
    cancel: CancelToken,
    kinds: Kinds = UNSAID,
    is_same: bool = True,
    texts: FolderTexts | None = None,
) -> Listing:
    """Return the contents of an absolute path.

    Args:
        path: of a folder, a playlist or an audio file.
        known: the files of the last scan, by path.
        kinds: which of its folders are books, and which talks.
        is_same: whether the last scan was stored for the same kinds, so that nothing changes unless a file did.
        texts: reads the texts in a folder; None to leave them out.

    Raises:
        FeedError: it does not exist or has no audio.
    """
    shown = clean(path, 100)
    try:
        path.encode()
        if os.path.isdir(path):
            listing = _read_folder(path, known, cancel, kinds, is_same, texts)
        elif path.lower().endswith(PLAYLIST_ENDINGS):
            listing = _read_playlist(path, known, cancel)
        elif path.lower().endswith(PLAYABLE_ENDINGS):
            files, _ = _read_files([path], known, cancel)
            listing = Listing("", _items(files, "")[0], tuple(files))
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
    return listing._replace(title=clean_title(title or path), kind=kinds.text)


def _read_folder(
    path: str,
    known: Mapping[str, AudioFile],
    cancel: CancelToken,
    kinds: Kinds,
    is_same: bool,
    texts: FolderTexts | None,
) -> Listing:
    files, notices = scan(path, known, cancel, texts)
    if is_same and known and len(files) == len(known) and all(file == known.get(file.path) for file in files):
        return Listing("", None, files, notices)
    items, guessed = _items(files, path, kinds)
    return Listing("", items, files, notices, guessed=guessed)


def book_at(files: Iterable[AudioFile], root: str, place: str, feed_id: str) -> PublishedItem | None:
    """Return a folder within `root` as the book that it is or may become; None if none or several match.

    `place` is a path, or the end of one in any case, such as `Tales/Grimm`; `feed_id` may stand for `root` in it.
    """
    end = f"/{fold(place).strip('/')}"
    found = [
        (os.path.join(root, home), inside)
        for home, inside in group(file for file in _in_order(files) if not is_document(file.path)).items()
        if home and not home.endswith(os.sep) and not is_whole(inside)
        if any(f"/{fold(clean(os.path.join(above, home)))}".endswith(end) for above in (root, feed_id))
    ]
    return _book(f"{BOOK}\0{found[0][1][0].key}", found[0][0], root, found[0][1]) if len(found) == 1 else None


def _read_playlist(path: str, known: Mapping[str, AudioFile], cancel: CancelToken) -> Listing:
    entries, unusable = read_playlist(path, MAX_FILES)
    files, missing = _read_files([entry.place for entry in entries if entry.is_file], known, cancel)
    by_path = {item.audio: item for item in _items(files, "")[0]}
    items = []
    for entry in entries:
        item = by_path.get(entry.place) if entry.is_file else _remote(entry)
        if item is not None:
            items.append(item._replace(title=entry.title or item.title, duration=item.duration or entry.duration))
    left_out = unusable + missing
    said = "1 entry" if left_out == 1 else f"{left_out} entries"
    notices = [f"{clean(path, 100)}: {said} cannot be read."]
    return Listing("", tuple(items), tuple(files), tuple(notices if left_out else ()))


def _read_files(
    paths: Iterable[str], known: Mapping[str, AudioFile], cancel: CancelToken
) -> tuple[list[AudioFile], int]:
    """Return the files at these absolute paths, and the number of unreadable ones."""
    found, missing, unreadable = list[FoundFile](), 0, list[str]()
    folders: dict[str, Beside] = {}
    for path in paths:
        cancel.check()
        folder = os.path.dirname(path)
        try:
            path.encode()
            if folder not in folders:
                folders[folder] = Beside(folder, os.listdir(folder))
            found.append(FoundFile(path, os.stat(path), folders[folder]))
        except (OSError, UnicodeEncodeError):
            missing += 1
    files = [*read_found("", found, known, unreadable, cancel)]
    return files, missing + len(unreadable)


def _remote(entry: Listed) -> PublishedItem:
    name = entry.place.partition("?")[0].rstrip("/").rpartition("/")[2]
    return PublishedItem(entry.place, clean_title(name), audio=entry.place)


def _items(
    files: Iterable[AudioFile], root: str, kinds: Kinds = ALL_TALKS
) -> tuple[tuple[PublishedItem, ...], dict[str, str]]:
    """Return the items of files in order, a book as one, and those guessed to be books as `Listing.guessed`.

    Files with the same content get different guids, except within a book, which has each content once.
    """
    ordered = _in_order(files)
    groups = group(file for file in ordered if not is_document(file.path))
    homes = {file.path: home for home, inside in groups.items() for file in inside}
    leaves = ((home, inside) for home, inside in groups.items() if not home.endswith(os.sep))
    books = {home: inside for home, inside in leaves if is_book(inside, kinds)}
    items: list[PublishedItem] = []
    taken: set[str] = set()
    guessed: dict[str, str] = {}
    titles = {file.path: title for home, inside in groups.items() if home not in books
              for file, title in zip(inside, _titles(inside), strict=True)}  # fmt: skip
    for file in ordered:
        home = homes.get(file.path, os.path.dirname(file.path))
        inside = [file] if is_document(file.path) else books.get(home, [file])
        if inside[0] is not file:
            continue
        has_parts = home in books and not is_whole(inside) and not is_document(file.path)
        guid = f"{BOOK}\0{file.key}" if has_parts else file.key
        guid = guid if guid not in taken else f"{guid}\0{file.path}"
        if has_parts:
            if not kinds.of(inside):
                guessed[guid] = os.path.basename(home or root)
            items.append(_book(guid, os.path.join(root, home), root, inside))
        else:
            title = titles.get(file.path) or file.tags.title or read_name(_titles(inside)[0], (), "").title
            own = os.path.dirname(file.path)
            folder = own if is_extra(own) or not f"{own}{os.sep}".startswith(home.rstrip(os.sep)) else home
            is_of_book = home in books
            folder = os.path.dirname(home) if is_of_book else folder
            items.append(_item(guid, file, title, root, folder, is_of_book))
        taken.add(guid)
    return tuple(items), guessed


def _item(guid: str, file: AudioFile, title: str, root: str, folder: str, is_of_book: bool) -> PublishedItem:
    path, tags = os.path.join(root, file.path), file.tags
    by = " · ".join(dict.fromkeys(part for part in (tags.artist, tags.album) if part and part != title))
    recording = Recording(
        os.path.normpath(os.path.join(root, folder)), tags.author, tags.best_narrator, tags.series, tags.year
    )
    audio, picture = (None, cover_of(Path(tags.transcript))) if is_document(path) else (path, None)
    return PublishedItem(guid, title, clean(tags.best_description or by, SUMMARY_LIMIT), size=file.size,
                published=tags.published, duration=tags.duration or None, audio=audio, picture=picture,
                transcript=_beside(path, tags, is_of_book),
                marks=tuple(chapters_of(tags.chapters)), recording=recording)  # fmt: skip


def _book(guid: str, folder: str, root: str, inside: Sequence[AudioFile]) -> PublishedItem:
    """Return the item of a book: the files of a folder in order."""
    unique: dict[str, AudioFile] = {}
    for file in inside:
        unique[file.key] = min(file, unique.get(file.key, file), key=lambda same: len(same.path))
    files = list(unique.values())
    parts = arrange(
        Part(
            path := os.path.join(root, file.path),
            duration,
            title,
            _beside(path, file.tags),
        )
        for file, duration, title in zip(files, durations(files), _titles(files), strict=True)
    )
    marks = part_chapters(parts) if any(file.tags.chapters for file in files) else ()
    for file, part in zip(files, parts, strict=True):
        if file.tags.chapters:
            marks = with_chapters(marks, part, chapters_of(file.tags.chapters))

    def tag(field: str) -> str:
        values = dict.fromkeys(getattr(file.tags, field) for file in files)
        values.pop("", None)
        return next(iter(values), "")

    author = "" if is_nameless(tag("author")) else tag("author")
    above = os.path.relpath(folder, root).split(os.sep)[:-1]
    named = read_name(os.path.basename(os.path.normpath(folder)), above, author)
    album = album_of(files)
    title = read_name(album, (), "").title if album else named.title
    if len(files) == 1 and not album and not is_track(files[0].tags.title):
        title = files[0].tags.title
    narrator = tag("best_narrator") or named.narrator
    summary = tag("best_description") or " · ".join(filter(None, (author, narrator)))
    has_own = parts[1:] and any(part.transcript for part in parts)
    text = None if has_own else _beside(parts[0].audio, files[0].tags, is_of_book=True)
    recording = Recording(
        os.path.dirname(os.path.normpath(folder)) if os.path.normpath(folder) != os.path.normpath(root) else root,
        author, narrator, tag("series") or named.series, tag("year") or named.year,
        parts, tuple(file.key for file in files),
    )  # fmt: skip
    return PublishedItem(guid, title, clean(summary, SUMMARY_LIMIT), size=sum(file.size for file in files),
                published=next((file.tags.published for file in files if file.tags.published), None),
                duration=parts[-1].end, audio=parts[0].audio, marks=marks,
                transcript=text, recording=recording)  # fmt: skip


def _beside(path: str, tags: Tags, is_of_book: bool = False) -> str | None:
    """Return the path of a transcript, which is the recording's own if the text is in it.

    With `is_of_book`, it may be the e-book of all files of the folder.
    """
    stem = os.path.splitext(os.path.basename(path))[0]
    own = os.path.basename(tags.transcript).startswith(f"{stem}.")
    if tags.transcript and (own or is_of_book or is_document(path)):
        return os.path.join(os.path.dirname(path), tags.transcript)
    return path if tags.has_lyrics else None


def _in_order(files: Iterable[AudioFile]) -> list[AudioFile]:
    """Return files in playing order: by folder, then by track if all have one, or else by name."""
    ordered: list[AudioFile] = []
    folders: dict[str, list[AudioFile]] = {}
    for file in files:
        folders.setdefault(os.path.dirname(file.path), []).append(file)
    for folder in sorted(folders, key=lambda path: [natural(name) for name in path.split(os.sep) if name]):
        names = [os.path.splitext(os.path.basename(file.path))[0] for file in folders[folder]]
        places = zip(matter(names), map(natural, names), names, folders[folder], strict=True)
        ordered += _by_track([file for *_, file in sorted(places, key=lambda place: place[:3])])
    return ordered


def _titles(files: Sequence[AudioFile]) -> list[str]:
    """Return the titles of the files of a folder: those in their tags if they all differ, or else their names.

    Parts of a book often share a title. Names that recur on several discs follow that of the disc.
    """
    unique = {file.key: file.tags.title for file in files}.values()  # copies are one episode
    titles = [title for title in unique if not is_track(title)]
    are_distinct = len(set(titles)) == len(titles)
    stems = [os.path.splitext(os.path.basename(file.path))[0].replace("_", " ") for file in files]
    titles = [file.tags.title if are_distinct and not is_track(file.tags.title) else "" for file in files]
    titles = [title or clean_title(stem) for title, stem in zip(titles, stems, strict=True)]
    if len(set(titles)) == len(titles):
        return titles
    discs = [os.path.basename(os.path.dirname(file.path)) for file in files]
    if len(set(discs)) == 1:
        return titles
    return [f"{clean_title(disc)} · {title}" if disc else title for disc, title in zip(discs, titles, strict=True)]


def _by_track(files: Sequence[AudioFile]) -> Sequence[AudioFile]:
    discs = {album: without_piece(album)[1] for album in {file.tags.album for file in files}}
    places = [(file.tags.disc or discs[file.tags.album] or 1, file.tags.track or 0) for file in files]
    if len(set(places)) < len(files) or not all(track for _, track in places):
        return files
    return [file for _, file in sorted(zip(places, files, strict=True), key=lambda pair: pair[0])]
