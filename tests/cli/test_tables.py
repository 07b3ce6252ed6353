"""Columns that hold, whatever stands in them."""

import pytest
from rich.cells import cell_len

from tests.hostile import HOSTILE_TITLES
from tui_pod.cli.shared import Column, cell_width, cut_cells, table_lines
from tui_pod.core.text.clean import clean_title

COLUMNS = (Column("id"), Column("title", 8), Column("length", is_right=True), Column("topics", 6))


@pytest.mark.parametrize(
    "title", [*map(clean_title, HOSTILE_TITLES.values()), "日本語", "🎧 music", "Müller", "Mu\u0308ller"]
)
def test_cell_width_of_cleaned_text_is_what_the_screen_counts(title: str) -> None:
    assert cell_width(title) == cell_len(title)


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("ab cd", 4, "ab…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…")],
)
def test_cut_cells_keeps_within_the_width(text: str, width: int, cut: str) -> None:
    assert cut_cells(text, width) == cut
    assert cell_width(cut) <= width


def test_table_lines_with_room_shows_everything_aligned() -> None:
    rows = [("a", "One", "1:00", "X"), ("bcd", "日本", "10:00", "Y, Z")]
    assert list(table_lines(COLUMNS, rows, 80)) == [
        "id   title  length  topics",
        "a    One      1:00  X",
        "bcd  日本    10:00  Y, Z",
    ]


@pytest.mark.parametrize("width", [30, 40, 60])
def test_table_lines_with_long_texts_fit_the_terminal(width: int) -> None:
    rows = [("a" * 4, "long title " * 9, "1:00", "topic, " * 9), ("b", "日本語" * 20, "2:00", "")]
    lines = list(table_lines(COLUMNS, rows, width))
    assert all(cell_len(line) <= width for line in lines)
    assert all(line.startswith(start) for line, start in zip(lines, ("id", "aaaa", "b"), strict=True))


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (10, "identifier  A long…"), (28, "identifier  A long…     1:00"), (30, "identifier  A long ti…    1:00"),
        (35, "identifier  A long title    1:00"), (36, "identifier  A long…     1:00  Some…"),
    ],
)  # fmt: skip
def test_table_lines_without_room_for_the_last_columns_leave_them_out_but_for_two(width: int, line: str) -> None:
    assert list(table_lines(COLUMNS, [("identifier", "A long title", "1:00", "Some topics")], width))[1] == line


def test_table_lines_of_no_rows_are_the_titles() -> None:
    assert list(table_lines(COLUMNS, [], 80)) == ["id  title  length  topics"]
