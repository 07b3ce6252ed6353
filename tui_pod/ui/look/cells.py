"""Cut and pad text to terminal cells: wide characters take two, combining marks none."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

MARKS = {
    "playing": "▶",
    "paused": "‖",
    "loading": "◌",
    "unplayed": "○",
    "started": "◐",
    "played": "✓",
    "selected": "▌",
    "missing": "✗",
    "download": "↓",
    "bookmark": "◆",
}
"""Marks of an episode. They never rely on colour."""

ASCII_MARKS = {
    "playing": ">", "paused": "=", "loading": "~", "unplayed": "o", "started": "%", "played": "x", "selected": "|",
    "missing": "!", "download": "v", "bookmark": "*",
}  # fmt: skip

_EIGHTHS = " ▁▂▃▄▅▆▇█"


def meter(share: float, width: int, is_ascii: bool = False) -> str:
    """Return a small bar that shows a share from 0 to 1; whatever is more than nothing can be seen."""
    if is_ascii:
        full = max(1, int(share * width))
        return "#" * full + "." * (width - full)
    full, rest = divmod(max(1, int(share * width * 8)), 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "") + "▁" * width)[:width]


def fit(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells, cut with an ellipsis or padded with blanks."""
    if width <= 0:
        return ""
    size = cell_len(text)
    if size <= width:
        return text + " " * (width - size)
    cut = set_cell_size(text, width - 1).rstrip()
    return f"{cut}…{' ' * (width - 1 - cell_len(cut))}"


def spread(left: str, right: str, width: int) -> str:
    """Return `left` and `right` at the ends of `width` cells; `left` is cut before `right` is."""
    right = right if cell_len(right) < width else ""
    if not right:
        return fit(left, width)
    room = width - cell_len(right) - 1
    return f"{fit(left, room)} {right}" if room > 0 else fit(right, width)


def wrap(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells, broken at blanks, and within words that are longer."""
    lines: list[str] = []
    line, used = "", 0
    for word in text.split():
        size = cell_len(word)
        if line and used + 1 + size > width:
            lines.append(line)
            line, used = "", 0
        while size > width > 0:
            head = set_cell_size(word, width).rstrip()
            lines.append(head)
            word = word[max(1, len(head)) :]
            size = cell_len(word)
        line, used = (f"{line} {word}", used + 1 + size) if line else (word, size)
    return [*lines, line] if line else lines or [""]
