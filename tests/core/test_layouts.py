"""Every command has a key on every layout, and typed letters of other scripts count by their place."""

from pathlib import Path

import pytest

from tui_pod.config.keymap import NAMED_KEYS, character_key
from tui_pod.core.actions import ACTIONS, Action
from tui_pod.core.layouts import US, US_SHIFTED, at_its_place, is_foreign

LINES = Path(__file__).with_name("layouts.txt").read_text("utf-8").splitlines()
LAYOUTS = {name: rows for name, *rows in map(str.split, LINES) if name != "#"}
NOTHING = "␣"

SIGNS = ("playback.take_over", "playback.go_to")
"""Actions at whose place a layout of another script types another sign."""

SCRIPTS = {"ru": "", "ua": "ʼ", "gr": "Σ", "il": "", "ara": "÷×", "jp:kana": ""}
"""Layouts of other scripts, and what is at two places there, or is no letter."""


def test_table_has_29_layouts() -> None:
    assert len(LAYOUTS) == 29


def typed(layout: str) -> set[str]:
    """Return the keys that a layout types without AltGr, and those at whose place it types a letter."""
    characters = {*"".join(LAYOUTS[layout])} - {NOTHING}
    foreign = {at_its_place(each) for each in characters if is_foreign(each)} - {""}
    return {character_key(each) for each in characters | foreign}


def needs_no_altgr(action: Action, keys: set[str]) -> bool:
    """Return whether one of an action's keys is typed so, or is no character; ctrl sends Latin letters."""
    names = [key.removeprefix("ctrl+").removeprefix("shift+") for key in action.key_list]
    ctrl = [key for key in action.key_list if key.startswith("ctrl+") and len(key) == len("ctrl+x")]
    return bool(ctrl or NAMED_KEYS.intersection(names) or keys.intersection(action.key_list))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_action_has_a_key_without_altgr(layout: str) -> None:
    keys = typed(layout)
    missing = [action for action in ACTIONS if action.keys and not needs_no_altgr(action, keys)]
    if layout in SCRIPTS:  # where shift types a sign: from the palette, or in a terminal that knows kitty's protocol
        missing = [action for action in missing if not action.keys.isupper() and action.id not in SIGNS]
    assert [action.id for action in missing] == []


@pytest.mark.parametrize("layout", SCRIPTS)
def test_character_of_another_script_is_the_key_at_its_place(layout: str) -> None:
    rows = zip(LAYOUTS[layout], (US, US_SHIFTED), strict=True)
    pairs = [(each, us) for row, uses in rows for each, us in zip(row, uses, strict=False) if is_foreign(each)]
    assert len(pairs) > 20
    assert {each: at_its_place(each) for each, _ in pairs if each not in SCRIPTS[layout]} == {
        each: us for each, us in pairs if each not in SCRIPTS[layout] and each != NOTHING
    }


@pytest.mark.parametrize(
    ("character", "base", "is_shifted", "latin"),
    [
        ("ъ", "]", False, "]"), ("ъ", "]", True, "}"), ("и", "b", True, "B"), ("ў", "o", False, "o"),
        ("\uff4a", "", False, "j"), ("\uff01", "", False, "!"), ("٣", "", False, "3"), ("३", "", False, "3"),
        ("ま", "", False, "j"), ("\uff8f", "", False, "j"), ("ㅓ", "", False, "j"), ("ก", "", False, ""),
    ],
)  # fmt: skip
def test_place_is_what_the_terminal_says_or_else_the_character(
    character: str, base: str, is_shifted: bool, latin: str
) -> None:
    assert at_its_place(character, base, is_shifted) == latin


@pytest.mark.parametrize("character", ["a", "é", "ß", "ñ", "ạ", "№x", "", "€", "–", "µ", "º"])
def test_latin_character_and_other_text_has_no_place(character: str) -> None:
    assert not is_foreign(character)
