"""The database of feeds: tables, transactions, and recovery from damage.

Subscriptions must survive kills, power cuts and full disks: transactions are synced, and every change of
subscriptions is also written to `feeds.opml`. What can still be read of a damaged database is copied into a new one,
row by row; the backup has the subscriptions once more. To change a table, append SQL or a function to `MIGRATIONS`;
never change what was released.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Self

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import counted
from tui_pod.runtime import changes, files
from tui_pod.runtime.database_errors import DATABASE_ERRORS, explain_database_error, is_damage, stored_json
from tui_pod.runtime.log import log
from tui_pod.shelf import settings_table
from tui_pod.shelf.generation import BACKUP, DATABASE
from tui_pod.shelf.opml import Entry, Folder, parse_opml, write_opml
from tui_pod.shelf.published import FeedError

FIRST_TABLES = (
    """CREATE TABLE feeds (
    number INTEGER PRIMARY KEY,
    first TEXT NOT NULL UNIQUE,      -- the address it was first known by; the ids of its episodes depend on it
    address TEXT NOT NULL,           -- its current address
    title TEXT NOT NULL DEFAULT '',
    page TEXT NOT NULL DEFAULT '',
    folders TEXT NOT NULL DEFAULT '[]',
    etag TEXT NOT NULL DEFAULT '',
    modified TEXT NOT NULL DEFAULT '',
    fetched REAL,                    -- seconds since 1970, of the last successful refresh
    error TEXT NOT NULL DEFAULT '',
    origin TEXT NOT NULL DEFAULT '?',-- private origin that the listener chose, as JSON; empty: none; ?: from a list
    guid TEXT NOT NULL DEFAULT '',
    is_serial INTEGER NOT NULL DEFAULT 0,
    categories TEXT NOT NULL DEFAULT '[]',
    shows_categories INTEGER NOT NULL DEFAULT 0,
    keep INTEGER NOT NULL DEFAULT 0, -- no longer used: see the table of settings
    removed REAL                     -- when it was removed; it can be restored until it is purged
)""",
    """CREATE TABLE episodes (
    id TEXT PRIMARY KEY,
    feed INTEGER NOT NULL,
    guid TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    duration REAL,
    published REAL,                  -- seconds since 1970, as the feed states it
    sort REAL NOT NULL,              -- the same, or an estimate if it is missing or implausible
    place INTEGER NOT NULL,          -- higher for what the feed lists first; below 0: file missing, or archived
    seen REAL NOT NULL,
    audio TEXT,
    kind TEXT NOT NULL,              -- no longer used
    transcript TEXT,
    chapters TEXT,
    marks TEXT NOT NULL,
    keywords TEXT NOT NULL,
    link TEXT
)""",
    "CREATE INDEX episodes_by_feed ON episodes (feed)",
    "CREATE TABLE notes (id TEXT PRIMARY KEY, html TEXT NOT NULL)",
)

UNNUMBERED_TABLES = (
    "CREATE TABLE IF NOT EXISTS descriptions (feed INTEGER PRIMARY KEY, summary TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sizes (id TEXT PRIMARY KEY, size INTEGER NOT NULL)",  # bytes, as feeds state them
    "CREATE TABLE IF NOT EXISTS numbering (id TEXT PRIMARY KEY, season INTEGER, number INTEGER, type TEXT NOT NULL,"
    " is_explicit INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS pictures (id TEXT PRIMARY KEY, address TEXT NOT NULL)",  # of episodes and of feeds
    # what servers ask for: how long a feed is valid (seconds), and when it may be fetched again
    "CREATE TABLE IF NOT EXISTS schedule (feed INTEGER PRIMARY KEY, ttl REAL NOT NULL, until REAL NOT NULL,"
    " is_refused INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS news (id TEXT PRIMARY KEY)",  # episodes that the listener has not seen listed yet
    "CREATE TABLE IF NOT EXISTS unwanted (id TEXT PRIMARY KEY)",  # episodes whose downloads were deleted
    # by the feed's first address, or the id of a book; texts as JSON, time in seconds since 1970
    "CREATE TABLE IF NOT EXISTS settings (feed TEXT PRIMARY KEY, texts TEXT NOT NULL, updated REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS files (feed INTEGER, path TEXT, size INTEGER NOT NULL, modified INTEGER NOT NULL,"
    " key TEXT NOT NULL, tags TEXT NOT NULL, PRIMARY KEY (feed, path))",  # of folders, from the last scan
)


def _add_unnumbered_changes(db: sqlite3.Connection) -> None:
    """Add what version 1 gained over time without a new number: a database of version 1 may have any of it."""
    for statement in UNNUMBERED_TABLES:
        db.execute(statement)
    columns = {row[1] for row in db.execute("PRAGMA table_info(feeds)")}
    if "own_title" not in columns:  # the title that the feed gives itself; `title` differs if the listener renamed it
        db.execute("ALTER TABLE feeds ADD COLUMN language TEXT NOT NULL DEFAULT ''")
        db.execute("ALTER TABLE feeds ADD COLUMN own_title TEXT NOT NULL DEFAULT ''")
        db.execute("UPDATE feeds SET own_title = title WHERE fetched IS NOT NULL")
    db.execute(
        "INSERT OR IGNORE INTO settings SELECT first, json_object('keep', CAST(max(keep, 0) AS TEXT)), 0"
        " FROM feeds WHERE keep <> 0"  # 0 was the default, -1 none
    )
    db.execute("UPDATE feeds SET keep = 0")


MIGRATIONS: tuple[tuple[str, ...] | Callable[[sqlite3.Connection], None], ...] = (
    FIRST_TABLES,
    _add_unnumbered_changes,
    # 3: the ids under which a feed has listed an episode a second time
    ("CREATE TABLE aliases (id TEXT PRIMARY KEY, episode TEXT NOT NULL)",),
    # 4: what is known about the files of folders, and the episodes that have become parts of books
    (
        "CREATE TABLE recordings (id TEXT PRIMARY KEY, folder TEXT NOT NULL, author TEXT NOT NULL,"
        " narrator TEXT NOT NULL, series TEXT NOT NULL, year TEXT NOT NULL, parts TEXT NOT NULL, keys TEXT NOT NULL)",
        "CREATE TABLE former_episodes (id TEXT PRIMARY KEY, book TEXT NOT NULL, key TEXT NOT NULL)",
        # what the episodes of a folder were made for: the settings `kind`; the files in books that nobody called so
        "CREATE TABLE kinds (feed INTEGER PRIMARY KEY, kind TEXT NOT NULL, guessed TEXT NOT NULL)",
    ),
    # 5: the episodes that are played although their podcasts are not subscribed to
    ("CREATE TABLE visits (id TEXT PRIMARY KEY)",),
    # 6: the parts that books had before: where each started and ended (JSON, by key), and until when
    ("CREATE TABLE layouts (book TEXT NOT NULL, until REAL NOT NULL, parts TEXT NOT NULL)",),
    # 7: the generation of the library in which a feed changed last
    ("ALTER TABLE feeds ADD COLUMN changed INTEGER NOT NULL DEFAULT 0",),
    # 8: a folder's files have the date of their tags, instead of the day on which they were added; the next scan reads
    # again the tags of those that may have one, and makes all episodes again
    (
        "UPDATE episodes SET published = NULL WHERE feed IN (SELECT number FROM feeds WHERE address LIKE 'file:/%')",
        "UPDATE files SET tags = '[]' WHERE json_extract(tags, '$[11]') <> '' AND json_extract(tags, '$[17]') IS NULL",
        "UPDATE kinds SET kind = 'outdated'",
    ),
    # 9: when podcasts have replaced the recordings of episodes, in seconds since 1970
    ("CREATE TABLE replaced (id TEXT PRIMARY KEY, at REAL NOT NULL)",),
)
"""Each brings a database to the version of its number, counted from 1."""

FAMILY = 0x5450
"""`TP`, the high half of the application id of our databases."""

SCHEMA = FAMILY << 16 | len(MIGRATIONS)
"""The application id of a database that is up to date; its low half is the number of the last migration.

