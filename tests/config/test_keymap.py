"""A listener's keys over the table's own: what is taken, and what is refused with which words."""

import re
import string
from itertools import combinations
from pathlib import Path

import pytest
from textual.keys import _character_to_key

import tui_pod
from tui_pod.config.keymap import (
    PRESETS,
    character_key,
    check_keymap,
    parse_key,
    parse_keys,
    show_keys,
)
from tui_pod.config.settings import Settings, bound_actions
from tui_pod.core.actions import ACTIONS, BY_ID, PANES, active_panes, key_of, render_keys, show_key


@pytest.mark.parametrize("character", [c for c in string.printable if c.isprintable()] + ["ä", "¿", "€", "Ω", "한"])
def test_character_key_names_every_character_as_textual_does(character: str) -> None:
    assert character_key(character) == _character_to_key(character)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a", "a"),
        ("A", "A"),
        ("Shift+a", "A"),
        ("alt+A", "alt+shift+a"),
        ("CTRL+P", "ctrl+p"),
        ("shift+ctrl+Left", "ctrl+shift+left"),
        ("?", "question_mark"),
        ("+", "plus"),
        ("ctrl++", "ctrl+plus"),
        ("question_mark", "question_mark"),
        ("plus", "plus"),
        ("←", "left"),
        ("pgdn", "pagedown"),
        ("esc", "escape"),
        ("Return", "enter"),
        ("F5", "f5"),
        ("space", "space"),
        ("shift+tab", "shift+tab"),
        ("less_than_sign", "less_than_sign"),
        ("shift+space", "shift+space"),
        ("1", "1"),
        ("f1", "f1"), ("f24", "f24"), ("ctrl+A", "ctrl+a"), ("ctrl+shift+a", "ctrl+shift+a"), ("alt+a", "alt+a"),
        ("shift+f1", "shift+f1"), ("del", "delete"), ("page_up", "pageup"), ("_", "underscore"), ("-", "minus"),
        ("solidus", "slash"), ("ctrl + x", "ctrl+x"), ("insert", "insert"), ("super+ü", "super+ü"),
        ("ctrl+", "ctrl+plus"),
    ],
)  # fmt: skip
def test_parse_key_written_in_many_ways_is_textuals_name(text: str, key: str) -> None:
    assert parse_key(text) == key


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not a key!!", "is not a valid key"),
        ("hyperspace+a", "is not a valid key"),
        ("ctrl+i", "arrives as tab"),
        ("ctrl+[", "arrives as esc"),
        ("ctrl+m", "arrives as enter"),
        ("ctrl+h", "arrives as backspace"),
        ("shift+1", "never arrives"),
        ("f25", "is not a valid key"),
        ("f0", "is not a valid key"),
        ("ctrl+shift+tabulator", "is not a valid key"),
        ("nothing+x", "is not a valid key"),
        ("\x07", "control character"),
        ("", "called comma"),
    ],
)
def test_parse_key_that_never_comes_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_key(text)


@pytest.mark.parametrize(
    ("text", "keys"), [("p, space", "p,space"), (",", "comma"), ("a,a", "a"), ("comma,x", "comma,x")]
)
def test_parse_keys_of_a_list_keeps_each_once(text: str, keys: str) -> None:
    assert parse_keys(text) == keys


def test_parse_keys_of_each_default_changes_nothing() -> None:
    assert [action.keys for action in ACTIONS] == [parse_keys(action.keys) if action.keys else "" for action in ACTIONS]


@pytest.mark.parametrize("name", PRESETS)
def test_check_keymap_of_a_preset_has_no_fault_and_no_clash(name: str) -> None:
    keymap, faults = check_keymap({}, name)
    assert not faults
    assert keymap == PRESETS[name]
    assert check_keymap(PRESETS[name]) == (keymap, [])


@pytest.mark.parametrize("name", PRESETS)
def test_keys_of_one_pane_do_one_thing_each(name: str) -> None:
    keymap, _ = check_keymap({}, name)
    for first, second in combinations(bound_actions(Settings(keymap=keymap)), 2):
        if first.where == second.where or {first.where, second.where} in ({"list", "episodes"}, {"list", "move"}):
            assert not set(first.key_list) & set(second.key_list), (first.id, second.id)


def test_every_pane_of_the_table_is_in_a_chain() -> None:
    offered = {"question"}  # not a pane: it takes its key from any pane while a question is offered
    assert {action.where for action in ACTIONS} - offered <= frozenset().union(*map(active_panes, PANES))


@pytest.mark.parametrize(
    ("wanted", "taken", "refused"),
    [
        ({"undo": "U", "playback.mute": "M"}, {"undo": "U"}, []),  # M is its key already
        ({"list.filter": "s", "list.sort": "f"}, {"list.filter": "s", "list.sort": "f"}, []),  # swapped
        ({"undo": "B", "redo": "B"}, {"undo": "B"}, ["redo"]),
        ({"list.sort": "f", "list.filter": "nonsense"}, {}, ["list.filter", "list.sort"]),
        ({"zzzzzz": "x", "undo": "U"}, {"undo": "U"}, ["zzzzzz"]),
    ],
)
def test_check_keymap_takes_what_differs_and_clashes_with_nothing(
    wanted: dict[str, str], taken: dict[str, str], refused: list[str]
) -> None:
    keymap, faults = check_keymap(wanted)
    assert (keymap, [fault.id for fault in faults]) == (taken, refused)


