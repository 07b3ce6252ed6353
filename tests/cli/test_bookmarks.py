from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cli.test_main import Run
from tests.cli.test_main import run as run
from tests.cli.test_main import small as small
from tests.cli.test_main import state as state
from tests.fakes import START
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.records import BookmarkRecord
from tui_pod.state.store import StateFile

MARKS = (
    Bookmark("one", 61.5, 64.0, START, START, "Said “so”.", "Mine.", "Old title"),
    Bookmark("gone", 3.0, 33.0, START - timedelta(days=1), START, title="Gone title"),
    Bookmark("two", 5.0, 6.0, START, START, is_removed=True),
)


@pytest.fixture(autouse=True)
def _kept(state: StateFile) -> None:
    state.append(map(BookmarkRecord, MARKS))


def test_bookmarks_are_printed_oldest_first_and_those_removed_are_not(run: Run, small: list[str]) -> None:
    assert run(*small, "bookmarks").out == (
        "gone\t0:03\t\t\tGone title\n"
        "one\t1:01\tSaid “so”.\tMine.\tOne — first\n"
    )  # fmt: skip


def test_bookmarks_as_json_have_the_keys_of_the_contract(run: Run, small: list[str]) -> None:
    result = run(*small, "bookmarks", "--json")
    assert [list(each) for each in result.json] == [["id", "title", "start", "text", "note", "created"]] * 2
    assert result.json[1] == {
        "id": "one", "title": "One — first", "start": 61.5, "text": "Said “so”.", "note": "Mine.",
        "created": "2026-11-24T13:00:00+00:00",
    }  # fmt: skip
