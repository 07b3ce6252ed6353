"""What the views of lines have in common: they scroll, show a cursor where the focus is, and take clicks."""

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

from tui_pod.ui.look.cells import MARKS
from tui_pod.ui.look.parts import RAIL, Part, TextLine, look, tint

MARGIN, TIME = 2, 9
"""Blank cells at the left, and those of a time beside words."""

MAX_WIDTH = 100
"""Cells of a line beyond which it is hard to read."""


class LinesView(ScrollView, can_focus=True):
    """A view of lines, of which some can be chosen."""

    DEFAULT_CSS = """
    LinesView {
        height: 1fr;
        border: round $primary;
        background: $background;
        border-title-color: $text-primary;
        border-subtitle-color: $text-muted;
        scrollbar-size-vertical: 1;
    }
    """  # here and not in the stylesheet: the first screen does without, and each rule costs it
    ALLOW_SELECT = False

    hint_words: var[Mapping[str, str]] = var({})
    """What the key line says instead of the words of the table of keys; empty: that does nothing now."""

    cursor = 0
    """Number of what the cursor is on."""

    class HintsChanged(Message):
        """Keys do something else now."""

    def count(self) -> int:
        """Return how many things can be chosen."""
        raise NotImplementedError

    def show_cursor(self, former: int) -> None:
        """Show the cursor, which was on `former` before."""
        raise NotImplementedError

    def watch_hint_words(self) -> None:
        """Have the key line say so."""
        self.post_message(self.HintsChanged())

    def on_focus(self) -> None:
        """Show the cursor, or no longer."""
        self.refresh()

    on_blur = on_focus

    def style_of(self, name: str, is_lit: bool = False) -> Style:
        """Return how a part of a line looks; lit: at the cursor."""
        style = self.rich_style + look(self.app, name)
        return style + tint(self.app) if is_lit else style

    def draw(self, parts: Iterable[Part], is_lit: bool = False) -> Strip:
        """Return a line, with the cursor's rail and tint when it is lit."""
        segments = [Segment(f"{MARKS['cursor']} " if is_lit else "  ", self.style_of(RAIL, is_lit))]
        segments += [Segment(text, self.style_of(name, is_lit)) for text, name in parts]
        width = self.scrollable_content_region.width
        return Strip(segments).adjust_cell_length(width, segments[0].style)

    def clicked(self, event: events.Click, lines: Sequence[object]) -> int | None:
        """Return the number of the line that was clicked on; None: the border, or below all lines."""
        offset = event.get_content_offset(self)
        number = offset.y + self.scroll_offset.y if offset is not None else -1
        return number if 0 <= number < len(lines) else None

    def go(self, place: int) -> None:
        """Move the cursor to something, clamped."""
        former, self.cursor = self.cursor, max(0, min(place, self.count() - 1))
        self.show_cursor(former)

    def action_move(self, by: int) -> None:
        """Go to what comes next or before."""
        self.go(self.cursor + by)

    def action_move_to(self, place: int) -> None:
        """Go to the first; -1: to the last."""
        self.go(place if place >= 0 else self.count() - 1)

    async def action_left(self) -> None:
        """Go back to the library."""
        await self.run_action("screen.view(1)")

    action_right = action_left


class ChoiceLines(LinesView):
    """Lines that belong to things to choose, some of them heads above these. A subclass makes them."""

    def __init__(self, ident: str) -> None:
        super().__init__(id=ident)
        self._lines: Sequence[TextLine] = ()

    async def action_choose(self) -> None:
        """Do what Enter does."""
        raise NotImplementedError

    @property
    def room(self) -> int:
        """Cells of a line."""
        return min(MAX_WIDTH, self.scrollable_content_region.width - MARGIN - 1)

    def show_lines(self, lines: Sequence[TextLine]) -> None:
        """Show these lines, and bring those at the cursor into sight, with the head above them."""
        self._lines = lines
        self.virtual_size = Size(0, len(lines))
        own = [number for number, line in enumerate(lines) if line.choice == self.cursor]
        if own:
            first = own[0] - (own[0] > 0 and lines[own[0] - 1].choice is None)
            top, height = self.scroll_offset.y, self.scrollable_content_region.height
            if first < top or own[-1] >= top + height:
                y = first if first < top else max(0, min(first, own[-1] - height + 1))
                self.scroll_to(y=y, animate=False, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one screen line."""
        number = y + self.scroll_offset.y
        parts, choice = self._lines[number] if number < len(self._lines) else TextLine()
        return self.draw(parts, choice is not None and choice == self.cursor and self.has_focus)

    async def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse points; a second click is Enter."""
        number = self.clicked(event, self._lines)
        if number is not None and (choice := self._lines[number].choice) is not None:
            self.go(choice)
            if event.chain == 2:
                await self.action_choose()

    def action_move_page(self, pages: float) -> None:
        """Go so many pages on, or parts of one."""
        own = next((number for number, line in enumerate(self._lines) if line.choice == self.cursor), 0)
        wanted = max(0, own + int(pages * self.size.height))
        found = [line.choice for line in self._lines[: wanted + 1] if line.choice is not None]
        self.go(found[-1] if found else 0)
