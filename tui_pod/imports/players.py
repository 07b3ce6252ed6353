"""Read exports of other players: a list of podcasts, or an SQLite database with the listening history.

Exports may be damaged or malicious; nothing is written to them. The schemas come from the players' sources:
AntennaPod's PodDBAdapter.java (its export of the database), gPodder's schema.py (~/gPodder/Database), castero's
migrations (castero.db), and Pocket Casts' AppDatabase.kt (Android) and DatabaseHelper.swift (iOS), which are in the
archives of "Export database", and Kasts' database.cpp. Calls block on the disk.
"""

from __future__ import annotations

import math
import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.core.library.podcast_settings import usable
from tui_pod.core.text.clean import clean, counted
from tui_pod.core.wall_time import believed
from tui_pod.imports.newsboat import NAMES, parse_newsboat
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

ENDINGS = (".opml", ".xml", ".db", ".sqlite", ".sqlite3", ".zip")
"""File name endings of exports, and of files for which a specific error can be given."""

ARCHIVE = b"PK\3\4"
"""The first bytes of a zip file."""

HEAD = b"SQLite format 3\0"
"""The first bytes of an SQLite database."""

PATIENCE = 30.0
"""Longest time for reading (seconds)."""

STEPS = 10_000
"""SQLite instructions between two checks of the time."""

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
            raise ImportFault(f"{shown} is an archive. Unpack it, and import the list or the database that is in it.")
        return parse_export(read_bytes(path, MAX_OPML))
    except FeedError as error:
        raise ImportFault(f"{shown}: {error}") from None
    except OSError as error:
        raise ImportFault(f"{shown}: {error.strerror or error}") from None


def parse_export(content: bytes) -> Imported:
    """Return what is in a list of podcasts, or in a file of newsboat. Raises `FeedError` if it is neither."""
    return parse_newsboat(content) or parse_opml(content)


class _Schema(NamedTuple):
    """A player's tables and the queries for them; a column in braces is NULL in versions that lack it."""

    program: str
    tables: frozenset[str]
    """Tables, and columns such as `Entries.entryid`, that identify it."""
    podcasts: str
    """A query for address, title, page, folders (separated by U+001E), user and password, and where it has them speed
    and seconds skipped at start and end; empty if it stores none."""
    episodes: str
    """A query for podcast, guid, recording, position and duration in seconds, whether played, and when last played."""
    queue: str = ""
    """A query for podcast, guid and recording of what plays next, in order; empty if it stores none."""
    queue_table: str = ""
    favourites: str = ""
    """A query for their number; empty if it has none."""
    favourites_name: str = ""
    """The table or column of favourites, which not every version has."""


_COLUMNS = "SELECT name FROM pragma_table_info(?)"

