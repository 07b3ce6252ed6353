"""Read the SQLite databases of AntennaPod, gPodder, castero and Pocket Casts. They may be damaged, or made to do harm.

The schemas are those of their sources: AntennaPod's PodDBAdapter.java (what its export of the database is), gPodder's
schema.py (~/gPodder/Database), castero's migrations (castero.db), and Pocket Casts' AppDatabase.kt (Android) and
DatabaseHelper.swift (iOS), which are in the archives of "Export database".
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.core.text.clean import clean
from tui_pod.feeds.formats.items import MAX_GUID
from tui_pod.feeds.formats.opml import MAX_FEEDS, Entry
from tui_pod.feeds.imports.model import HeardEpisode, Imported, ImportFault
from tui_pod.feeds.net.address import typed_addresses

HEAD = b"SQLite format 3\0"
"""How such a file begins."""

MAX_EPISODES = 500_000
"""Episodes that are taken of one database."""

PATIENCE = 30.0
"""Seconds that reading may take."""

STEPS = 10_000
"""Instructions of SQLite between two looks at the clock."""

_BIG_TEXT = 1_000_000
"""Bytes of one value; those that are asked for are addresses and names."""


class _Schema(NamedTuple):
    """A player's tables, and how they are read."""

    program: str
    tables: frozenset[str]
    read: Callable[[sqlite3.Connection], tuple[Iterator[Entry | None], Iterator[HeardEpisode | None]]]