SQLite's `user_version`, the usual field for that number, is taken: it changes with the library (see `generation`).
"""


def version_of(db: sqlite3.Connection) -> int:
    """Return the number of the last migration that a database had; 0 for a new one."""
    schema: int = db.execute("PRAGMA application_id").fetchone()[0]
    return schema & 0xFFFF if schema >> 16 == FAMILY else 0


def migrate(db: sqlite3.Connection) -> int:
    """Run the migrations that a database lacks, within a write transaction; return the version that it had."""
    version = version_of(db)
    for migration in MIGRATIONS[version:]:
        if callable(migration):
            migration(db)
            continue
        for statement in migration:
            db.execute(statement)
    db.execute(f"PRAGMA application_id = {SCHEMA}")
    return version


_PROBES = 50_000
"""Maximum number of reads that may fail in one table: damage at its end has no end."""

_LAST_ROW = 1 << 40
"""No table has more rows."""

_JSON = {"folders": "[]", "categories": "[]", "marks": "[]", "texts": "{}"}
"""Columns that hold JSON, with what replaces JSON that cannot be read."""

_KEYS = ("id", "first")
"""Columns of text that identify a row: it is lost if they are damaged."""


_FETCHED_AGAIN = ("files", "schedule")
"""Tables that are not copied, so that what was lost is looked for again."""


class Recovered(NamedTuple):
    """What could be read of a damaged database."""

    podcasts: int = 0
    episodes: int = 0
    lost: int | None = None
    """Number of episodes that could not be read; None if it is unknown."""


def copy_readable(damaged: Path, db: sqlite3.Connection) -> Recovered:
    """Copy the readable rows, and let every podcast be fetched as if for the first time.

    Nobody uses the damaged database. The new one has all tables, and is in a write transaction.
    """
    counts: Counter[str] = Counter()
    listed = None
    with suppress(*DATABASE_ERRORS), closing(sqlite3.connect(f"{damaged.as_uri()}?immutable=1", uri=True)) as source:
        source.text_factory = _Text
        source.execute("PRAGMA trusted_schema = OFF")
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if table not in _FETCHED_AGAIN:
                counts[table] = _copy(source, db, table)
        with suppress(*DATABASE_ERRORS):
            listed = source.execute("SELECT count(*) FROM episodes INDEXED BY episodes_by_feed").fetchone()[0]
    db.execute("UPDATE feeds SET etag = '', modified = ''")
    lost = None if listed is None else max(0, listed - counts["episodes"])
    return Recovered(counts["feeds"], counts["episodes"], lost)


class _Text(str):
    """A text that was read; damaged bytes are replaced."""

    is_damaged = False

    def __new__(cls, raw: bytes) -> Self:
        """Decode the bytes."""
        text = super().__new__(cls, raw.decode("utf-8", "replace"))
        text.is_damaged = "\ufffd" in text
        return text


def _copy(source: sqlite3.Connection, db: sqlite3.Connection, table: str) -> int:
    """Copy a table; return the number of rows that were copied."""
    types = {row[1]: row[2] for row in db.execute(f"PRAGMA table_info({table})")}
    try:
        there = {str(row[1]) for row in source.execute(f"PRAGMA table_info({table})")}
    except DATABASE_ERRORS:
        return 0
    columns = [name for name in types if name in there]
    before = db.total_changes  # in a Turkish locale, `rowcount` is -1 after INSERT: CPython folds the I
    insert = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    for row in _rows(source, f"SELECT {', '.join(columns)} FROM {table} WHERE rowid BETWEEN ? AND ?"):
        with suppress(sqlite3.Error, ValueError, OverflowError):
            values = [_checked(name, types[name], value) for name, value in zip(columns, row, strict=True)]
            db.execute(insert, values)
    return db.total_changes - before


def _rows(source: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """Yield the readable rows of a query for a range of row numbers, by halving ranges that cannot be read."""
    ranges, left = [(1, _LAST_ROW)], _PROBES
    while ranges and left:
        first, last = ranges.pop()
        try:
            yield from source.execute(query, (first, last)).fetchall()
        except DATABASE_ERRORS:
            left -= 1
            middle = (first + last) // 2
            if first < last:
                ranges += [(middle + 1, last), (first, middle)]


def _checked(name: str, kind: str, value: Any) -> Any:
    """Return a value as it is copied. Raises ValueError if the row is of no use without it."""
    if value is None:
        return None
    if kind != "TEXT":
        return value if isinstance(value, int | float) else float(value)
    if not isinstance(value, _Text) or (name in _KEYS and value.is_damaged):
        raise ValueError(name)
    if name in _JSON:
        try:
            is_usable = type(json.loads(value)) is type(json.loads(_JSON[name]))
        except (ValueError, RecursionError):
            is_usable = False
        return str(value) if is_usable else _JSON[name]
    return str(value)


LOCK_WAIT = 5.0
"""How long to wait for another program that is writing (seconds)."""


class FeedStoreError(UserError):
    """Subscriptions could not be read or saved; the message says why."""


class FeedDatabase:
    """One connection, shared by threads under a lock and opened at first use."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / DATABASE
        self.backup = folder / BACKUP
        self.notices: list[str] = []
        """Messages for the listener about a recovery or about skipped items."""
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._opened: int | None = None  # inode of the file that is connected
        self._holds = 0
        self._owes_backup = False
        self._joint: sqlite3.Connection | None = None  # in the transaction of `together`
        self._aside: Path | None = None  # a damaged database that is still to be repaired
        self._is_repaired = False  # once: damage that comes back is reported

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @property
    def is_empty(self) -> bool:
        """True if no feed was ever added. Opens nothing."""
        return not (self.file.exists() or self.backup.exists())

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Open a read transaction; raise FeedStoreError if the database cannot be read. Creates no file."""
        if self.is_empty:
            with contextlib.closing(sqlite3.connect(":memory:")) as db:
                migrate(db)
                yield db
            return
        with self._used("BEGIN") as db:
            yield db

    @contextlib.contextmanager
    def write(self, changes_library: bool = False, changes_list: bool = False) -> Iterator[sqlite3.Connection]:
        """Open a write transaction: committed when the block ends, rolled back when it raises.

        It may put cached libraries out of date, and the backup of the subscriptions. Raises FeedStoreError if nothing
        was saved.
        """
        with self._used("BEGIN IMMEDIATE") as db:
            yield db
            if changes_library:
                bump(db)
        if changes_list:
            self.write_backup()
            changes.note()

    @contextlib.contextmanager
    def _used(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._joint is not None:
                yield self._joint
                return
            try:
                db = self._open()
                with _transaction(db, begin):
                    yield db
            except (*DATABASE_ERRORS, json.JSONDecodeError) as error:
                reason = explain_database_error(error, str(self.file))
                if not is_damage(error) or self._is_repaired:
                    raise FeedStoreError(f"The feeds cannot be read or saved in {self.file}: {reason}.") from error
                self._put_aside()
                with contextlib.suppress(*DATABASE_ERRORS):
                    self._open()
                raise FeedStoreError(" ".join((*self.notices[-1:], "Try again."))) from error
            except OSError as error:
                raise FeedStoreError(
                    f"The feeds cannot be stored in {self.file.parent}: {files.reason(error)}."
                ) from error

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None:
            if _inode(self.file) == self._opened:
                return self._connection
            self.close()  # the file was deleted or replaced
        files.make_folder(self.file.parent)
        if not self.file.exists():
            os.close(files.open_regular(self.file, os.O_CREAT | os.O_RDWR))
        files.check_regular(self.file)
        try:
            connection = _connected(self.file)
        except DATABASE_ERRORS as error:
            if not is_damage(error) or self._is_repaired:
                raise
            log(f"{self.file}: {error}")
            self._put_aside()
            connection = _connected(self.file)
        version = version_of(connection)
        if version > len(MIGRATIONS):
            connection.close()
            raise FeedStoreError(f"{self.file} was written by a newer tui-pod: update it to use feeds.")
        if version < len(MIGRATIONS):
            self._migrate(connection)
        self._connection, self._opened = connection, _inode(self.file)
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        """Bring the tables up to date, and fill new ones from the backup of a lost database."""
        with _transaction(connection):
            if migrate(connection) > 0:  # another program may have been faster
                return
            connection.execute(f"PRAGMA user_version = {secrets.randbelow(1 << 30)}")
            aside, self._aside = self._aside, None
            found = Recovered() if aside is None else copy_readable(aside, connection)
            restored = insert_entries(connection, self._backed_up(), is_backup=True)
            bump(connection)
        if aside is not None:
            self.notices.append(_repair_notice(aside, found, restored))
        elif restored:
            self.notices.append(f"The database of feeds was missing: {restored} feeds were restored from its backup.")

    def _put_aside(self) -> None:
        """Rename a damaged database; the next use repairs it."""
        self.close()
        self._is_repaired = True
        name = f"{self.file.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        self._aside = self.file.with_name(name)
        os.rename(self.file, self._aside)
        with contextlib.suppress(OSError):
            os.rename(f"{self.file}-journal", f"{self._aside}-journal")

    def _backed_up(self) -> list[Entry]:
        try:
            return list(parse_opml(files.read_bytes(self.backup), is_own=True).entries)
        except (OSError, FeedError):
            return []

    @contextlib.contextmanager
    def backing_up_once(self) -> Iterator[None]:
        """Postpone backups to the end of the block: one for each of a thousand feeds would take a minute."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            if self._owes_backup and not self._holds:
                self._owes_backup = False
                self.write_backup()

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Make all changes of the block one transaction with one backup; the work for N feeds is then that of N rows.

        Raises FeedStoreError if nothing was saved.
        """
        with self.backing_up_once(), self._used("BEGIN IMMEDIATE") as db:
            former, self._joint = self._joint, db
            try:
                yield
            finally:
                self._joint = former

    def write_backup(self) -> None:
        """Replace the OPML backup of the subscriptions; raise FeedStoreError if that fails."""
        if self._holds:
            self._owes_backup = True
            return
        with self._used("BEGIN IMMEDIATE") as db:  # blocks other writers, so the newest list wins
            entries = read_entries(db, is_backup=True)
            files.replace(self.backup, write_opml(entries, "tui-pod: backup of the subscriptions"))


def _inode(file: Path) -> int | None:
    try:
        return file.stat().st_ino
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """Commit what the block does, or roll it back when it raises."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(*DATABASE_ERRORS):
            connection.execute("ROLLBACK")
        raise


