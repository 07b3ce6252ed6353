"""Load catalogues into a library, from a SQLite cache when nothing changed since it was made.

The cache holds each column as one block, which loads 100,000 episodes in a fraction of the time that any
TOML parser takes, and the rest of an episode as a row that is fetched when looked at. It can be deleted at
any time. It knows nothing of progress or of the screen.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from tui_pod import __version__
from tui_pod.core.catalog import Catalog, CatalogError, Episode, Fault, parse_catalog
from tui_pod.core.library import Library, build_library, search_text
from tui_pod.core.toml_lines import TableLines
from tui_pod.core.topics import TopicTable
from tui_pod.settings import embedded_catalog, embedded_transcripts

MAX_CATALOG = 512 * 1024 * 1024
"""Bytes of a catalogue that are read: ten times one of 100,000 episodes."""

SCHEMA = 1
"""Changes with the tables below; a cache of another schema is made anew."""


class CatalogsError(Exception):
    """Catalogues that cannot be used; each line is `FILE:LINE: message`."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Loaded:
    """A library, and how to keep it for the next start; `save` is None when it came from the cache."""

    library: Library
    title: str
    """Title of the first catalogue."""
    save: Callable[[], None] | None = None


def load_library(paths: Sequence[Path], cache: Path) -> Loaded:
    """Return the library of these catalogues together.

    Raises:
        CatalogsError: with the faults of all of them.
    """
    stamp = _stamp(paths)
    file = cache / f"library-{hashlib.sha256(os.fsencode(chr(0).join(map(str, paths)))).hexdigest()[:16]}.sqlite"
    with contextlib.suppress(sqlite3.Error, OSError, ValueError, KeyError):
        return _read_cache(file, stamp)
    catalogs = _read_catalogs(paths)
    episodes = [episode for catalog in catalogs for episode in catalog.episodes]
    library = build_library((topic for catalog in catalogs for topic in catalog.topics), episodes)
    title = catalogs[0].title if catalogs else ""
    return Loaded(library, title, lambda: _write_cache(file, stamp, library, title, episodes))


def read_catalog(path: Path) -> tuple[Catalog, str]:
    """Return the catalogue in a file and its text.

    Raises:
        CatalogError: with the faults in it, or one that says why it cannot be read.
    """
    try:
        if not path.is_file():
            raise CatalogError([Fault(1, "no such file" if not path.exists() else "not a file")])
        if path.stat().st_size > MAX_CATALOG:
            raise CatalogError([Fault(1, f"larger than {MAX_CATALOG // 1024**2} MB")])
        content = path.read_bytes()
    except OSError as error:
        raise CatalogError([Fault(1, f"cannot be read: {error.strerror}")]) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CatalogError([Fault(line, "not UTF-8 text: save the file in UTF-8")]) from None
    return _with_places(parse_catalog(text), path), text


def _with_places(catalog: Catalog, path: Path) -> Catalog:
    """Return the catalogue with its paths made absolute, and the embedded one's with its transcripts."""
    folder = path.absolute().parent
    transcripts = embedded_transcripts() if path == embedded_catalog() else None

    def place(value: str | None) -> str | None:
        return value if value is None or "://" in value else str(folder / value)

    def settled(episode: Episode) -> Episode:
        transcript = place(episode.transcript)
        if transcript is None and transcripts:
            transcript = str(transcripts / f"{episode.id}.txt")
        return replace(episode, audio=place(episode.audio), transcript=transcript)

    return replace(catalog, episodes=tuple(settled(episode) for episode in catalog.episodes))


def _read_catalogs(paths: Sequence[Path]) -> list[Catalog]:
    lines: list[str] = []
    catalogs: list[Catalog] = []
    first: dict[str, Path] = {}
    for path in paths:
        try:
            catalog, text = read_catalog(path)
        except CatalogError as error:
            lines += [f"{path}:{fault.line}: {fault.message}" for fault in error.faults]
            continue
        catalogs.append(catalog)
        for number, episode in enumerate(catalog.episodes):
            if episode.id in first:
                line = TableLines(text).find("episodes", number, "id")
                lines.append(f"{path}:{line}: id “{episode.id}” is already used in {first[episode.id]}")
            first[episode.id] = path
    if lines:
        raise CatalogsError(lines)
    return catalogs


