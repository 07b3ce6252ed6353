"""Rows are drawn once and kept: they look as the colours of the moment, and in parts as in the whole."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tests.app_driver import AppDriver, run_app
from tui_pod.core.library.library import Library
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.ui.look.cells import MARKS
from tui_pod.ui.look.parts import PLAIN
from tui_pod.ui.widgets.rows import RowPane


def colours(driver: AppDriver, pane: Widget, line: int) -> tuple[Style, ...]:
    """Return how a line of a pane looks: the left side of its border, its text, and the right side."""
    x, y, width, _ = pane.region
    return tuple(driver.app.screen.get_style_at(x + column, y + line) for column in (0, 3, width - 1))


async def test_new_theme_colours_border_and_rows(driver: AppDriver) -> None:
    former = [colours(driver, driver.episodes, line) for line in (0, 1, 2, 4, 30)]
    driver.app.theme = "textual-light"
    await driver.press("j", "k")
    assert all(
        old.color != new.color or old.bgcolor != new.bgcolor
        for line, olds in zip((0, 1, 2, 4, 30), former, strict=True)
        for old, new in zip(olds, colours(driver, driver.episodes, line), strict=True)
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


class Rows(RowPane):
    """Rows of two lines, drawn as their number and what follows; the one at the cursor has four lines."""

    row_height, cursor_height = 2, 4

    def __init__(self, count: int) -> None:
        super().__init__("rows")
        self.chosen_by = "choose"
        self.count = count
        self.runs: list[str] = []
        self.moves = 0
        self.drew: list[int] = []

    def row_count(self) -> int:
        return self.count

    def draw_row(self, row: int) -> Sequence[Strip]:
        self.drew.append(row)
        height = self.cursor_height if row == self.cursor else self.row_height
        return [self.framed([(f"{row}.{line}", PLAIN)], row) for line in range(height)]

    def draw_blank(self, line: int) -> Strip:
        return self.framed([(f"blank {line}", PLAIN)])

    def action_run(self, ident: str) -> None:
        self.runs.append(ident)

    def on_cursor_moved(self) -> None:
        self.moves += 1


@asynccontextmanager
async def shown(library: Library, count: int = 9, height: int = 10) -> AsyncIterator[tuple[AppDriver, Rows]]:
    """Show so many rows in a pane of so many lines with a border, with the focus."""
    async with run_app(library) as driver:
        pane = Rows(count)
        pane.styles.border = ("round", "white")
        pane.styles.height = height + 2
        await driver.main.query_one("#panes").mount(pane)
        await driver.settle()
        pane.count_rows()
        driver.main.set_focus(pane)
        await driver.settle()
        yield driver, pane


def drawn(driver: AppDriver, pane: Rows) -> str:
    """Return the first words of the lines in sight, the cursor's rail as `>`."""
    height = pane.size.height
    return " ".join(row[:9].replace(MARKS["cursor"], ">").replace(" ", "") for row in driver.rows_of(pane)[:height])


@pytest.mark.parametrize(
    ("cursor", "tops"), [(0, [0, 4, 6, 8]), (1, [0, 2, 6, 8]), (2, [0, 2, 4, 8]), (3, [0, 2, 4, 6])]
)
def test_lines_belong_to_the_rows_that_start_at_or_above_them(cursor: int, tops: list[int]) -> None:
    pane = Rows(4)
    pane.cursor = cursor
    assert [pane.top_of(row) for row in range(4)] == tops
    starts = [max(row for row in range(4) if tops[row] <= y) for y in range(10)]
    assert [pane.row_at(y) for y in range(10)] == starts
    assert pane.row_at(10) == 4  # beyond the last one


async def test_rows_below_the_cursor_are_shifted_and_blank_lines_follow_the_last(library: Library) -> None:
    async with shown(library, 3) as (driver, pane):
        pane.go(1)
        await driver.settle()
        assert drawn(driver, pane) == "0.0 0.1 >1.0 >1.1 >1.2 >1.3 2.0 2.1 blank0 blank1"
        assert pane.virtual_size.height == 8
        assert pane.line == 2


async def test_pane_without_rows_has_only_blank_lines_and_no_cursor_to_move(library: Library) -> None:
    async with shown(library, 0, 3) as (driver, pane):
        assert drawn(driver, pane) == "blank0 blank1 blank2"
        assert pane.virtual_size.height == 0
        pane.action_move(1)
        pane.action_move_to(-1)
        assert (pane.cursor, pane.moves) == (0, 0)


async def test_cursor_moves_by_rows_and_pages_and_stays_among_them(library: Library) -> None:
    def page(pages: float) -> Callable[[Rows], None]:
        return lambda pane: pane.action_move_page(pages)

    moves: tuple[tuple[int, Callable[[Rows], None], int], ...] = (
        (0, lambda pane: pane.action_move(1), 1),
        (0, lambda pane: pane.action_move(-1), 0),
        (8, lambda pane: pane.action_move(1), 8),
        (2, lambda pane: pane.action_move_to(0), 0),
        (2, lambda pane: pane.action_move_to(-1), 8),
        (2, lambda pane: pane.action_move_to(3), 3),
        (1, page(1), 5),  # ten lines, two of them more at the cursor
        (6, page(-1), 2),
        (1, page(0.5), 3),
        (1, page(0.1), 2),  # a row at least
        (1, page(-0.1), 0),
    )
    async with shown(library) as (_, pane):
        for start, move, cursor in moves:
            pane.go(start)
            pane.moves = 0
            move(pane)
            assert pane.cursor == cursor
            assert pane.moves == (start != cursor)


