"""Every command has a key on every layout, and typed letters of other scripts count by their place.

What listeners call a command finds it. Which times are believed: one up to two days ahead is; what a later one counts
as depends on how often it is read. And where times are local: nowhere but where they are shown, or their day is read.
"""

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import tui_pod
from tests.fakes import START
from tui_pod.config.keymap import NAMED_KEYS, character_key
from tui_pod.core.action_words import action_words, words_of
from tui_pod.core.actions import ACTIONS, BY_ID, Action
from tui_pod.core.layouts import US, US_SHIFTED, at_its_place, is_foreign
from tui_pod.core.text.names import rank
from tui_pod.core.wall_time import (
    FUTURE,
    UNKNOWN,
    believed,
    believed_or_unknown,
    believed_seconds,
    local_date,
    local_time,
)

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


def found(typed: str) -> list[str]:
    """Return the ids of the actions that fit, the best first."""
    fits = {action.id: rank(typed, action.label, words_of(action.id).synonyms) for action in ACTIONS}
    return [ident for ident, _ in sorted(fits.items(), key=lambda each: each[1] or 0) if fits[ident] is not None]


def test_every_action_of_the_palette_is_explained_in_a_line() -> None:
    unexplained = {action.id for action in ACTIONS if not words_of(action.id).about}
    assert unexplained == {action.id for action in ACTIONS if action.where == "move"} | {"app.palette"}
    assert action_words().keys() <= BY_ID.keys()
    assert max(len(words.about) for words in action_words().values()) <= 76


@pytest.mark.parametrize(
    ("typed", "ident"),
    [
        ("unsubscribe", "list.remove"),
        ("subscribe", "feed.add"),
        ("show notes", "view.details"),
        ("delete", "list.remove"),
        ("playlist", "list.collect"),
        ("skip silence", "audio.skip_silence"),
        ("mark as played", "episode.toggle_played"),
        ("play next", "queue.add_next"),
        ("dark mode", "view.theme"),
        ("how do I skip an ad", "passage.skip"),
        ("shuffle", "list.sort"),
        ("rewind", "playback.back"),
        ("bluetooth", "audio.device"),
        ("subtitles", "view.transcript"),
        ("history", "view.history"),
        ("exit", "app.quit"),
    ],
)
def test_what_listeners_call_it_is_found_at_once(typed: str, ident: str) -> None:
    assert ident in found(typed)[:3]


MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize("time", [START - timedelta(days=9000), START, START + FUTURE])
def test_time_up_to_the_limit_is_believed(time: datetime) -> None:
    assert believed(time, START) == believed_or_unknown(time, START) == time
    assert believed_seconds(time.timestamp(), START.timestamp()) == time.timestamp()


def test_time_behind_the_limit_counts_as_now_or_is_unknown() -> None:
    time = START + FUTURE + MOMENT
    assert believed(time, START) == START
    assert believed_or_unknown(time, START) == UNKNOWN
    assert believed_seconds(time.timestamp() + 1, START.timestamp()) == START.timestamp()


def test_local_time_is_made_in_one_place() -> None:
    """Sooner or later a local time that is passed on is taken for UTC: to show an answer ended the app."""
    modules = Path(tui_pod.__file__).parent.rglob("*.py")
    found = [path.name for path in modules if re.search(r"\.astimezone\((?!UTC\))", path.read_text("utf-8"))]
    assert found == ["wall_time.py"]


def test_day_turns_at_local_midnight(zone: str) -> None:
    midnight = datetime(2026, 3, 29).astimezone()
    assert local_time(midnight).hour == 0
    assert local_date(midnight - MOMENT) == date(2026, 3, 28)
    assert local_date(midnight) == date(2026, 3, 29)
