import csv
import io
import re

import pytest

from tests.fakes import START
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.export.pages import COLUMNS, ExportPage, to_csv


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
    prose = "First; second = third - fourth"
    noted, bare, said = rows(
        Bookmark("one", 5.0, 6.0, START, START, note="N"),
        Bookmark("one", 65.0, 66.0, START, START),
        Bookmark("one", 7.0, 8.0, START, START, prose),
    )
    assert [row["Highlight"] for row in (noted, bare, said)] == ["N", "1:05", prose]


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_no_cell_and_no_part_of_one_is_a_formula(sign: str) -> None:
    texts = (f"{sign}cmd|' /C calc'!A0", f"x;{sign}cmd", f" {sign}cmd", f'a";{sign}cmd')
    for text in texts:
        table = to_csv([ExportPage("one", text, (Bookmark("one", 5.0, 6.0, START, START, text, text),))])
        assert all(re.fullmatch(r'"([^"]|"")*"(,"([^"]|"")*")*', line) for line in table.splitlines())
        for separator in ",;\t":
            cells = [cell for line in csv.reader(io.StringIO(table), delimiter=separator) for cell in line]
            assert not [cell for cell in cells if cell.strip(' "').startswith(sign)]