def test_check_keymap_over_a_preset_wins() -> None:
    keymap, faults = check_keymap({"playback.mute": "0", "playback.louder": "plus"}, "mpv")
    assert not faults
    assert (keymap["playback.mute"], keymap["playback.louder"], keymap["episode.toggle_played"]) == ("0", "plus", "M")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"list.filter": "s"}, "s is taken by list.sort"),
        ({"queue.add_last": "j"}, "j is taken by move.down"),
        ({"undo": "e"}, "e is taken by queue.add_last"),
        ({"app.quit": "m"}, "m is taken by episode.toggle_played"),
        ({"undo": ""}, "must keep a key"),
        ({"undo": "u,"}, "called comma"),
        ({"undo": "nonsense"}, "is not a valid key"),
        ({"app.quit": "escape"}, "dialogs and text fields need esc"),
    ],
)
def test_check_keymap_with_a_fault_keeps_the_default(wanted: dict[str, str], said: str) -> None:
    keymap, (fault,) = check_keymap(wanted)
    assert keymap == {}
    assert said in fault.message
    assert fault.id in wanted
    assert fault.used == BY_ID[fault.id].keys


def test_second_key_for_other_keyboards_yields_to_the_listeners_own() -> None:
    keys, faults = check_keymap({"undo": "ctrl+y", "view.theme": "0,ctrl+up"})
    assert faults == []
    assert keys == {
        "undo": "ctrl+y", "view.theme": "0,ctrl+up", "app.detach": "ctrl+backslash",
        "episode.restart": "circumflex_accent", "playback.faster": "right_square_bracket",
    }  # fmt: skip


def test_check_keymap_with_an_unknown_id_names_a_near_one() -> None:
    keymap, (fault,) = check_keymap({"playback.togle": "x"})
    assert keymap == {}
    assert "did you mean playback.toggle?" in fault.message
    assert fault.used is None
    assert check_keymap({"zzzzzz": "x"})[1][0].message == "there is no such action; see: tui-pod keys"


@pytest.mark.parametrize("character", list(string.punctuation))
def test_show_key_of_every_character_shows_the_character(character: str) -> None:
    assert show_key(character_key(character)) == character


def test_keys_put_into_a_text_are_those_of_the_table() -> None:
    text = f"Press {key_of('session.plan')} or {key_of('app.help')}."
    assert render_keys(text) == "Press S or ?."
    assert render_keys(text, bound_actions(Settings(keymap={"session.plan": "ctrl+left,x"}))) == "Press ctrl+← or ?."
    assert render_keys(text, show=str.upper) == "Press S or QUESTION_MARK."


@pytest.mark.parametrize("text", ["", "No keys.", "A lone \0.", "\0no.such\0"])
def test_keys_put_into_a_text_without_places_change_no_word(text: str) -> None:
    assert render_keys(text).strip() == text.replace("\0no.such\0", "")


def test_texts_of_the_program_name_actions_that_there_are() -> None:
    code = Path(tui_pod.__file__).parent.rglob("*.py")
    named = {ident for path in code for ident in re.findall(r"key_of\([\"']([^\"']+)[\"']\)", path.read_text("utf-8"))}
    assert len(named) > 10
    assert named <= set(BY_ID)


def test_keys_that_an_action_does_not_have_are_shown_as_the_palette() -> None:
    assert (show_keys(""), show_keys("space,question_mark")) == ("palette", "space, ?")


@pytest.mark.parametrize(
    ("wanted", "loser"),
    [
        ({"bookmark.edit": "f"}, None),  # list.filter, where the bookmarks have the focus
        ({"bookmark.edit": "j"}, "bookmark.edit"),  # moves there too
        ({"bookmark.edit": "s"}, "bookmark.edit"),
        ({"transcript.copy": "s"}, None),  # list.sort
        ({"transcript.copy": "f"}, "transcript.copy"),
        ({"transcript.copy": "u"}, "transcript.copy"),
        ({"undo": "s"}, "undo"),
        ({"view.library": "space"}, "view.library"),
        ({"list.sort": "x,s"}, "list.sort"),
    ],
)
def test_key_is_shared_only_where_the_inner_pane_may_take_it(wanted: dict[str, str], loser: str | None) -> None:
    _, faults = check_keymap(wanted)
    assert [fault.id for fault in faults] == ([loser] if loser else [])


def test_action_without_a_key_may_stay_without_one() -> None:
    assert check_keymap({"transcript.remove": " "}) == ({}, [])
    assert check_keymap({"transcript.remove": "B"}) == ({"transcript.remove": "B"}, [])


@pytest.mark.parametrize(("ident", "is_needed"), [("app.help", True), ("undo", False), ("app.detach", True)])
def test_keys_that_dialogs_need_are_refused_for_what_works_in_them(ident: str, is_needed: bool) -> None:
    _, faults = check_keymap({ident: "shift+tab" if is_needed else "delete"})
    assert any("dialogs and text fields need" in fault.message for fault in faults) is is_needed
