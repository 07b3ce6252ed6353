"""Any size of terminal, at any moment: nothing crashes, nothing is lost, and what fits is shown."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.app_driver import AppDriver, embedded_library, run_app
from tui_pod.core.library.library import Library
from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.selection.list_query import ListQuery

GENERATIVE_AI = ListQuery(entry=1)

WIDTHS = (1, 2, 3, 5, 10, 20, 39, 40, 41, 63, 64, 80, 99, 100, 120, 139, 140, 200)
HEIGHTS = (1, 2, 3, 4, 5, 8, 11, 12, 13, 24, 29, 30, 40, 60)

DIALOGS = {
    "details": ("i",), "help": ("question_mark",), "plan": ("S",), "sleep": ("z",), "statistics": ("3",),
    "palette": ("ctrl+p",), "search": ("slash", "a"), "transcript": ("t",),
}  # fmt: skip


def check_fits(driver: AppDriver, width: int, height: int) -> str:
    """Fail when something is drawn outside the terminal; return what is on it."""
    text = driver.text
    lines = text.rstrip("\n").split("\n")
    assert len(lines) <= height
    assert all(cell_len(line) <= width for line in lines)
    return text


@pytest.mark.parametrize("width", WIDTHS)
async def test_every_size_while_playing_keeps_the_place_and_the_bar(width: int) -> None:
    async with run_app(embedded_library(), query=GENERATIVE_AI) as driver:
        await driver.press(*["j"] * 5, "enter", "j", "j", "v", "k")
        await driver.play(30)
        current, title = driver.current, driver.playback.title
        for height in HEIGHTS:
            await driver.resize(width, height)
            await driver.play(1)
            text = check_fits(driver, width, height)
            assert driver.current == current
            assert driver.status() is PlayerStatus.PLAYING
            if width >= 20 and height >= 2:
                assert title[:10] in text  # what comes next must not push it out
                assert "0:" in text
        await driver.resize(120, 40)
        assert driver.current == current
        assert driver.focus == "list"
        assert driver.library.titles[driver.main.model.index or 0].partition(" — ")[0] in driver.text
        assert len(driver.main.model.chosen) == 1
        await driver.press("j")
        assert driver.current != current


@pytest.mark.parametrize("name", DIALOGS)
async def test_every_size_with_a_dialog_open_crashes_nothing(name: str) -> None:
    async with run_app(embedded_library(), query=GENERATIVE_AI) as driver:
        await driver.press("enter", *DIALOGS[name])
        if name == "statistics":
            await driver.until(lambda: driver.focus == "statistics", "the statistics are shown")
        for width in (1, 9, 40, 80, 200):
            for height in (1, 12, 60):
                await driver.resize(width, height)
                await driver.press("down")
                check_fits(driver, width, height)
        await driver.resize(120, 40)
        await driver.press("escape", "escape", "2", "1")
        assert driver.app.is_running
        assert driver.focus == "list"


async def test_terminal_grown_again_from_nothing_can_be_used_at_once(library: Library) -> None:
    async with run_app(library) as driver:
        for focus, keys in (("list", ()), ("tree", ("tab",))):
            await driver.press(*keys)
            await driver.resize(30, 8)
            await driver.press("space", "space")
            await driver.resize(120, 40)
            assert driver.focus == focus
            place = (driver.tree.cursor, driver.episodes.cursor)
            await driver.press("j")
            assert place != (driver.tree.cursor, driver.episodes.cursor)


async def test_smallest_terminal_shows_the_bar_alone_and_obeys_the_keys(library: Library) -> None:
    async with run_app(library, size=(30, 4)) as driver:
        await driver.press("space")
        assert driver.playback.episode == "one"
        lines = driver.text.rstrip("\n").split("\n")
        assert lines[0].startswith(" ▶ One")
        assert len(lines) == 2
        await driver.press("full_stop", "space")
        assert driver.status() is PlayerStatus.PAUSED
        assert driver.playback.position == 30.0
        await driver.press("q")
        assert not driver.app.is_running


async def test_narrow_terminal_shows_one_pane_and_tab_the_other(library: Library) -> None:
    async with run_app(library, size=(40, 12)) as driver:
        assert driver.episodes.display
        assert not driver.tree.display
        await driver.press("tab")
        assert driver.tree.display
        assert not driver.episodes.display
        assert ("All Topics", len(library)) in driver.tree_rows()
        await driver.press("j", "enter")
        assert driver.episodes.display
        assert driver.shown == ["one", "two", "three", "four", "five"]


async def test_focus_of_the_tree_in_a_narrow_terminal_stays_when_it_widens(library: Library) -> None:
    async with run_app(library, size=(40, 12)) as driver:
        await driver.press("tab")
        await driver.resize(120, 40)
        assert driver.focus == "tree"
        assert driver.episodes.display
        await driver.press("tab")
        await driver.resize(40, 12)
        assert driver.focus == "list"
        assert driver.episodes.display


async def test_tree_focused_in_a_wide_terminal_is_what_a_narrow_one_shows(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("tab")
        await driver.resize(40, 12)
        assert driver.focus == "tree"
        assert driver.tree.display
        await driver.press("j")
        assert driver.listed == 1


async def test_row_at_the_cursor_has_three_lines_in_a_small_terminal_and_four_in_a_large_one(library: Library) -> None:
    async with run_app(library) as driver:
        for size, lines in (((120, 40), 4), ((80, 24), 3), ((40, 12), 3), ((100, 30), 4), ((99, 30), 3)):
            await driver.resize(*size)
            rows = driver.rows_of(driver.episodes)
            assert rows[0].startswith("▎○ One")
            assert rows[lines].startswith(" ○ Two")
            assert rows[lines + 2].startswith(" ○ Three")
