"""What an error of SQLite means: damage, or something that passes."""

import json
import sqlite3
from pathlib import Path

import pytest

from tui_pod.runtime.database_errors import explain_database_error, is_damage, is_passing, stored_json


def failed(name: str, message: str = "text of the file") -> sqlite3.Error:
    error = sqlite3.OperationalError(message)
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("error", "said", "passes", "damages"),
    [
        (failed("SQLITE_BUSY_SNAPSHOT"), "another program is using it", True, False),
        (failed("SQLITE_FULL"), "the disk is full", True, False),
        (failed("SQLITE_INTERRUPT"), "it took too long", True, False),
        (failed("SQLITE_READONLY_DBMOVED"), "it cannot be written", False, False),
        (failed("SQLITE_IOERR_READ"), "the disk reports an error", False, False),
        (failed("SQLITE_CORRUPT_INDEX"), "it is damaged", False, True),
        (failed("SQLITE_NOTADB"), "it is damaged", False, True),
        (failed("SQLITE_ERROR", "no such table: feeds"), "it is damaged", False, True),
        (failed("SQLITE_ERROR"), "an unexpected error (OperationalError)", False, False),
        (sqlite3.OperationalError("Could not decode to UTF-8"), "it is damaged", False, True),
        (ValueError("no date"), "it is damaged", False, True),
    ],
)
def test_error_is_explained_in_our_words(error: Exception, said: str, passes: bool, damages: bool) -> None:
    assert explain_database_error(error, "a.db") == said
    assert (is_passing(error), is_damage(error)) == (passes, damages)


def test_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database" * 100)
    with pytest.raises(sqlite3.Error) as raised:
        sqlite3.connect(tmp_path / "a.db").execute("SELECT * FROM sqlite_master")
    assert is_damage(raised.value)


@pytest.mark.parametrize("value", [None, b"[]", 7, 0.5, "[["])
def test_value_that_damage_has_left_is_no_json(value: object) -> None:
    with pytest.raises(json.JSONDecodeError):
        stored_json(value)
