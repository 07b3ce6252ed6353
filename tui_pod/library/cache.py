"""Load catalogues and feeds into a library, from an SQLite cache if nothing has changed since it was written.

The cache has some columns as blocks, which load much faster than TOML, and a row per episode, which is read on demand.
It can be deleted at any time. Knows nothing of progress or of the screen.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import sqlite3
import zlib
from array import array
from collections.abc import Callable, Sequence
from datetime import date
from functools import cached_property, lru_cache, partial
from itertools import compress, count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_pod import __version__
from tui_pod.config.paths import embedded_catalog, embedded_transcripts
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import CatalogsError, Library, build_library, day_of, search_text
from tui_pod.core.library.parts import pack_parts, unpack_parts
from tui_pod.core.library.topics import TopicTable, topic_names
from tui_pod.runtime.files import check_regular, make_folder
from tui_pod.runtime.log import log
from tui_pod.shelf.generation import DATABASE, generation

if TYPE_CHECKING:
    from tui_pod.core.library.parts import Move, Part

SCHEMA = 17
"""Version of the tables; a cache of another version is rebuilt."""

BLOCK = 4_000
"""Episodes whose search texts are stored as one value: reading one takes 2 ms."""

LARGE = 3_000
"""From so many episodes on, only the podcasts that changed are read again."""

PUBLISHED, TAGS, PARTS = (Episode._fields.index(name) for name in ("published", "tags", "parts"))
"""The fields of an episode that are stored as text."""

_DAMAGE = (sqlite3.Error, OSError, ValueError, KeyError, TypeError, AttributeError)
"""Raised by a missing, old or damaged cache."""


class _Outdated(Exception):
    """The cache was made from other catalogues, feeds or settings."""


class Loaded(NamedTuple):
    """A library that was read."""

    library: Library
    notices: tuple[str, ...] = ()
    """About recovered or unreadable feeds, for the listener."""
    feeds: tuple[int, int] | None = None
    """Generation of its feeds; None if there are none, or they could not be read."""
    is_kept: bool = True
    """False if the cache could have it, and does not."""


def load_library(paths: Sequence[Path], cache: Path, data: Path | None = None, keeps: bool = True) -> Loaded:
    """Return the library of catalogues, followed by the feeds in `data`; if `keeps`, the cache has it from then on.

    Raises CatalogsError with all faults.
    """
    file, notices = cache_file(cache, "library", paths), list[str]()
    found = load_cached(paths, cache, data)
    if found is None and data is not None and _patch(file, paths, data, notices):
        found = load_cached(paths, cache, data)
    if found is None:
        found = _load_apart(paths, cache, data)
    if found is None and keeps:
        found = _make(file, paths, data)
    elif found is None:
        found = _parse(paths, data)
        found = found._replace(is_kept=not _is_whole(found, data))
    return found._replace(notices=tuple(dict.fromkeys((*notices, *found.notices))))


def _load_apart(paths: Sequence[Path], cache: Path, data: Path | None) -> Loaded | None:
    """Have a process with limits write the cache if catalogues are large; None if they are not, or it could not.

    Raises CatalogsError with all faults.
    """
    from tui_pod.library.catalog_files import is_large, read_apart  # not needed with a valid cache

    if not is_large(paths):
        return None
    if faults := read_apart(write_cache, paths, str(cache), str(data) if data is not None else None):
        raise CatalogsError(faults)
    return load_cached(paths, cache, data)


def write_cache(paths: Sequence[str], cache: str, data: str | None) -> list[str]:
    """Write the library to the cache, which is outdated, for other processes; return the faults of its catalogues."""
    catalogs, feeds = [*map(Path, paths)], None if data is None else Path(data)
    file = cache_file(Path(cache), "library", catalogs)
    try:
        if feeds is None or not _patch(file, catalogs, feeds, []):
            _make(file, catalogs, feeds)
    except CatalogsError as error:
        return error.lines
    return []


def load_cached(paths: Sequence[Path], cache: Path, data: Path | None = None) -> Loaded | None:
    """Return the library from the cache; None if the cache is missing, damaged or older than a catalogue or feed."""
    feeds, file = _generation(data), cache_file(cache, "library", paths)
    try:
        return Loaded(_read_cache(file, _stamp(_stats(paths), feeds), partial(_parse, paths, data)), feeds=feeds)
    except _Outdated:
        pass
    except _DAMAGE as error:
        _log_damage(file, error)
    return None


def _log_damage(file: Path, error: Exception) -> None:
    """Write to the log that a cache is rebuilt, unless it is only missing."""
    if file.exists():
        log(f"{file} cannot be used and is rebuilt: {type(error).__name__}: {error}")


def library_stamp(paths: Sequence[Path], data: Path | None) -> str:
    """Return a value that changes with the catalogues and the feeds."""
    return _stamp(_stats(paths), _generation(data))


def changed_since(former: str, stamp: str, data: Path) -> list[str] | None:
    """Return the ids of all episodes of the feeds that changed from one `library_stamp` to another.

    None if more may have changed.
    """
    from ast import literal_eval  # only if an index is not current

    from tui_pod.shelf.database import FeedStoreError
    from tui_pod.shelf.library import read_changed

    (*before, feeds), (*after, newer) = literal_eval(former), literal_eval(stamp)
    if before != after or None in (feeds, newer) or feeds[1] != newer[1]:
        return None
    with contextlib.suppress(FeedStoreError):
        return read_changed(data, feeds[0])
    return None


def cache_file(cache: Path, name: str, paths: Sequence[Path]) -> Path:
    """Return the cache file for data derived from these catalogues."""
    return cache / f"{name}-{zlib.crc32(os.fsencode(chr(0).join(map(str, paths)))):08x}.sqlite"


def _make(file: Path, paths: Sequence[Path], data: Path | None) -> Loaded:
    """Load catalogues and feeds without the cache, and write it."""
    stats = _stats(paths)  # taken before reading, in case something is written meanwhile
    loaded = _parse(paths, data)
    if _is_whole(loaded, data):
        _write_cache(file, _stamp(stats, loaded.feeds), loaded.library)
    return loaded


def _is_whole(loaded: Loaded, data: Path | None) -> bool:
    """Return whether all feeds could be read; those that could not are tried again at the next start."""
    return loaded.feeds is not None or _generation(data) is None


def _parse(paths: Sequence[Path], data: Path | None) -> Loaded:
    """Load catalogues and feeds without the cache."""
    from tui_pod.library.catalog_files import read_catalogs  # not needed with a valid cache

    catalogs, feeds = read_catalogs(paths), None
    if data is not None and _generation(data) is not None:
        from tui_pod.shelf.library import read_feeds  # imports XML parsing: only when there are feeds

        feeds = read_feeds(data)
        if feeds.hides_course:
            shown = [path != embedded_catalog() for path in paths]
            catalogs = list(compress(catalogs, shown))
    episodes = [episode for catalog in catalogs for episode in catalog.episodes]
    topics = [topic for catalog in catalogs for topic in catalog.topics]
    keys = [episode.tags for episode in episodes]
    days = [*map(day_of, episodes)]
    if feeds is None:
        return Loaded(build_library(topics, episodes, keys, days=days))
    taken = {episode.id for episode in episodes}
    new = [index for index, episode in enumerate(feeds.episodes) if episode.id not in taken]
    episodes += (feeds.episodes[index] for index in new)
    keys += (feeds.keys[index] for index in new)
    days += (feeds.days[index] for index in new)
    topics += feeds.topics
    library = build_library(topics, episodes, keys, dict(feeds.podcasts), days, feeds.aliases, feeds.moves)
    return Loaded(library, feeds.notices, feeds.generation)


def _generation(data: Path | None) -> tuple[int, int] | None:
    """Return the generation of the feeds; None if there never were any."""
    if data is None or not (os.path.exists(data / "feeds.sqlite") or os.path.exists(data / "feeds.opml")):
        return None
    return generation(data / DATABASE) or (-1, -1)  # missing: it will be rebuilt from its backup


def _stats(paths: Sequence[Path]) -> list[tuple[str, int, int]]:
    """Return values that change with the catalogues."""
    stats: list[tuple[str, int, int]] = []
    for path in paths:
        with contextlib.suppress(OSError):
            found = path.stat()
            stats.append((str(path.absolute()), found.st_mtime_ns, found.st_size))
    return stats


def _stamp(stats: list[tuple[str, int, int]], feeds: tuple[int, int] | None) -> str:
    return repr([SCHEMA, __version__, str(embedded_transcripts()), stats, feeds])


class _CachedEpisodes:
    """The rows of a read-only cache file; a damaged file is deleted, and the catalogues are read instead."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        file: Path,
        ids: list[str],
        titles: list[str],
        rows: Sequence[int],
        parse: Callable[[], Loaded],
    ) -> None:
        self._connection = connection
        self._rows = rows
        self._file = file
        self._ids = ids
        self._titles = titles
        self._parse = parse
        self.episode = lru_cache(maxsize=512)(self._episode)

    def _episode(self, index: int) -> Episode:
        try:
            row = self._connection.execute("SELECT * FROM episodes WHERE number = ?", (self._rows[index],)).fetchone()
            stored = Episode(*row[1:])
            if stored.id != self._ids[index]:
                raise ValueError("not the expected episode")
            published, tags = row[1 + PUBLISHED], row[1 + TAGS]
            parts: tuple[Part, ...] = ()
            if stored.parts:
                parts = unpack_parts(row[1 + PARTS])
            return stored._replace(
                published=date.fromisoformat(published) if published else None,
                tags=tuple(tags.split("\n")) if tags else (),
                parts=parts,
            )
        except _DAMAGE as error:
            _log_damage(self._file, error)
            found = self._parsed.index(self._ids[index])
            return Episode(self._ids[index], self._titles[index]) if found is None else self._parsed.episode(found)

    def folded(self) -> list[str]:
        """Return each episode's search text."""
        found: list[str] = []
        with contextlib.suppress(*_DAMAGE):
            blocks = self._connection.execute("SELECT value FROM folded ORDER BY number")
            found = [text for (block,) in blocks for text in block.split("\n")]
        if len(found) <= max(self._rows, default=-1):
            self._discard()
            return [search_text(self.episode(index)) for index in range(len(self._ids))]
        return [found[row] for row in self._rows]

    @cached_property
    def _parsed(self) -> Library:
        self._discard()
        try:
            return self._parse().library
        except (CatalogsError, OSError):  # they were deleted after the start
            return build_library([], [])

    def _discard(self) -> None:
        """Delete the cache, so that the next start rebuilds it."""
        with contextlib.suppress(OSError):
            self._file.unlink()


