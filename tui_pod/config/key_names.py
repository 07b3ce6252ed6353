"""Read what people write for a key, and name it as Textual does, which is not imported: the shell asks too."""

from __future__ import annotations

import unicodedata

from tui_pod.core.actions import KEY_NAMES, show_key

FUNCTION_KEYS = frozenset(f"f{number}" for number in range(1, 25))

EDITING_KEYS = frozenset((
    "enter", "tab", "shift+tab", "escape", "backspace", "delete", "home", "end", "pageup", "pagedown",
    "left", "right", "up", "down",
))  # fmt: skip
"""Keys that dialogs and text fields need for themselves."""

NAMED_KEYS = FUNCTION_KEYS | EDITING_KEYS - {"shift+tab"} | {"space", "insert"}
"""Keys that type no character, and the space."""

ALIASES = {
    "return": "enter", "del": "delete", "ins": "insert", "page_up": "pageup", "page_down": "pagedown",
    **{shown: name for name, shown in KEY_NAMES.items()},
}  # fmt: skip
"""What people write and help shows, and Textual's name of it."""

SAME_KEYS = {
    "ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+left_square_bracket": "escape",
}  # fmt: skip
"""Keys that terminals send as another one."""

MODIFIERS = frozenset(("alt", "ctrl", "hyper", "meta", "shift", "super"))

_CHARACTERS = {
    "solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus",
    "plus_sign": "plus", "low_line": "underscore",
}  # fmt: skip
"""Where Textual departs from Unicode's name of a character."""


def parse_keys(text: str) -> str:
    """Return keys separated by commas in Textual's names, each once.

    Raises:
        ValueError: a key is not valid, or there is none; the message is for the listener.
    """
    if text.strip() == ",":
        return "comma"
    if not text.strip():
        raise ValueError("an action must keep a key")
    return ",".join(dict.fromkeys(parse_key(part.strip()) for part in text.split(",")))


def parse_key(text: str) -> str:
    """Return one key in Textual's name: `?` as `question_mark`, `Shift+a` as `A`.

    Raises:
        ValueError: it is not valid, or no terminal sends it; the message is for the listener.
    """
    held, name = _split(text)
    if not held <= MODIFIERS:
        raise ValueError(f"“{text}” is not a valid key")
    name = _parse_name(name, text)
    if len(name) == 1 and name.isalpha():
        if held == {"shift"}:
            held, name = set(), name.upper()
        elif held and name.isupper():  # alt+A arrives as alt+shift+a; with ctrl there is no upper case
            held, name = (held | {"shift"} if "alt" in held else held), name.lower()
    elif "shift" in held and name not in NAMED_KEYS:
        raise ValueError(f"“{text}” never arrives: write the character it types")
    key = "+".join((*sorted(held), name))
    if key in SAME_KEYS:
        raise ValueError(f"“{text}” arrives as {show_key(SAME_KEYS[key])}")
    return key


def show_keys(keys: str) -> str:
    """Return keys in Textual's names, separated by commas, as they are shown to people."""
    return ", ".join(show_key(key) for key in keys.split(","))


def character_key(character: str) -> str:
    """Return Textual's name of the key that types a character.

    Raises:
        ValueError: it is a control character.
    """
    if character == " ":
        return "space"
    if character.isalnum():
        return character
    name = unicodedata.name(character, "")
    if not name:
        raise ValueError("a control character is not a valid key")
    name = name.lower().replace("-", "_").replace(" ", "_")
    return _CHARACTERS.get(name, name)


def _split(text: str) -> tuple[set[str], str]:
    """Return the modifiers and the name in `ctrl+shift+left`; a `+` at the end is the key itself."""
    if not text:
        raise ValueError("a key is missing beside a comma; the comma itself is called comma")
    front, name = (text[:-1], "+") if text.endswith("+") else (text.rpartition("+")[0], text.rpartition("+")[2])
    return {part.strip().lower() for part in front.split("+") if part.strip()}, name.strip()


def _parse_name(text: str, whole: str) -> str:
    if len(text) == 1:
        return ALIASES.get(text) or character_key(text)
    name = ALIASES.get(text.lower(), text.lower())
    if name in NAMED_KEYS or name in _PUNCTUATION:
        return name
    try:
        return character_key(unicodedata.lookup(name.replace("_", " ").upper()))
    except KeyError:
        raise ValueError(f"“{whole}” is not a valid key") from None


_PUNCTUATION = frozenset(character_key(chr(code)) for code in range(0x21, 0x7F) if not chr(code).isalnum())
