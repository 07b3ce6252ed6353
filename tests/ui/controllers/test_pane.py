"""The episode's pane: made where there is room, hidden and shown, with details of a row or a topic."""

import pytest

from tests.app_driver import AppDriver, run_app
from tui_pod.core.library.library import Library
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.ui.look.layout import WIDE

ALL = ListQuery(entry=1)

pytestmark = pytest.mark.app(size=(80, 24), query=ALL)


def pane_text(driver: AppDriver) -> str:
    pane = driver.main.episode.pane
    return " ".join(" ".join(driver.rows_of(pane)).split()) if pane is not None else ""


def has_pane(driver: AppDriver) -> bool:
    return driver.main.episode.pane is not None


@pytest.mark.app(size=(WIDE - 1, 40), query=ALL)
async def test_pane_appears_when_the_terminal_grows_and_is_made_once(driver: AppDriver) -> None:
    assert not has_pane(driver)
    await driver.resize(WIDE, 40)
    await driver.until(lambda: has_pane(driver), "it is made")
    pane = driver.main.episode.pane
    await driver.resize(100, 40)
    await driver.resize(WIDE, 40)
    assert driver.main.episode.pane is pane
    assert len(driver.main.query("EpisodePane")) == 1


async def test_pane_that_is_hidden_stays_so_after_the_next_start(library: Library) -> None:
    async with run_app(library, (WIDE, 40), query=ALL) as driver:
        assert driver.main.has_class("-wide")
        driver.main.episode.toggle()
        await driver.settle()
        assert (driver.main.has_class("-wide"), driver.writer.setting("preview")) == (False, False)
        driver.main.episode.toggle()
        await driver.settle()
        assert (driver.main.has_class("-wide"), driver.writer.setting("preview")) == (True, True)
        assert driver.notices == []
    async with run_app(library, (WIDE, 40), query=ALL, has_preview=False) as driver:
        assert driver.main.episode.pane is None


@pytest.mark.parametrize(("width", "told"), [(WIDE, 0), (WIDE - 1, 1)])
async def test_listener_is_told_that_the_terminal_is_too_narrow(width: int, told: int, library: Library) -> None:
    async with run_app(library, (width, 40), query=ALL, has_preview=False) as driver:
        driver.main.episode.toggle()
        await driver.settle()
        assert len(driver.notices) == told
        await driver.until(lambda: has_pane(driver) is not bool(told), "it is made where there is room")
        driver.main.episode.toggle()
        await driver.settle()
        assert len(driver.notices) == told


async def test_details_take_the_focus_and_are_left_for_the_pane_before(driver: AppDriver) -> None:
    episode = driver.main.episode
    assert not episode.is_detailed
    await episode.show_details(None)
    await driver.settle()
    assert (driver.shows_details, episode.is_detailed, driver.focus) == (True, True, "details")
    assert "The first of five." in pane_text(driver)
    await driver.press("escape")
    assert (driver.shows_details, episode.is_detailed, driver.focus) == (False, False, "list")
    assert not episode.escape()
    await driver.press("tab")
    await episode.show_details(2)
    await driver.press("escape")
    assert driver.focus == "tree"


async def test_toggle_leaves_the_details(library: Library) -> None:
    async with run_app(library, (WIDE, 40), query=ALL) as driver:
        await driver.main.episode.show_details(None)
        driver.main.episode.toggle()
        assert not driver.shows_details


async def test_details_of_a_topic_are_shown_in_the_tree(driver: AppDriver, library: Library) -> None:
    await driver.main.episode.show_details(library.topics.names.index("Hostile"))
    await driver.settle()
    assert "Hostile" in pane_text(driver)
    assert "The first of five." not in pane_text(driver)


async def test_pane_says_what_plays_and_follows_it(driver: AppDriver) -> None:
    driver.main.episode.follow(driver.playback)  # nothing is made for it
    driver.main.episode.show_progress()
    driver.main.episode.cursor_moved()
    assert driver.main.episode.pane is None
    await driver.press("enter")
    await driver.play(20)
    await driver.main.episode.show_details(None)
    await driver.settle()
    before = pane_text(driver)
    await driver.press("escape", "m")
    await driver.main.episode.show_details(None)
    await driver.settle()
    assert pane_text(driver) != before


async def test_details_show_progress_as_it_changes(library: Library) -> None:
    async with run_app(library, (80, 40), query=ALL) as driver:
        await driver.main.episode.show_details(None)
        await driver.settle()
        assert "Progress unplayed" in pane_text(driver)
        driver.controller.editor.mark(["one"], played=True)
        await driver.until(lambda: "Progress unplayed" not in pane_text(driver), "it is shown")