def read_database(path: Path) -> Imported:
    """Return what a player's database holds.

    Raises:
        ImportFault: it is of no player that is known, damaged, or takes too long.
    """
    shown = clean(str(path), 100)
    try:
        with _opened(path) as db:
            tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            schema = next((schema for schema in _SCHEMAS if schema.tables <= tables), None)
            if schema is None:
                known = ", ".join(dict.fromkeys(schema.program for schema in _SCHEMAS))
                raise ImportFault(f"{shown} is no database of a player that is known ({known}).")
            entries, episodes = schema.read(db)
            podcasts = [entry for _, entry in zip(range(MAX_FEEDS), entries, strict=False)]
            heard = [episode for _, episode in zip(range(MAX_EPISODES), episodes, strict=False)]
    except sqlite3.Error as error:
        said = "takes too long to read" if "interrupted" in str(error) else f"cannot be read ({error})"
        raise ImportFault(f"{shown} {said}. Export it again from the other player.") from None
    except OSError as error:
        raise ImportFault(f"{shown} cannot be read: {error.strerror or error}.") from None
    bad = sum(entry is None for entry in podcasts)
    said = "1 podcast has" if bad == 1 else f"{bad} podcasts have"
    faults = (f"{said} no http or https address, and cannot be fetched here.",) if bad else ()
    return Imported(schema.program, tuple(filter(None, podcasts)), tuple(filter(None, heard)), faults)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database to read it, and nothing that it defines beside its tables."""
    has_log = Path(f"{path}-wal").exists()  # of a player that runs: only then SQLite has to look after the file
    options = "mode=ro" if has_log else "mode=ro&immutable=1"
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?{options}", uri=True)) as db:
        deadline = time.monotonic() + PATIENCE
        db.set_progress_handler(lambda: int(time.monotonic() > deadline), STEPS)
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _BIG_TEXT)
        db.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "mmap_size = 0"):
            db.execute(f"PRAGMA {pragma}")
        yield db


def _antennapod(db: sqlite3.Connection) -> tuple[Iterator[Entry | None], Iterator[HeardEpisode | None]]:
    subscribed = " WHERE coalesce(state, 0) <> 1" if "state" in _columns(db, "Feeds") else ""
    columns = _some(db, "Feeds", ("download_url", "title", "custom_title", "link", "tags", "username", "password"))
    entries = (
        _entry(address, own_title or title, page, [tag for tag in _text(tags).split("\x1e") if tag != "#root"],
               user, password)
        for address, title, own_title, page, tags, user, password in db.execute(
            f"SELECT {columns} FROM Feeds{subscribed} ORDER BY id"
        )
    )  # fmt: skip
    last = _some(db, "FeedMedia", ("last_played_time", "playback_completion_date"), "media.")
    episodes = (
        _heard(podcast, guid, audio, _milliseconds(position), _milliseconds(duration), read == 1,
               _milliseconds(played_at) or _milliseconds(completed_at))
        for podcast, guid, audio, position, duration, read, played_at, completed_at in db.execute(
            "SELECT Feeds.download_url, item_identifier, media.download_url, media.position, media.duration, read,"
            f" {last} FROM FeedItems JOIN Feeds ON feed = Feeds.id LEFT JOIN FeedMedia AS media"
            " ON media.feeditem = FeedItems.id WHERE read = 1 OR media.position > 0"
        )
    )  # fmt: skip
    return entries, episodes


def _gpodder(db: sqlite3.Connection) -> tuple[Iterator[Entry | None], Iterator[HeardEpisode | None]]:
    columns = _some(db, "podcast", ("url", "title", "link", "section", "auth_username", "auth_password"))
    entries = (
        _entry(address, title, page, [section], user, password)
        for address, title, page, section, user, password in db.execute(f"SELECT {columns} FROM podcast ORDER BY id")
    )
    episodes = (
        _heard(podcast, guid, audio, _number(position), _number(duration), not is_new and not position,
               _number(played_at) or _number(moved_at))
        for podcast, guid, audio, position, duration, is_new, played_at, moved_at in db.execute(
            "SELECT podcast.url, guid, episode.url, current_position, total_time, is_new, last_playback,"
            " current_position_updated FROM episode JOIN podcast ON podcast_id = podcast.id"
            " WHERE is_new = 0 OR current_position > 0"
        )
    )  # fmt: skip
    return entries, episodes


def _castero(db: sqlite3.Connection) -> tuple[Iterator[Entry | None], Iterator[HeardEpisode | None]]:
    entries = (_entry(*row) for row in db.execute("SELECT key, title, link FROM feed"))
    has_places = bool(_columns(db, "progress"))
    place, join = ("time", " LEFT JOIN progress ON ep_id = episode.id") if has_places else ("0", "")
    played = "played" if "played" in _columns(db, "episode") else "0"
    episodes = (
        _heard(podcast, "", audio, _milliseconds(position), None, bool(is_played), None)
        for podcast, audio, position, is_played in db.execute(
            f"SELECT feed_key, enclosure, {place}, {played} FROM episode{join} WHERE {played} OR {place} > 0"
        )
    )
    return entries, episodes


def _pocket_casts(db: sqlite3.Connection) -> tuple[Iterator[Entry | None], Iterator[HeardEpisode | None]]:
    """Read what Android keeps; the addresses of feeds are on its server only."""
    columns = "download_url, played_up_to, duration, playing_status = 2, last_playback_interaction_date / 1000.0"
    return _recordings(db, f"SELECT {columns} FROM podcast_episodes WHERE playing_status = 2 OR played_up_to > 0")


def _pocket_casts_ios(db: sqlite3.Connection) -> tuple[Iterator[Entry | None], Iterator[HeardEpisode | None]]:
    heard = _some(db, "SJEpisode", ("lastPlaybackInteractionDate",))
    columns = f"downloadUrl, playedUpTo, duration, playingStatus = 3, {heard}"
    return _recordings(db, f"SELECT {columns} FROM SJEpisode WHERE playingStatus = 3 OR playedUpTo > 0")


def _recordings(db: sqlite3.Connection, query: str) -> tuple[Iterator[Entry | None], Iterator[HeardEpisode | None]]:
    """Return no podcasts, and episodes by recording, place and length in seconds, whether played, and when heard."""
    rows = db.execute(query)
    return iter(()), (
        _heard(None, "", audio, _number(position), _number(duration), bool(is_played), _number(when))
        for audio, position, duration, is_played, when in rows
    )


def _columns(db: sqlite3.Connection, table: str) -> set[str]:
    return {row[0] for row in db.execute("SELECT name FROM pragma_table_info(?)", (table,))}


def _some(db: sqlite3.Connection, table: str, wanted: Sequence[str], prefix: str = "") -> str:
    """Return columns for a query, with nothing in the place of those that a version did not have."""
    there = _columns(db, table)
    return ", ".join(prefix + name if name in there else "NULL" for name in wanted)


def _entry(
    address: Any, title: Any, page: Any, folders: Sequence[Any] = (), user: Any = "", password: Any = ""
) -> Entry | None:
    """Return a podcast; None for one without an http(s) address."""
    named, pages = typed_addresses(_text(address)), typed_addresses(_text(page))
    if not named:
        return None
    inside = tuple((name,) for folder in folders if (name := clean(_text(folder))))
    login = (_text(user), _text(password)) if _text(user) and ":" not in user else ("", "")
    name = clean(_text(title))
    return Entry(named[0], name, inside, page=pages[0] if pages else "", user=login[0], password=login[1])


def _heard(
    podcast: Any, guid: Any, audio: Any, position: float, duration: float | None, is_played: bool, when: float | None
) -> HeardEpisode | None:
    """Return an episode from the fields of a row, of a podcast that is not known where it is None; None for no use."""
    address, recording = [""] if podcast is None else typed_addresses(_text(podcast)), _text(audio)
    if not address or (not is_played and not 0 < position <= DURATION_FAULT):
        return None
    length = duration if duration and 0 < duration <= DURATION_FAULT else None
    place = 0.0 if is_played else position
    return HeardEpisode(address[0], _text(guid).strip()[:MAX_GUID], recording, place, length, is_played, _time(when))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0


def _milliseconds(value: Any) -> float:
    return _number(value) / 1000


def _time(seconds: float | None) -> datetime | None:
    try:
        when = datetime.fromtimestamp(seconds, UTC) if seconds and seconds > 0 else None
    except (OverflowError, ValueError, OSError):
        return None
    return when if when is None or when <= datetime.now(UTC) else None


_SCHEMAS = (
    _Schema("AntennaPod", frozenset(("Feeds", "FeedItems", "FeedMedia")), _antennapod),
    _Schema("gPodder", frozenset(("podcast", "episode", "version")), _gpodder),
    _Schema("castero", frozenset(("feed", "episode")), _castero),
    _Schema("Pocket Casts", frozenset(("podcasts", "podcast_episodes")), _pocket_casts),
    _Schema("Pocket Casts", frozenset(("SJPodcast", "SJEpisode")), _pocket_casts_ios),
)
