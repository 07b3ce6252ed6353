"""The text of a screen; colours and fonts are left out."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual.strip import Strip


def drawn_text(lines: Sequence[Iterable[Strip]]) -> str:
    """Return the lines of a screen, each of its strips side by side, without the blanks at their ends."""
    drawn = (
        "".join(segment.text for strip in line for segment in strip if not segment.control).replace("\xa0", " ")
        for line in lines
    )
    return "\n".join(map(str.rstrip, drawn)).rstrip("\n") + "\n"


def cut_cells(line: str, start: int, end: int) -> str:
    """Return the part of a line from one cell to another."""
    cells: list[str] = []
    for character in line:
        cells += [character, *[""] * (cell_len(character) - 1)] if cell_len(character) else []
        if not cell_len(character) and cells:
            cells[-1] += character
    return "".join(cells[start:end])
