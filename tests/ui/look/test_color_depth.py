"""A style that was drawn in true colour is drawn in fewer colours on the next terminal, and in all on the one after."""

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from tui_pod.ui.look.palettes import ColorDepth

BLACK = Color(0, 0, 0)


def drawn(style: Style, system: ColorSystem) -> str:
    """Return the control sequences of a letter on a terminal with so many colours."""
    ((text, found, _),) = ColorDepth(system).apply([Segment("x", style)], BLACK)
    return Strip.render_style(found or Style.null(), text, system)


@pytest.mark.parametrize(
    ("system", "codes"),
    [
        (ColorSystem.EIGHT_BIT, "1;38;5;196;48;5;16"),
        (ColorSystem.STANDARD, "1;31;40"),
        (ColorSystem.TRUECOLOR, "1;38;2;255;0;0;48;2;0;0;0"),
    ],
)
def test_style_is_drawn_anew_for_each_terminal(system: ColorSystem, codes: str) -> None:
    style = Style(color="#ff0000", bgcolor="#000000", bold=True)
    Strip.render_style(style, "x", ColorSystem.TRUECOLOR)
    assert drawn(style, ColorSystem.EIGHT_BIT) == "\x1b[1;38;5;196;48;5;16mx\x1b[0m"
    assert drawn(style, system) == f"\x1b[{codes}mx\x1b[0m"


def test_text_without_a_style_stays_as_it_is() -> None:
    assert ColorDepth(ColorSystem.STANDARD).apply([Segment("x")], BLACK) == [Segment("x")]
