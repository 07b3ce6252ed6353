"""ASCII replacements for the borders, marks and punctuation of every widget, for fonts with little more than ASCII.

Letters stay as they are, and so do symbols for which ASCII has nothing of the same meaning and width.
"""

from __future__ import annotations

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui_pod.ui.look.cells import ASCII_MARKS, MARKS

SIGNS = {
    **dict.fromkeys(range(ord("─"), ord("▀")), "+"),
    **dict.fromkeys(map(ord, "─┄┅┈┉╌╍╴╶╺╼"), "-"),
    **dict.fromkeys(map(ord, "━═╸╾"), "="),
    **dict.fromkeys(map(ord, "│┃┆┇┊┋╎╏║╵╷╹╻╽╿"), "|"),
    **dict.fromkeys(range(ord("▀"), ord("■")), "#"),
    **dict.fromkeys(map(ord, "▁▂▃▄▅▆▇"), " "),  # the ends of scroll bars
    **dict.fromkeys(map(ord, "▀▔"), "-"),
    **dict.fromkeys(map(ord, "▌▍▎▏▐▕"), "|"),
    **dict.fromkeys(map(ord, "‐‑‒–—―−·"), "-"),
    **dict.fromkeys(map(ord, "“”„‟″«»"), '"'),
    **dict.fromkeys(map(ord, "‘’‚‛′"), "'"),
    **dict.fromkeys(map(ord, "→►"), ">"),
    **dict.fromkeys(map(ord, "←‹◂◄◀"), "<"),
    **dict.fromkeys(map(ord, "↑▴▲"), "^"),
    ord("▼"): "v",
    **dict.fromkeys(map(ord, "•‣◦■▪"), "*"),
    ord("●"): "O",
    ord("▸"): "+",  # folded
    ord("▾"): "-",
    ord("▹"): "-",
    ord("›"): "/",
    **dict.fromkeys(map(ord, "\N{NO-BREAK SPACE}\N{FIGURE SPACE}\N{THIN SPACE}\N{NARROW NO-BREAK SPACE}"), " "),
    ord("…"): "~",
    ord("≈"): "?",
    ord("×"): "x",
    ord("♪"): "%",
    ord("☾"): ")",
    ord("▰"): "#",
    ord("▱"): ".",
    **{ord(mark): ASCII_MARKS[name] for name, mark in MARKS.items()},
}
"""The replacement of each symbol, equally wide."""

ARROW_KEYS = {ord("←"): "<-", ord("→"): "->", ord("↑"): "up", ord("↓"): "down"}
"""Names of the arrow keys, short for the key line: `<`, `^` and `v` are other keys."""

_ARROWS = str.maketrans("←→↑↓", "<>^v")
"""The same where the names do not fit."""

_NAMED = r"f\d+|esc|tab|enter|space|backspace|delete|pg(?:up|dn)|home|end"
_KEY = rf"(?:(?:ctrl|shift|alt|super|meta)\+)*(?:[!-~←→↑↓]|{_NAMED})"
_KEYS = re.compile(rf"(?=.*[←→↑↓]){_KEY}(?: {_KEY})* *")
"""A cell of a table of keys that contains an arrow."""


class AsciiLines(LineFilter):
    """Draws symbols in ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments of a line with symbols replaced; see `LineFilter.apply`."""
        return [
            segment if segment.text.isascii() else Segment(_translate(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def _translate(text: str) -> str:
    """Return a text in ASCII of the same width; keys in a table are named if the name fits."""
    if len(text) > 1 and _KEYS.fullmatch(text):  # a lone arrow is a mark
        named = text.rstrip(" ").translate(ARROW_KEYS)
        return named.ljust(len(text)) if len(named) < len(text) else text.translate(_ARROWS)
    return text.translate(SIGNS)
