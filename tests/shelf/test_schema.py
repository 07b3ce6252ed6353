"""Databases of earlier versions are migrated and lose nothing.

`version_1.sql` is a dump of what tui-pod wrote before its migrations had numbers.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.present import present
from tui_pod.core.library.podcast_settings import PodcastSettings
from tui_pod.core.player.snapshot import Chapter
from tui_pod.shelf.database import FeedStoreError
from tui_pod.shelf.episodes import picture_of
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.files import read_files
from tui_pod.shelf.library import read_feeds
from tui_pod.shelf.marks import candidates, read_news
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.shelf.schema import MIGRATIONS, SCHEMA, version_of

SEA, BUGS, HOME, EMMA = (
    "https://sea.example/feed", "https://bugs.example/feed", "http://nas.home:8080/feed", "file:///books/Emma",
)  # fmt: skip

UNNUMBERED = """
UPDATE feeds SET keep = 4 WHERE number = 1;
ALTER TABLE feeds DROP COLUMN language;
ALTER TABLE feeds DROP COLUMN own_title;
DROP TABLE descriptions;
DROP TABLE sizes;
DROP TABLE numbering;
DROP TABLE pictures;
DROP TABLE schedule;
DROP TABLE news;
DROP TABLE unwanted;
DROP TABLE settings;
DROP TABLE files;
"""
"""Takes away what version 1 gained over time."""


def rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables."""
    with closing(sqlite3.connect(file)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}


def version(file: Path) -> int:
    with closing(sqlite3.connect(file)) as db:
        return version_of(db)


@pytest.fixture
def old(tmp_path: Path) -> FeedStore:
    """Return a store whose database is of version 1, not opened yet."""
    store = FeedStore(tmp_path / "data")
    store.db.file.parent.mkdir()
    with closing(sqlite3.connect(store.db.file)) as db:
        db.executescript(Path(__file__).with_name("version_1.sql").read_text("utf-8"))
    return store


def test_database_of_version_1_keeps_every_row(old: FeedStore) -> None:
    before = rows(old.db.file)
    assert version(old.db.file) == 1
    old.feeds()
    old.db.close()
    assert rows(old.db.file) == before | {
        "feeds": [(*feed, 0) for feed in before["feeds"]],
        "aliases": [],
        "recordings": [],
        "former_episodes": [],
        "kinds": [],
        "visits": [],
        "layouts": [],
    }
    assert version(old.db.file) == len(MIGRATIONS)
    assert old.take_notices() == []


def test_database_of_version_1_is_read_as_before(old: FeedStore) -> None:
    feeds = {feed.feed_id: feed for feed in old.feeds()}
    assert list(feeds) == [SEA, BUGS, HOME, EMMA]
    assert [len(old.feeds(with_removed=True)), feeds[HOME].address] == [5, "http://nas.home:8080/new"]
    assert feeds[HOME].allowed == {("http", "nas.home", 8080)}
    assert (feeds[BUGS].settings, feeds[BUGS].is_refused) == (PodcastSettings(name="My bugs", speed=1.2, keep=3), True)
    assert (feeds[SEA].etag, feeds[SEA].ttl, feeds[SEA].is_serial) == ('"e2"', 7200.0, True)
    details = present(old.details(episode_id(SEA, "g1")))
    assert (details.notes, details.size, details.season, details.number, details.type, details.language) == (
        "<p>Notes of <b>1</b>.</p>", 1234, 2, 3, "bonus", "en-gb",
    )  # fmt: skip
    assert details.marks == (Chapter(0.0, "Start"), Chapter(30.0, "End"))
    assert read_news(old.db) == {episode_id(SEA, "g0")}
    assert [one.title for one in candidates(old.db, BUGS)] == ["Title 7"]
    assert picture_of(old.db, episode_id(SEA, "g2")) == "https://sea.example/cover.jpg"
    assert read_files(old, EMMA) == {}  # read once more, for the tags that were not read then
    library = read_feeds(old.db.file.parent)
    assert library.hides_course
    assert [episode.title for episode in library.episodes] == [
        "Title 0", "Chapter 1", "Title 1", "Title 2", "Title 7", "Title 8",
    ]  # fmt: skip


def test_database_of_the_first_version_1_gains_the_rest(old: FeedStore) -> None:
    with closing(sqlite3.connect(old.db.file)) as db:
        db.executescript(UNNUMBERED)
    assert [(feed.title, feed.episodes, feed.settings.keep) for feed in old.feeds()] == [
        ("Sea", 3, 4), ("My bugs", 2, None), ("Home", 0, None), ("Emma", 1, None),
    ]  # fmt: skip
    item = PublishedItem("g1", "Title 1", audio="https://c.example/1.mp3", size=7, season=2, number=3)
    old.store(SEA, Published("The Sea", (item,), language="de"))
    details = present(old.details(episode_id(SEA, "g1")))
    assert (details.feed_title, details.language, details.size, details.season, details.number) == (
        "The Sea", "de", 7, 2, 3,
    )  # fmt: skip
    assert old.take_notices() == []


@pytest.mark.parametrize(("column", "keep"), [(0, None), (-1, 0), (4, 4)])
def test_number_of_downloads_to_keep_moves_to_the_settings(old: FeedStore, column: int, keep: int | None) -> None:
    with closing(sqlite3.connect(old.db.file)) as db, db:
        db.execute("UPDATE feeds SET keep = ? WHERE first = ?", (column, SEA))
    assert {feed.feed_id: feed.settings.keep for feed in old.feeds()}[SEA] == keep


def test_new_database_has_the_tables_of_a_migrated_one(old: FeedStore, tmp_path: Path) -> None:
    new = FeedStore(tmp_path / "new")
    new.subscribe([Entry(SEA)])
    old.feeds()
    statements = []
    for store in (new, old):
        with store.db.read() as db:
            statements.append({(table, *row[1:3]) for table in rows(store.db.file)
                               for row in db.execute(f"PRAGMA table_info({table})")})  # fmt: skip
    assert statements[0] == statements[1]


def test_migration_that_fails_leaves_the_database_as_it_was(old: FeedStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(db: sqlite3.Connection) -> None:
        db.execute("UPDATE feeds SET title = 'lost'")
        raise sqlite3.OperationalError("no space")

    content = old.db.file.read_bytes()
    monkeypatch.setattr("tui_pod.shelf.schema.MIGRATIONS", (*MIGRATIONS, fail))
    with pytest.raises(FeedStoreError, match="unexpected error"):
        old.feeds()
    old.db.close()
    assert old.db.file.read_bytes() == content


def test_newer_database_is_left_alone(old: FeedStore) -> None:
    with closing(sqlite3.connect(old.db.file)) as db:
        db.execute(f"PRAGMA application_id = {SCHEMA + 1}")
    content = old.db.file.read_bytes()
    with pytest.raises(FeedStoreError, match="newer"):
        old.subscribe([Entry("https://b.example/f")])
    assert old.db.file.read_bytes() == content
