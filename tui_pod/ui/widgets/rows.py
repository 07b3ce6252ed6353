"""A pane of rows with a cursor, on the line API: only visible rows are drawn, however many there are.

The list of episodes and the tree of topics are such panes. Textual's own widgets create an object per row, or
cost a tenth of the start-up. Rows have the same height, except that the one at the cursor may be higher.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_pod.core.actions import BY_ID
from tui_pod.ui.look.cells import MARKS
from tui_pod.ui.look.parts import ACCENT, CURSOR, IDLE, LINE, PLAIN, RAIL, Part, look, spread_parts

RIGHT_BUTTON = 3
"""Textual's number of the right mouse button."""

SIDES = 2
"""Cells of a line beside its text: the rail, and a space."""

MOST_DRAWN = 200
"""How many drawn rows are kept."""


class RowPane(ScrollView, can_focus=True):
    """Rows with a cursor. A subclass counts and draws them."""

    ALLOW_SELECT = False

    row_height = 1
    cursor_height = 1
    """Lines of the row at the cursor."""
    cursor = 0
    """The row at the cursor."""
    chosen_by = ""
    """The id of the action of enter and of a double click."""

    def __init__(self, ident: str) -> None:
        super().__init__(id=ident)
        self._drawn_width = 0
        self._drawn: dict[int, Sequence[Strip]] = {}
        """The drawn lines of rows, most of them visible."""
        self._row_styles: dict[tuple[str, bool], Style] = {}
        self._is_hit = False  # whether the last click hit a row
        self._is_laid_out = False  # nothing can be scrolled before the first layout

    def row_count(self) -> int:
        """Return the number of rows."""
        raise NotImplementedError

    def draw_row(self, row: int) -> Sequence[Strip]:
        """Return the lines of a row, each `framed`."""
        raise NotImplementedError

    def draw_blank(self, line: int) -> Strip:
        """Return a line below the last row, `framed`."""
        return self.framed(())

    def action_run(self, ident: str) -> None:
        """Request an action on the cursor's row or the selection, by its id."""
        raise NotImplementedError

    def on_cursor_moved(self) -> None:
        """React to a move of the cursor."""

    def go(self, row: int, is_centred: bool = False) -> None:
        """Move the cursor to a row, clamped, and scroll there; centred, the top stays visible if the row is near it."""
        former, self.cursor = self.cursor, max(0, min(row, self.row_count() - 1))
        self._refresh_between(former, self.cursor)
        if self._is_laid_out and self.size:  # a hidden pane scrolls once it is shown
            region = Region(0, self.top_of(self.cursor), 1, self.cursor_height)
            if is_centred and region.bottom <= self.size.height:
                region, is_centred = Region(0, 0, 1, region.bottom), False
            self.scroll_to_region(region, animate=False, center=is_centred, force=True, immediate=True)
        if former != self.cursor:
            self.on_cursor_moved()

    def point_at(self, row: int) -> None:
        """Move the cursor to a row that the listener chose with a key or the mouse."""
        self.go(row)

    @property
    def text_width(self) -> int:
        """Cells of a row's text."""
        return self.scrollable_content_region.width - SIDES

    @property
    def line(self) -> int:
        """The line of the pane where the row at the cursor starts."""
        return self.top_of(self.cursor) - self.scroll_offset.y

    @property
    def _extra(self) -> int:
        return self.cursor_height - self.row_height

    def top_of(self, row: int) -> int:
        """Return the line where a row starts, counted from the top of the first row."""
        return row * self.row_height + (self._extra if row > self.cursor else 0)

    def row_at(self, y: int) -> int:
        """Return the row that a line belongs to; it may be beyond the last one."""
        at_cursor = self.cursor * self.row_height
        if y < at_cursor:
            return y // self.row_height
        return max(self.cursor, (y - self._extra) // self.row_height)

    def count_rows(self) -> None:
        """Update the scroll bar to the number of rows."""
        count = self.row_count()
        self.virtual_size = Size(0, count * self.row_height + (self._extra if count else 0))

    def _refresh_between(self, first: int, last: int) -> None:
        """Redraw the rows that a move of the cursor changes or shifts."""
        self._drawn.pop(first, None)
        self._drawn.pop(last, None)
        first, last = sorted((first, last))
        y = first * self.row_height
        self.refresh_lines(y, (last + 1) * self.row_height + self._extra - y)

    def refresh_row(self, row: int, lines: int | None = None) -> None:
        """Redraw a row, or only its first `lines` lines."""
        self._drawn.pop(row, None)
        height = self.cursor_height if row == self.cursor else self.row_height
        self.refresh_lines(self.top_of(row), height if lines is None else lines)

    def render_line(self, y: int) -> Strip:
        """Return a line of the pane, which Textual frames."""
        return self._line(y + self.scroll_offset.y)

    def _line(self, y: int) -> Strip:
        """Return a line, counted from the top of the first row."""
        if self._drawn_width != self.text_width:  # laid out anew, before Textual tells of it
            self._drawn.clear()
            self._drawn_width = self.text_width
        row, count = self.row_at(y), self.row_count()
        if row >= count:
            return self.draw_blank(y - self.top_of(count) if count else y)
        if row not in self._drawn:
            if len(self._drawn) > MOST_DRAWN:
                self._drawn.clear()
            self._drawn[row] = self.draw_row(row)
        return self._drawn[row][y - self.top_of(row)]

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Redraw the pane or parts of it."""
        if not regions:
            self._drawn.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def framed(
        self, left: Sequence[Part], row: int = -1, right: Sequence[Part] = (), is_selected: bool = False
    ) -> Strip:
        """Return a line with rail and tint if its row is at the cursor; `left` is cut to leave room for `right`."""
        width, is_lit = self.text_width, row == self.cursor
        rail = MARKS["selected"] if is_selected else MARKS["cursor"] if is_lit else " "
        rail_look = ACCENT if is_selected else RAIL if self.has_focus else LINE
        parts = [(rail, rail_look), *spread_parts(left, right, width), (" ", PLAIN)]
        return Strip([Segment(text, self._style_of(name, is_lit)) for text, name in parts], width + SIDES)

    def _style_of(self, name: str, is_lit: bool = False) -> Style:
        """Return the style of a part; `is_lit` in the row at the cursor."""
        style = self._row_styles.get((name, is_lit))
        if style is None:
            behind = (CURSOR if self.has_focus else IDLE) if is_lit else ""
            style = self._row_styles[name, is_lit] = self.rich_style + look(self.app, name, behind)
        return style

    def notify_style_update(self) -> None:
        """Forget drawn rows: colours changed."""
        super().notify_style_update()
        self._drawn.clear()
        self._row_styles.clear()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Redraw after scrolling, and the scroll bar only if its handle moves by a cell.

        Drawing the bar takes a seventh of the time of a scrolling key.
        """
        if self.show_vertical_scrollbar:
            cell = max(1.0, self.virtual_size.height / max(1, self.size.height))
            is_at_end = new_value >= self.max_scroll_y
            self.vertical_scrollbar.position = new_value if is_at_end else new_value // cell * cell
        if round(old_value) != round(new_value):
            self.refresh(self.size.region)

    # -- events and actions ----------------------------------------------------------------------------

    def set_cursor_height(self, height: int) -> None:
        """Set the height of the row at the cursor, which stays visible."""
        if height == self.cursor_height:
            return
        self.cursor_height = height
        self.count_rows()
        self.go(self.cursor, is_centred=True)
        self.refresh()

    def on_resize(self) -> None:
        """Scroll to the cursor."""
        is_first, self._is_laid_out = not self._is_laid_out, True
        self.go(self.cursor, is_centred=is_first)

    def on_focus(self) -> None:
        """Redraw the row at the cursor, which shows the focus."""
        self._row_styles.clear()
        self.refresh_row(self.cursor)

    on_blur = on_focus

    async def on_click(self, event: events.Click) -> None:
        """Move the cursor to the mouse; a double click chooses, the right button shows details."""
        offset = event.get_content_offset(self)  # None: the border
        if offset is None:
            return
        row = self.row_at(offset.y + self.scroll_offset.y)
        if event.chain == 1:
            self._is_hit = row < self.row_count()
            if self._is_hit:
                self.point_at(row)
            if self._is_hit and event.button == RIGHT_BUTTON:
                await self.run_action(BY_ID["view.details"].action)
        elif event.chain == 2 and self._is_hit:  # the first click may have moved the rows
            self.action_run(self.chosen_by)

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self.point_at(self.cursor + by)

    def action_move_to(self, row: int) -> None:
        """Move the cursor to a row; -1 is the last."""
        self.point_at(row if row >= 0 else self.row_count() - 1)

    def action_move_page(self, pages: float) -> None:
        """Move the cursor by pages or fractions of one."""
        rows = max(1, int(abs(pages) * ((self.size.height - self._extra) // self.row_height)))
        self.point_at(self.cursor + (rows if pages > 0 else -rows))
