"""The picture of an episode: a real one if the terminal draws pictures, or half blocks, two pixels per cell."""

from __future__ import annotations

import os
from functools import lru_cache
from itertools import pairwise
from math import isqrt

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui_pod.services.first_screen import FirstScreen
from tui_pod.ui.look.terminal_pictures import TerminalPictures, row_of_cells


class Cover(Widget):
    """A square picture of the widget's width; hidden without a picture."""

    DEFAULT_CSS = """
    Cover { width: 24; height: 12; display: none; &.-shown { display: block; } &:ansi { display: none; } }
    """

    picture: reactive[bytes | None] = reactive(None)
    """A square of pixels: red, green and blue of each, in rows from the top."""
    _sent: tuple[TerminalPictures, bytes, Size, int] | None = None
    """What was sent last: to which terminal, the picture, its cells, and the number that it has there."""

    def watch_picture(self, picture: bytes | None) -> None:
        """Take space only for a picture."""
        self.set_class(picture is not None, "-shown")

    def on_unmount(self) -> None:
        """Delete the picture that was sent."""
        if self._sent is not None:
            self._sent[0].delete(self._sent[3])

    def render_line(self, y: int) -> Strip:
        """Return a line of cells: the upper halves are one row of pixels, the lower halves the next."""
        width = self.size.width
        if self.picture is None:
            return Strip.blank(width)
        if (number := self._number_on_terminal(self.picture)) is not None:
            return Strip([Segment(cell, self.rich_style) for cell in row_of_cells(number, y, width)], width)
        rows = scaled(self.picture, width, self.size.height * 2)
        pairs = zip(rows[2 * y], rows[2 * y + 1], strict=True)
        styles = (Style.from_color(Color.from_rgb(*upper), Color.from_rgb(*lower)) for upper, lower in pairs)
        return Strip([Segment("▀", style) for style in styles], width)

    def _number_on_terminal(self, picture: bytes) -> int | None:
        """Return the picture's number on the terminal, sending it first if necessary; None if it draws no pictures."""
        find = getattr(self.app._driver, "find_pictures", None)  # of a driver of our own
        pictures: TerminalPictures | None = find() if find is not None else None
        if pictures is None:
            return None
        if self._sent is None or self._sent[:3] != (pictures, picture, self.size):
            former = self._sent
            self._sent = pictures, picture, self.size, pictures.send(picture, *self.size)
            if former is not None and former[0] is pictures:
                pictures.delete(former[3])
        return self._sent[3]


def are_covers_drawn(app: App[object], first: FirstScreen) -> bool:
    """Return whether the terminal can show pictures, and the listener wants them."""
    is_plain = first.is_ascii or bool(os.environ.get("NO_COLOR")) or app.native_ansi_color
    return first.settings.ui.covers and not is_plain and app.console.color_system == "truecolor"


@lru_cache(maxsize=4)
def scaled(picture: bytes, width: int, height: int) -> list[list[tuple[int, int, int]]]:
    """Return a square picture scaled down, as rows of pixels; each is the mean of the area that it covers."""
    side = isqrt(len(picture) // 3)
    columns, rows = ([number * side // count for number in range(count + 1)] for count in (width, height))
    return [[_mean(picture, side, column, row) for column in pairwise(columns)] for row in pairwise(rows)]


def _mean(picture: bytes, side: int, sides: tuple[int, int], ends: tuple[int, int]) -> tuple[int, int, int]:
    (left, right), (top, bottom) = sides, ends
    count = (right - left) * (bottom - top)
    parts = [0, 0, 0]
    for row in range(top, bottom):
        for part in range(3):
            parts[part] += sum(picture[(row * side + left) * 3 + part : (row * side + right) * 3 : 3])
    return parts[0] // count, parts[1] // count, parts[2] // count
