"""Help: keys in groups, those of the present pane first."""

import pytest

from tests.app_driver import AppDriver
from tui_pod.core.actions import ACTIONS, BY_ID
from tui_pod.ui.screens.asking import AskScreen
from tui_pod.ui.screens.help import FIRST, HelpScreen, make_groups

FRAME = 8
"""Cells beside the text of the widest dialog, its scroll bar included."""


def lines(driver: AppDriver) -> list[str]:
    """Return what the dialog says, without its scroll bar."""
    return [line.rstrip(" ▁▂▃▄▅▆▇█").lstrip() for line in driver.rows_of(driver.app.screen.query_one("DialogBody"))]


def test_help_has_every_action_in_one_group() -> None:
    for pane in ("list", "tree", "transcript", "statistics"):
        shown = [action.id for _, actions in make_groups(ACTIONS, pane) for action in actions]
        assert sorted(shown) == sorted(action.id for action in ACTIONS)


@pytest.mark.parametrize(
    ("keys", "group"), [((), "In the list"), (("tab",), "In the list and the tree"), (("t",), "In the transcript")]
)
async def test_help_has_the_keys_of_the_pane_below_play_and_seek(
    keys: tuple[str, ...], group: str, driver: AppDriver
) -> None:
    await driver.press(*keys, "question_mark")
    assert lines(driver)[2] == FIRST
    assert lines(driver)[lines(driver).index("", 2) + 1] == group


async def test_help_is_narrowed_by_what_is_typed_with_the_groups_that_are_left(driver: AppDriver) -> None:
    await driver.press("question_mark", *"volumes")
    assert "No key does that." in lines(driver)
    await driver.press("backspace", *" louder")
    assert [line for line in lines(driver)[1:] if line] == ["Playing", "+ =            Volume: louder by 5"]


async def test_help_wraps_a_label_beside_its_keys_where_the_terminal_is_too_narrow(driver: AppDriver) -> None:
    label = BY_ID["work.stop"].label
    await driver.press("question_mark", *"stop the work")
    (row,) = (row for row in lines(driver) if row.endswith(label))
    needed = len(row) + FRAME
    await driver.resize(needed, 40)
    assert row in lines(driver)
    await driver.resize(needed - 1, 40)
    words, last = label.rsplit(" ", 1)
    shown = driver.rows_of(driver.app.screen.query_one("#table"))
    assert shown[-2:] == [row.removesuffix(f" {last}"), last.rjust(row.index(words) + len(last))]


async def test_dialog_takes_the_place_of_another(driver: AppDriver) -> None:
    await driver.press("enter", "i", "question_mark")
    assert driver.shows(HelpScreen)
    await driver.press("escape", "i", "colon")
    assert driver.shows(AskScreen)
    await driver.press("escape")
    assert driver.app.screen is driver.main