def _read_cache(file: Path, stamp: str, parse: Callable[[], Loaded]) -> Library:
    """Return the cached library. Raises one of `_DAMAGE` if it is missing, old or damaged."""
    check_regular(file)
    connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, check_same_thread=False)
    if connection.execute("SELECT value FROM columns WHERE name = 'stamp'").fetchone()[0] != stamp:
        raise _Outdated
    columns = dict(connection.execute("SELECT name, value FROM columns"))
    if zlib.crc32(columns["library"]) != columns["check"]:  # damage can make `marshal` crash
        raise ValueError("damaged")
    ids, titles, durations, days, podcasts, aliases, moved, authors, *of_topics = marshal.loads(columns["library"])
    keys, parents, members, seconds, paths, summaries, courses = of_topics
    table = TopicTable(
        topic_names(keys), parents, tuple(array("I", each) for each in members), seconds, keys,
        paths=paths, summaries=summaries, courses=courses,
    )  # fmt: skip
    rows: Sequence[int] = array("I", columns["rows"]) or range(len(ids))
    if len(rows) != len(ids):
        raise ValueError("not whole")
    moves: Sequence[Move] = ()
    if moved:
        from tui_pod.core.library.parts import Move  # few libraries have books

        moves = [Move(*each) for each in moved]
    store = _CachedEpisodes(connection, file, ids, titles, rows, parse)
    return Library(
        ids, titles, array("d", durations), table, store.episode, store.folded, array("I", days), podcasts, aliases,
        moves, authors,
    )  # fmt: skip


