"""Where the terminal's cursor belongs, for a screen reader or a braille display that follows it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.geometry import Offset

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.widget import Widget

READERS = frozenset(("brltty", "espeakup", "fenrir", "orca", "yasr"))
"""Names of the processes of screen readers that follow the cursor."""


def place_of_cursor(screen: Screen[Any], has_news: bool) -> Offset:
    """Return the cell of the newest notice if there is news, else of the field or the row in use."""
    notices = list(screen.query("Toast")) if has_news else []
    if notices and notices[-1].region:
        return notices[-1].content_region.offset
    widget = screen.focused
    if widget is None:
        return screen.region.offset
    field = getattr(widget, "cursor_screen_offset", None)  # of Textual's fields
    if isinstance(field, Offset):
        return field - (1, 0) if getattr(widget, "cursor_at_end", False) else field  # Textual's is one too far there
    region, line = widget.scrollable_content_region, _line_of(widget)
    return Offset(region.x, region.y + max(0, min(line, region.height - 1)))


def _line_of(widget: Widget) -> int:
    """Return the visible line of a widget's cursor."""
    line = getattr(widget, "line", None)  # of our own lists
    if isinstance(line, int):
        return line
    highlighted = getattr(widget, "highlighted", None)  # of Textual's list of options
    lines = getattr(widget, "_index_to_line", {}) if highlighted is not None else {}
    return int(lines.get(highlighted, 0)) - widget.scroll_offset.y if lines else 0


def is_reader_running(processes: Path = Path("/proc")) -> bool:
    """Return whether a screen reader runs; False where that cannot be asked."""
    for name in processes.glob("[0-9]*/comm"):
        try:
            if name.read_text("utf-8", "replace").strip() in READERS:
                return True
        except OSError:  # it has ended
            continue
    return False
