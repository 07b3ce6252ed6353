"""The database survives damage, other programs, kills and full disks.

Databases of earlier versions are migrated and lose nothing. `version_1.sql` is a dump of what tui-pod wrote before its
migrations had numbers.
"""

import contextlib
import json
import locale
import os
import random
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.present import present
from tests.shelf.making import FIRST, NOW, make_feed, make_item, titles
from tui_pod.core.library.podcast_settings import PodcastSettings
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.text.clean import is_safe
from tui_pod.shelf import database
from tui_pod.shelf.database import MIGRATIONS, SCHEMA, FeedStoreError, version_of
from tui_pod.shelf.episodes import picture_of
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.files import read_files
from tui_pod.shelf.generation import generation
from tui_pod.shelf.library import read_feeds
from tui_pod.shelf.marks import candidates, read_news
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import Entry, parse_opml
from tui_pod.shelf.published import Published, PublishedItem


def test_files_are_private(store: FeedStore) -> None:
    store.subscribe([Entry("https://b.org/f")])
    assert [stat.S_IMODE(file.stat().st_mode) for file in (store.db.file, store.db.backup)] == [0o600, 0o600]


@pytest.mark.parametrize("damage", ["noise", "cut", "middle", "schema", "empty", "gone"])
def test_damaged_database_is_put_aside_and_made_anew_from_the_backup(store: FeedStore, damage: str) -> None:
    store.store(FIRST, make_feed(*(make_item(n, summary="x" * 500) for n in range(200))), now=NOW)
    store.move(FIRST, "https://new.org/feed")
    store.db.close()
    content = store.db.file.read_bytes()
    if damage == "gone":
        store.db.file.unlink()
    else:
        half = len(content) // 2
        middle = content[:half] + b"\xa5" * 16_384 + content[half + 16_384 :]
        cut = content[: half - 100]
        schema = content.replace(b"tablefeedsfeeds", b"tablef\xe5edsfeeds").replace(b"CREATE TABLE", b"CREATE TABLX")
        noise = b"noise" * 1000
        damaged = {"noise": noise, "cut": cut, "middle": middle, "schema": schema, "empty": b""}[damage]
        store.db.file.write_bytes(damaged)
    again = FeedStore(store.db.file.parent)
    found = []
    for _ in range(3):
        with contextlib.suppress(FeedStoreError):
            with again.db.read() as db:
                db.execute("SELECT sum(length(summary)), sum(length(title)) FROM episodes").fetchone()
            found = again.feeds()
            break
    assert [(feed.feed_id, feed.address, feed.folders) for feed in found] == [
        (FIRST, "https://new.org/feed", (("Science", "Physics"),))
    ]
    assert again.db.notices
    if damage not in ("empty", "gone"):
        (aside,) = again.db.file.parent.glob("feeds.sqlite.corrupt-*")
        assert aside.read_bytes() == damaged
    again.store(FIRST, make_feed(make_item(1)), now=NOW)
    assert episode_id(FIRST, "g1") in again.episode_ids(FIRST)


def reopened(store: FeedStore) -> FeedStore:
    """Return the store of a program that starts now and reads everything, after a repair if needed."""
    store.db.close()
    again = FeedStore(store.db.file.parent)
    for _ in range(2):
        with contextlib.suppress(FeedStoreError):
            with again.db.read() as db:
                db.execute("SELECT sum(length(summary)), sum(length(title)) FROM episodes").fetchone()
                assert json.loads(db.execute("SELECT json_group_array(id) FROM episodes").fetchone()[0])
                db.execute("SELECT * FROM episodes").fetchall()
            again.feeds()
    return again


def test_damage_in_one_page_costs_the_episodes_in_it_and_their_number_is_told(store: FeedStore) -> None:
    store.store(FIRST, make_feed(*(make_item(n, summary=f"Summary {n}. " + "x" * 500) for n in range(200))), now=NOW)
    store.db.close()
    content = store.db.file.read_bytes()
    size = 4096
    start = content.index(b"Summary 100.") // size * size  # a leaf of the table
    store.db.file.write_bytes(content[:start] + b"\xa5" * size + content[start + size :])
    again = reopened(store)
    (notice,) = again.db.notices
    kept = len(again.episode_ids(FIRST))
    assert 180 <= kept < 200
    assert f"{kept} episodes were recovered. {200 - kept} episodes could not be read" in notice


