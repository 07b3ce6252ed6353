"""Draws screens as SVG that looks the same in every browser: frames and bars as shapes, words as text.

Each distinct row of a pane is drawn once and used wherever it shows, and so is each distinct pane. What is shown, and
when, is no matter of this module.
"""

from __future__ import annotations

import re
import struct
import zlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape, unescape
from itertools import groupby, pairwise
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import Color, blend_rgb
from rich.style import Style
from rich.terminal_theme import DIMMED_MONOKAI
from textual._compositor import LayoutUpdate
from textual.app import App

from tests.app_driver import AppDriver

CELL, LINE = 12, 24
"""Pixels of a cell: whole ones, so that numbers are short and edges sharp."""

BASELINE = 18
"""Pixels from the top of a row to the line its letters stand on, which is 0 where the row is drawn."""

FONT = "'DejaVu Sans Mono',Menlo,'Cascadia Mono',Consolas,monospace"
"""Most of these are 0.6 em wide, as a cell is at 20 pixels; words in another one are spread to their cells."""

TERMINAL = DIMMED_MONOKAI
"""The colours of the terminal, which only a theme of the terminal's own colours shows."""

EDGE, TITLE_BAR = 9, 40
"""Pixels beside and below the screen, and above it."""

_PIECE = re.compile(r"[^\s\u2190-\U0010ffff]+(?: [^\s\u2190-\U0010ffff]+)*|[\u2190-\U0010ffff]+")
"""What is one text element: words, or symbols, since these may come from another font."""

_SEAM = re.compile("(?<=[│╮╯])(?=[│╭╰])")
"""Where one pane ends and the next begins in a row."""

_ACROSS = "m-6 12h12"
"""A line that goes on in the next cell."""

_LINES = {
    "─": (_ACROSS, 2), "━": (_ACROSS, 3), "╸": ("m-6 12h6", 3), "│": ("v24", 2),
    "┼": ("v24m-6-12h12", 2), "╋": ("v24m-6-12h12", 3),
    "├": ("v24m0-12h6", 2), "┤": ("v24m0-12h-6", 2), "┬": ("m0 24v-12m-6 0h12", 2), "┴": ("v12m-6 0h12", 2),
    "╵": ("v12", 2), "╷": ("m0 12v12", 2), "╴": ("m-6 12h6", 2), "╶": ("m0 12h6", 2),
    "╭": ("m0 24v-6a6 6 0 0 1 6-6", 2), "╮": ("m0 24v-6a6 6 0 0 0-6-6", 2),
    "╰": ("v6a6 6 0 0 0 6 6", 2), "╯": ("v6a6 6 0 0 1-6 6", 2),
}  # fmt: skip
"""The lines of frames and bars: their way from the middle of a cell's upper edge, and how thick they are."""

_PIXELS = "▀"
"""A cell of a cover."""

_SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}
"""How much of a cell's background they cover."""

_PART = re.compile(r'^<g id="(\w+)" data-text="([^"]*)">(.*)</g>$', re.M)
"""A part of a picture: its name, what it says, and its drawing."""

STEADY, MANY = 3, 100
"""Readings that must be the same before a screen is taken for steady, and after which it never is."""


class Run(NamedTuple):
    """Cells side by side that look the same."""

    column: int
    text: str
    color: str
    background: str
    style: str = ""
    """What CSS has to say besides the colour."""


Row = tuple[Run, ...]


class Look(NamedTuple):
    """The colours of the window around a screen."""

    window: str
    edge: str
    text: str


DARK, LIGHT = Look("#292929", "#6b6b6b", "#c5c8c6"), Look("#e4e4e4", "#b0b0b0", "#3c3c3c")


async def read_rows(driver: AppDriver) -> tuple[Row, ...]:
    """Return what is on a stage's screen once it is steady, as its terminal would be sent it."""
    read: list[tuple[Row, ...]] = []
    while len(read) < STEADY or len(set(read[-STEADY:])) > 1:
        if len(read) == MANY:
            raise AssertionError(f"the screen never comes to rest:\n{driver.text}")
        await driver.settle()
        read.append(_rows(driver.app))
    return read[-1]


def _rows(app: App[None]) -> tuple[Row, ...]:
    app.screen.refresh()  # a dialog keeps what lies under it, until a timer tells it of changes
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    assert isinstance(update, LayoutUpdate)
    return tuple(
        tuple(_runs((segment.text, segment.style) for strip in line for segment in strip if not segment.control))
        for line in update.strips
    )


def _runs(segments: Iterable[tuple[str, Style | None]]) -> Iterator[Run]:
    column = 0
    for looks, same in groupby(segments, key=lambda segment: _looks(segment[1] or Style.null())):
        text = "".join(part for part, _ in same)
        yield Run(column, text, *looks)
        column += cell_len(text)