_SCHEMAS = (
    _Schema(
        "AntennaPod",
        frozenset(("Feeds", "FeedItems", "FeedMedia")),
        "SELECT download_url, coalesce(nullif({Feeds.custom_title}, ''), title), link, {Feeds.tags}, {Feeds.username},"
        " {Feeds.password}, {Feeds.feed_playback_speed}, {Feeds.feed_skip_intro}, {Feeds.feed_skip_ending}"
        " FROM Feeds WHERE coalesce({Feeds.state}, 0) <> 1 ORDER BY id",
        "SELECT Feeds.download_url, item_identifier, FeedMedia.download_url, FeedMedia.position / 1000.0,"
        " FeedMedia.duration / 1000.0, read = 1, coalesce(nullif({FeedMedia.last_played_time}, 0),"
        " {FeedMedia.playback_completion_date}) / 1000.0 FROM FeedItems JOIN Feeds ON feed = Feeds.id"
        " LEFT JOIN FeedMedia ON FeedMedia.feeditem = FeedItems.id WHERE read = 1 OR FeedMedia.position > 0",
        "SELECT Feeds.download_url, item_identifier, FeedMedia.download_url FROM Queue"
        " JOIN FeedItems ON FeedItems.id = Queue.feeditem JOIN Feeds ON FeedItems.feed = Feeds.id"
        " LEFT JOIN FeedMedia ON FeedMedia.feeditem = FeedItems.id ORDER BY Queue.id",
        "Queue",
        "SELECT count(*) FROM Favorites",
        "Favorites",
    ),
    _Schema(
        "gPodder",
        frozenset(("podcast", "episode", "version")),
        "SELECT {podcast.url}, {podcast.title}, {podcast.link}, {podcast.section}, {podcast.auth_username},"
        " {podcast.auth_password} FROM podcast ORDER BY id",
        "SELECT podcast.url, guid, episode.url, current_position, total_time,"
        " is_new = 0 AND coalesce(current_position, 0) = 0, coalesce(nullif(last_playback, 0),"
        " current_position_updated) FROM episode JOIN podcast ON podcast_id = podcast.id"
        " WHERE is_new = 0 OR current_position > 0",
    ),
    _Schema(
        "castero",
        frozenset(("feed", "episode", "progress")),
        "SELECT key, title, link, '', '', '' FROM feed",
        "SELECT feed_key, '', enclosure, time / 1000.0, NULL, {episode.played}, NULL"
        " FROM episode LEFT JOIN progress ON ep_id = episode.id WHERE {episode.played} OR time > 0",
        "SELECT feed_key, '', enclosure FROM queue JOIN episode ON episode.id = ep_id ORDER BY queue.id",
        "queue",
    ),
    _Schema(
        "castero",
        frozenset(("feed", "episode")),
        "SELECT key, title, link, '', '', '' FROM feed",
        "SELECT feed_key, '', enclosure, 0, NULL, {episode.played}, NULL FROM episode WHERE {episode.played}",
    ),
    _Schema(
        "Kasts",
        frozenset(("Feeds", "Entries", "Enclosures", "Entries.entryid")),
        "SELECT url, name, link, '', '', '' FROM Feeds ORDER BY feedid",
        "SELECT Feeds.url, Entries.id, Enclosures.url, playposition / 1000.0, duration, read, NULL FROM Entries"
        " JOIN Feeds ON Feeds.feedid = Entries.feedid LEFT JOIN Enclosures ON Enclosures.entryid = Entries.entryid"
        " WHERE read OR playposition > 0",
        "SELECT Feeds.url, Entries.id, Enclosures.url FROM Queue JOIN Entries ON Entries.entryid = Queue.entryid"
        " JOIN Feeds ON Feeds.feedid = Entries.feedid LEFT JOIN Enclosures ON Enclosures.entryid = Entries.entryid"
        " ORDER BY listnr",
        "Queue",
        "SELECT count(*) FROM Entries WHERE favorite",
        "Entries.favorite",
    ),
    _Schema(
        "Kasts",  # before version 25
        frozenset(("Feeds", "Entries", "Enclosures", "Entries.feed")),
        "SELECT url, name, link, '', '', '' FROM Feeds",
        "SELECT Entries.feed, Entries.id, Enclosures.url, playposition / 1000.0, duration, read, NULL FROM Entries"
        " LEFT JOIN Enclosures ON Enclosures.id = Entries.id AND Enclosures.feed = Entries.feed"
        " WHERE read OR playposition > 0",
        "SELECT Entries.feed, Entries.id, Enclosures.url FROM Queue JOIN Entries ON Entries.id = Queue.id"
        " AND Entries.feed = Queue.feed LEFT JOIN Enclosures ON Enclosures.id = Entries.id"
        " AND Enclosures.feed = Entries.feed ORDER BY listnr",
        "Queue",
        "SELECT count(*) FROM Entries WHERE favorite",
        "Entries.favorite",
    ),
    _Schema(
        "Pocket Casts",  # on Android; only its server has the addresses of feeds
        frozenset(("podcasts", "podcast_episodes")),
        "",
        "SELECT NULL, '', download_url, played_up_to, duration, playing_status = 2,"
        " last_playback_interaction_date / 1000.0 FROM podcast_episodes WHERE playing_status = 2 OR played_up_to > 0",
    ),
    _Schema(
        "Pocket Casts",  # on iOS
        frozenset(("SJPodcast", "SJEpisode")),
        "",
        "SELECT NULL, '', downloadUrl, playedUpTo, duration, playingStatus = 3,"
        " {SJEpisode.lastPlaybackInteractionDate} FROM SJEpisode WHERE playingStatus = 3 OR playedUpTo > 0",
    ),
)


