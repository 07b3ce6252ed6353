"""A checked keymap does on Textual's bindings what it says."""

from __future__ import annotations

from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from tui_pod.core.keymap import PRESETS, check_keymap, live_actions
from tui_pod.ui.actions import bindings

PANES = {
    "list": ("list", "episodes", "move"),
    "tree": ("tree", "episodes", "move"),
    "transcript": ("transcript", "move"),
}


class Pane(Widget, can_focus=True):
    """Stands for any part of the screen."""


class PaneApp(App[None]):
    """One pane with the program's bindings."""

    BINDINGS = [*bindings("app"), *bindings("screen")]  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, where: str) -> None:
        super().__init__()
        self._where = where

    def compose(self) -> ComposeResult:
        """Show the pane alone."""

        class Bound(Pane):
            BINDINGS: ClassVar[list[BindingType]] = bindings(*PANES[self._where])

        yield Bound()


@pytest.mark.parametrize("where", PANES)
@pytest.mark.parametrize(
    "wanted",
    [
        dict(PRESETS["mpv"]),
        {"list.filter": "s", "list.sort": "f"},
        {"move.down": "n,ctrl+n", "search.next": "j", "undo": "?", "app.help": "u", "playback.toggle": "F5"},
    ],
    ids=["mpv", "swap", "ring"],
)
async def test_set_keymap_of_a_checked_keymap_gives_each_action_its_keys(where: str, wanted: dict[str, str]) -> None:
    keymap, faults = check_keymap(wanted)
    assert not faults
    app = PaneApp(where)
    async with app.run_test() as pilot:
        app.set_keymap(keymap)
        await pilot.pause()
        pane = app.query_one(Pane)
        pane.focus()
        found: dict[str, set[str]] = {}
        for _, held in app.screen._binding_chain:
            for key, bound in held.key_to_bindings.items():
                for binding in bound:
                    found.setdefault(binding.id or "", set()).add(key)
        for action in live_actions(keymap):
            if action.where in (*PANES[where], "screen", "app"):
                assert found[action.id] == set(action.keys.split(",")), action.id
