"""Sends a terminal only the cells that changed.

Textual sends each widget that was drawn again as a whole: 60 kB for a tab at 120 by 40, of which 3 kB have changed.
That takes seconds on a slow line, and a screen reader reads all of it as new text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size
from rich.console import Console
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from tui_pod.core.text.escapes import CSI, RESET

GAP = 6
"""Gaps of fewer unchanged cells than this, within one colour, are sent too: moving the cursor costs more."""

SHORT = 3
"""Changes of fewer cells, such as of a border, are sent colour by colour: naming a colour costs up to 40 bytes."""

PARTS = r"\S+(?: \S+)*+"
"""Text with two or more blanks on either side: a column."""

NARROW = r"[\0-\u02ff\u0370-\u0482\u2010-\u2e7f]*+"
"""Text of scripts all of whose letters are one cell wide, and what we draw with.

Compiling a class takes a step for each of its characters: naming all others instead was 6 % of a start.
"""

Cell = tuple[str, str | int]
"""A character and the codes of its style; or a strip sent as a whole, and the number of the cell in it."""


class _Run(NamedTuple):
    """Changed cells of one style in a row."""

    y: int
    x: int
    codes: str | None
    """Codes of the style; None if the text has its own codes."""
    text: str


class ChangedCells:
    """Knows what a terminal shows."""

    def __init__(self) -> None:
        self._rows: dict[int, list[Cell | None]] = {}
        self._whole: LayoutUpdate | None = None  # sent last, but not in the rows yet: the first paint is not to wait

    def forget(self) -> None:
        """Send everything the next time: the terminal was resized, or shows something else."""
        self._rows.clear()
        self._whole = None

    def only(self, update: CompositorUpdate) -> CompositorUpdate:
        """Return an update that sends only what changed."""
        return _Changes(self, update)

    def render(self, update: CompositorUpdate, console: Console) -> str:
        """Return what to send for an update, and remember it as shown."""
        if isinstance(update, LayoutUpdate) and not self._rows and self._whole is None:
            drawn = update.render_segments(console)
            if re.fullmatch(NARROW, drawn):
                self._whole = update
                return drawn
        if self._whole is not None:
            whole, self._whole = self._whole, None
            for _ in self._take(whole, console):
                pass
        return "".join(_sequences(self._take(update, console)))

    def _take(self, update: CompositorUpdate, console: Console) -> Iterator[_Run]:
        """Remember an update as shown; yield what changed."""
        for x, y, strip in _strips(update):
            text = strip.render(console)  # first: it makes the segments printable
            cells = _cells(strip, text, console)
            row, end = self._rows.setdefault(y, []), x + len(cells)
            row += [None] * (end - len(row))
            former = row[x:end]
            if former != cells:
                row[x:end] = cells
                if isinstance(cells[0][1], int):
                    row[end:] = [None] * (len(row) - end)  # the terminal may have drawn it wider
                    yield _Run(y, x, None, _placed(x, y, strip, console))
                else:
                    yield from _runs(x, y, former, cells)


class _Changes(CompositorUpdate):
    """An update that sends only what changed."""

    def __init__(self, cells: ChangedCells, update: CompositorUpdate) -> None:
        self._cells, self._update = cells, update

    def render_segments(self, console: Console) -> str:
        """Return the sequences that draw only what changed; called only if the terminal gets them."""
        return self._cells.render(self._update, console)


def _strips(update: CompositorUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Yield the strips of an update, and where they begin."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield x, y, strip
                x += strip.cell_length
    elif isinstance(update, ChopsUpdate):
        for y, x1, x2 in update.spans:
            for end, (x, chop) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if chop is not None and x < x2 and end > x1:
                    yield x, y, chop if end <= x2 else chop.crop(0, x2 - x)


def _cells(strip: Strip, text: str, console: Console) -> list[Cell]:
    """Return the cells of a strip.

    Terminals disagree on the width of some characters: a strip with other than narrow ones is sent as a whole.
    """
    cells, system = list[Cell](), console._color_system
    for part, style, _ in strip._segments:
        if not (part.isascii() or _is_narrow(part)) or (style is not None and style._link):
            return [(text, number) for number in range(strip.cell_length)]
        codes = "" if style is None or system is None else style._ansi or style._make_ansi_codes(system)
        cells += [(character, codes) for character in part]
    return cells


def _placed(x: int, y: int, strip: Strip, console: Console) -> str:
    """Return what draws a strip whose width the terminal may see otherwise: each part that follows blanks at its place.

    Rich's table gives no width to the vowel signs of Indian scripts, which most terminals draw in a cell of their own.
    """

    def drawn(text: str, style: Style | None) -> str:
        return style.render(text, color_system=console._color_system) if style else text

    parts, was_blank = [drawn(" " * cell_len(text), style) for text, style, _ in strip._segments], True
    for text, style, _ in strip._segments:
        for part in re.finditer(PARTS, text):
            if was_blank or part.start():
                parts.append(f"{CSI}{y + 1};{x + 1 + cell_len(text[: part.start()])}H")
            parts.append(drawn(part[0], style))
        x, was_blank = x + cell_len(text), text.endswith(" ")
    return "".join(parts)


@lru_cache(4096)
def _is_narrow(text: str) -> bool:
    return all(get_character_cell_size(character) == 1 for character in text)


def _runs(x: int, y: int, former: list[Cell | None], cells: list[Cell]) -> Iterator[_Run]:
    """Yield the changes of a strip."""
    start, count = 0, len(cells)
    while start < count:
        if former[start] == cells[start]:
            start += 1
            continue
        codes, end, following = cells[start][1], start + 1, start + 1
        while following < count and cells[following][1] == codes and following - end < GAP:
            if former[following] != cells[following]:
                end = following + 1
            following += 1
        yield _Run(y, x + start, str(codes), "".join(character for character, _ in cells[start:end]))
        start = end


def _sequences(runs: Iterable[_Run]) -> Iterator[str]:
    """Yield what draws changes: text in the order of reading, then single cells colour by colour."""
    in_order = sorted(runs, key=lambda run: ((len(run.text) < SHORT and run.codes) or "", run.y, run.x))
    here, current = (-1, -1), ""
    for y, x, codes, text in in_order:
        if (x, y) != here:
            yield f"{CSI}{y + 1};{x + 1}H"
        if (codes or "") != current:
            current = codes or ""
            yield f"{CSI}0;{current}m" if current else RESET
        yield text
        here = (-1, -1) if codes is None else (x + len(text), y)
    if current:
        yield RESET
