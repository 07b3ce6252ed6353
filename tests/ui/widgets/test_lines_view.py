"""Views of lines: the cursor stays in sight with its heading, and pages, ends and the mouse move it."""

from collections.abc import Callable

import pytest

from tests.app_driver import AppDriver
from tui_pod.ui.look.cells import MARKS
from tui_pod.ui.look.parts import PLAIN, TextLine, width_of
from tui_pod.ui.widgets.lines_view import ChoiceLines


class Choices(ChoiceLines):
    """A heading, and nine choices of two lines each."""

    def __init__(self) -> None:
        super().__init__("choices")
        self.chosen: list[int] = []

    def count(self) -> int:
        return 9

    def show_cursor(self, former: int) -> None:
        heading = TextLine((("Heading", PLAIN),))
        own = [TextLine(((f"{choice} {part}", PLAIN),), choice) for choice in range(9) for part in ("top", "rest")]
        self.show_lines([heading, *own])

    async def action_choose(self) -> None:
        self.chosen.append(self.cursor)


@pytest.fixture
async def view(driver: AppDriver) -> Choices:
    """The view with the focus, six lines high."""
    view = Choices()
    await driver.main.query_one("#panes").mount(view)
    view.styles.height = 8  # six, and the border
    await driver.settle()
    driver.main.set_focus(view)
    view.go(0)
    await driver.settle()
    return view


def rows(driver: AppDriver, view: Choices) -> list[str]:
    """Return the lines in sight, the cursor's rail as `>`."""
    return [row[:20].replace(MARKS["cursor"], ">").strip() for row in driver.rows_of(view)[:6]]


async def test_heading_stays_above_the_first_choice(driver: AppDriver, view: Choices) -> None:
    assert rows(driver, view)[:3] == ["Heading", "> 0 top", "> 0 rest"]
    view.action_move_to(-1)
    await driver.settle()
    assert rows(driver, view)[-1] == "> 8 rest"
    view.action_move_to(0)
    await driver.settle()
    assert rows(driver, view)[0] == "Heading"


async def test_lines_are_as_long_before_there_is_a_scroll_bar(driver: AppDriver, view: Choices) -> None:
    long = view.room
    view.show_lines([])
    await driver.settle()
    assert not view.show_vertical_scrollbar
    assert view.room == long


@pytest.mark.app(size=(200, 50))
async def test_line_ends_where_text_can_be_read_or_where_it_would_be_cut(driver: AppDriver, view: Choices) -> None:
    view.styles.width = 180
    await driver.settle()
    for long, width in ((20, 120), (140, 143), (500, view.room)):
        assert width_of(view.spread([("a" * long, PLAIN)], [("99", PLAIN)])) == width
    assert view.room == view.scrollable_content_region.width - 3 > 143


async def test_choice_below_is_scrolled_to_with_all_of_its_lines_and_no_more(driver: AppDriver, view: Choices) -> None:
    view.go(1)
    await driver.settle()
    assert rows(driver, view)[0] == "Heading"
    view.go(2)
    await driver.settle()
    assert rows(driver, view) == ["0 top", "0 rest", "1 top", "1 rest", "> 2 top", "> 2 rest"]
    view.go(1)
    await driver.settle()
    assert rows(driver, view)[0] == "0 top"
    assert view.line == 2


@pytest.mark.parametrize(
    ("move", "cursor"),
    [
        (lambda view: view.action_move(3), 3),
        (lambda view: view.action_move(99), 8),
        (lambda view: view.action_move(-1), 0),
        (lambda view: view.action_move_page(1), 3),  # six lines down, from line 1 to the first of choice 3
        (lambda view: view.action_move_page(0.5), 1),
        (lambda view: view.action_move_page(-1), 0),
    ],
)
async def test_cursor_moves_by_choices_and_pages_and_stays_among_them(
    move: Callable[[Choices], None], cursor: int, view: Choices
) -> None:
    move(view)
    assert view.cursor == cursor


async def test_click_moves_the_cursor_and_a_double_click_chooses(driver: AppDriver, view: Choices) -> None:
    await driver.click(view, 5, 5)  # below the border, the fifth line
    assert (view.cursor, view.chosen) == (1, [])
    await driver.click(view, 5, 1)
    assert view.cursor == 1  # a heading cannot be chosen
    await driver.click(view, 5, 3, times=2)
    assert (view.cursor, view.chosen) == (0, [0])


async def test_rail_is_drawn_only_while_keys_go_to_the_view(driver: AppDriver, view: Choices) -> None:
    driver.main.set_focus(driver.episodes)
    await driver.settle()
    assert rows(driver, view)[1] == "0 top"


async def test_click_on_the_border_or_below_all_lines_does_nothing(driver: AppDriver, view: Choices) -> None:
    view.show_lines([TextLine((("0 top", PLAIN),), 0), TextLine((("1 top", PLAIN),), 1)])
    await driver.settle()
    for y in (0, 3, 7):
        await driver.click(view, 5, y)
        assert view.cursor == 0
    await driver.click(view, 5, 2)
    assert view.cursor == 1


async def test_line_of_a_choice_that_is_not_shown_is_the_first(view: Choices) -> None:
    view.show_lines([TextLine((("Heading", PLAIN),))])
    assert view.line == 0