def _looks(style: Style) -> tuple[str, str, str]:
    """Return the colours of text and background, and the rest of a style as CSS."""
    color, background = (
        (given or Color.default()).get_truecolor(TERMINAL, foreground=is_text)
        for given, is_text in ((style.color, True), (style.bgcolor, False))
    )
    if style.reverse:
        color, background = background, color
    if style.dim:
        color = blend_rgb(color, background, 0.4)
    css = ";font-weight:bold" * bool(style.bold) + ";font-style:italic" * bool(style.italic)
    css += ";text-decoration:underline" * bool(style.underline) + ";text-decoration:line-through" * bool(style.strike)
    return color.hex, background.hex, css


class Sheet:
    """The rows and styles that the screens of one picture share."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Begin with the size and the background of these rows."""
        self.width = CELL * max(sum(cell_len(run.text) for run in row) for row in rows)
        self.height = LINE * len(rows)
        cells = Counter[str]()
        for row in rows:
            for run in row:
                cells[run.background] += cell_len(run.text)
        self._background = cells.most_common(1)[0][0]
        self._classes: dict[str, str] = {}
        self._parts: dict[tuple[str, str], str] = {}

    def screen(self, rows: Sequence[Row]) -> str:
        """Return the drawing of a screen."""
        drawing, tops = "", (y * LINE + BASELINE for y in range(len(rows)))
        for _, band in groupby(map(_panes, rows), key=lambda panes: [pane[0].column for pane in panes]):
            lines = list(zip(band, tops, strict=False))
            for pane in range(len(lines[0][0])):
                drawn = "".join(self.use(self._draw(row[pane]), _text(row[pane]), top) for row, top in lines)
                drawing += self.use(drawn, "", 0) if len(lines) > 1 else drawn
        return drawing

    def use(self, drawing: str, text: str, y: int) -> str:
        """Return the element that shows a drawing at a height; `text` is what it says."""
        if not drawing:
            return ""
        name = self._parts.setdefault((drawing, text), f"r{len(self._parts)}")
        return f'<use href="#{name}" y="{y}"/>' if y else f'<use href="#{name}"/>'

    def paint(self, css: str) -> str:
        """Return the class of elements that are painted so."""
        return self._classes.setdefault(css, f"c{len(self._classes)}")

    def text(self, text: str, x: float, css: str) -> str:
        """Return letters, each as wide as a cell."""
        cells = cell_len(text)
        length = f' textLength="{cells * CELL}"' if cells > 1 else ""
        return f'<text class="{self.paint(css)}" x="{x:g}"{length}>{escape(text, quote=False)}</text>'

    def window(self, screens: str, look: Look, css: str = "", below: int = EDGE) -> str:
        """Return the picture: a window with screens in it, and so many pixels below them."""
        width, height = self.width + 2 * EDGE, TITLE_BAR + self.height + below
        rules = "".join(f".{name}{{{rule}}}" for rule, name in self._classes.items())
        parts = "\n".join(
            f'<g id="{name}" data-text="{escape(text)}">{drawing}</g>' for (drawing, text), name in self._parts.items()
        )
        return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
