"""Keys that come all at once, as over a slow line: each finds what the one before it has done."""

import pytest
from textual.widgets import Input

from tests.app_driver import AppDriver
from tests.present import present
from tests.rooms import BASICS
from tui_pod.core.library.library import Library
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.progress.progress import Status
from tui_pod.core.selection.list_query import ListQuery, SmartList
from tui_pod.ui.keys import TypedKey

VIEW = ListQuery(entry=1)

pytestmark = pytest.mark.app(query=VIEW)


def played(driver: AppDriver) -> set[str]:
    """Return the episodes that are marked."""
    progress_index = driver.controller.progress_index
    return {ident for ident, _ in progress_index if progress_index.status(ident) is Status.PLAYED}


async def test_search_typed_at_once_loses_no_letter_and_does_nothing_else(driver: AppDriver) -> None:
    await driver.press_at_once(*"/quip /-x2m")
    assert driver.app.is_running
    assert driver.main.query_one("#search", Input).value == "quip /-x2m"
    assert (driver.status(), played(driver), len(driver.app.screen_stack)) == (PlayerStatus.STOPPED, set(), 1)


@pytest.mark.parametrize("key", ["a", "S", "?"])
async def test_text_typed_right_behind_a_dialogs_key_is_in_its_field(driver: AppDriver, key: str) -> None:
    await driver.press_at_once(key, *"qx p")
    assert driver.app.screen.query_one(Input).value == "qx p"
    assert (driver.status(), len(driver.app.screen_stack)) == (PlayerStatus.STOPPED, 2)


async def test_marks_behind_a_search_are_undone_or_kept_though_undo_or_quit_is_right_behind_them(
    driver: AppDriver,
) -> None:
    await driver.press_at_once(*"/two", "enter", "m")
    assert played(driver) == {"two"}
    await driver.press_at_once("u")
    await driver.press_at_once("escape", "g", *"mu")
    assert played(driver) == set()
    assert driver.notices[-1] == "Undid: “One” marked played."
    await driver.press_at_once("g", *"mjm", "q")
    assert played(driver) == {"one", "three"}
    assert driver.services.writer.progress("three")


async def test_text_that_may_be_pasted_ends_nothing(driver: AppDriver) -> None:
    for key in (*"jmq", "ctrl+x", "ctrl+z"):
        typed = TypedKey(key, key if len(key) == 1 else None)
        typed.is_in_burst = True
        present(driver.app._driver).send_message(typed)
    await driver.settle()
    assert driver.app.is_running
    assert played(driver) == {"two"}
    await driver.press("u")
    assert played(driver) == set()
    await driver.press("/")
    typed = TypedKey("q", "q")
    typed.is_in_burst = True
    present(driver.app._driver).send_message(typed)
    await driver.settle()
    assert driver.main.query_one("#search", Input).value == "q"


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("оь", {"two"}), ("ξμ", {"two"}), ("חצ", {"two"}), ("تة", {"two"}), ("ㅓㅡ", {"two"}), ("マモ", {"two"}),
        ("まも", {"two"}), ("\uff4a\uff4d", {"two"}), ("öß", set()),
    ],
)  # fmt: skip
async def test_key_of_another_script_does_what_the_one_at_its_place_does(
    typed: str, marked: set[str], driver: AppDriver
) -> None:
    await driver.press_at_once(*"gg", *typed)
    assert played(driver) == ({"two"} if marked else set())
    said = [notice for notice in driver.notices if "keys_by_place" in notice]
    assert len(said) == bool(marked)
    await driver.press("/", *typed)
    assert driver.main.query_one("#search", Input).value == typed


async def test_keys_right_behind_a_change_of_pane_are_for_that_pane(driver: AppDriver, library: Library) -> None:
    await driver.press_at_once("j", "tab", "g", "j", "tab", "j")
    assert driver.main.model.query.entry == SmartList.QUEUE
    await driver.press_at_once("1", "h", "l", "j", "m")
    assert played(driver) == {library.ids[BASICS[1]]}


async def test_keys_of_the_transcript_right_behind_its_own(driver: AppDriver) -> None:
    await driver.press_at_once("t", "j", "enter")
    await driver.until(lambda: driver.playback.episode == "one", "its second sentence is heard")
