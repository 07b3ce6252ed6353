"""Themes: Textual's, one of high contrast, and the terminal's own colours."""

from __future__ import annotations

import os

from textual.theme import Theme

from tui_pod.core.text.clean import clean

DEFAULT = "textual-dark"

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#ffff00",
    secondary="#00ffff",
    accent="#00ffff",
    warning="#ffaf00",
    error="#ff5f5f",
    success="#5fff5f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    dark=True,
    variables={
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "block-cursor-blurred-background": "#5f5f00",
        "text-muted": "#ffffff",
        "text-disabled": "#dadada",
    },
)


def unknown_theme(name: str) -> str:
    """Return the notice for an unknown theme; the settings reader does not know the names."""
    return f"config.toml: ui.theme: there is no theme “{clean(name, 40)}”; {DEFAULT} is used. The palette lists them."


def usable(name: str, available: list[str]) -> str:
    """Return the theme to use: `name`, or the default when it is unknown or would be black on black.

    Textual shows its themes of the terminal's colours in one colour under NO_COLOR.
    """
    if name not in available or ("ansi" in name and os.environ.get("NO_COLOR")):
        return DEFAULT
    return name