<style>image{{image-rendering:pixelated}}text{{font:20px {FONT}}}{rules}{css}</style>
<defs>
{parts}
</defs>
<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8" fill="{look.window}" stroke="{look.edge}"/>
<circle cx="26" cy="20" r="7" fill="#ff5f57"/><circle cx="48" cy="20" r="7" fill="#febc2e"/>\
<circle cx="70" cy="20" r="7" fill="#28c840"/>
<text x="{width // 2}" y="26" text-anchor="middle" fill="{look.text}" font-weight="bold">tui-pod</text>
<g transform="translate({EDGE} {TITLE_BAR})">
<rect width="{self.width}" height="{self.height}" fill="{self._background}"/>
{screens}
</g>
</svg>
"""

    def _draw(self, row: Row) -> str:
        shapes: dict[str, str] = {}  # how they are painted, and their outlines
        pixels = [run for run in row if run.text and not run.text.strip(_PIXELS)]
        picture = _image(pixels) if pixels else ""
        row = tuple(run for run in row if run not in pixels)
        for run in row:
            if run.background != self._background:
                block = _block(run.column, 0, cell_len(run.text), LINE)
                self._add(shapes, f"fill:{run.background};shape-rendering:crispEdges", block)
        texts = "".join(self._letters(run, shapes) for run in row)
        paths = "".join(f'<path class="{self.paint(css)}" d="{path}"/>' for css, path in shapes.items())
        return paths + picture + texts

    def _letters(self, run: Run, shapes: dict[str, str]) -> str:
        """Return the words of a run, and add its shapes to those of its row."""
        words, column = "", run.column
        for character, same in groupby(run.text):
            count = len(list(same))
            if (shape := _shape(character, column, count)) is not None:
                self._add(shapes, shape[0].format(run.color), shape[1])
                words += " " * count
            else:
                words += character * count
            column += count * cell_len(character)
        return "".join(
            self.text(match[0], CELL * (run.column + cell_len(words[: match.start()])), f"fill:{run.color}{run.style}")
            for match in _PIECE.finditer(words)
        )

    @staticmethod
    def _add(shapes: dict[str, str], css: str, path: str) -> None:
        shapes[css] = shapes.get(css, "") + path


def _shape(character: str, column: int, count: int) -> tuple[str, str] | None:
    """Return the style of a row of one character that is drawn as a shape, and its outline; None: it is text."""
    x = column * CELL
    fill = "fill:{};shape-rendering:crispEdges"
    if character in _LINES:
        way, thickness = _LINES[character]
        if way == _ACROSS:  # one line through all cells
            way, count = way.replace("h12", f"h{count * CELL}"), 1
        path = "".join(f"M{x + place * CELL + CELL // 2}-18{way}" for place in range(count))
        return f"fill:none;stroke:{{}};stroke-width:{thickness}", path
    if character in _SHADES:
        return f"{fill};fill-opacity:{_SHADES[character]}", _block(column, 0, count, LINE)
    if "▁" <= character <= "█":
        height = (ord(character) - ord("▁") + 1) * LINE // 8
        return fill, _block(column, LINE - height, count, height)
    if "▉" <= character <= "▏":
        width = (ord("▏") - ord(character) + 1) / 8
        return fill, "".join(_block(column + place, 0, width, LINE) for place in range(count))
    return None


def _block(column: int, top: int, cells: float, height: int) -> str:
    """Return the outline of a rectangle in a row."""
    width = f"{cells * CELL:g}"
    return f"M{column * CELL} {top - BASELINE}h{width}v{height}h-{width}z"


def _image(cells: Sequence[Run]) -> str:
    """Return cells of two pixels each, one above the other, as a picture: shapes would take four times the room."""
    width = sum(len(run.text) for run in cells)
    rows = (
        b"".join(bytes.fromhex(color[1:]) * len(run.text) for run, color in zip(cells, colors, strict=True))
        for colors in ([run.color for run in cells], [run.background for run in cells])
    )
    head = struct.pack(">IIBBBBB", width, 2, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    chunks = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    png = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    place = f'x="{cells[0].column * CELL}" y="-{BASELINE}" width="{width * CELL}" height="{LINE}"'
    source = b64encode(b"\x89PNG\r\n\x1a\n" + png).decode()
    return f'<image {place} preserveAspectRatio="none" href="data:image/png;base64,{source}"/>'


def _text(row: Row) -> str:
    return "".join(run.text for run in row).rstrip()


def _panes(row: Row) -> list[Row]:
    """Return the parts of a row that belong to panes side by side."""
    seams = {match.start() for match in _SEAM.finditer("".join(run.text for run in row))}
    panes: list[list[Run]] = [[]]
    place = 0
    for run in row:
        column = run.column
        for number, text in enumerate(_split(run.text, [seam - place for seam in seams])):
            if number or (place in seams and panes[-1]):
                panes.append([])
            panes[-1].append(run._replace(column=column, text=text))
            column += cell_len(text)
        place += len(run.text)
    return [tuple(pane) for pane in panes]


def _split(text: str, places: Iterable[int]) -> list[str]:
    inner = sorted(place for place in places if 0 < place < len(text))
    return [text[start:end] for start, end in pairwise([0, *inner, len(text)])]


def read_picture(svg: str) -> str:
    """Return the text that a picture of `Sheet` shows, its screens one after the other."""
    parts = {name: (unescape(text), drawing) for name, text, drawing in _PART.findall(svg)}

    def rows(drawing: str) -> Iterator[tuple[int, str]]:
        for name, y in re.findall(r'<use href="#(\w+)"(?: y="(\d+)")?/>', drawing):
            text, inner = parts[name]
            if y:
                yield int(y), text
            else:
                yield from rows(inner)

    lines: list[str] = []
    for screen in svg.partition("</defs>")[2].split('class="f"'):
        shown: dict[int, str] = {}
        for y, text in rows(screen):
            shown[y] = shown.get(y, "") + text
        former = BASELINE - LINE
        for y in sorted(shown):
            lines += [""] * ((y - former) // LINE - 1) + [shown[y]]
            former = y
    return "\n".join(lines) + "\n"
