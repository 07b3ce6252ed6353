"""Colours for a terminal with fewer of them, or one that took over from a terminal with more or fewer."""

from __future__ import annotations

from rich.color import Color as RichColor
from rich.color import ColorSystem, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from tui_pod.ui.look.palettes import nearest


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
            color, bgcolor = (each and self._color(each) for each in (style.color, style.bgcolor))
            found = self._styles[style] = style + Style(color=color, bgcolor=bgcolor)
        return found

    def _color(self, color: RichColor) -> RichColor:
        """Return a colour that the terminal has; blended ones become the nearest of its palette."""
        if self._system is ColorSystem.EIGHT_BIT and color.type is ColorType.TRUECOLOR:
            return nearest(color)
        return color.downgrade(self._system)
