"""The header and the key line: what is left out where there is no room, and what a click does.

Views of lines: the cursor stays in sight with its heading, and pages, ends and the mouse move it.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.style import Style
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from tests.app_driver import AppDriver, WidgetHost, run_app
from tui_pod.core.actions import BY_ID
from tui_pod.core.library.library import Library
from tui_pod.ui.look.cells import MARKS
from tui_pod.ui.look.parts import PLAIN, TextLine, width_of
from tui_pod.ui.widgets.fields import PathInput, completed
from tui_pod.ui.widgets.lines import HeaderLine, KeyLine, Tab
from tui_pod.ui.widgets.lines_view import ChoiceLines

LONG = "A hint of thirty-five cells or so .."
HINTS = (
    ("enter", "Play", "app.note('play')"),
    ("x", LONG, "app.note('long')"),
    ("s", "Sort", "app.note('sort')"),
    ("?", "Help", BY_ID["app.help"].action),
)
TABS = (Tab("1", "Library", 0, "app.note('library')"), Tab("2", "Queue", 3, "app.note('queue')"))
SHORT_TABS = " 1 Library  2 "


class Host(WidgetHost):
    """An app of a header and a key line."""

    CSS = "HeaderLine, KeyLine { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []

    def compose(self) -> ComposeResult:
        yield HeaderLine()
        yield KeyLine(is_ascii=False)

    def action_note(self, what: str) -> None:
        self.noted.append(what)

    def action_run(self, ident: str) -> None:
        self.noted.append(ident)


@asynccontextmanager
async def shown(width: int) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """Show both lines in a terminal of so many columns."""
    app = Host()
    async with app.run_test(size=(width, 4)) as pilot:
        yield app, pilot


def key_line(app: Host, hints: tuple[tuple[str, str, str], ...]) -> str:
    """Return the key line with these hints."""
    line = app.query_one(KeyLine)
    line.hints = hints
    return line.render_line(0).text


def header(app: Host, left: str = "", right: str = "", work: str = "") -> Strip:
    """Return the header with these texts and two tabs."""
    line = app.query_one(HeaderLine)
    line.tabs, line.current, line.left, line.right, line.work = TABS, 0, left, right, work
    return line.render_line(0)


@pytest.mark.parametrize(
    ("width", "left"),
    [
        (80, f" enter Play  x {LONG}  s Sort"),
        (61, f" enter Play  x {LONG}"),
        (40, " enter Play  s Sort"),  # a shorter one fits where a long one does not
        (9, ""),
    ],
)
async def test_key_line_leaves_out_what_does_not_fit_and_keeps_help_at_the_right(width: int, left: str) -> None:
    async with shown(width) as (app, _):
        assert key_line(app, HINTS) == f"{left:<{width - 8}}? Help  "


async def test_pinned_hints_keep_their_keys_and_lose_their_words_first() -> None:
    pinned = tuple((key, word, BY_ID[ident].action) for key, word, ident in (
        ("^f", "Everywhere", "search.everywhere"), ("^p", "Palette", "app.palette"), ("?", "Help", "app.help"),
    ))  # fmt: skip
    for width, left, right in (
        (48, " enter Play", "^f Everywhere  ^p Palette  ? Help  "),
        (40, " enter Play", "^f  ^p  ? Help  "),
        (20, "", "^f  ^p  ? Help  "),
    ):
        async with shown(width) as (app, _):
            assert key_line(app, (*HINTS[:1], *pinned)) == f"{left:<{width - len(right)}}{right}"


async def test_key_line_has_six_hints_at_most_besides() -> None:
    many = tuple((str(number), "Word", "note") for number in range(9))
    async with shown(120) as (app, _):
        assert key_line(app, (*many, *HINTS[3:])).split() == [*" Word ".join("012345").split(), "Word", "?", "Help"]


async def test_click_runs_the_action_of_the_hint_under_the_mouse() -> None:
    async with shown(80) as (app, pilot):
        line = app.query_one(KeyLine)
        text = key_line(app, HINTS[2:])
        for x in (0, len(" s Sort "), text.index("?"), text.index("?") + 5):
            await pilot.click(line, offset=(x, 0))
        assert app.noted == ["sort", "sort", "app.help", "app.help"]


@pytest.mark.parametrize(
    ("left", "width", "right"),
    [
        ("", 45, "4 played · 3 h left"),
        ("", 44, "3 h left"),
        ("", 34, "3 h left"),
        ("", 33, "3 "),
        ("Ab", 49, "4 played · 3 h left"),
        ("Ab", 48, "3 h left"),
        ("Basics › Numbers › Primes", 72, "4 played · 3 h left"),
        ("Basics › Numbers › Primes", 71, "3 h left"),
        ("Basics › Numbers › Primes", 61, "3 h left"),
        ("Basics › Numbers › Primes", 60, "Primes"),
    ],
)
async def test_header_shows_the_path_before_the_time_left_and_what_is_played(left: str, width: int, right: str) -> None:
    async with shown(width) as (app, _):
        text = header(app, left, "4 played · 3 h left").text
        assert text.rstrip().endswith(f" {right.strip()}")
        assert ("played" in text) is ("played" in right)


@pytest.mark.parametrize(
    ("room", "path"),
    [
        (25, "Basics › Numbers › Primes"),
        (24, "… › Numbers › Primes"),
        (20, "… › Numbers › Primes"),
        (19, "… › Primes"),
    ],
)
async def test_path_that_is_too_long_keeps_its_end(room: int, path: str) -> None:
    async with shown(len(" 1 Library  2 Queue 3 ") + len("   ") + room + 1) as (app, _):
        assert header(app, "Basics › Numbers › Primes", "3 h left").text.rstrip().endswith(f"  {path}")


async def test_last_topic_that_is_too_long_is_cut_alone() -> None:
    async with shown(len(" 1 Library  2 Queue 3 ") + len("   ") + 14 + 1) as (app, _):
        assert "  Mathematics a… " in header(app, "Basics › Mathematics and more", "3 h left").text
        assert "  Prime numbers  " in header(app, "Basics › Prime numbers", "3 h left").text


@pytest.mark.parametrize(("width", "is_short"), [(30, False), (29, True)])
async def test_work_takes_the_names_of_the_other_tabs(width: int, is_short: bool) -> None:
    async with shown(width) as (app, _):
        text = header(app, work="abc").text
        assert text.startswith(f"{SHORT_TABS if is_short else ' 1 Library  2 Queue 3 '} (abc)")


@pytest.mark.parametrize(("width", "text"), [(22, " 1 Library  2 Queue 3 "), (21, SHORT_TABS)])
async def test_tabs_lose_their_names_where_they_have_no_room(width: int, text: str) -> None:
    async with shown(width) as (app, _):
        assert header(app).text.rstrip() == text.rstrip()


async def test_header_of_a_terminal_narrower_than_its_tabs_is_cut() -> None:
    async with shown(8) as (app, _):
        assert header(app, "Basics", "3 h left", "abc").text == " 1 Libra"


async def test_current_tab_is_solid() -> None:
    async with shown(80) as (app, _):
        solid = [s.text for s in header(app) if (s.style or Style()).reverse]
        assert "".join(solid) == " 1 Library "


async def test_click_on_a_tab_runs_its_action() -> None:
    async with shown(80) as (app, pilot):
        line, text = app.query_one(HeaderLine), header(app).text
        for x in (0, text.index("2") - 2, text.index("2") - 1, text.index("3") + 2):
            await pilot.click(line, offset=(x, 0))
        assert app.noted == ["library", "library", "queue"]


async def test_click_on_a_tab_shows_its_view(library: Library) -> None:
    async with run_app(library) as driver:
        line = driver.header
        text = driver.rows_of(line)[0]
        await driver.click(line, text.index("Queue"), 0)
        assert line.current == 1
        await driver.click(line, text.index("Library"), 0)
        assert line.current == 0


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


@pytest.fixture
def books(home: Path) -> Path:
    for name in ("Audiobooks", "Audio", ".audio"):
        (home / name).mkdir()
    (home / "Audiobooks" / "list.m3u").touch()
    (home / "Audiobooks" / "evil\x1b[2J").mkdir()
    return home


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("~", "~/"),
        ("~/Aud", "~/Audio/"),
        ("~/Audiob", "~/Audiobooks/"),
        ("~/Audiobooks/", "~/Audiobooks/list.m3u"),
        ("~/.a", "~/.audio/"),
        ("~/Audiobooks/e", None),
        ("~/nowhere/x", None),
    ],
)
def test_path_is_completed_by_what_is_there(books: Path, typed: str, whole: str | None) -> None:
    assert completed(typed) == whole


async def test_tab_completes_the_path_that_is_typed(books: Path, driver: AppDriver) -> None:
    await driver.press("a")
    await driver.write("~/Audiob")
    await driver.press("tab", "tab")
    assert driver.app.screen.query_one(PathInput).value == "~/Audiobooks/list.m3u"
    await driver.press("enter")
    assert driver.services.asked_feeds.wishes == [("add", "~/Audiobooks/list.m3u")]
