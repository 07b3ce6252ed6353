"""Which parts of the library screen a terminal has room for."""

from __future__ import annotations

NARROW = 64
"""Width in cells below which one pane is shown at a time."""

SMALLEST = (40, 12)
"""Columns and rows below which only the bar is shown."""

BESIDE = 140
"""Least columns for the transcript beside the list instead of over it."""

WIDE = 150
"""Least columns for the episode's pane beside the list."""

HIGH = 30
"""Least rows for three lines of the playback bar."""

TALL = 44
"""Least rows for a large cover."""

ROOMY = (100, 30)
"""Least columns and rows for a summary of two lines at the cursor."""


def layout_classes(width: int, height: int) -> dict[str, bool]:
    """Return the classes by which the stylesheet lays the screen out, and whether they are set."""
    return {
        "-narrow": width < NARROW,
        "-beside": width >= BESIDE,
        "-wide": width >= WIDE,
        "-low": height < HIGH,
        "-tall": height >= TALL,
        "-tiny": width < SMALLEST[0] or height < SMALLEST[1],
    }


def cursor_height(width: int, height: int) -> int:
    """Return the lines of the row at the cursor."""
    return 4 if width >= ROOMY[0] and height >= ROOMY[1] else 3
