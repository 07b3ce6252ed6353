"""Cut and pad text to terminal cells: wide characters take two, combining marks none."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells, set_cell_size

from tui_pod.core.text.clean import fold

MARKS = {
    "playing": "▶",
    "paused": "‖",
    "loading": "◌",
    "unplayed": "○",
    "started": "◐",
    "played": "✓",
    "selected": "▌",
    "cursor": "▎",
    "missing": "✗",
    "fault": "!",
    "download": "↓",
    "queued": "≡",
    "bookmark": "◆",
    "card": "↻",
    "new": "◉",
    "words": "“",
}
"""Marks of an episode. They never rely on colour."""

ASCII_MARKS = {
    "playing": ">", "paused": "=", "loading": "~", "unplayed": "o", "started": "%", "played": "v", "selected": "*",
    "cursor": "|", "missing": "?", "fault": "!", "download": "d", "queued": "q", "bookmark": "+",
    "card": "@", "new": "N", "words": '"',
}  # fmt: skip


def meter(share: float, width: int) -> tuple[str, str]:
    """Return the full and the empty part of a thin line that shows a share from 0 to 1.

    Whatever is more than nothing can be seen, and only what is whole is full.
    """
    full = max(1, min(int(share * width), width - (share < 1.0))) if share > 0 else 0
    return "━" * full, "╌" * (width - full)


def split_title(title: str) -> tuple[str, str]:
    """Return the head of a title, and what follows its first dash; empty where there is none."""
    head, _, rest = title.partition(" — ")
    return head, rest


def fit(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells, cut with an ellipsis or padded with blanks."""
    if width <= 0:
        return ""
    size = cell_len(text)
    if size <= width:
        return text + " " * (width - size)
    cut = set_cell_size(text, width - 1).rstrip()
    return f"{cut}…{' ' * (width - 1 - cell_len(cut))}"


def wrap(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells, broken at blanks, and within words that are longer."""
    lines: list[str] = []
    line, used = "", 0
    for word in text.split():
        size = cell_len(word)
        if line and used + 1 + size > width:
            lines.append(line)
            line, used = "", 0
        if size > width > 0:
            *heads, word = chop_cells(word, width)
            lines += heads
            size = cell_len(word)
        line, used = (f"{line} {word}", used + 1 + size) if line else (word, size)
    return [*lines, line] if line else lines or [""]


def find_words(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """Return a text in pieces, each with whether it is one of these folded words."""
    folded = fold(text)
    if len(folded) != len(text):  # letters that fold to others cannot be told apart
        return [(text, any(word in folded for word in words))]
    is_lit = bytearray(len(text))
    for word in words:
        at = folded.find(word)
        while at >= 0:
            is_lit[at : at + len(word)] = b"\1" * len(word)
            at = folded.find(word, at + len(word))
    pieces: list[tuple[str, bool]] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or is_lit[end] != is_lit[start]:
            pieces.append((text[start:end], bool(is_lit[start])))
            start = end
    return pieces
