"""A checked keymap does what it says: on Textual's bindings, in the app, and in what the app shows."""

from pathlib import Path
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import OptionList, Static

from tests.app_driver import AppDriver
from tui_pod.config.keymap import PRESETS, check_keymap
from tui_pod.config.reader import parse_config
from tui_pod.config.settings import Settings, bound_actions
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.selection.list_query import SmartList
from tui_pod.ui.keys import bindings
from tui_pod.ui.palette import make_commands
from tui_pod.ui.widgets.lines import KeyLine

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
        dict(PRESETS["vim"]),
        {"list.filter": "s", "list.sort": "f"},
        {"move.down": "n,ctrl+n", "search.next": "j", "undo": "?", "app.help": "u", "playback.toggle": "F5"},
    ],
    ids=["mpv", "vim", "swap", "ring"],
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
        for action in bound_actions(Settings(keymap=keymap)):
            if action.where in (*PANES[where], "screen", "app"):
                assert not action.keys or found[action.id] == set(action.key_list), action.id


CONFIG = """
[playback]
seek_forward = 45
[keys]
"playback.toggle" = "x"
"list.remove" = "Y"
"transcript.stop" = "U"
"transcribe.pause" = "I"
"app.help" = "f1"
"view.details" = "B"
"queue.add_last" = "Q"
"view.session" = "8"
"view.statistics" = "9"
"move.down" = "n"
"search.next" = "N"
"search.previous" = "ctrl+n"
"""


SETTINGS, NOTICES = parse_config(CONFIG, Path("config.toml"))
assert not NOTICES


pytestmark = pytest.mark.app(settings=SETTINGS)


async def test_app_with_a_keymap_hears_the_new_keys_and_not_the_old_ones(driver: AppDriver) -> None:
    await driver.press("enter", "space")
    assert driver.status() is PlayerStatus.PLAYING
    await driver.press("x")
    assert driver.status() is PlayerStatus.PAUSED


async def test_key_line_help_and_palette_of_a_keymap_show_it(driver: AppDriver) -> None:
    await driver.press("enter")
    hints = {word: keys for keys, word, _ in driver.app.main_screen.query_one("#keys", KeyLine).hints}
    assert (hints["Pause"], hints["Help"]) == ("x", "f1")
    offered = {command.name: command.key for command in make_commands(driver.app, driver.services)}
    assert offered["Forward 45 seconds"] == "→ ."
    await driver.press("f1")
    shown = " ".join(str(driver.app.screen.query_one("#table", Static).render()).split())
    assert "x Play or pause" in shown
    assert "Forward 45 seconds" in shown


async def test_hints_and_notices_of_a_keymap_name_its_keys(driver: AppDriver) -> None:
    assert "Press enter to play, f1 for all keys" in driver.text
    await driver.press("8")
    assert "Press Q on an episode to add it, E to play it next." in driver.text
    await driver.press("less_than_sign")
    await driver.press("greater_than_sign")
    assert "Press Q on an episode to queue it." in driver.notices[-1]


async def test_dialogs_hear_the_keys_of_a_keymap_and_not_the_old_ones(driver: AppDriver) -> None:
    await driver.press("B", "i")
    assert driver.shows_details
    await driver.press("B")
    assert not driver.shows_details
    await driver.press("9")
    await driver.until(lambda: driver.focus == "statistics", "the statistics are shown")
    await driver.press("2")
    assert driver.focus == "statistics"
    await driver.press("8")
    assert driver.focus == "list"
    assert driver.main.model.query.entry == SmartList.QUEUE
    await driver.press("z", "n")
    assert driver.app.screen.query_one(OptionList).highlighted == 1
