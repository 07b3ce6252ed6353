"""Colours for a terminal that took over from another one with more or fewer colours."""

from __future__ import annotations

from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter


class ColorDepth(LineFilter):
    """Draws with the colours of one colour system.

    Rich's styles cache the control sequences of the first terminal they were drawn on, so other styles are needed.
    """

    def __init__(self, system: ColorSystem) -> None:
        super().__init__()
        self._system = system
        self._styles: dict[Style, Style] = {}

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments of a line with colours that the terminal has; see `LineFilter.apply`."""
        return [Segment(text, self._reduced(style) if style else style, control) for text, style, control in segments]

    def _reduced(self, style: Style) -> Style:
        found = self._styles.get(style)
        if found is None:
            color, bgcolor = (each and each.downgrade(self._system) for each in (style.color, style.bgcolor))
            found = self._styles[style] = style + Style(color=color, bgcolor=bgcolor)
        return found