async def test_row_is_scrolled_to_with_all_of_its_lines_and_no_more(library: Library) -> None:
    async with shown(library) as (driver, pane):
        for row, top in ((3, 0), (4, 2), (3, 2), (1, 2), (0, 0), (8, 10)):
            pane.go(row)
            await driver.settle()
            assert pane.scroll_offset.y == top


async def test_centred_row_leaves_the_top_in_sight_if_it_is_near(library: Library) -> None:
    async with shown(library, 30) as (driver, pane):
        for row, line in ((15, 2), (3, 6), (4, 2)):
            pane.go(29)
            pane.go(row, is_centred=True)
            await driver.settle()
            assert pane.line == line


async def test_only_rows_that_change_are_drawn(library: Library) -> None:
    async with shown(library) as (driver, pane):
        pane.drew.clear()
        await driver.settle()
        pane.refresh_row(2)
        assert "2.0" in driver.text
        assert pane.drew == [2]
        pane.drew.clear()
        pane.go(1)
        assert ">1.3" in drawn(driver, pane)
        assert {*pane.drew} == {0, 1}


async def test_new_height_at_the_cursor_keeps_it_in_sight(library: Library) -> None:
    async with shown(library, 9) as (driver, pane):
        pane.go(4)
        pane.set_cursor_height(10)
        await driver.settle()
        assert pane.virtual_size.height == 8 * 2 + 10
        assert pane.line == 0
        pane.drew.clear()
        pane.set_cursor_height(10)
        assert driver.text
        assert pane.drew == []


async def test_click_moves_the_cursor_and_a_double_click_chooses(library: Library) -> None:
    async with shown(library, 3) as (driver, pane):
        await driver.click(pane, 5, 5)  # below the border, the first line of the second row
        assert (pane.cursor, pane.runs) == (1, [])
        await driver.click(pane, 0, 1)  # the border
        assert pane.cursor == 1
        await driver.click(pane, 5, 1, times=2)
        assert (pane.cursor, pane.runs) == (0, ["choose"])


async def test_click_below_the_last_row_does_nothing(library: Library) -> None:
    async with shown(library, 3) as (driver, pane):
        await driver.click(pane, 5, 8)
        assert pane.cursor == 2
        pane.go(0)
        await driver.click(pane, 5, 9, times=2)
        await driver.click(pane, 5, 9, button=3)
        assert (pane.cursor, pane.runs) == (0, [])
        assert not driver.shows_details


async def test_right_button_shows_the_details_of_a_row(library: Library) -> None:
    async with run_app(library, query=ListQuery(entry=1)) as driver:
        await driver.click(driver.episodes, 5, driver.episodes.top_of(1) + 1, button=3)
        assert driver.episodes.cursor == 1
        assert driver.shows_details


async def test_row_is_framed_by_rail_text_and_a_space(library: Library) -> None:
    async with shown(library, 3) as (driver, pane):
        assert driver.text
        width = pane.scrollable_content_region.width
        assert pane.text_width == width - 2
        line = pane.framed([("left" * 99, PLAIN)], 0, [("right", PLAIN)])
        assert line.cell_length == width
        assert line.text.startswith(f"{MARKS['cursor']}left")
        assert line.text.endswith("… right ")
        assert pane.framed([], 0, is_selected=True).text[0] == MARKS["selected"]
        assert pane.framed([], 1).text[0] == " "
        assert pane.framed([]).text[0] == " "


async def test_scroll_bar_moves_by_whole_cells_and_to_the_very_end(library: Library) -> None:
    async with shown(library, 24) as (driver, pane):  # 50 lines, 10 of them in sight
        for top, position in ((4, 0), (5, 5), (9, 5), (39, 35), (40, 40)):
            pane.scroll_to(y=top, animate=False, force=True, immediate=True)
            await driver.settle()
            assert pane.vertical_scrollbar.position == position


@pytest.mark.parametrize(("start", "end"), [(1, 3), (3, 1)])
def test_move_redraws_the_lines_from_one_row_to_the_other(
    start: int, end: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane, drawn = Rows(9), list[tuple[int, int]]()
    monkeypatch.setattr(Rows, "refresh_lines", lambda _, y, count: drawn.append((y, count)))
    pane.cursor = start
    pane.go(end)
    assert drawn == [(2, 8)]  # the first of them at line 2; three of two lines each, and two more at the cursor
    pane.refresh_row(end)
    pane.refresh_row(end, 1)
    pane.refresh_row(5)
    assert drawn[1:] == [(2 * end, 4), (2 * end, 1), (12, 2)]


async def test_rail_has_a_colour_of_its_own_in_the_pane_with_the_focus(library: Library) -> None:
    async with shown(library, 3) as (driver, pane):
        assert driver.text
        lit = next(iter(pane.draw_row(0)[0])).style
        driver.main.set_focus(driver.episodes)
        await driver.settle()
        assert driver.text
        idle = next(iter(pane.draw_row(0)[0])).style
        assert lit is not None
        assert idle is not None
        assert lit.color != idle.color


async def test_scrolling_draws_the_rows_that_come_into_sight(library: Library) -> None:
    async with shown(library, 30) as (driver, pane):
        assert "20.0" not in driver.text
        pane.scroll_to(y=42, animate=False, force=True, immediate=True)
        await driver.settle()
        assert drawn(driver, pane).startswith("20.0 20.1 21.0")
