"""Themes of one's own: TOML files with named colours in the folder `themes` beside `config.toml`.

Imported only if there is such a folder. A colour whose contrast is too low is moved when it is drawn, and told here.
"""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import NamedTuple

from textual.color import Color, ColorParseError
from textual.theme import Theme

from tui_pod.core.library.toml_lines import error_line, line_finder
from tui_pod.core.text.clean import clean, enumerated
from tui_pod.core.text.plain_toml import loads
from tui_pod.runtime.files import TooLarge, read_bytes, reason
from tui_pod.ui.look.themes import TOO_FAINT, contrast, luminance

GROUNDS = ("background", "surface", "panel")
TEXTS = ("foreground", "primary", "warning", "error", "success")
NEEDED = ("background", "foreground", "primary")
"""The colours that a theme cannot do without; the others follow from these."""

MAX_BYTES = 64 * 1024
"""Largest theme file: a hundred times one that has every colour, and a comment at each."""


class ThemeFiles(NamedTuple):
    """The themes of a folder."""

    themes: tuple[Theme, ...]
    faults: tuple[str, ...]
    """What is wrong with them, each with file, line and key."""


def read_themes(folder: Path, taken: Container[str]) -> ThemeFiles:
    """Read the themes of a folder; each is called as its file, and names that are taken are refused."""
    themes, faults = list[Theme](), list[str]()
    for file in sorted(folder.glob("*.toml")):
        found = _Reader(file)
        theme = found.read(taken)
        themes += [theme] if theme is not None else []
        faults += found.faults
    return ThemeFiles(tuple(themes), tuple(faults))


class _Reader:
    """Reads one file."""

    def __init__(self, file: Path) -> None:
        self._name, self._file = clean(file.stem, 40), file
        self.faults: list[str] = []

    def _fault(self, line: int, said: str) -> None:
        self.faults.append(f"{clean(self._file.name, 60)}:{line}: {said}")

    def read(self, taken: Container[str]) -> Theme | None:
        """Return the theme; None if it cannot be used."""
        try:
            text = read_bytes(self._file, MAX_BYTES).decode()
            values = loads(text)
        except OSError as error:
            remedy = "; leave only the colours in it" if isinstance(error, TooLarge) else ""
            self._fault(1, clean(reason(error, self._file) + remedy, 200))
            return None
        except UnicodeDecodeError:
            self._fault(1, "it is not UTF-8")
            return None
        except (ValueError, RecursionError) as error:
            line, said = error_line(error, text) if isinstance(error, ValueError) else (1, "it is nested too deeply")
            self._fault(line, clean(said, 100))
            return None
        find_line, colors = line_finder(text), dict[str, str]()
        for key, value in values.items():
            if key == "dark":
                if not isinstance(value, bool):
                    self._fault(find_line(key), "dark must be true or false")
            elif key not in (*GROUNDS, *TEXTS):
                known = enumerated(["dark", *GROUNDS, *TEXTS], "or")
                self._fault(find_line(key), f"{clean(key, 40)}: there is no such colour; it is {known}")
            elif (color := _color(value)) is None:
                self._fault(find_line(key), f'{key} must be a colour such as "#1a1d28"')
            else:
                colors[key] = color
        missing = [key for key in NEEDED if key not in colors]
        if missing:
            self._fault(1, f"{enumerated(missing)} must be set")
        if self._name in taken:
            self._fault(1, f"there is a theme “{self._name}” already; rename the file")
        if missing or self._name in taken:
            return None
        grounds = [luminance(Color.parse(colors[key])) for key in GROUNDS if key in colors]
        for key in TEXTS:
            if key in colors:
                least = min(contrast(luminance(Color.parse(colors[key])), ground) for ground in grounds)
                if least < TOO_FAINT:
                    said = f"{key} has a contrast of {least:.1f}, and {TOO_FAINT} is readable; it is drawn with more"
                    self._fault(find_line(key), said)
        dark = values.get("dark")
        is_dark = dark if isinstance(dark, bool) else luminance(Color.parse(colors["background"])) < 0.2
        return Theme(name=self._name, dark=is_dark, **colors)  # type: ignore[arg-type]  # colours alone


def _color(value: object) -> str | None:
    """Return a colour as `#rrggbb`; None if it is none, or is see-through."""
    try:
        color = Color.parse(value) if isinstance(value, str) and len(value) < 40 else None
    except ColorParseError:
        return None
    return color.hex if color is not None and color.a == 1 and color.ansi is None else None
