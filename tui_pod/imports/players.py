"""Read exports of other players: a list of podcasts, or an SQLite database with the listening history.

Exports may be damaged or malicious; nothing is written to them. A database may be in an archive, as Podcast Addict,
Pocket Casts and Audiobookshelf write it. Calls block on the disk.
"""

from __future__ import annotations

import math
import os
import re
import sqlite3
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from tui_pod.core.errors import UserError
from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.core.library.podcast_settings import usable
from tui_pod.core.text.clean import clean, counted
from tui_pod.core.wall_time import believed
from tui_pod.imports.newsboat import NAMES, parse_newsboat
from tui_pod.imports.schemas import SCHEMAS
from tui_pod.net.address import typed_address
from tui_pod.runtime.database_errors import DATABASE_ERRORS, explain_database_error
from tui_pod.runtime.files import read_bytes, read_start
from tui_pod.shelf.opml import (
    MAX_EPISODES,
    MAX_FEEDS,
    MAX_OPML,
    Entry,
    HeardEpisode,
    Imported,
    parse_opml,
)
from tui_pod.shelf.published import FeedError
from tui_pod.sources.items import MAX_GUID

ENDINGS = (".opml", ".xml", ".db", ".sqlite", ".sqlite3", ".zip", ".backup", ".audiobookshelf")
"""File name endings of exports, and of files for which a specific error can be given."""

ARCHIVE = b"PK\3\4"
"""The first bytes of a zip file."""

HEAD = b"SQLite format 3\0"
"""The first bytes of an SQLite database."""

MAX_FILES = 1_000
"""Maximum number of files of an archive that are looked at."""

MAX_DATABASE = 2 * 1000**3
"""Maximum number of bytes that are unpacked from one."""

PATIENCE = 30.0
"""Longest time for reading (seconds)."""

STEPS = 10_000
"""SQLite instructions between two checks of the time."""

_TERM = re.compile(r'"([^"]*)"|(\S+)')

_PREFERENCES = "podcastaddict_preferences.xml"
_PREFERENCE = re.compile(r'name="(pref_speed\w+_\d+)" value="([\w.]+)"')
"""What Podcast Addict keeps of podcasts beside its database: how the file's name ends, and names and values in it."""

_BIG_TEXT = 1_000_000
"""Maximum number of bytes of one value: only addresses and names are read."""


class ImportFault(UserError):
    """A file that is not an export, or cannot be read; the message says what to do."""


def is_export(path: str) -> bool:
    """Return True if a file looks like an export: by its name, or because it is a database."""
    if not os.path.isfile(path):
        return False
    try:
        is_named = path.lower().endswith(ENDINGS) or os.path.basename(path) in NAMES
        return is_named or read_start(Path(path)).startswith(HEAD)
    except OSError:
        return False


def read_export(path: Path) -> Imported:
    """Return the contents of an export. Raises ImportFault if it is none, or cannot be read."""
    shown = clean(str(path), 100)
    try:
        start = read_start(path)
        if start.startswith(HEAD):
            return _read_database(path)
        if start.startswith(ARCHIVE):
            return _read_archive(path)
        return parse_export(read_bytes(path, MAX_OPML))
    except FeedError as error:
        raise ImportFault(f"{shown}: {error}") from None
    except OSError as error:
        raise ImportFault(f"{shown}: {error.strerror or error}") from None


def parse_export(content: bytes) -> Imported:
    """Return what is in a list of podcasts, or in a file of newsboat. Raises `FeedError` if it is neither."""
    return parse_newsboat(content) or parse_opml(content)


_OWN = {"local folder": ("antennapod_local:", "/"), "channel of the shop": ("internal:",)}
"""What podcasts of the device or the player itself are called, and how what stands for their address starts."""

_COLUMNS = "SELECT name FROM pragma_table_info(?)"


def _read_archive(path: Path) -> Imported:
    """Return what is in an archive: the first database, or else list, of a known player.

    Raises ImportFault, FeedError or OSError.
    """
    shown, fault = clean(str(path), 100), ""
    try:
        with zipfile.ZipFile(path) as archive:
            files = [file for file in archive.infolist()[:MAX_FILES] if not file.is_dir()]
            beside = next((file for file in files if file.filename.endswith(_PREFERENCES)), None)
            preferences = archive.open(beside).read(MAX_OPML).decode("utf-8", "replace") if beside else ""
            for file in files:
                with archive.open(file) as packed, tempfile.NamedTemporaryFile() as unpacked:
                    start = packed.read(len(HEAD))
                    is_list = file.filename.lower().endswith(".opml")
                    if not (start.startswith(HEAD) or is_list):
                        continue
                    unpacked.write(start)
                    while (piece := packed.read(MAX_OPML)) and unpacked.tell() <= MAX_DATABASE:
                        unpacked.write(piece)
                    unpacked.flush()
                    try:
                        found = Path(unpacked.name)
                        return (
                            parse_export(read_bytes(found, MAX_OPML)) if is_list else _read_database(found, preferences)
                        )
                    except ImportFault as error:
                        fault = str(error).replace(unpacked.name, clean(file.filename, 60))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise ImportFault(f"{shown} is a damaged archive, or one with a password.") from None
    raise ImportFault(f"{shown} has no list or database of a known player. {fault}".strip())


