"""Parse keys as people write them, and apply presets and the listener's keymap to the table of keys.

A fault in a keymap is shown and never raised: the former keys stay in use. Keys have Textual's names; Textual is not
imported, since the shell asks too.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations

from tui_pod.core.actions import ACTIONS, BY_ID, KEY_NAMES, PANES, Action, active_panes, show_key

FUNCTION_KEYS = frozenset(f"f{number}" for number in range(1, 25))

EDITING_KEYS = frozenset((
    "enter", "tab", "shift+tab", "escape", "backspace", "delete", "home", "end", "pageup", "pagedown",
    "left", "right", "up", "down",
))  # fmt: skip
"""Keys that dialogs and text fields need for themselves."""

NAMED_KEYS = FUNCTION_KEYS | EDITING_KEYS - {"shift+tab"} | {"space", "insert"}
"""Keys that type no character, and space."""

ALIASES = {
    "return": "enter", "del": "delete", "ins": "insert", "page_up": "pageup", "page_down": "pagedown",
    **{shown: name for name, shown in KEY_NAMES.items()},
}  # fmt: skip
"""Names that people write and that help shows, with Textual's names."""

SAME_KEYS = {
    "ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+left_square_bracket": "escape",
}  # fmt: skip
"""Keys that terminals send as other keys."""

PALETTE = "palette"
"""Shown instead of the keys of an action that has none."""

MODIFIERS = frozenset(("alt", "ctrl", "hyper", "meta", "shift", "super"))

SPARE = frozenset((
    "0", "ctrl+left", "ctrl+right", "ctrl+up", "ctrl+down", "ctrl+y", "left_parenthesis", "right_parenthesis",
))  # fmt: skip
"""Second keys of actions whose first one needs AltGr on many keyboards; what the listener wants of them comes first."""

_CHARACTERS = {
    "solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus",
    "plus_sign": "plus", "low_line": "underscore",
}  # fmt: skip
"""Characters whose name in Textual differs from Unicode's."""


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
        ValueError: it is invalid, or no terminal sends it; the message is for the listener.
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
    return ", ".join(map(show_key, keys.split(","))) if keys else PALETTE


def character_key(character: str) -> str:
    """Return Textual's name of the key that types a character. Raises ValueError if it is a control character."""
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
        raise ValueError("a key is missing next to a comma; the key of the comma is called comma")
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

PRESETS: Mapping[str, Mapping[str, str]] = {
    "default": {},
    "mpv": {
        "playback.mute": "m",
        "episode.toggle_played": "M",
        "playback.quieter": "9,minus",
        "playback.louder": "0,plus,equals_sign",
        "playback.previous_mark": "exclamation_mark,ctrl+left,left_curly_bracket",
        "playback.next_mark": "at,ctrl+right,right_curly_bracket",
        "episode.restart": "circumflex_accent,O",
    },
    "vim": {
        "app.palette": "colon,ctrl+p",
        "playback.go_to": "percent_sign",
        "episode.restart": "0,circumflex_accent",
        "move.page_down": "ctrl+f,pagedown",
        "move.page_up": "ctrl+b,pageup",
        "search.everywhere": "asterisk",
        "focus.next": "tab,ctrl+w",
    },
}
"""Keymaps by name: the keys that differ from the table's own."""


@dataclass(frozen=True, slots=True)
class KeyFault:
    """What is wrong with one entry of a keymap."""

    id: str
    message: str
    used: str | None = None
    """The keys that are used instead, in Textual's names; None if there is no such action."""


def check_keymap(wanted: Mapping[str, str], preset: str = "default") -> tuple[dict[str, str], list[KeyFault]]:
    """Apply a listener's keys, by the id of their action, to a preset.

    Returns:
        The keys that differ from the table's own, by id and in Textual's names, and what is wrong. An entry
        with a fault has no effect.
    """
    base = {action.id: PRESETS[preset].get(action.id, action.keys) for action in ACTIONS}
    chosen: dict[str, str] = {}
    faults: list[KeyFault] = []
    for ident, text in wanted.items():
        if ident not in BY_ID:
            faults.append(KeyFault(ident, f"there is no such action{_suggestion(ident)}"))
            continue
        try:
            chosen[ident] = _parse(BY_ID[ident], text)
        except ValueError as error:
            faults.append(KeyFault(ident, str(error), base[ident]))
    for spare in SPARE.intersection(",".join(chosen.values()).split(",")):
        for ident in base.keys() - chosen.keys():
            base[ident] = ",".join(key for key in base[ident].split(",") if key != spare)
    while clash := next(_clashes(base | chosen, chosen), None):
        key, loser, other = clash
        del chosen[loser]
        message = f"{show_key(key)} is taken by {other} ({BY_ID[other].label})"
        faults.append(KeyFault(loser, message, base[loser]))
    keys = base | chosen
    return {action.id: keys[action.id] for action in ACTIONS if keys[action.id] != action.keys}, faults


def _parse(action: Action, text: str) -> str:
    if not (text.strip() or action.keys):
        return ""
    keys = parse_keys(text)
    is_in_dialogs = action.is_everywhere and action.where == "app"
    needed = [key for key in keys.split(",") if is_in_dialogs and key in EDITING_KEYS]
    if needed:
        raise ValueError(f"dialogs and text fields need {show_key(needed[0])}, and this works in them too")
    return keys


def _suggestion(ident: str) -> str:
    close = get_close_matches(ident, BY_ID, 1)
    return f"; did you mean {close[0]}?" if close else "; see: tui-pod keys"


def _clashes(keys: Mapping[str, str], chosen: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield keys that two actions share at the same focus: the key, the id that must yield, and the other id."""
    owners: dict[str, list[str]] = {}
    for ident, text in keys.items():
        for key in filter(None, text.split(",")):
            owners.setdefault(key, []).append(ident)
    order = list(chosen)
    for key, ids in owners.items():
        for pair in combinations(ids, 2):
            yielding = sorted((ident for ident in pair if ident in chosen), key=order.index)
            wheres = {BY_ID[ident].where for ident in pair}
            meets = any(wheres <= active_panes(pane) for pane in PANES)  # both receive keys at the same focus
            if yielding and meets and not _may_share(pair):
                loser = yielding[-1]
                yield key, loser, pair[0] if loser == pair[1] else pair[1]


def _may_share(ids: Sequence[str]) -> bool:
    """Return whether both may have the same key, which then means the inner pane's action where that has the focus.

    They may if the table itself gives both a key, as with ←, which folds in the tree and seeks elsewhere,
    for actions of the list while the transcript has the focus, and for all but moves among the bookmarks.
    """
    first, second = (set(BY_ID[ident].key_list) for ident in ids)
    panes = {BY_ID[ident].where for ident in ids}
    if "bookmarks" in panes and len(panes) > 1 and "move" not in panes:
        return True
    return bool(first & second) or ("transcript" in panes and any(ident.startswith("list.") for ident in ids))