@pytest.mark.parametrize(
    ("damage", "kept"),
    [
        ("UPDATE episodes SET title = CAST(x'ff1b5d35323b' AS TEXT) WHERE guid = 'g1'", 3),
        ("UPDATE episodes SET id = CAST(x'ff' AS TEXT) WHERE guid = 'g1'", 2),
        ("UPDATE feeds SET title = CAST(x'ff' AS TEXT)", 3),
        ("UPDATE feeds SET folders = '[['", 3),
        ("UPDATE settings SET texts = '{'", 3),
        ("DROP TABLE notes", 3),
    ],
)
def test_damaged_value_is_repaired_and_the_other_rows_stay(store: FeedStore, damage: str, kept: int) -> None:
    store.store(FIRST, make_feed(*map(make_item, range(3))), now=NOW)
    store.configure(FIRST, {"name": "Mine"})
    store.db.close()
    with contextlib.closing(sqlite3.connect(store.db.file)) as db:
        db.execute(damage)
        db.commit()
    again = reopened(store)
    with contextlib.suppress(FeedStoreError):
        again.details(episode_id(FIRST, "g2"))
    assert again.details(episode_id(FIRST, "g2")) is not None
    assert [feed.episodes for feed in again.feeds()] == [kept]
    (notice,) = again.take_notices()
    assert "was damaged and was repaired" in notice
    assert f"1 podcast and {kept} episodes were recovered." in notice
    assert ("1 episode could not be read" in notice) is (kept < 3)
    assert "came back from the backup" not in notice
    assert is_safe(notice)
    assert len(reopened(again).feeds()) == 1


@pytest.mark.parametrize("name", ["locked", "full"])
def test_locked_or_full_disk_is_told_in_our_words_and_nothing_is_put_aside(
    store: FeedStore, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.store(FIRST, make_feed(make_item(1)), now=NOW)
    monkeypatch.setattr(database, "LOCK_WAIT", 0.0)
    store.db.close()
    with contextlib.closing(sqlite3.connect(store.db.file, isolation_level=None)) as other:
        if name == "locked":
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(FeedStoreError, match="another program is using it"):
                store.feeds()
        else:
            with pytest.raises(FeedStoreError, match="the disk is full"), store.db.write() as db:
                db.executescript("PRAGMA max_page_count = 1; CREATE TABLE large AS SELECT zeroblob(1000000)")
    assert list(store.db.file.parent.glob("*corrupt*")) == []
    assert len(store.feeds()) == 1


def test_failed_store_leaves_everything_as_it_was(store: FeedStore) -> None:
    store.store(FIRST, make_feed(make_item(1)), now=NOW)
    before = generation(store.db.file)
    with pytest.raises(FeedStoreError):
        store.store(FIRST, make_feed(make_item(2), make_item(3, summary=object())), now=NOW)  # no text
    assert titles(store) == ["Title 1"]
    assert generation(store.db.file) == before


def test_unwritable_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way")
    with pytest.raises(FeedStoreError, match="cannot be stored"):
        FeedStore(tmp_path / "data").subscribe([Entry(FIRST)])


def test_threads_and_programs_share_a_store(store: FeedStore) -> None:
    other = FeedStore(store.db.file.parent)
    faults: list[Exception] = []

    def work(store: FeedStore, start: int) -> None:
        try:
            for number in range(start, start + 10):
                store.subscribe([Entry(f"https://b.org/{number}")])
                store.store(f"https://b.org/{number}", make_feed(make_item(1), title=str(number)), now=NOW)
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(each, n * 10)) for n, each in enumerate((store, other, store))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(store.feeds()) == 31
    assert len(parse_opml(store.db.backup.read_bytes()).entries) == 31


def test_large_change_leaves_what_is_there_to_others(store: FeedStore) -> None:
    other = FeedStore(store.db.file.parent)
    with store.db.write() as db:
        db.executemany("INSERT INTO notes VALUES (?, ?)", ((str(n), "x" * 1_000) for n in range(8_000)))
        assert [feed.title for feed in other.feeds()] == ["Cast"]


def test_database_deleted_while_it_is_open_is_made_anew_from_its_backup(store: FeedStore) -> None:
    store.subscribe([Entry("https://b.org/f")])
    store.db.file.unlink()
    store.subscribe([Entry("https://c.org/f")])
    assert {feed.address for feed in store.feeds()} >= {"https://b.org/f", "https://c.org/f"}
    assert "were restored from its backup" in store.take_notices()[-1]


