"""View 3 tells what was heard, to the second, and how far each topic is."""

from __future__ import annotations

from datetime import timedelta

from tests.app_driver import AppDriver, run_app
from tests.fakes import START
from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress import Progress
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.ui.screens.main import MainScreen
from tui_pod.ui.screens.statistics import StatisticsScreen

BASICS = ListQuery(place=1)


async def open_statistics(driver: AppDriver) -> None:
    """Open view 3."""
    await driver.press("3")
    await driver.until(lambda: driver.shows(StatisticsScreen), "the statistics are shown")
    await driver.settle()


def dialog(driver: AppDriver) -> list[str]:
    """Return the lines of the dialog's card."""
    return [line.strip() for line in driver.rows_of(driver.app.screen.query_one("DialogBody"))]


async def test_statistics_of_nothing_heard_say_so_and_ask_for_nothing(library: Library) -> None:
    async with run_app(library) as driver:
        await open_statistics(driver)
        lines = dialog(driver)
        assert "today 0 s · this week 0 s · this month 0 s · in all 0 s" in lines
        assert "None yet. What you hear from now on is counted here." in lines
        assert "in a row" not in " ".join(lines)


async def test_statistics_count_what_was_heard_and_no_jumps(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("j", "j", "enter")
        await driver.play(20)
        await driver.press("full_stop", "full_stop")
        await driver.play(22)
        await driver.press("comma", "space")
        await driver.play(1000)
        await open_statistics(driver)
        assert "today 42 s · this week 42 s · this month 42 s · in all 42 s" in dialog(driver)


async def test_statistics_at_double_speed_tell_what_was_saved(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("j", "j", "enter", *["]"] * 10)
        await driver.play(120)
        await open_statistics(driver)
        assert "today 4 m · this week 4 m · this month 4 m · in all 4 m · 2 m saved by speed" in dialog(driver)


async def test_statistics_list_the_sittings_apart(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("enter")
        await driver.play(100)
        await driver.play(80)
        await driver.press("space")
        driver.clock.go(3600)
        await driver.press("space")
        await driver.play(60)
        await open_statistics(driver)
        lines = dialog(driver)
        assert "Tue 24 Nov 14:03–14:04        1 m  1 episode" in lines
        assert "Tue 24 Nov 13:00–13:03        3 m  2 episodes" in lines


async def test_statistics_over_midnight_count_each_day_its_own(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        driver.clock.now = START.replace(hour=23, minute=59, second=30)
        await driver.press("j", "j", "enter")
        for _ in range(60):
            await driver.play(1)
        await open_statistics(driver)
        said = dialog(driver)[0]
        assert said in {f"today {seconds} s · this week 1 m · this month 1 m · in all 1 m" for seconds in (30, 31)}


async def test_statistics_of_topics_are_those_of_the_library(library: Library) -> None:
    progress = {
        "one": Progress(START, played=True),
        "two": Progress(START, position=100.0, listened=START - timedelta(days=1)),
    }
    async with run_app(library, progress=progress) as driver:
        await open_statistics(driver)
        basics = next(line for line in dialog(driver) if line.startswith("Basics"))
        cells = basics.split()[1]
        assert "1/5" in basics
        assert basics.endswith("7 m left")
        # of 610 seconds 100 are played and 200 are of a started episode; a cell is 20 seconds
        assert (cells.count("█"), cells.count("▒"), cells.count("·")) == (5, 10, 15)


async def test_statistics_show_a_full_day_of_the_year_as_a_fuller_cell(library: Library) -> None:
    async with run_app(library, query=BASICS) as driver:
        await driver.press("j", "j", "enter")
        await driver.play(290)
        await driver.press("<", "k", "enter")
        await driver.play(60)
        await open_statistics(driver)
        year = dialog(driver)[dialog(driver).index("Topics") - 8 : dialog(driver).index("Topics")]
        assert "".join(year).count("▒") == 1
        tuesday = next(line for line in year if line.endswith("▒"))
        assert year.index(tuesday) == 1


async def test_statistics_in_ascii_have_no_other_characters(library: Library) -> None:
    async with run_app(library, query=BASICS, is_ascii=True) as driver:
        await driver.press("enter")
        await driver.play(50)
        await open_statistics(driver)
        assert "".join(dialog(driver)).isascii()


async def test_statistics_close_with_escape_and_with_the_library_key(library: Library) -> None:
    async with run_app(library) as driver:
        for key in ("escape", "1"):
            await open_statistics(driver)
            await driver.press(key)
            assert driver.shows(MainScreen)


async def test_statistics_asked_twice_open_once(library: Library) -> None:
    async with run_app(library) as driver:
        await driver.press("3", "3", "3")
        await driver.until(lambda: driver.shows(StatisticsScreen), "the statistics are shown")
        await driver.press("escape")
        assert driver.shows(MainScreen)
