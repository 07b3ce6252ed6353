"""Themes: our own in dark, light and high contrast, Textual's, and the terminal's own colours.

Text is readable in every theme: its colours are moved towards black or white until the contrast is high enough.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from textual.color import Color
from textual.theme import Theme

from tui_pod.core.text.clean import clean

READABLE, VISIBLE = 4.6, 1.6
"""Minimum contrast of text (4.5 as in WCAG AA) and of frames and tracks (1.5), plus a margin for rounded colours."""

TOO_FAINT = 4.5
"""Contrast of text below which a theme of one's own is told of."""

MARKER = "#ff9700"
"""Behind a match of a search in light themes, as a text marker's; 256 colours have it too."""

DARK = Theme(
    name="tui-pod",
    primary="#8ea8ff",
    secondary="#c09bff",
    accent="#8ea8ff",
    warning="#eab464",
    success="#7cc49a",
    error="#ff7d86",
    foreground="#e6e6ef",
    background="#12141c",
    surface="#1a1d28",
    panel="#1f2330",
    variables={"cursor": "#2d344d", "cursor-idle": "#22242c", "frame": "#53545c", "text-muted": "#9fa1aa"},
)
"""Dark, like ink under a lamp."""

LIGHT = Theme(
    name="tui-pod-light",
    primary="#3851be",
    secondary="#7d42b4",
    accent="#3851be",
    warning="#7f5100",
    success="#256440",
    error="#ad241d",
    foreground="#23252e",
    background="#faf8f3",
    surface="#f2efe7",
    panel="#e9e5da",
    dark=False,
    variables={"cursor": "#cfd4e9", "cursor-idle": "#e8e7e3", "frame": "#a1a09f", "text-muted": "#58585b"},
)
"""Light, like paper."""

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#ffff00",
    secondary="#00ffff",
    accent="#00ffff",
    warning="#ffaf00",
    error="#ffa6a6",
    success="#5fff5f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    variables={
        "text-muted": "#ffffff",
        "cursor": "#4a4a00",
        "cursor-idle": "#303030",
        "frame": "#8a8a8a",
        "panel-lighten-1": "#303030",  # of notices
    },
)

OWN = (DARK, LIGHT, HIGH_CONTRAST)

DEFAULT = DARK.name

_TEXTS = ("primary", "warning", "error", "success")
"""The colours that text has: of what plays or is new, was started, failed, and was played."""

_GREY, _OWN = "ansi_bright_black", "ansi_default"

_TRACKS = ("scrollbar-background", "scrollbar-background-hover", "scrollbar-background-active")
"""What is behind scroll bars."""

_TERMINAL = {
    "cursor-idle": _OWN, "frame": _GREY, "text-muted": _OWN, "text-disabled": _OWN,
    "match-text": "ansi_black", "input-selection-foreground": "ansi_black",
    **dict.fromkeys(("scrollbar", "scrollbar-hover", "scrollbar-active"), _GREY),
    **dict.fromkeys(_TRACKS, _OWN),
}  # fmt: skip
"""What we add to themes of the terminal's own colours: their contrast is unknown, so the cursor is reversed text, and
dim text is quiet."""

_ACCENTS = ("primary", "text-primary", "cursor")
"""What has the accent in those themes."""