def test_changes_together_are_one_transaction_and_one_backup(store: FeedStore) -> None:
    before = store.db.backup.read_bytes(), transactions(store)
    with store.db.together():
        for number in range(20):
            store.subscribe([Entry(f"https://b.org/{number}")])
            store.set_private_origin(f"https://b.org/{number}", None)
        assert len(store.feeds()) == 21
        assert (store.db.backup.read_bytes(), transactions(store)) == before
    assert transactions(store) == before[1] + 1
    assert len(parse_opml(store.db.backup.read_bytes()).entries) == 21
    with pytest.raises(FeedStoreError, match="no feed"), store.db.together():  # noqa: PT012 - together is the matter
        store.subscribe([Entry("https://d.org/f")])
        store.remove("https://c.org/unknown")
    assert len(store.feeds()) == 21  # one failed: there are none


def transactions(store: FeedStore) -> int:
    """Return SQLite's own count of the transactions that changed the file."""
    return int.from_bytes(store.db.file.read_bytes()[24:28], "big")


def damaged(store: FeedStore, *changes: str) -> FeedStore:
    """Return the store of a program that starts after these changes to the file and a damaged value."""
    store.db.close()
    with contextlib.closing(sqlite3.connect(store.db.file)) as db:
        for change in (*changes, "UPDATE notes SET html = CAST(x'ff' AS TEXT)"):
            db.execute(change)
        db.commit()
    again = FeedStore(store.db.file.parent)
    with contextlib.suppress(FeedStoreError), again.db.read() as other:
        other.execute("SELECT html FROM notes").fetchall()
    return again


def test_repair_keeps_every_value_that_can_be_read(store: FeedStore) -> None:
    item = make_item(1, notes="<p>n", marks=(Chapter(1.5, "b"),), duration=60.5, number=7, keywords=("x",))
    store.store(FIRST, make_feed(item, make_item(2), categories=(("Arts",),), link="https://x.org/"), now=NOW)
    store.configure(FIRST, {"speed": "1.5"})
    (before,), details = store.feeds(), store.details(episode_id(FIRST, "g1"))
    assert details is not None
    again = damaged(store)
    assert (again.feeds(), again.details(episode_id(FIRST, "g1"))) == (
        [before],
        replace(details, item=details.item._replace(notes="\ufffd")),
    )
    (notice,) = again.take_notices()
    assert "1 podcast and 2 episodes were recovered. Your progress is not affected." in notice


def test_podcast_that_only_the_backup_has_comes_back_and_is_told(store: FeedStore) -> None:
    store.subscribe([Entry("https://b.org/f", "B")])
    store.store(FIRST, make_feed(make_item(1, notes="n")), now=NOW)
    again = damaged(store, "DELETE FROM feeds WHERE title = 'B'")
    assert [feed.title for feed in again.feeds()] == ["Cast", "B"]
    assert "1 podcast came back from the backup and will be fetched again." in again.take_notices()[0]


def test_repaired_database_that_is_damaged_again_is_an_error(store: FeedStore) -> None:
    store.store(FIRST, make_feed(make_item(1, notes="n")), now=NOW)
    again = damaged(store)
    again.db.close()
    again.db.file.write_bytes(b"noise" * 1000)
    with pytest.raises(FeedStoreError, match="The feeds cannot be read or saved in"):
        again.feeds()
    assert len(list(again.db.file.parent.glob("feeds.sqlite.corrupt-*"))) == 1


def test_host_of_the_own_network_is_allowed_by_our_backup_alone(store: FeedStore) -> None:
    store.set_private_origin(FIRST, ("http", "nas.home", 80))
    private = '["http", "nas.home", 80]'
    store.subscribe([Entry("https://b.org/f", private=private)])
    assert [entry.private for entry in store.entries()] == [None, None]
    assert [entry.private for entry in parse_opml(store.db.backup.read_bytes(), is_own=True).entries] == [
        private, None,
    ]  # fmt: skip
    store.db.close()
    store.db.file.unlink()
    assert [feed.is_origin_known for feed in store.feeds()] == [True, False]
    assert "The database of feeds was missing: 2 feeds were restored from its backup." in store.take_notices()


