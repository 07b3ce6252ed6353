"""The colours of each theme on a terminal with 256 of them, as numbers of xterm's palette.

Chosen by hand: the nearest of 256 colours is often a saturated one where the theme has a tinted grey. Backgrounds are
greys (232 to 255) with few exceptions; text has a contrast of 4.5:1 on each background of its row, a frame 1.5:1.
Imported only for such a terminal, or for one that took over from a terminal with more or fewer colours.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from rich.color import Color as RichColor
from rich.color import ColorSystem, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

GREYS = 232
"""The first grey; each is 10 lighter than the one before, from 8 on. The 216 colours before them are a cube."""

_STEPS = (0, 95, 135, 175, 215, 255)
"""The values of red, green and blue in that cube."""

_FIELDS = (
    "background", "surface", "panel", "cursor", "cursor-idle", "frame", "foreground", "text-muted", "primary",
    "warning", "success", "error",
)  # fmt: skip
"""The theme variable of each number of a palette."""

PALETTES = {
    "tui-pod": "233 234 235 237 235 241 255 248 111 179 114 210",
    "tui-pod-light": "255 255 254 189 253 248 235 240 25 58 22 124",
    "high-contrast": "16 16 16 237 235 245 231 231 226 214 83 217",
    "textual-dark": "233 234 235 237 235 241 254 248 75 215 78 211",
    "textual-light": "254 253 253 252 253 246 234 239 24 88 22 88",
    "nord": "236 237 238 239 238 244 255 251 116 222 150 217",
    "gruvbox": "235 236 237 238 237 243 230 251 115 214 185 216",
    "catppuccin-mocha": "234 235 236 237 236 242 255 250 183 223 151 217",
    "dracula": "235 236 236 238 237 243 255 250 183 215 84 217",
    "tokyo-night": "234 235 237 237 236 243 254 251 147 179 150 211",
    "monokai": "235 236 237 238 237 243 254 250 147 215 148 218",
    "flexoki": "233 234 235 237 235 241 255 248 110 178 142 174",
    "catppuccin-latte": "255 255 254 189 253 248 237 240 92 58 22 124",
    "catppuccin-frappe": "236 237 238 239 238 244 255 252 183 223 150 217",
    "catppuccin-macchiato": "235 236 237 238 237 243 255 251 183 223 150 217",
    "solarized-light": "230 254 254 253 254 248 236 240 25 58 22 124",
    "solarized-dark": "234 235 235 237 236 242 252 248 74 179 142 210",
    "rose-pine": "234 235 236 237 236 242 254 248 182 222 152 211",
    "rose-pine-moon": "235 236 237 238 237 243 254 250 182 222 152 217",
    "rose-pine-dawn": "255 255 254 253 254 248 237 240 54 58 23 125",
    "atom-one-dark": "236 237 238 239 238 244 255 252 117 222 150 217",
    "atom-one-light": "255 255 254 189 253 248 237 240 25 58 22 124",
}  # fmt: skip


def reduced(theme: Theme) -> Theme:
    """Return a theme in the colours of its palette; one without is drawn in the nearest colours, by `ColorDepth`."""
    numbers = PALETTES.get(theme.name)
    if numbers is None:
        return theme
    colors = {name: "#" + bytes(rgb(int(number))).hex() for name, number in zip(_FIELDS, numbers.split(), strict=True)}
    made = replace(theme, variables={**theme.variables, **colors})
    for name in vars(made).keys() & colors.keys():
        setattr(made, name, colors[name])
    made.secondary = made.accent = made.primary
    return made


def rgb(number: int) -> tuple[int, int, int]:
    """Return red, green and blue (0 to 255) of a colour of the cube or a grey, by its number (16 to 255)."""
    if number >= GREYS:
        return (8 + 10 * (number - GREYS),) * 3
    number -= 16
    return _STEPS[number // 36], _STEPS[number // 6 % 6], _STEPS[number % 6]


@cache  # a few hundred blended colours
def nearest(color: RichColor) -> RichColor:
    """Return the grey or the colour of the cube nearest to a colour; one of the palette stays the same."""
    triplet = color.get_truecolor()
    cube = 16 + sum(
        factor * min(range(6), key=lambda step: abs(_STEPS[step] - value))
        for factor, value in zip((36, 6, 1), triplet, strict=True)
    )
    grey = GREYS + max(0, min(23, round((sum(triplet) / 3 - 8) / 10)))
    number = min(grey, cube, key=lambda each: sum((a - b) ** 2 for a, b in zip(rgb(each), triplet, strict=True)))
    return RichColor.from_ansi(number)


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
