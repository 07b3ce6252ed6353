"""The header and the key line: what is left out where there is no room, and what a click does."""

from __future__ import annotations

import pytest

from tests.app_driver import AppDriver, run_app
from tui_pod.core.library.library import Library
from tui_pod.ui.widgets.lines import MIN_PATH, HeaderLine, KeyLine, Tab

LONG = "A hint of thirty-five cells or so .."
HINTS = (
    ("enter", "Play", "play"),
    ("x", LONG, "long"),
    ("s", "Sort", "sort"),
    ("?", "Help", "app.help"),
)
TABS = (Tab("1", "Library", 0, "screen.view(1)"), Tab("2", "Queue", 3, "screen.view(2)"))


def key_line(driver: AppDriver, hints: tuple[tuple[str, str, str], ...]) -> str:
    """Return the key line with these hints."""
    line = driver.app.main_screen.query_one(KeyLine)
    line.hints = hints
    return line.render_line(0).text


def header(driver: AppDriver, left: str, right: str, work: str = "") -> str:
    """Return the header with these texts and two tabs."""
    line = driver.app.main_screen.query_one(HeaderLine)
    line.tabs, line.current, line.left, line.right, line.work = TABS, 0, left, right, work
    return line.render_line(0).text


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (80, f" enter Play  x {LONG}  s Sort  ? Help"),
        (60, f" enter Play  x {LONG}  ? Help"),
        (45, " enter Play  s Sort  ? Help"),  # a shorter one fits where a long one does not
    ],
)
async def test_key_line_leaves_out_what_does_not_fit_and_keeps_help(width: int, shown: str, library: Library) -> None:
    async with run_app(library, (width, 12)) as driver:
        assert key_line(driver, HINTS).rstrip() == shown


async def test_click_runs_the_action_of_the_hint_under_the_mouse(library: Library) -> None:
    async with run_app(library) as driver:
        line = driver.app.main_screen.query_one(KeyLine)
        shown = key_line(driver, (("1", "First", "screen.view(1)"), ("2", "Queue", "screen.view(2)")))
        await driver.click(line, shown.index("2"), 0)
        assert driver.app.main_screen.query_one(HeaderLine).current == 1


@pytest.mark.parametrize(
    ("width", "right"),
    [(60, "4 played · 3 h left"), (42, "3 h left")],
)
async def test_header_keeps_the_time_left_longest(width: int, right: str, library: Library) -> None:
    async with run_app(library, (width, 12)) as driver:
        assert header(driver, "", "4 played · 3 h left").rstrip().endswith(f"  {right}")


async def test_header_shows_the_path_while_it_has_its_least_room(library: Library) -> None:
    path = "Basics › Numbers › Primes"
    tabs, right = len(" 1 Library  2 Queue 3 "), len("3 h left ")
    for width, is_shown in ((tabs + right + MIN_PATH, False), (tabs + right + MIN_PATH + 1, True)):
        async with run_app(library, (width, 12)) as driver:
            assert ("Basics" in header(driver, path, "3 h left")) is is_shown


async def test_work_takes_the_names_of_the_other_tabs(library: Library) -> None:
    async with run_app(library, (40, 12)) as driver:
        assert header(driver, "", "", "").startswith(" 1 Library  2 Queue 3 ")
        shown = header(driver, "", "", "importing 12 of 300")
        assert "Queue" not in shown
        assert "(importing 12 of 300)" in shown


async def test_click_on_a_tab_shows_its_view(library: Library) -> None:
    async with run_app(library) as driver:
        line = driver.app.main_screen.query_one(HeaderLine)
        shown = driver.rows_of(line)[0]
        await driver.click(line, shown.index("Queue"), 0)
        assert line.current == 1
        await driver.click(line, shown.index("Library"), 0)
        assert line.current == 0