def test_feeds_are_counted_in_a_turkish_locale(store: FeedStore) -> None:
    """Where a small I has a dot of its own, CPython 3.11 does not see that a statement is an INSERT."""
    former = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, "tr_TR.UTF-8")
    except locale.Error:
        pytest.skip("there is no Turkish locale")
    try:
        store.db.close()
        store.db.file.unlink()
        store.feeds()
    finally:
        locale.setlocale(locale.LC_CTYPE, former)
    assert ": 1 feed" in store.take_notices()[0]


def test_backup_that_is_postponed_twice_is_written_at_the_outer_end(store: FeedStore) -> None:
    before = store.db.backup.read_bytes()
    with store.db.backing_up_once():
        with store.db.backing_up_once():
            store.subscribe([Entry("https://b.org/f")])
            store.remove("https://b.org/f")
            store.remove(FIRST)
        assert store.db.backup.read_bytes() == before
    assert parse_opml(store.db.backup.read_bytes()).entries == ()
    store.db.backup.unlink()
    with store.db.backing_up_once():
        store.fail(FIRST, "It is down.")
    assert not store.db.backup.exists()


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
    (folder,) = (number for number, first, *_ in before["feeds"] if first == EMMA)
    undated = [(*row[:6], None, *row[7:]) if row[1] == folder else row for row in before["episodes"]]
    assert rows(old.db.file) == before | {
        "feeds": [(*feed, 0) for feed in before["feeds"]],
        "episodes": sorted(undated, key=repr),
        "aliases": [],
        "recordings": [],
        "former_episodes": [],
        "kinds": [],
        "visits": [],
        "layouts": [],
        "replaced": [],
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
    item = details.item
    assert (item.notes, item.size, item.season, item.number, item.type, item.marks, details.language) == (
        "<p>Notes of <b>1</b>.</p>", 1234, 2, 3, "bonus", (Chapter(0.0, "Start"), Chapter(30.0, "End")), "en-gb",
    )  # fmt: skip
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
    assert (details.feed_title, details.language, details.item.size, details.item.season, details.item.number) == (
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
    monkeypatch.setattr("tui_pod.shelf.database.MIGRATIONS", (*MIGRATIONS, fail))
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


TRIALS = 12

WRITER = """
import sys
from pathlib import Path
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.feed_store import FeedStore
store = FeedStore(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    address = f"https://{number}.example.org/f"
    store.subscribe([Entry(address, f"T{number}", (("A", "B"),))])
    store.store(address, Published(f"T{number}", tuple(PublishedItem(guid=str(n), title=f"E{n}") for n in range(20))))
    print(number, flush=True)
    number += 1
"""


def test_killed_at_any_moment_no_subscription_is_lost(tmp_path: Path) -> None:
    folder, chance, kept = tmp_path / "data", random.Random(7), []
    for trial in range(TRIALS):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder), str(trial * 1000)],
            stdout=subprocess.PIPE, text=True, env=os.environ,
        )  # fmt: skip
        assert process.stdout is not None
        for _ in range(chance.randint(1, 8)):
            kept.append(int(process.stdout.readline()))
        process.kill()
        kept += [int(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        process.wait()
        store = FeedStore(folder)
        found = {feed.feed_id: feed for feed in store.feeds()}
        assert store.db.notices == []
        assert all(found[f"https://{number}.example.org/f"].episodes == 20 for number in kept)
        backed_up = {entry.address for entry in parse_opml(store.db.backup.read_bytes()).entries}
        assert {f"https://{number}.example.org/f" for number in kept} <= backed_up
        store.db.close()


INTRUDER = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"


def test_generation_is_told_amid_a_change_that_others_stay_out_of(store: FeedStore) -> None:
    with store.db.write() as db:
        db.execute("UPDATE feeds SET title = 'Ours'")
        assert generation(store.db.file) is not None
        command = [sys.executable, "-c", INTRUDER, str(store.db.file)]
        assert "database is locked" in subprocess.run(command, capture_output=True, text=True).stderr


def test_generation_is_told_by_the_file_alone(store: FeedStore) -> None:
    before = generation(store.db.file)
    store.store(FIRST, make_feed(make_item(1)), now=NOW)
    after = generation(store.db.file)
    with store.db.read() as db:
        assert after == (db.execute("PRAGMA user_version").fetchone()[0], SCHEMA)
    assert before != after
    assert generation(store.db.file.with_name("none")) is None
