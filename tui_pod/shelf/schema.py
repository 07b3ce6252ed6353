"""The tables of the feeds' database, as numbered migrations.

To change a table, append SQL or a function to `MIGRATIONS`; never change what was released.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

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
