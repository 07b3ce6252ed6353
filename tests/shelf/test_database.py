"""The database survives damage, other programs and full disks."""

import contextlib
import json
import locale
import sqlite3
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.shelf.making import FIRST, NOW, make_feed, make_item, titles
from tui_pod.core.player.snapshot import Chapter
from tui_pod.core.text.clean import is_safe
from tui_pod.shelf import database
from tui_pod.shelf.database import FeedStoreError
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.generation import generation
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import Entry, parse_opml


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
    assert (again.feeds(), again.details(episode_id(FIRST, "g1"))) == ([before], replace(details, notes="\ufffd"))
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