def _stamp(paths: Sequence[Path]) -> str:
    stats: list[tuple[str, int, int]] = []
    for path in paths:
        with contextlib.suppress(OSError):
            found = path.stat()
            stats.append((str(path.absolute()), found.st_mtime_ns, found.st_size))
    return json.dumps([SCHEMA, __version__, str(embedded_transcripts()), stats])


class _CacheShelf:
    """The rows of a cache file, which is read only and replaced, never changed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.episode = lru_cache(maxsize=512)(self._episode)

    def _episode(self, index: int) -> Episode:
        row = self._connection.execute("SELECT * FROM episodes WHERE number = ?", (index,)).fetchone()
        _, ident, title, summary, duration, published, tags, audio, transcript = row
        return Episode(
            id=ident,
            title=title,
            summary=summary,
            duration=duration,
            published=date.fromisoformat(published) if published else None,
            tags=tuple(tags.split("\n")) if tags else (),
            audio=audio,
            transcript=transcript,
        )

    def folded(self) -> list[str]:
        """Return each episode's search text."""
        text: str = self._connection.execute("SELECT value FROM columns WHERE name = 'folded'").fetchone()[0]
        return text.split("\n")


def _read_cache(file: Path, stamp: str) -> Loaded:
    """Return what the cache holds. Raises one of several errors when it is missing, old or damaged."""
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, check_same_thread=False)
    columns = dict(connection.execute("SELECT name, value FROM columns WHERE name != 'folded'"))
    if columns["stamp"] != stamp:
        raise ValueError("made from other catalogues")
    durations = array("d", columns["durations"])
    ids = columns["ids"].split("\n") if durations else []
    titles = columns["titles"].split("\n") if durations else []
    topics = json.loads(columns["topics"])
    members: list[array[int]] = []
    place, block = 0, memoryview(columns["members"]).cast("I")
    for count in topics["counts"]:
        members.append(array("I", block[place : place + count]))
        place += count
    table = TopicTable(tuple(topics["names"]), tuple(topics["parents"]), tuple(members), tuple(topics["seconds"]))
    return Loaded(Library(ids, titles, durations, table, _CacheShelf(connection)), columns["title"])


def _write_cache(file: Path, stamp: str, library: Library, title: str, episodes: Sequence[Episode]) -> None:
    """Write the cache whole, then put it in place. A cache that cannot be written is done without."""
    table = library.topics
    topics = {
        "names": table.names,
        "parents": table.parents,
        "seconds": table.seconds,
        "counts": [len(members) for members in table.members],
    }
    columns = {
        "stamp": stamp,
        "title": title,
        "ids": "\n".join(library.ids),
        "titles": "\n".join(library.titles),
        "durations": array("d", library.durations).tobytes(),
        "topics": json.dumps(topics),
        "members": b"".join(array("I", members).tobytes() for members in table.members),
        "folded": "\n".join(search_text(episode) for episode in episodes),
    }
    temp = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    with contextlib.suppress(sqlite3.Error, OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temp.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(temp)) as connection, connection:
            connection.execute("PRAGMA synchronous = OFF")  # a torn cache is only made again
            connection.execute("CREATE TABLE columns (name TEXT PRIMARY KEY, value)")
            connection.execute(
                "CREATE TABLE episodes (number INTEGER PRIMARY KEY, id TEXT, title TEXT, summary TEXT,"
                " duration REAL, published TEXT, tags TEXT, audio TEXT, transcript TEXT)"
            )
            connection.executemany("INSERT INTO columns VALUES (?, ?)", columns.items())
            connection.executemany(
                "INSERT INTO episodes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", map(_row, range(len(episodes)), episodes)
            )
        temp.replace(file)
    temp.unlink(missing_ok=True)


def _row(number: int, episode: Episode) -> tuple[object, ...]:
    return (
        number,
        episode.id,
        episode.title,
        episode.summary,
        episode.duration,
        episode.published.isoformat() if episode.published else None,
        "\n".join(episode.tags),
        episode.audio,
        episode.transcript,
    )
