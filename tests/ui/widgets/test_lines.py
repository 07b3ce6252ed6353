"""The header and the key line: what is left out where there is no room, and what a click does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rich.style import Style
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from tests.app_driver import WidgetHost, run_app
from tui_pod.core.actions import BY_ID
from tui_pod.core.library.library import Library
from tui_pod.ui.widgets.lines import HeaderLine, KeyLine, Tab

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
        ("", 46, "4 played · 3 h left"),
        ("", 45, "3 h left"),
        ("", 33, "3 h left"),
        ("", 32, "3 "),
        ("Ab", 48, "4 played · 3 h left"),
        ("Ab", 47, "3 h left"),
        ("Basics › Numbers › Primes", 60, "4 played · 3 h left"),  # the least room of a path
        ("Basics › Numbers › Primes", 59, "3 h left"),
    ],
)
async def test_header_keeps_the_time_left_longest(left: str, width: int, right: str) -> None:
    async with shown(width) as (app, _):
        text = header(app, left, "4 played · 3 h left").text
        assert text.rstrip().endswith(f" {right.strip()}")
        assert ("played" in text) is ("played" in right)


async def test_header_shows_the_path_while_it_has_its_least_room() -> None:
    tabs, right = len(" 1 Library  2 Queue 3 "), len("3 h left ")
    for width, is_shown in ((tabs + right + 14, False), (tabs + right + 15, True)):
        async with shown(width) as (app, _):
            assert ("Primes" in header(app, "Basics › Numbers › Primes", "3 h left").text) is is_shown


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
    async with shown(len(" 1 Library  2 Queue 3 ") + len("   ") + room + len(" 3 h left ")) as (app, _):
        assert header(app, "Basics › Numbers › Primes", "3 h left").text.endswith(
            f"  {path}{' ' * (room - len(path))}  3 h left "
        )


async def test_last_topic_that_is_too_long_is_cut_alone() -> None:
    async with shown(len(" 1 Library  2 Queue 3 ") + len("   ") + 14 + len(" 3 h left ")) as (app, _):
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