def _patch(file: Path, paths: Sequence[Path], data: Path, notices: list[str]) -> bool:
    """Bring a large cache up to date in which only podcasts are outdated; return whether that was possible."""
    from ast import literal_eval  # only if a cache is not current

    stats = _stats(paths)
    try:
        check_regular(file)
        with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, isolation_level=None)) as db:
            db.execute("PRAGMA synchronous = OFF")  # it can be made anew
            db.execute("BEGIN IMMEDIATE")
            columns = dict(db.execute("SELECT name, value FROM columns WHERE name IN ('rows', 'stamp')"))
            former = literal_eval(columns["stamp"])[-1]
            if former is None or columns["stamp"] != _stamp(stats, former):
                return False
            old = _read_cache(file, columns["stamp"], partial(_parse, paths, data))
            (total,) = db.execute("SELECT max(number) + 1 FROM episodes").fetchone()
            if not LARGE <= len(old) <= total <= 2 * len(old):
                return False
            from tui_pod.library.merging import merge  # imports XML parsing

            if (found := merge(old, former, data, notices)) is None:
                return False
            library, feeds, origins = found
            rows = array("I", columns["rows"]) or range(len(old))
            numbers = [rows[origin] if origin >= 0 else total + ~origin for origin in origins]
            columns = _columns(_stamp(stats, feeds.generation), library, numbers)
            db.executemany("UPDATE columns SET value = ?2 WHERE name = ?1", columns.items())
            _add_rows(db, feeds.episodes, total)  # none is changed: a running app reads those of its library
            db.execute("COMMIT")
            return True
    except sqlite3.OperationalError:
        pass  # it is missing, or cannot be changed now
    except _DAMAGE as error:
        _log_damage(file, error)
    return False