def bump(db: sqlite3.Connection, *feeds: int) -> None:
    """Change the generation; note that the feeds with these numbers have changed, or all of them."""
    generation = (db.execute("PRAGMA user_version").fetchone()[0] + 1) % (1 << 31)
    db.execute(f"PRAGMA user_version = {generation}")
    if feeds:
        db.executemany("UPDATE feeds SET changed = ? WHERE number = ?", ((generation, number) for number in feeds))
    else:
        db.execute("UPDATE feeds SET changed = ?", (generation,))


def changed_since(db: sqlite3.Connection, generation: int) -> list[int] | None:
    """Return the numbers of the feeds that have changed since a generation; None if that is not known."""
    if not 0 <= generation <= db.execute("PRAGMA user_version").fetchone()[0]:
        return None  # of another database
    return [number for (number,) in db.execute("SELECT number FROM feeds WHERE changed > ?", (generation,))]


def number_of(db: sqlite3.Connection, feed_id: str) -> int:
    """Return the number of a feed. Raises FeedStoreError if there is no such feed."""
    row = db.execute("SELECT number FROM feeds WHERE first = ?", (feed_id,)).fetchone()
    if row is None:
        raise FeedStoreError(f"There is no feed {feed_id}.")
    return int(row[0])


def insert_entries(db: sqlite3.Connection, entries: Iterable[Entry], is_backup: bool = False) -> int:
    """Add unknown feeds; return how many. Only our own backup may allow hosts in the listener's own network."""
    count = 0
    for entry in entries:
        feed_id, private = entry.feed_id or entry.address, (is_backup and entry.private) or "?"
        own_title = "" if entry.address.startswith("http") else entry.title  # no feed will tell that of a folder
        before = db.total_changes  # not `rowcount`: see `_copy`
        db.execute(
            "INSERT INTO feeds (first, address, title, own_title, page, folders, origin) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (feed_id, entry.address, entry.title, own_title, entry.page or "", json.dumps(entry.folders), private),
        )
        is_new = db.total_changes > before
        count += is_new
        if is_new and entry.settings:
            settings_table.write(db, feed_id, dict(entry.settings))
    return count


