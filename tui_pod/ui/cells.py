"""Cut and pad text to terminal cells: wide characters take two, combining marks none."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

MARKS = {"playing": "▶", "paused": "‖", "loading": "◌", "unplayed": "○", "started": "◐", "played": "✓", "selected": "▌"}
"""Marks of an episode. They never rely on colour."""

ASCII_MARKS = {
    "playing": ">", "paused": "=", "loading": "~", "unplayed": "o", "started": "%", "played": "x", "selected": "|",
}  # fmt: skip


def fit(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells, cut with an ellipsis or padded with blanks."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + "…", width)


def spread(left: str, right: str, width: int) -> str:
    """Return `left` and `right` at the ends of `width` cells; `left` is cut before `right` is."""
    right = right if cell_len(right) < width else ""
    if not right:
        return fit(left, width)
    room = width - cell_len(right) - 1
    return f"{fit(left, room)} {right}" if room > 0 else fit(right, width)