def _read_database(path: Path) -> Imported:
    """Return the contents of a player's database.

    Raises ImportFault if it belongs to no known player, is damaged, or takes too long to read; or OSError.
    """
    shown = clean(str(path), 100)
    try:
        with _opened(path) as db:
            tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            names = tables | {
                f"{table}.{row[0]}" for table in tables for row in db.execute(_COLUMNS, (table,)).fetchall()
            }
            schema = next((schema for schema in _SCHEMAS if schema.tables <= names), None)
            if schema is None:
                known = ", ".join(dict.fromkeys(schema.program for schema in _SCHEMAS))
                raise ImportFault(f"{shown} is not a database of a known player ({known}).")
            podcasts = [_entry(*row) for row in _rows(db, schema.podcasts, MAX_FEEDS)]
            heard = [_heard(*row) for row in _rows(db, schema.episodes, MAX_EPISODES)]
            has_queue = schema.queue_table in names
            queue = [_queued(*row) for row in _rows(db, schema.queue, MAX_EPISODES)] if has_queue else []
            has_favourites = schema.favourites_name in names
            favourites = int(_number(db.execute(schema.favourites).fetchone()[0])) if has_favourites else 0
    except DATABASE_ERRORS as error:
        reason = explain_database_error(error, shown)
        raise ImportFault(f"{shown} cannot be read: {reason}. Export it again from the other player.") from None
    bad = sum(entry is None for entry in podcasts)
    said = "1 podcast has" if bad == 1 else f"{bad} podcasts have"
    faults = (f"{said} no http or https address and cannot be fetched.",) if bad else ()
    left = (counted(favourites, "favourite"),) if favourites else ()
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
    """Yield the first rows of a query of `_Schema`."""

    def column(found: re.Match[str]) -> str:
        is_there = db.execute("SELECT 1 FROM pragma_table_info(?) WHERE name = ?", found.groups()).fetchone()
        return ".".join(found.groups()) if is_there else "NULL"

    return islice(db.execute(re.sub(r"\{(\w+)\.(\w+)\}", column, query)), most)


def _entry(
    address: Any, title: Any, page: Any, folders: Any, user: Any, password: Any, speed: Any = None,
    intro: Any = None, ending: Any = None,
) -> Entry | None:  # fmt: skip
    """Return a podcast; None if it has no http(s) address."""
    named, page = typed_address(_text(address)), typed_address(_text(page))
    if named is None:
        return None
    inside = tuple((name,) for folder in _text(folders).split("\x1e") if folder != "#root" and (name := clean(folder)))
    login = (_text(user), _text(password)) if _text(user) and ":" not in user else (None, "")
    name = clean(_text(title))
    texts = {"speed": f"{_number(speed):g}", "skip_start": f"{_number(intro):g}", "skip_end": f"{_number(ending):g}"}
    settings = tuple((key, text) for key, text in usable(texts).items() if text)
    return Entry(named, name, inside, None, page, settings, None, *login)


def _queued(podcast: Any, guid: Any, audio: Any) -> HeardEpisode | None:
    address = typed_address(_text(podcast))
    return HeardEpisode(address, _guid(guid), _text(audio) or None) if address else None


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