def read_entries(db: sqlite3.Connection, is_backup: bool = False) -> list[Entry]:
    """Return the subscriptions in order; those for our own backup include the allowed private origins."""
    rows = db.execute(
        "SELECT first, address, title, nullif(page, '') AS page, folders, texts, nullif(origin, '') AS origin"
        f" FROM feeds {settings_table.JOIN} WHERE removed IS NULL ORDER BY number"
    )
    return [
        Entry(
            address,
            title,
            to_folders(folders),
            feed_id,
            page,
            settings_table.shared_texts(texts),
            origin if is_backup and origin != "?" else None,
        )
        for feed_id, address, title, page, folders, texts, origin in rows
    ]


@lru_cache(maxsize=256)
def to_folders(text: str) -> tuple[Folder, ...]:
    """Return folders from their stored JSON."""
    value: Any = stored_json(text)
    return tuple(tuple(str(name) for name in folder) for folder in value)


def _connected(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=LOCK_WAIT, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")  # the generation is read from the file's header
        connection.execute("PRAGMA cache_spill = OFF")  # otherwise a large change locks readers out until it commits
        connection.execute("PRAGMA synchronous = EXTRA")  # FULL, and also syncs the deletion of the journal
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except DATABASE_ERRORS:
        connection.close()
        raise
    return connection


def _repair_notice(aside: Path, found: Recovered, restored: int) -> str:
    """Return what a repair recovered and lost."""
    texts = [
        f"The database of podcasts was damaged and was repaired; the damaged one was renamed to {aside.name}.",
        f"{counted(found.podcasts, 'podcast')} and {counted(found.episodes)} were recovered.",
    ]
    if restored:
        texts.append(f"{counted(restored, 'podcast')} came back from the backup and will be fetched again.")
    if found.lost is None:
        texts.append("Episodes that a podcast no longer lists may be lost.")
    elif found.lost:
        texts.append(f"{counted(found.lost)} could not be read; what is still listed comes back with the next refresh.")
    return " ".join((*texts, "Your progress is not affected."))