def _columns(stamp: str, library: Library, rows: Sequence[int] = ()) -> dict[str, Any]:
    """Return the columns of a cache, whose episodes are in the rows of these numbers, or in their order."""
    table = library.topics
    packed = marshal.dumps((
        library.ids, library.titles, array("d", library.durations), array("I", library.days),
        {feed: dict(texts) for feed, texts in library.podcasts.items()}, dict(library.aliases),
        [*map(tuple, library.moves)], [*library.authors],
        table.keys, table.parents, [array("I", each) for each in table.members], tuple(table.seconds),
        {topic: tuple(path) for topic, path in table.paths.items()}, dict(table.summaries), table.courses,
    ))  # fmt: skip
    return {"stamp": stamp, "rows": array("I", rows).tobytes(), "library": packed, "check": zlib.crc32(packed)}


def _write_cache(file: Path, stamp: str, library: Library) -> None:
    """Write the cache to a temporary file and rename it; failures are ignored."""
    temp = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    with contextlib.suppress(sqlite3.Error, OSError, UnicodeEncodeError):  # the last one for a path that is not UTF-8
        make_folder(file.parent)
        temp.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(temp)) as connection, connection:
            connection.execute("PRAGMA journal_mode = OFF")  # nobody reads the file until it is renamed
            connection.execute("CREATE TABLE columns (name TEXT PRIMARY KEY, value)")
            connection.execute("CREATE TABLE folded (number INTEGER PRIMARY KEY, value TEXT)")
            connection.execute(f"CREATE TABLE episodes (number INTEGER PRIMARY KEY, {', '.join(Episode._fields)})")
            connection.executemany("INSERT INTO columns VALUES (?, ?)", _columns(stamp, library).items())
            _add_rows(connection, [*map(library.episode, range(len(library)))])
        temp.replace(file)
    with contextlib.suppress(OSError):
        temp.unlink()


def _add_rows(db: sqlite3.Connection, episodes: Sequence[Episode], first: int = 0) -> None:
    """Add rows from the number `first` on, which is how many there are."""
    (block,) = db.execute("SELECT count(*) FROM folded").fetchone()
    starts = range(0, len(episodes), BLOCK)
    texts = ("\n".join(map(search_text, episodes[start : start + BLOCK])) for start in starts)
    db.executemany("INSERT INTO folded VALUES (?, ?)", enumerate(texts, block))
    blanks = ", ".join("?" * (1 + len(Episode._fields)))
    db.executemany(f"INSERT INTO episodes VALUES ({blanks})", map(_row, count(first), episodes))


def _row(number: int, episode: Episode) -> list[object]:
    row: list[object] = [number, *episode]
    row[1 + PUBLISHED] = episode.published.isoformat() if episode.published else None
    row[1 + TAGS] = "\n".join(episode.tags)
    row[1 + PARTS] = ""
    if episode.parts:
        row[1 + PARTS] = pack_parts(episode.parts)
    return row
