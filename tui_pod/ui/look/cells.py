"""Cut and pad text to terminal cells: wide characters take two, combining marks none."""

from __future__ import annotations

import re
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
    "podcast": "◈",
    "list": "▤",
    "words": "“",
    "passage": "▒",
    "repeat": "↺",
    "moved": "↦",
}
"""Marks of episodes, and of podcasts in the tree. They never rely on colour."""

ASCII_MARKS = {
    "playing": ">", "paused": "=", "loading": ",", "unplayed": ".", "started": ":", "played": "#", "selected": "{",
    "cursor": "[", "missing": "_", "fault": "!", "download": "<", "queued": ";", "bookmark": "^",
    "card": "$", "new": "*", "podcast": "@", "list": "&", "words": '"',
    "passage": "\\", "repeat": "(", "moved": "}",
}  # fmt: skip
"""The same in ASCII: no letter, which would read as a key, and no sign twice."""


def meter(share: float, width: int) -> tuple[str, str]:
    """Return the full and the empty part of a progress line for a share from 0 to 1.

    Any share above 0 shows at least one full cell, and only 1 shows no empty one.
    """
    full = max(1, min(int(share * width), width - (share < 1.0))) if share > 0 else 0
    return "━" * full, "╌" * (width - full)


def split_title(title: str) -> tuple[str, str]:
    """Return the head of a title and what follows its first dash; without a dash that is empty."""
    head, _, rest = title.partition(" — ")
    return head, rest


def fit(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells, cut with an ellipsis or padded with spaces."""
    if width <= 0:
        return ""
    size = cell_len(text)
    if size <= width:
        return text + " " * (width - size)
    cut = set_cell_size(text, width - 1).rstrip()
    return f"{cut}…{' ' * (width - 1 - cell_len(cut))}"


def keep_remedy(text: str, width: int) -> str:
    """Return a notice in at most `width` cells; an address or path is shortened first, and what to do is cut last."""
    longest = max(text.split(" "), key=cell_len)
    half = (cell_len(longest) - (cell_len(text) - width) - 1) // 2
    if cell_len(text) > width and half >= 8:
        text = text.replace(longest, f"{longest[:half]}…{longest[-half:]}")
    said, dot, remedy = text.rpartition(". ")
    room = max(8, width - cell_len(remedy) - 1)  # at least so much of what it speaks of
    return fit(f"{fit(f'{said}.', room).rstrip()} {remedy}", width).rstrip() if dot and cell_len(text) > width else text


def wrap(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells, broken at spaces, and within longer words."""
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


def find_words(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Return the start and end of each of these folded words in a text, sorted and merged where they overlap."""
    places: Sequence[int] = range(len(text))
    folded = fold(text)
    if len(folded) != len(text):  # a letter became several
        parts = [fold(character) for character in text]
        folded, places = "".join(parts), [number for number, part in enumerate(parts) for _ in part]
    spans: list[tuple[int, int]] = []
    for first, end in sorted(found.span() for word in words for found in re.finditer(re.escape(word), folded)):
        start, end = places[first], places[end - 1] + 1
        if spans and start <= spans[-1][1]:
            spans[-1] = spans[-1][0], max(end, spans[-1][1])
        else:
            spans.append((start, end))
    return spans
