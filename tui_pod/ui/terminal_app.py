"""The part of the app that deals with the terminal: its driver, what is sent to it, and where its cursor belongs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from rich.color import ColorSystem
from rich.console import _TERM_COLORS, RenderableType
from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.driver import Driver
from textual.geometry import Offset
from textual.screen import Screen

from tui_pod.ui.changed_cells import ChangedCells

_TERM_COLORS.update(
    dict.fromkeys(("alacritty", "contour", "direct", "foot", "ghostty", "rio", "wezterm"), ColorSystem.EIGHT_BIT)
)
"""Terminals (the last part of TERM) with 256 colours; Rich counts 16 without COLORTERM, as over ssh."""

READERS = frozenset(("brltty", "espeakup", "fenrir", "orca", "yasr"))
"""Names of the processes of screen readers that follow the cursor."""


class TerminalApp(App[None]):
    """An app that sends its terminal only the cells that changed, and whose cursor can be followed."""

    follows_cursor = False
    """Whether the terminal's cursor is shown where the listener is; see `[ui] cursor`."""
    has_news = False
    """Whether a notice came after the last key."""

    def get_driver_class(self) -> type[Driver]:
        """Use a driver that tolerates invalid input, on Unix."""
        found = super().get_driver_class()
        if found.__module__ != "textual.drivers.linux_driver":
            return found
        from tui_pod.ui.driver import RobustDriver  # can only be imported on such a system

        return RobustDriver

    @property
    def _cells(self) -> ChangedCells | None:
        """What the terminal shows; None with a driver of Textual's own, as in tests."""
        return getattr(self._driver, "cells", None)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send only the cells that changed."""
        if isinstance(renderable, CompositorUpdate) and self._cells is not None:
            renderable = self._cells.only(renderable)
            if self.follows_cursor:
                self.cursor_position = place_of_cursor(self.screen, self.has_news)
        super()._display(screen, renderable)

    async def on_event(self, event: events.Event) -> None:
        """Draw everything after a change of size; drop a click on a widget that is gone but still drawn.

        Textual 8.2 raises an error for such a click, as it would start to select text there.
        """
        if isinstance(event, events.Resize) and self._cells is not None:
            self._cells.forget()
        if isinstance(event, events.MouseDown) and self.screen_stack:
            widget, _ = self.screen.get_widget_and_offset_at(event.x, event.y)
            if widget is not None and widget.parent is None:
                return
        await super().on_event(event)


async def adapt_to_reader(app: TerminalApp) -> None:
    """Let the cursor be followed if a screen reader runs; asked off the event loop."""
    app.follows_cursor = app.follows_cursor or await asyncio.to_thread(is_reader_running)
    if (ask := getattr(app._driver, "ask_terminal", None)) is not None:
        ask()


def place_of_cursor(screen: Screen[Any], has_news: bool) -> Offset:
    """Return the cell of the newest notice if there is news, otherwise that of the field or the row in use."""
    notices = list(screen.query("Toast")) if has_news else []
    if notices and notices[-1].region:
        return notices[-1].content_region.offset
    widget = screen.focused
    if widget is None:
        return screen.region.offset
    field = getattr(widget, "cursor_screen_offset", None)  # of Textual's fields
    if isinstance(field, Offset):
        return field - (1, 0) if getattr(widget, "cursor_at_end", False) else field  # Textual's is one too far there
    line = getattr(widget, "line", None)  # of our own lists
    if not isinstance(line, int):
        lines = getattr(widget, "_index_to_line", {})  # of Textual's list of options
        line = int(lines.get(getattr(widget, "highlighted", None), widget.scroll_offset.y)) - widget.scroll_offset.y
    region = widget.scrollable_content_region
    return Offset(region.x, region.y + max(0, min(line, region.height - 1)))


def is_reader_running(processes: Path = Path("/proc")) -> bool:
    """Return whether a screen reader runs; False where that cannot be asked."""
    for name in processes.glob("[0-9]*/comm"):
        try:
            if name.read_text("utf-8", "replace").strip() in READERS:
                return True
        except OSError:  # it has ended
            continue
    return False
