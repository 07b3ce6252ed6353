"""Write the commented default settings file from the table of settings."""

from __future__ import annotations

from collections.abc import Iterator

from tui_pod.config.keymap import PRESETS
from tui_pod.config.reader import Row, allowed, setting_rows, toml_value
from tui_pod.core.actions import ACTIONS
from tui_pod.core.text.clean import enumerated

HEAD = """\
# Settings of tui-pod with their defaults. tui-pod reads this file and never writes it.
# A fault is shown at the start, and the default is used.
"""

KEYS = """\
# Keys of an action: names or characters, separated by commas; "?", "ctrl+x", "shift+left", "f5", "pagedown".
# tui-pod keys shows those in use. Uncomment and change any line below.
"""


def default_config() -> str:
    """Return a settings file that changes nothing: every setting with what it does, what it may be, and its default."""
    parts = [HEAD]
    section = ""
    for row in setting_rows():
        header = row.name if row.type is dict else row.section
        if header != section:
            section = header
            parts.append(f"[{section}]\n")
        parts.append("\n".join(_setting(row)) + "\n")
    presets = enumerated([toml_value(name) for name in PRESETS], "or")
    parts.append("[keys]\n")
    parts.append(f'{KEYS}\n# Keys to begin with: {presets}.\npreset = "default"\n')
    parts.append("\n".join(_keys()) + "\n")
    return "\n".join(parts)


def _setting(row: Row) -> Iterator[str]:
    is_open = row.key.least is None and not row.key.choices
    yield f"# {row.key.text}." if is_open else f"# {row.key.text}: {allowed(row)}."
    if row.key.example:
        yield f"# {row.key.example}"
    if row.type is not dict:
        yield f"{row.name} = {toml_value(row.default)}"


def _keys() -> Iterator[str]:
    lines = [f'# "{action.id}" = {toml_value(action.keys)}' for action in ACTIONS]
    width = max(map(len, lines))
    for line, action in zip(lines, ACTIONS, strict=True):
        yield f"{line:<{width}}  # {action.label}"
