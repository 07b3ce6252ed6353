"""A bare Textual list on the line API: the floor of a key in the episode list.

    bare_list.py COUNT

Two lines an episode, a cursor, and nothing else. q quits.
"""

from __future__ import annotations

import sys
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

CURSOR, PLAIN = Style(reverse=True), Style()


class BareList(ScrollView, can_focus=True):
    """Draws the visible lines of so many titles."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)"),
        Binding("pagedown", "move(15)"),
        Binding("home", "move(-1000000)"),
    ]

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count
        self._cursor = 0

    def on_mount(self) -> None:
        """Tell the list's height."""
        self.virtual_size = Size(self.size.width, 2 * self._count)

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        former, self._cursor = self._cursor, max(0, min(self._cursor + by, self._count - 1))
        for row in (former, self._cursor):
            self.refresh(Region(0, 2 * row - self.scroll_offset.y, self.size.width, 2))
        self.scroll_to_region(Region(0, 2 * self._cursor, 1, 2), animate=False)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        row, line = divmod(y + self.scroll_offset.y, 2)
        text = f"E{row:06} five words of a title" if line == 0 else "  a summary of the episode in one line of text"
        style = CURSOR if row == self._cursor else PLAIN
        return Strip([Segment(text.ljust(self.size.width), style)], self.size.width)


class Bare(App[None]):
    """Shows the list."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "quit")]

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count

    def compose(self) -> ComposeResult:
        """Show the list alone."""
        yield BareList(self._count)


if __name__ == "__main__":
    Bare(int(sys.argv[1])).run()
