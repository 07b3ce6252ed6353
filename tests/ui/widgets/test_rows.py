"""Rows are drawn once and kept: they look as the colours of the moment, and in parts as in the whole."""

from __future__ import annotations

import pytest
from rich.style import Style
from textual.geometry import Region
from textual.widget import Widget

from tests.app_driver import AppDriver, run_app
from tui_pod.core.library.library import Library
from tui_pod.core.selection.list_query import ListQuery


def colours(driver: AppDriver, pane: Widget, line: int) -> tuple[Style, ...]:
    """Return how a line of a pane looks: the left side of its border, its text, and the right side."""
    x, y, width, _ = pane.region
    return tuple(driver.app.screen.get_style_at(x + column, y + line) for column in (0, 3, width - 1))


async def test_new_theme_colours_border_and_rows(library: Library) -> None:
    async with run_app(library) as driver:
        former = [colours(driver, driver.episodes, line) for line in (0, 1, 2, 4, 30)]
        driver.app.theme = "textual-light"
        await driver.press("j", "k")
        assert all(
            old.color != new.color or old.bgcolor != new.bgcolor
            for line, olds in zip((0, 1, 2, 4, 30), former, strict=True)
            for old, new in zip(olds, colours(driver, driver.episodes, line), strict=True)
        )


async def test_row_at_the_cursor_and_the_border_tell_where_keys_go(library: Library) -> None:
    async with run_app(library) as driver:
        panes = (driver.episodes, driver.app.main_screen.topic_tree)
        before = [colours(driver, pane, 1 + pane.line) for pane in panes]
        await driver.press("tab")
        after = [colours(driver, pane, 1 + pane.line) for pane in panes]
        assert all(
            old != new for was, now in zip(before, after, strict=True) for old, new in zip(was, now, strict=True)
        )


async def test_no_color_leaves_no_colour_in_the_rows(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with run_app(library) as driver:
        for pane in (driver.episodes, driver.app.main_screen.topic_tree):
            for line in range(pane.region.height):
                for style in colours(driver, pane, line):
                    assert all(
                        c is None or c.triplet is None or len({*c.triplet}) == 1 for c in (style.color, style.bgcolor)
                    )


async def test_part_of_a_pane_is_drawn_as_in_the_whole(library: Library) -> None:
    async with run_app(library) as driver:
        for pane in (driver.episodes, driver.app.main_screen.topic_tree):
            whole = pane.render_lines(Region(0, 0, *pane.outer_size))
            part = pane.render_lines(Region(2, 3, 10, 4))
            assert part == [line.crop(2, 12) for line in whole[3:7]]
            assert pane.render_lines(Region(0, 2, *pane.outer_size)) == whole[2:]


@pytest.mark.parametrize(("key", "row"), [("G", -1), ("g", 0)])
async def test_keys_go_to_the_ends_of_the_list(key: str, row: int, library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=0)) as driver:
        await driver.press("j", "j", key)
        assert driver.episodes.cursor == row % driver.episodes.row_count()
