"""The base classes of scrolling views of lines with a cursor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_pod.core.actions import BY_ID
from tui_pod.ui.look.cells import MARKS
from tui_pod.ui.look.parts import CURSOR, RAIL, Part, TextLine, look, spread_parts, width_of

MARGIN, TIME = 2, 9
"""Blank cells at the left, and the width of a time beside text."""

MAX_WIDTH = 120
"""Maximum width of running text, in cells; a line that would be cut is longer."""


class LinesView(ScrollView, can_focus=True):
    """A view of lines, some of which can be chosen."""

    DEFAULT_CSS = """
    LinesView {
        height: 1fr;
        border: round $primary;
        background: $background;
        border-title-color: $text-primary;
        border-subtitle-color: $text-muted;
        scrollbar-size-vertical: 1;
    }
    """  # not in the stylesheet: each rule there slows the first screen, which does not need these
    ALLOW_SELECT = False

    hint_words: var[Mapping[str, str]] = var({})
    """Replacements for words of the key line; an empty one hides a key that does nothing now."""

    cursor = 0
    """The number of the choice at the cursor."""

    class HintsChanged(Message):
        """The hints of the key line changed."""

    @property
    def line(self) -> int:
        """The visible line of the cursor."""
        return 0

    def count(self) -> int:
        """Return the number of choices."""
        raise NotImplementedError

    def show_cursor(self, former: int) -> None:
        """Redraw the cursor, which moved from `former`."""
        raise NotImplementedError

    def watch_hint_words(self) -> None:
        """Update the key line."""
        self.post_message(self.HintsChanged())

    def on_focus(self) -> None:
        """Show or hide the cursor."""
        self.refresh()

    on_blur = on_focus

    def style_of(self, name: str, is_lit: bool = False) -> Style:
        """Return the style of a part of a line; `is_lit` at the cursor."""
        return self.rich_style + look(self.app, name, CURSOR if is_lit else "")

    def draw(self, parts: Iterable[Part], is_lit: bool = False) -> Strip:
        """Return a line, with the cursor's rail and tint when it is lit."""
        segments = [Segment(f"{MARKS['cursor']} " if is_lit else "  ", self.style_of(RAIL, is_lit))]
        segments += [Segment(text, self.style_of(name, is_lit)) for text, name in parts]
        width = self.scrollable_content_region.width
        return Strip(segments).adjust_cell_length(width, segments[0].style)

    def clicked(self, event: events.Click, lines: Sequence[object]) -> int | None:
        """Return the number of the clicked line; None for the border, or below all lines."""
        offset = event.get_content_offset(self)
        number = offset.y + self.scroll_offset.y if offset is not None else -1
        return number if 0 <= number < len(lines) else None

    def go(self, place: int) -> None:
        """Move the cursor to a choice, clamped."""
        former, self.cursor = self.cursor, max(0, min(place, self.count() - 1))
        self.show_cursor(former)

    def action_move(self, by: int) -> None:
        """Move the cursor by choices."""
        self.go(self.cursor + by)

    def action_move_to(self, place: int) -> None:
        """Go to the first choice (0) or the last (-1)."""
        self.go(place if place >= 0 else self.count() - 1)

    async def action_left(self) -> None:
        """Go back to the library."""
        await self.run_action(BY_ID["view.library"].action)

    action_right = action_left


class ChoiceLines(LinesView):
    """Lines that belong to choices, and headings. A subclass makes them."""

    DEFAULT_CSS = "ChoiceLines { scrollbar-gutter: stable; }"  # they are wrapped before a scroll bar takes room

    def __init__(self, ident: str) -> None:
        super().__init__(id=ident)
        self._lines: Sequence[TextLine] = ()

    @property
    def line(self) -> int:
        """The first line of the choice at the cursor, from the top of the pane."""
        own = (number for number, line in enumerate(self._lines) if line.choice == self.cursor)
        return next(own, 0) - self.scroll_offset.y

    async def action_choose(self) -> None:
        """Run the command of enter."""
        raise NotImplementedError

    @property
    def room(self) -> int:
        """Cells of a line."""
        return self.scrollable_content_region.width - MARGIN - 1

    def spread(self, left: Sequence[Part], right: Sequence[Part]) -> list[Part]:
        """Return two lists of parts in one line that is as wide as running text, or wider if they need it."""
        needed = width_of(left) + 1 + width_of(right)
        return spread_parts(left, right, min(self.room, max(MAX_WIDTH, needed)))

    def show_lines(self, lines: Sequence[TextLine]) -> None:
        """Show these lines, and scroll to those at the cursor, with the heading above them."""
        self._lines = lines
        self.virtual_size = Size(0, len(lines))
        own = [number for number, line in enumerate(lines) if line.choice == self.cursor]
        if own:
            first = own[0] - (own[0] > 0 and lines[own[0] - 1].choice is None)
            top, height = self.scroll_offset.y, self.scrollable_content_region.height
            if first < top or own[-1] >= top + height:
                y = first if first < top else min(first, own[-1] - height + 1)
                self.scroll_to(y=y, animate=False, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one screen line."""
        number = y + self.scroll_offset.y
        parts, choice, _ = self._lines[number] if number < len(self._lines) else TextLine()
        return self.draw(parts, choice is not None and choice == self.cursor and self.has_focus)

    async def on_click(self, event: events.Click) -> None:
        """Move the cursor to the mouse; a double click chooses."""
        number = self.clicked(event, self._lines)
        if number is not None and (choice := self._lines[number].choice) is not None:
            self.go(choice)
            if event.chain == 2:
                await self.action_choose()

    def action_move_page(self, pages: float) -> None:
        """Move by pages or fractions of one."""
        own = next((number for number, line in enumerate(self._lines) if line.choice == self.cursor), 0)
        wanted = max(0, own + int(pages * self.size.height))
        found = [line.choice for line in self._lines[: wanted + 1] if line.choice is not None]
        self.go(found[-1] if found else 0)
