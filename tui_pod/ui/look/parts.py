"""Lines made of parts with different looks: how they are cut and padded to cells, and the looks by name.

The panes and the bar are drawn with these; the colours come from the theme, see `themes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual.app import App
from textual.color import Color

from tui_pod.ui.look.cells import fit, wrap

Part = tuple[str, str]
"""A text, and the name of its look."""


class TextLine(NamedTuple):
    """A line, and the number of the choice it belongs to, if any."""

    parts: Sequence[Part] = ()
    choice: int | None = None
    aside: Sequence[Part] = ()
    """What stands in the column beside it."""


PLAIN, HEAD, QUIET = "plain", "head", "quiet"
ACCENT, STARTED, PLAYED, FAULT = "accent", "started", "played", "fault"
NOW, RAIL, MATCH, LINE, TAB = "now", "rail", "match", "line", "tab"

CURSOR, IDLE = "cursor", "cursor-idle"
"""Theme variables of what is behind the row at the cursor, in the focused pane and in others."""

_LOOKS = {
    PLAIN: ("foreground", False),
    HEAD: ("foreground", True),
    QUIET: ("text-muted", False),
    ACCENT: ("text-primary", False),
    STARTED: ("text-warning", False),
    PLAYED: ("text-success", False),
    FAULT: ("text-error", True),
    NOW: ("text-primary", True),
    RAIL: ("primary", False),
    MATCH: ("match", False),
    LINE: ("frame", False),
    TAB: ("text-primary", True),
}
"""The theme variable of each look, and whether it is bold."""

_SOLID = {MATCH: "match-text", TAB: "background"}
"""The theme variable of the text in each look that is reversed, which is solid without colours too."""


def look(app: App[object], name: str, behind: str = "") -> Style:
    """Return the style of a look in the app's theme; `behind` is `CURSOR`, `IDLE` or, for no background, empty."""
    variable, is_bold = _LOOKS[name]
    variables = app.theme_variables
    ground = variables[_SOLID[name]] if name in _SOLID else variables[behind] if behind else ""
    return _style(variables[variable], is_bold, name, ground)


@cache  # a few colours a theme
def _style(color: str, is_bold: bool, name: str, ground: str) -> Style:
    is_solid = name in _SOLID
    if ground.startswith("ansi") and ground != "ansi_default" and not is_solid:  # the cursor: reversed text
        color, ground, is_solid = ground, "ansi_default", True
    return Style(
        color=Color.parse(color).rich_color,
        bgcolor=Color.parse(ground).rich_color if ground else None,
        bold=is_bold or None,
        dim=(name == QUIET and color == "ansi_default") or None,
        reverse=is_solid or None,
    )


def lit_parts(text: str, spans: Iterable[tuple[int, int]], name: str) -> list[Part]:
    """Return a text with a look, with each span (start, end) highlighted as a match."""
    parts, place = list[Part](), 0
    for start, end in spans:
        parts += [(text[place:start], name), (text[start:end], MATCH)]
        place = end
    return [part for part in (*parts, (text[place:], name)) if part[0]]


def message(text: str, width: int) -> list[list[Part]]:
    """Return the lines of what an empty view says: the first sentence bold, and below it what to do."""
    if "\n" in text:  # a page: its title, and paragraphs below it
        title, *below = text.split("\n")
        lines = [(line, HEAD) for line in wrap(title, width)]
        return [[part] for part in (*lines, *((line, PLAIN) for each in below for line in wrap(each, width)))]
    said, dot, more = text.partition(". ")
    parts = [(line, HEAD) for line in wrap(f"{said}{dot.strip()}", width)]
    return [[part] for part in (*parts, *((line, QUIET) for line in wrap(more, width) if line))]


def width_of(parts: Iterable[Part]) -> int:
    """Return the width of parts in cells."""
    return sum(cell_len(text) for text, _ in parts)


def fit_parts(parts: Sequence[Part], width: int) -> list[Part]:
    """Return parts in exactly `width` cells, cut with an ellipsis or padded with spaces."""
    room, fitted = width, list[Part]()
    for number, (text, name) in enumerate(parts):
        size = cell_len(text)
        if size > room or (size == room and any(later for later, _ in parts[number + 1 :])):
            cut = fit(f"{text}{' ' * (room + 1)}" if size == room else text, room)  # with an ellipsis: more follows
            return [*fitted, (cut, name)] if room > 0 else fitted
        fitted.append((text, name))
        room -= size
    return [*fitted, (" " * room, PLAIN)] if room > 0 else fitted


def spread_parts(left: Sequence[Part], right: Sequence[Part], width: int) -> list[Part]:
    """Return two lists of parts aligned to the left and right of `width` cells; `left` is cut first."""
    size = width_of(right)
    if not size or size >= width:
        return fit_parts(left, width)
    return [*fit_parts(left, width - size - 1), (" ", PLAIN), *right]


def joined(parts: Iterable[Part]) -> list[Part]:
    """Return parts with neighbours of the same look merged."""
    return [("".join(text for text, _ in same), name) for name, same in groupby(parts, key=itemgetter(1))]