def _read_database(path: Path, preferences: str = "") -> Imported:
    """Return the contents of a player's database, with the preferences that lie beside it.

    Raises ImportFault if it belongs to no known player, is damaged, or takes too long to read; or OSError.
    """
    shown = clean(str(path), 100)
    try:
        with _opened(path) as db:
            values = dict(_PREFERENCE.findall(preferences))
            db.create_function("preference", 2, lambda name, ident: values.get(f"{name}_{ident}"))
            tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            names = tables | {
                f"{table}.{row[0]}" for table in tables for row in db.execute(_COLUMNS, (table,)).fetchall()
            }
            schema = next((schema for schema in SCHEMAS if schema.tables <= names), None)
            if schema is None:
                known = ", ".join(dict.fromkeys(schema.program for schema in SCHEMAS))
                raise ImportFault(f"{shown} is not a database of a known player ({known}).")
            rows = list(_rows(db, schema.podcasts, MAX_FEEDS))
            podcasts = [_entry(*row) for row in rows if not _text(row[0]).startswith(sum(_OWN.values(), ()))]
            heard = [_heard(*row) for row in _rows(db, schema.episodes, MAX_EPISODES)]
            has_queue = schema.queue_table in names
            queue = [_queued(*row) for row in _rows(db, schema.queue, MAX_EPISODES)] if has_queue else []
            counts = {
                noun: int(_number(db.execute(query).fetchone()[0]))
                for noun, name, query in schema.left
                if name in names
            }
    except DATABASE_ERRORS as error:
        reason = explain_database_error(error, shown)
        raise ImportFault(f"{shown} cannot be read: {reason}. Export it again from the other player.") from None
    bad = sum(entry is None for entry in podcasts)
    said = "1 podcast has" if bad == 1 else f"{bad} podcasts have"
    faults = (f"{said} no http or https address and cannot be fetched.",) if bad else ()
    counts |= {noun: sum(_text(row[0]).startswith(starts) for row in rows) for noun, starts in _OWN.items()}
    left = tuple(counted(count, noun) for noun, count in counts.items() if count)
    entries, episodes = tuple(filter(None, podcasts)), tuple(filter(None, heard))
    return Imported(schema.program, entries, episodes, faults, tuple(filter(None, queue)), left)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database read-only, without running anything that its schema defines."""
    has_log = Path(f"{path}-wal").exists()  # the player is running: SQLite has to lock the file
    options = "mode=ro" if has_log else "mode=ro&immutable=1"
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True)) as db:
        deadline = time.monotonic() + PATIENCE
        db.set_progress_handler(lambda: int(time.monotonic() > deadline), STEPS)
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _BIG_TEXT)
        db.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "mmap_size = 0"):
            db.execute(f"PRAGMA {pragma}")
        yield db


def _rows(db: sqlite3.Connection, query: str, most: int) -> Iterator[tuple[Any, ...]]:
    """Yield the first rows of a query of `Schema`."""

    def column(found: re.Match[str]) -> str:
        is_there = db.execute("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", found.groups()).fetchone()
        return ".".join(found.groups()) if is_there else "NULL"

    return islice(db.execute(re.sub(r"\{(\w+)\.(\w+)\}", column, query)), most)


def _entry(
    address: Any, title: Any, page: Any, folders: Any, user: Any, password: Any, speed: Any = None,
    intro: Any = None, ending: Any = None, silence: Any = None, include: Any = None, exclude: Any = None,
    shortest: Any = None, is_refreshed: Any = None,
) -> Entry | None:  # fmt: skip
    """Return a podcast; None if it has no http(s) address."""
    named, page = typed_address(_text(address)), typed_address(_text(page))
    if named is None:
        return None
    inside = tuple((name,) for folder in _text(folders).split("\x1e") if folder != "#root" and (name := clean(folder)))
    login = (_text(user), _text(password)) if _text(user) and ":" not in user else (None, "")
    name = clean(_text(title))
    texts = {
        "speed": f"{_number(speed):g}", "skip_start": f"{_number(intro):g}", "skip_end": f"{_number(ending):g}",
        "skip_silence": _text(silence), "include": _words(include), "exclude": _words(exclude),
        "min_length": f"{round(_number(shortest) / 60)}m", "refresh": "never" if is_refreshed == 0 else "",
    }  # fmt: skip
    settings = tuple((key, text) for key, text in usable(texts).items() if text)
    return Entry(named, name, inside, None, page, settings, None, *login)


def _words(text: Any) -> str:
    """Return the words of a filter, which are separated by commas, or by blanks with phrases in quotes."""
    found = _text(text)
    parts = found.split(",") if "," in found else [phrase or word for phrase, word in _TERM.findall(found)]
    return ", ".join(part.strip().strip('"') for part in parts)


def _queued(podcast: Any, guid: Any, audio: Any) -> HeardEpisode | None:
    address = typed_address(_text(podcast))
    is_known = address or (podcast is None and _text(audio))
    return HeardEpisode(address, _guid(guid), _text(audio) or None) if is_known else None


def _heard(
    podcast: Any, guid: Any, audio: Any, place: Any, length: Any, is_played: Any, when: Any
) -> HeardEpisode | None:
    """Return an episode; None if it cannot be identified or was not started. `podcast` is None if unknown there."""
    address, recording = typed_address(_text(podcast)), _text(audio) or None
    position, duration = 0.0 if is_played else _number(place), _number(length)
    if (address is None and podcast is not None) or (not is_played and not 0 < position <= DURATION_FAULT):
        return None
    known = duration if 0 < duration <= DURATION_FAULT else None
    return HeardEpisode(address, _guid(guid), recording, position, known, bool(is_played), _time(_number(when)))


def _guid(value: Any) -> str | None:
    return _text(value).strip()[:MAX_GUID] or None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def _time(seconds: float) -> datetime | None:
    try:
        when = datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (OverflowError, ValueError, OSError):
        return None
    return None if when is None else believed(when, datetime.now(UTC))
