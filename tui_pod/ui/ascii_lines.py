"""Lines for terminals whose font has no box drawing: borders and scroll bars of every widget in plain ASCII."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.color import Color

_BOX, _END_OF_BOX = 0x2500, 0x2580
_BLOCKS, _END_OF_BLOCKS = 0x2580, 0x25A0

SIGNS = {
    **dict.fromkeys(range(_BOX, _END_OF_BOX), "+"),
    **dict.fromkeys(map(ord, "─━┄┅┈┉╌╍═╴╶╸╺╼╾"), "-"),
    **dict.fromkeys(map(ord, "│┃┆┇┊┋╎╏║╵╷╹╻╽╿"), "|"),
    **dict.fromkeys(range(_BLOCKS, _END_OF_BLOCKS), "#"),
    **dict.fromkeys(map(ord, "▀▁▂▃▄▔"), "-"),
    **dict.fromkeys(map(ord, "▌▍▎▏▐▕"), "|"),
}
"""What stands for each sign of lines and blocks, all of them one cell wide."""


class AsciiLines(LineFilter):
    """Draw what is drawn with lines and blocks in ASCII."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments of a line with other signs; see `LineFilter.apply`."""
        return [Segment(text.translate(SIGNS), style, control) for text, style, control in segments]
