"""Lay rows of text out in columns of terminal cells, for commands that print to a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

GAP = 2
"""Blank cells between two columns."""


class Column(NamedTuple):
    """How a column looks."""

    title: str
    least: int = 0
    """Width in cells to which it may be cut in a narrow terminal; 0 if it is never cut."""
    is_right: bool = False
    """Whether its texts are aligned to the right."""


def cell_width(text: str) -> int:
    """Return the width of cleaned text in terminal cells: two for a wide character, none for a mark."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def cut_cells(text: str, width: int) -> str:
    """Return `text`, cut to `width` cells with an ellipsis if it is longer."""
    if cell_width(text) <= width:
        return text
    used, kept = 0, []
    for character in text:
        used += _width(character)
        if used > width - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def table_lines(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Yield a line of titles and a line for each row, of `width` cells at most.

    If columns cannot be cut enough, the last ones are left out; the first two always stay.
    """
    titles = [column.title for column in columns]
    widths = [max(map(cell_width, texts)) for texts in zip(titles, *rows, strict=True)]
    least = [min(size, column.least) if column.least else size for size, column in zip(widths, columns, strict=True)]
    while len(least) > 2 and _total(least) > width:
        least.pop()
    columns, widths = columns[: len(least)], widths[: len(least)]
    _shrink(widths, columns, _total(widths) - width)
    for row in (titles, *rows):
        yield (" " * GAP).join(map(_cell, row[: len(least)], columns, widths)).rstrip()


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _shrink(widths: list[int], columns: Sequence[Column], excess: int) -> None:
    """Take `excess` cells from the columns that may be cut, from the widest first."""
    for _ in range(excess):
        spare = [place for place, column in enumerate(columns) if column.least and widths[place] > column.least]
        if not spare:
            return
        widths[max(spare, key=widths.__getitem__)] -= 1


def _cell(text: str, column: Column, width: int) -> str:
    text = cut_cells(text, width)
    blank = " " * (width - cell_width(text))
    return blank + text if column.is_right else text + blank


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
