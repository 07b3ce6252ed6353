"""The generation is read from the header of the file."""

import subprocess
import sys

from tests.shelf.making import FIRST, NOW, make_feed, make_item
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.generation import generation
from tui_pod.shelf.schema import SCHEMA

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
