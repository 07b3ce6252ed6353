"""The file of the index is rebuilt if it cannot be used."""

import contextlib
import os
import sqlite3

import pytest

from tests.search.desk import VTT, Desk
from tui_pod.search import store
from tui_pod.search.fill import is_current
from tui_pod.search.store import IndexMissing, NoFullTextSearch, SearchError


@pytest.mark.parametrize("content", [b"", b"no database" * 1000, b"SQLite format 3\0" + bytes(5000)])
def test_damaged_index_is_made_anew(desk: Desk, content: bytes) -> None:
    desk.add("one", "One", VTT)
    desk.fill()
    desk.index.file.write_bytes(content)
    with pytest.raises(SearchError), desk.index.reading():
        pass
    assert not is_current(desk.index, desk.stamp)
    desk.fill()
    assert desk.ids("engine") == ["one"]


def test_index_damaged_inside_says_so_and_is_made_anew(desk: Desk) -> None:
    for number in range(200):
        desk.add(f"e{number}", f"Engine {number}", f"Word{number} and others. " * 200)
    desk.fill()
    content = bytearray(desk.index.file.read_bytes())
    content[8192:] = bytes(len(content) - 8192)
    desk.index.file.write_bytes(content)
    with pytest.raises(SearchError, match="rebuilt"):
        desk.ask("engine")
    desk.fill()
    assert len(desk.ids("engine")) == 30


def test_index_changed_by_something_else_is_made_anew_though_it_can_be_read(desk: Desk) -> None:
    desk.add("one", "One engine")
    desk.fill()
    desk.index.file.write_bytes(desk.index.file.read_bytes().replace(b"engine", b"engina"))
    os.utime(desk.index.file, (0, 0))  # the clock of a file system may be coarse
    assert desk.ids("engine") == []
    assert not is_current(desk.index, desk.stamp)
    desk.fill()
    assert desk.ids("engine") == ["one"]


def test_index_that_is_read_while_it_is_written_stays_current(desk: Desk) -> None:
    desk.add("one", "One engine")
    desk.fill()
    desk.add("two", "Two engines")
    with desk.index.reading() as db:
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM heads").fetchone()
        desk.fill()
    assert is_current(desk.index, desk.stamp)


def test_index_that_cannot_be_written_says_so(desk: Desk) -> None:
    desk.cache.write_text("in the way")
    with pytest.raises(SearchError, match="cannot be stored"):
        desk.fill()


def test_index_that_was_never_made_is_missing(desk: Desk) -> None:
    with pytest.raises(IndexMissing, match="no search index yet"):
        desk.ask("engine")
    assert not desk.index.file.exists()


def test_index_that_another_program_is_about_to_fill_is_left_alone(desk: Desk) -> None:
    desk.index.file.parent.mkdir(parents=True, exist_ok=True)
    desk.index.file.touch()
    with pytest.raises(IndexMissing), desk.index.reading():
        pass
    assert desk.index.file.exists()


def test_sqlite_without_full_text_search_says_what_to_do_and_writes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add("one", "One", VTT)
    monkeypatch.setattr(store, "has_fts5", lambda: False)
    with pytest.raises(NoFullTextSearch, match=r"FTS5.*another Python"):
        desk.fill()
    with pytest.raises(NoFullTextSearch):
        desk.ask("engine")
    assert not desk.index.file.exists()


def test_index_of_a_full_disk_is_kept(desk: Desk) -> None:
    desk.add("one", "One", VTT)
    desk.fill()
    too_large = "CREATE TABLE large AS SELECT zeroblob(1000000)"
    with pytest.raises(SearchError, match="cannot be used now: the disk is full"), desk.index.writing() as db:
        db.executescript(f"PRAGMA max_page_count = 1; {too_large}")
    assert desk.ids("engine") == ["one"]


def test_locked_index_is_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add("one", "One", VTT)
    desk.fill()
    monkeypatch.setattr(store, "LOCK_WAIT", 0.0)
    other = sqlite3.connect(desk.index.file, isolation_level=None)
    with contextlib.closing(other):
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SearchError, match="cannot be used now: another program is using it"):
            desk.ask("engine")
    assert desk.ids("engine") == ["one"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE heads SET title = CAST(x'ff1b5d35323b' AS TEXT)",
        "UPDATE heads SET id = CAST(x'ff' AS TEXT)",
        "UPDATE heads SET title = x'00ff'",
        "UPDATE about SET value = CAST(x'ff' AS TEXT)",
        "UPDATE about SET value = 'of the future' WHERE name = 'version'",
        "UPDATE words SET groups = x'00'",
        "UPDATE words SET starts = 'text'",
        "DROP TABLE heads_index_data",
        "DROP TABLE heads",
    ],
)
def test_index_with_values_that_were_never_written_is_made_anew_once(desk: Desk, damage: str) -> None:
    desk.add("one", "One engine", VTT)
    desk.fill()
    with contextlib.closing(sqlite3.connect(desk.index.file)) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute(damage)
        db.commit()
    with contextlib.suppress(SearchError):
        desk.ids("engine")
    if not is_current(desk.index, desk.stamp):
        desk.fill()
    assert desk.ids("engine") == ["one"]


def test_pipe_in_place_of_the_index_is_replaced(desk: Desk) -> None:
    desk.add("one", "One", VTT)
    desk.index.file.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(desk.index.file)
    desk.fill()
    assert desk.ids("engine") == ["one"]
