"""Read exports of other players: a list of podcasts, or an SQLite database with the listening history.

Exports may be damaged or malicious; nothing is written to them. A database may be in an archive, as Podcast Addict,
Pocket Casts and Audiobookshelf write it. Calls block on the disk.

The schemas come from the players' sources: AntennaPod's PodDBAdapter.java, gPodder's schema.py, castero's migrations,
Kasts' database.cpp, Pocket Casts' AppDatabase.kt (Android) and DatabaseHelper.swift (iOS), shellcaster's db.rs,
Audiobookshelf's models; those of Podcast Addict and Apple Podcasts from programs that read them.

A line of newsboat's `urls` is an address and tags; `~` before a tag makes it the title, `!` hides the feed. A line of
podboat's `queue` is a recording's address, its file, and what became of it.
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
from typing import Any, NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.core.library.podcast_settings import usable
from tui_pod.core.library.values import PLAYABLE_ENDINGS
from tui_pod.core.text.clean import clean, counted
from tui_pod.core.wall_time import believed
from tui_pod.net.address import typed_address
from tui_pod.net.login import split_login
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

NAMES = ("urls", "queue")
"""The names of the two files."""

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
_MADE = ("query:", "exec:", "filter:")
"""Schemes of feeds that newsboat makes itself, from a search or a command."""

_PLAYED = (["played"], ["finished"])
"""What podboat writes behind recordings that were played."""


def parse_newsboat(content: bytes) -> Imported | None:
    """Return the contents of a file of newsboat; None if it is not one."""
    if content[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return None
    text = content.decode("utf-8", "replace").lstrip("\ufeff")
    lines = [words for line in text.splitlines() if (words := _fields(line)) and not words[0].startswith("#")]
    if not lines or not all(words[0].startswith(_MADE) or "://" in words[0] for words in lines):
        return None
    return _read_queue(lines) if all(map(_is_recording, lines)) else _read_feeds(lines)


def _is_recording(words: list[str]) -> bool:
    """Return whether a line has a recording, not a feed: its file has a path, or file or address end like one."""
    files = [word.partition("?")[0].lower() for word in words[:2]]
    return any(file.endswith(PLAYABLE_ENDINGS) for file in files) or files[-1].startswith("/")


def _fields(line: str) -> list[str]:
    return [re.sub(r"\\(.)", r"\1", found[1]) if found[2] is None else found[2] for found in _WORD.finditer(line)]


def _read_queue(lines: list[list[str]]) -> Imported:
    played: list[HeardEpisode] = []
    queued: list[HeardEpisode] = []
    for address, *state in lines[:MAX_EPISODES]:
        is_played = state[1:2] in _PLAYED
        (played if is_played else queued).append(HeardEpisode(None, None, address, is_played=is_played))
    return Imported("newsboat", episodes=tuple(played), queue=tuple(queued))


def _read_feeds(lines: list[list[str]]) -> Imported:
    entries: dict[str, Entry] = {}
    made = bad = 0
    for address, *tags in lines[:MAX_FEEDS]:
        typed = split_login(address)
        named = typed_address(typed.text)
        if named is None:
            made += address.startswith(_MADE)
            bad += not address.startswith(_MADE)
            continue
        title = next((clean(tag[1:]) for tag in tags if tag.startswith("~")), "")
        topics = tuple((name,) for tag in tags if not tag.startswith(("~", "!")) and (name := clean(tag)))
        hidden = (("hidden", "yes"),) if any(tag.startswith("!") for tag in tags) else ()
        user = typed.user if ":" not in typed.user else ""
        entries[named] = Entry(named, title, topics, settings=hidden, user=user or None, password=typed.password)
    left = {"made by a search or a command": made, "without an http or https address": bad}
    said = tuple(f"{counted(count, 'feed')} {what}" for what, count in left.items() if count)
    return Imported("newsboat", tuple(entries.values()), left=said)


class Schema(NamedTuple):
    """A player's tables and the queries for them; a column in braces is NULL in versions that lack it.

    `preference(name, id)` is what its backup says beside the database.
    """

    program: str
    tables: frozenset[str]
    """Tables, and columns such as `Entries.entryid`, that identify it."""
    podcasts: str
    """A query for address, title, page, folders (separated by U+001E), user and password, and where it has them speed,
    seconds skipped at start and end, whether silence is shortened (`yes` or `no`), words wanted and unwanted, least
    seconds, and whether it is refreshed; empty if it stores none."""
    episodes: str
    """A query for podcast, guid, recording, position and duration in seconds, whether played, and when last played."""
    queue: str = ""
    """A query for podcast, guid and recording of what plays next, in order; empty if it stores none."""
    queue_table: str = ""
    left: tuple[tuple[str, str, str], ...] = ()
    """What is not imported: a noun, the table or column that has it, which not every version has, and a query for the
    number."""


SCHEMAS = (
    Schema(
        "AntennaPod",
        frozenset(("Feeds", "FeedItems", "FeedMedia")),
        "SELECT download_url, coalesce(nullif({Feeds.custom_title}, ''), title), link, {Feeds.tags}, {Feeds.username},"
        " {Feeds.password}, {Feeds.feed_playback_speed}, {Feeds.feed_skip_intro}, {Feeds.feed_skip_ending},"
        " CASE WHEN {Feeds.feed_skip_silence} = 1 THEN 'no' WHEN {Feeds.feed_skip_silence} > 1 THEN 'yes' END,"
        " {Feeds.include_filter}, {Feeds.exclude_filter}, {Feeds.minimal_duration_filter}, {Feeds.keep_updated}"
        " FROM Feeds WHERE coalesce({Feeds.state}, 0) <> 1 ORDER BY id",
        "SELECT Feeds.download_url, item_identifier, FeedMedia.download_url, FeedMedia.position / 1000.0,"
        " FeedMedia.duration / 1000.0, read = 1, coalesce(nullif({FeedMedia.last_played_time}, 0),"
        " {FeedMedia.playback_completion_date}) / 1000.0 FROM FeedItems JOIN Feeds ON feed = Feeds.id"
        " LEFT JOIN FeedMedia ON FeedMedia.feeditem = FeedItems.id WHERE read = 1 OR FeedMedia.position > 0",
        "SELECT Feeds.download_url, item_identifier, FeedMedia.download_url FROM Queue"
        " JOIN FeedItems ON FeedItems.id = Queue.feeditem JOIN Feeds ON FeedItems.feed = Feeds.id"
        " LEFT JOIN FeedMedia ON FeedMedia.feeditem = FeedItems.id ORDER BY Queue.id",
        "Queue",
        (("favourite", "Favorites", "SELECT count(*) FROM Favorites"),),
    ),
    Schema(
        "gPodder",
        frozenset(("podcast", "episode", "version")),
        "SELECT {podcast.url}, {podcast.title}, {podcast.link}, {podcast.section}, {podcast.auth_username},"
        " {podcast.auth_password} FROM podcast ORDER BY id",
        "SELECT podcast.url, guid, episode.url, current_position, total_time,"
        " is_new = 0 AND coalesce(current_position, 0) = 0, coalesce(nullif(last_playback, 0),"
        " current_position_updated) FROM episode JOIN podcast ON podcast_id = podcast.id"
        " WHERE is_new = 0 OR current_position > 0",
    ),
    Schema(
        "castero",
        frozenset(("feed", "episode", "progress")),
        "SELECT key, title, link, '', '', '' FROM feed",
        "SELECT feed_key, '', enclosure, time / 1000.0, NULL, {episode.played}, NULL"
        " FROM episode LEFT JOIN progress ON ep_id = episode.id WHERE {episode.played} OR time > 0",
        "SELECT feed_key, '', enclosure FROM queue JOIN episode ON episode.id = ep_id ORDER BY queue.id",
        "queue",
    ),
    Schema(
        "castero",
        frozenset(("feed", "episode")),
        "SELECT key, title, link, '', '', '' FROM feed",
        "SELECT feed_key, '', enclosure, 0, NULL, {episode.played}, NULL FROM episode WHERE {episode.played}",
    ),
    Schema(
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
        (("favourite", "Entries.favorite", "SELECT count(*) FROM Entries WHERE favorite"),),
    ),
    Schema(
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
        (("favourite", "Entries.favorite", "SELECT count(*) FROM Entries WHERE favorite"),),
    ),
    Schema(
        "Pocket Casts",  # on Android; only its server has the addresses of feeds
        frozenset(("podcasts", "podcast_episodes")),
        "",
        "SELECT NULL, '', download_url, played_up_to, duration, playing_status = 2,"
        " last_playback_interaction_date / 1000.0 FROM podcast_episodes WHERE playing_status = 2 OR played_up_to > 0",
        "SELECT NULL, '', downloadUrl FROM up_next_episodes ORDER BY position",
        "up_next_episodes",
        (("star", "podcast_episodes.starred", "SELECT count(*) FROM podcast_episodes WHERE starred"),),
    ),
    Schema(
        "Pocket Casts",  # on iOS
        frozenset(("SJPodcast", "SJEpisode")),
        "",
        "SELECT NULL, '', downloadUrl, playedUpTo, duration, playingStatus = 3,"
        " {SJEpisode.lastPlaybackInteractionDate} FROM SJEpisode WHERE playingStatus = 3 OR playedUpTo > 0",
        "SELECT NULL, '', downloadUrl FROM SJPlaylistEpisode JOIN SJEpisode ON SJEpisode.uuid = episodeUuid"
        " WHERE playlist_id = 1 AND NOT coalesce({SJPlaylistEpisode.wasDeleted}, 0) ORDER BY episodePosition",
        "SJPlaylistEpisode",
        (("star", "SJEpisode.keepEpisode", "SELECT count(*) FROM SJEpisode WHERE keepEpisode"),),
    ),
    Schema(
        "Podcast Addict",
        frozenset(("podcasts", "episodes", "ordered_list", "tags", "tag_relation", "episodes.seen_status")),
        "SELECT feed_url, coalesce(nullif({podcasts.custom_name}, ''), name), homepage,"
        " (SELECT group_concat(tags.name, char(30)) FROM tag_relation JOIN tags ON tags._id = tag_id"
        " WHERE podcast_id = podcasts._id), {podcasts.login}, {podcasts.password},"
        " CASE preference('pref_speedPlaybackOn', podcasts._id) WHEN 'false' THEN 1"
        " ELSE CAST(preference('pref_speedAdjustment', podcasts._id) AS REAL) END, NULL, NULL, NULL,"
        " {podcasts.filter_included_keywords}, {podcasts.filter_excluded_keywords}, NULL, {podcasts.automaticRefresh}"
        " FROM podcasts WHERE subscribed_status = 1 ORDER BY name",
        "SELECT feed_url, episodes.guid, download_url, position_to_resume / 1000.0, {episodes.duration_ms} / 1000.0,"
        " seen_status = 1, {episodes.playbackDate} / 1000.0 FROM episodes JOIN podcasts ON podcast_id = podcasts._id"
        " WHERE subscribed_status = 1 AND (seen_status = 1 OR position_to_resume > 0)",
        "SELECT feed_url, episodes.guid, download_url FROM ordered_list JOIN episodes ON episodes._id = ordered_list.id"
        " JOIN podcasts ON podcast_id = podcasts._id WHERE ordered_list.type = 1 ORDER BY rank",
        "ordered_list",
        (
            ("favourite", "episodes.favorite", "SELECT count(*) FROM episodes WHERE favorite = 1"),
            ("bookmark", "chapters.customBookmark", "SELECT count(*) FROM chapters WHERE customBookmark = 1"),
        ),
    ),
    Schema(
        "shellcaster",
        frozenset(("podcasts", "episodes", "files", "version", "episodes.played", "episodes.hidden")),
        "SELECT url, title, '', '', '', '' FROM podcasts ORDER BY id",
        "SELECT podcasts.url, {episodes.guid}, episodes.url, 0, episodes.duration, played, NULL FROM episodes"
        " JOIN podcasts ON podcast_id = podcasts.id WHERE played",
        left=(("removed episode", "episodes.hidden", "SELECT count(*) FROM episodes WHERE hidden"),),
    ),
    Schema(
        "Apple Podcasts",
        frozenset(("ZMTPODCAST", "ZMTEPISODE")),
        "SELECT ZFEEDURL, ZTITLE, {ZMTPODCAST.ZWEBPAGEURL}, '', '', '' FROM ZMTPODCAST"
        " WHERE coalesce({ZMTPODCAST.ZSUBSCRIBED}, 1) ORDER BY ZMTPODCAST.Z_PK",
        "SELECT ZFEEDURL, ZMTEPISODE.ZGUID, {ZMTEPISODE.ZENCLOSUREURL}, ZPLAYHEAD, ZMTEPISODE.ZDURATION,"
        " coalesce({ZMTEPISODE.ZHASBEENPLAYED}, 0) OR coalesce({ZMTEPISODE.ZPLAYCOUNT}, 0) > 0 AS is_played,"
        " {ZMTEPISODE.ZLASTDATEPLAYED} + 978307200 FROM ZMTEPISODE"
        " JOIN ZMTPODCAST ON ZPODCAST = ZMTPODCAST.Z_PK WHERE ZPLAYHEAD > 0 OR is_played",
        left=(
            ("saved episode", "ZMTEPISODE.ZISBOOKMARKED", "SELECT count(*) FROM ZMTEPISODE WHERE ZISBOOKMARKED"),
            ("station", "ZMTPLAYLIST", "SELECT count(*) FROM ZMTPLAYLIST"),
        ),
    ),
    Schema(
        "Audiobookshelf",  # those podcasts and marks of whoever has the most
        frozenset(("podcasts", "podcastEpisodes", "mediaProgresses", "users")),
        "SELECT feedURL, title, '', '', '', '' FROM podcasts ORDER BY title",
        "SELECT feedURL, CASE WHEN json_valid(podcastEpisodes.extraData) THEN"
        " json_extract(podcastEpisodes.extraData, '$.guid') END, enclosureURL, currentTime, mediaProgresses.duration,"
        " isFinished, CAST(strftime('%s', substr(mediaProgresses.updatedAt, 1, 19)) AS INTEGER) FROM mediaProgresses"
        " JOIN podcastEpisodes ON podcastEpisodes.id = mediaItemId JOIN podcasts ON podcasts.id = podcastId"
        " WHERE (isFinished OR currentTime > 0) AND userId = (SELECT userId FROM mediaProgresses"
        " WHERE mediaItemType = 'podcastEpisode' GROUP BY userId ORDER BY count(*) DESC LIMIT 1)",
        left=(
            ("book", "books", "SELECT count(*) FROM books"),
            (
                "other user",
                "mediaProgresses.userId",
                "SELECT max(0, count(DISTINCT userId) - 1) FROM mediaProgresses WHERE mediaItemType = 'podcastEpisode'",
            ),
        ),
    ),
)


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

MOST_PACKED = 100
"""How many times longer a file may be than it is in an archive, beyond a few megabytes; databases shrink to a tenth."""

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
                    most = min(MAX_DATABASE, MAX_OPML + MOST_PACKED * file.compress_size)
                    while piece := packed.read(MAX_OPML):
                        unpacked.write(piece)
                        if unpacked.tell() > most:
                            raise ImportFault(f"{shown} was refused: it is made to fill the disk.")
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
