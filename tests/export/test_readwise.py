from __future__ import annotations

import csv
import io
import re

import pytest

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


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_no_cell_and_no_part_of_one_is_a_formula(sign: str) -> None:
    texts = (f"{sign}cmd|' /C calc'!A0", f"x;{sign}cmd", f" {sign}cmd", f'a";{sign}cmd')
    for text in texts:
        table = to_csv([ExportPage("one", text, (Bookmark("one", 5.0, 6.0, START, START, text, text),))])
        for separator in ",;\t":
            cells = [cell for line in csv.reader(io.StringIO(table), delimiter=separator) for cell in line]
            assert not [cell for cell in cells if cell.strip(' "').startswith(sign)]


def test_every_cell_is_quoted() -> None:
    lines = to_csv([ExportPage("one", "One", (Bookmark("one", 5.0, 6.0, START, START),))]).splitlines()
    assert all(re.fullmatch(r'"[^"]*"(,"[^"]*")*', line) for line in lines)


def test_prose_with_a_semicolon_stays_as_it_is() -> None:
    (row,) = rows(Bookmark("one", 5.0, 6.0, START, START, "First; second = third - fourth"))
    assert row["Highlight"] == "First; second = third - fourth"
