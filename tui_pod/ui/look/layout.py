"""Which parts of the library screen fit a terminal of a given size."""

from __future__ import annotations

NARROW = 64
"""Below this width (cells), one pane is shown at a time."""

SMALLEST = (40, 12)
"""Below this size (columns, rows), only the bar is shown."""

WIDE = 150
"""From this width on, details and transcript are shown beside the list, not over it."""

HIGH = 30
"""From this height on, the playback bar has three lines."""

AIRY = 40
"""From this height on, a blank line parts the bar from the key line."""

TALL = 44
"""From this height on, the cover is large."""

ROOMY = (100, 30)
"""From this size (columns, rows) on, the summary at the cursor has two lines."""


def layout_classes(width: int, height: int, has_preview: bool) -> dict[str, bool]:
    """Return the CSS classes that control the layout of a terminal with so many cells, each with whether it is set.

    The episode's pane is beside the list if the listener wants it there (`has_preview`).
    """
    return {
        "-narrow": width < NARROW,
        "-beside": width >= WIDE,
        "-wide": width >= WIDE and has_preview,
        "-low": height < HIGH,
        "-high": height >= HIGH,
        "-airy": height >= AIRY,
        "-tall": height >= TALL,
        "-tiny": width < SMALLEST[0] or height < SMALLEST[1],
    }


def cursor_height(width: int, height: int) -> int:
    """Return the height of the row at the cursor, in lines."""
    return 4 if width >= ROOMY[0] and height >= ROOMY[1] else 3
