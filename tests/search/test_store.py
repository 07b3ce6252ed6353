"""The file of the index is rebuilt if it cannot be used.

Heads and words go into the index, replace each other, and leave nothing behind. Words are packed in groups of
sentences, and come back as they were.
"""

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.search.desk import VTT, Desk
from tui_pod.core.library.transcript import Cue
from tui_pod.search import store
from tui_pod.search.fill import is_current
from tui_pod.search.store import (
    GROUP,
    GROUP_BITS,
    Head,
    IndexFile,
    IndexMissing,
    IndexWriter,
    Known,
    NoFullTextSearch,
    SearchError,
    pack,
    unpack,
)


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


def cues_of(count: int, text: str = "word", end: str = ".") -> list[Cue]:
    return [Cue(f"{text} {number}{end}", float(number)) for number in range(count)]


def test_packed_words_come_back_with_times_and_speakers() -> None:
    cues = [Cue("Hello.", 1.25, speaker="Ada"), Cue("Yes.", 3.5, speaker="Ada"), Cue("No.", 4.0, speaker="Charles")]
    packed = pack(cues)
    assert unpack(packed.starts, packed.content).cues(0) == cues


def test_words_without_times_come_back_without() -> None:
    packed = pack([Cue("Hello."), Cue("Yes.")])
    assert packed.starts == b""
    assert [cue.start for cue in packed.cues(0)] == [None, None]


def test_no_words_are_no_groups() -> None:
    packed = pack([])
    assert unpack(packed.starts, packed.content).groups == []


def test_group_ends_with_the_sentence_after_enough_characters() -> None:
    half = "x" * (GROUP // 2)
    groups = pack([Cue(half), Cue(half), Cue("goes on"), Cue("to here."), Cue("Next.")]).groups
    assert [group.split("\n")[-1] for group in groups] == ["to here.", "Next."]


def test_last_words_without_an_end_of_a_sentence_are_in_the_group_before() -> None:
    assert len(pack([Cue("x" * GROUP), Cue("and on")]).groups) == 1


def test_group_without_an_end_of_a_sentence_ends_at_twice_the_length() -> None:
    groups = pack(cues_of(200, "x" * 16, end="")).groups
    assert max(map(len, groups)) < 2 * GROUP + 50
    assert min(map(len, groups[:-1])) >= 2 * GROUP


def test_cues_of_a_later_group_have_their_own_times() -> None:
    cues = cues_of(100, "x" * 16)
    packed = pack(cues)
    assert len(packed.groups) > 3
    assert [cue for place in range(len(packed.groups)) for cue in packed.cues(place)] == cues


def test_missing_group_is_an_error() -> None:
    with pytest.raises(IndexError):
        pack([Cue("Hello.")]).cues(1)


def test_damaged_words_are_an_error() -> None:
    with pytest.raises(zlib.error):
        unpack(b"", b"nonsense")
