from __future__ import annotations

import csv
import io

from tests.fakes import START
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.export.pages import ExportPage
from tui_pod.export.readwise import COLUMNS, to_csv


def rows(*bookmarks: Bookmark, title: str = "One") -> list[dict[str, str]]:
    page = ExportPage("one", title, bookmarks, "Podcast", "https://example.org/1")
    return list(csv.DictReader(io.StringIO(to_csv([page]))))


def test_table_has_the_columns_of_readwise_and_a_row_a_bookmark() -> None:
    (row,) = rows(Bookmark("one", 61.5, 64.0, START, START, 'Said "so",\nhe.', "Mine."))
    assert tuple(row) == COLUMNS
    assert list(row.values()) == [
        'Said "so",\nhe.', "One", "Podcast", "https://example.org/1#t=61", "Mine.", "61", "2026-11-24 13:00:00",
    ]  # fmt: skip


def test_bookmark_without_words_is_its_note_or_its_time() -> None:
    noted, bare = rows(Bookmark("one", 5.0, 6.0, START, START, note="N"), Bookmark("one", 65.0, 66.0, START, START))
    assert (noted["Highlight"], bare["Highlight"]) == ("N", "1:05")


def test_no_cell_is_a_formula() -> None:
    (row,) = rows(Bookmark("one", 5.0, 6.0, START, START, "=cmd()", "+1"), title="@x")
    assert (row["Highlight"], row["Note"], row["Title"]) == ("'=cmd()", "'+1", "'@x")
