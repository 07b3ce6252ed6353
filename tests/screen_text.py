"""The text of a screen, taken from the SVG that Textual exports; colours and fonts are left out."""

from __future__ import annotations

import re
from html import unescape

from rich.cells import cell_len

CELL_WIDTH = 12.2
"""Pixels of a cell in Rich's SVG: its font is 20 pixels high and 0.61 as wide."""

_TEXT = re.compile(r'<text [^>]*?\bx="([\d.]+)"[^>]*?clip-path="url\(#[^"]*-line-(\d+)\)"[^>]*>(.*?)</text>', re.DOTALL)


def svg_text(svg: str) -> str:
    """Return the lines of the screen that an SVG shows, without the blanks at their ends."""
    lines: dict[int, list[tuple[int, str]]] = {}
    for x, line, text in _TEXT.findall(svg):
        column = round(float(x) / CELL_WIDTH)
        lines.setdefault(int(line), []).append((column, unescape(text).replace("\xa0", " ")))
    drawn = []
    for number in range(max(lines, default=-1) + 1):
        row = ""
        for column, text in sorted(lines.get(number, [])):
            row += " " * (column - cell_len(row)) + text
        drawn.append(row.rstrip())
    return "\n".join(drawn).rstrip("\n") + "\n"


def cut_cells(line: str, start: int, end: int) -> str:
    """Return the part of a line from one cell to another."""
    cells: list[str] = []
    for character in line:
        cells += [character, *[""] * (cell_len(character) - 1)] if cell_len(character) else []
        if not cell_len(character) and cells:
            cells[-1] += character
    return "".join(cells[start:end])
