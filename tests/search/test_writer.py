"""Heads and words go into the index, replace each other, and leave nothing behind."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui_pod.core.library.transcript import Cue
from tui_pod.search.store import IndexFile
from tui_pod.search.writer import GROUP_BITS, Head, IndexWriter, Known


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with IndexFile(tmp_path / "search.sqlite").writing() as db:
        yield db


@pytest.fixture
def writer(db: sqlite3.Connection) -> Iterator[IndexWriter]:
    writer = IndexWriter(db)
    yield writer
    writer.close()


def matches(db: sqlite3.Connection, table: str, word: str) -> list[int]:
    return [row[0] for row in db.execute(f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rowid", (word,))]


def put(writer: IndexWriter, *titles: str, known: dict[str, Known] | None = None) -> dict[str, Known]:
    known = {} if known is None else known
    writer.put_heads([(f"e{number}", number, Head(title)) for number, title in enumerate(titles)], known)
    return known


def test_episodes_are_numbered_in_order_and_keep_their_numbers(writer: IndexWriter) -> None:
    known = put(writer, "One", "Two")
    assert [entry.number for entry in known.values()] == [1, 2]
    put(writer, "Changed", known=known)
    assert known["e0"] == Known(1, 0, None)
    assert writer.known() == known


def test_numbers_go_on_where_a_former_writer_stopped(db: sqlite3.Connection) -> None:
    first = IndexWriter(db)
    known = put(first, "One")
    first.close()
    second = IndexWriter(db)
    second.put_heads([("new", 7, Head("New"))], known)
    second.close()
    assert known["new"].number == 2


def test_changed_title_is_found_by_its_new_words_only(db: sqlite3.Connection, writer: IndexWriter) -> None:
    known = put(writer, "Lighthouse")
    put(writer, "Harbour", known=known)
    assert (matches(db, "heads_index", "lighthouse"), matches(db, "heads_index", "harbour")) == ([], [1])


def test_each_group_of_words_has_a_row(db: sqlite3.Connection, writer: IndexWriter) -> None:
    known = put(writer, "One", "Two")
    writer.put_words(known["e1"], "stamp", [Cue(f"Engine {number}. {'and on ' * 60}.") for number in range(3)])
    assert matches(db, "words_index", "engine") == [2 << GROUP_BITS | place for place in range(3)]
    assert writer.known()["e1"].words == "stamp"


def test_changed_words_replace_the_former(db: sqlite3.Connection, writer: IndexWriter) -> None:
    known = put(writer, "One")
    writer.put_words(known["e0"], "a", [Cue("Engine.")], is_cut=True)
    writer.put_words(known["e0"], "b", [Cue("Sails.")])
    assert (matches(db, "words_index", "engine"), len(matches(db, "words_index", "sails"))) == ([], 1)
    assert db.execute("SELECT count(*) FROM about WHERE name LIKE 'cut %'").fetchone() == (0,)


def test_removed_episode_leaves_nothing(db: sqlite3.Connection, writer: IndexWriter) -> None:
    known = put(writer, "Lighthouse")
    writer.put_words(known["e0"], "a", [Cue("Engine.")], is_cut=True)
    writer.remove(known["e0"])
    assert matches(db, "heads_index", "lighthouse") + matches(db, "words_index", "engine") == []
    assert writer.known() == {}
    assert db.execute("SELECT count(*) FROM words").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM about WHERE name LIKE 'cut %'").fetchone() == (0,)