def with_readable_text(variables: Mapping[str, str], theme: Theme, is_grey: bool) -> dict[str, str]:
    """Return the variables of a theme with text that is readable on every background, and the cursor's tints.

    Args:
        variables: what Textual made of the theme.
        theme: the theme. One that sets `frame` is ours, and its colours are readable as they are.
        is_grey: whether only greys are shown, in which the hues of text would be fainter than plain text.
    """
    given = theme.variables
    if theme.ansi:
        accent = "ansi_cyan" if theme.dark else "ansi_blue"  # those that no terminal shows fainter than its grey
        started, match = ("ansi_yellow", "ansi_bright_yellow") if theme.dark else ("ansi_magenta", "ansi_yellow")
        accents = dict.fromkeys(_ACCENTS, accent)
        matches = dict.fromkeys(("match", "input-selection-background"), match)
        return {**variables, **_TERMINAL, **accents, **matches, "text-warning": started}
    if "frame" in given:
        made = {**given, **{f"text-{name}": variables[name] for name in _TEXTS}}
    else:
        made = {**given, **_made_readable(variables)}
    background, foreground = variables["background"], made.get("foreground", variables["foreground"])
    primary = foreground if is_grey else variables["primary"]
    if is_grey:
        made |= dict.fromkeys(("primary", *(f"text-{name}" for name in _TEXTS)), foreground)
    made["match"], made["match-text"] = (made["text-warning"], background) if theme.dark else (MARKER, "#000000")
    made["text-disabled"] = made["text-muted"]
    made["text-accent"] = made["text-secondary"] = made["text-primary"]  # more hues would have no meaning
    made |= dict.fromkeys(_TRACKS, background)
    made["scrollbar"], made["scrollbar-hover"], made["scrollbar-active"] = made["frame"], made["text-muted"], primary
    made["input-selection-background"], made["input-selection-foreground"] = made["text-primary"], background
    return {**variables, **made}


def _made_readable(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the cursor's tints, a visible frame and readable text for one of Textual's themes."""
    background, foreground = Color.parse(variables["background"]), Color.parse(variables["foreground"])
    made = {
        "cursor": background.blend(Color.parse(variables["primary"]), 0.22).hex,
        "cursor-idle": background.blend(foreground, 0.08).hex,
    }
    colors = (*made.values(), *(variables[name] for name in ("surface", "background", "panel")))
    lights = [luminance(Color.parse(color)) for color in colors]
    made["frame"] = moved(background.blend(foreground, 0.22), lights, VISIBLE)
    made["foreground"] = moved(foreground, lights)
    made["text-muted"] = moved(foreground.blend(background, 0.35), lights)
    return made | {f"text-{name}": moved(Color.parse(variables[name]), lights) for name in _TEXTS}


def moved(color: Color, lights: Sequence[float], least: float = READABLE) -> str:
    """Return a colour moved towards black or white until its contrast with all luminances behind it is enough."""
    best = Color(255, 255, 255) if max(lights) < 0.4 else Color(0, 0, 0)
    for step in range(11):
        found = color.blend(best, step / 10)
        light = luminance(found)
        if all(contrast(light, ground) >= least for ground in lights):
            return found.hex
    return best.hex


def contrast(first: float, second: float) -> float:
    """Return the WCAG contrast of two luminances, from 1 to 21."""
    low, high = sorted((first, second))
    return (high + 0.05) / (low + 0.05)


def luminance(color: Color) -> float:
    """Return the WCAG luminance of a colour, from 0 to 1."""
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def unknown_theme(name: str) -> str:
    """Return the notice for an unknown theme; the settings reader does not know the names."""
    return f"config.toml: ui.theme: there is no theme “{clean(name, 40)}”; {DEFAULT} is used. The palette lists them."


def usable(name: str, available: Container[str], is_light: bool) -> str:
    """Return the theme to start with: `name` if it exists, otherwise ours for a light or dark terminal."""
    return name if name in available else LIGHT.name if is_light else DEFAULT


def drawn(theme: Theme, color_system: str | None, is_transparent: bool, themes: Mapping[str, Theme]) -> Theme:
    """Return the theme to draw instead of `theme`.

    Args:
        theme: the chosen one.
        color_system: Rich's name of the colours that the terminal has. With 16, several colours of a theme would become
            the same grey, so a theme made of the 16 is drawn; with 256, the theme's palette for them.
        is_transparent: whether only the terminal's own colours and background are wanted.
        themes: all themes by name.
    """
    if theme.ansi:
        return theme
    if is_transparent or color_system == "standard":
        return themes["ansi-dark" if theme.dark else "ansi-light"]
    if color_system == "256":
        from tui_pod.ui.look.palettes import reduced  # only for such a terminal

        return reduced(theme)
    return theme
