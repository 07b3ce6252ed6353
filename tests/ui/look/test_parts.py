"""Lines of parts: fitted, spread, merged and highlighted."""

from typing import cast

from rich.style import Style
from textual.app import App

from tests.app_driver import AppDriver
from tui_pod.ui.look.parts import (
    ACCENT,
    CURSOR,
    FAULT,
    HEAD,
    IDLE,
    LINE,
    MATCH,
    NOW,
    PLAIN,
    PLAYED,
    QUIET,
    RAIL,
    STARTED,
    TAB,
    fit_parts,
    joined,
    lit_parts,
    look,
    spread_parts,
    width_of,
)


def test_parts_are_padded_or_cut_with_an_ellipsis() -> None:
    assert fit_parts([("ab", HEAD)], 4) == [("ab", HEAD), ("  ", PLAIN)]
    assert fit_parts([("ab", HEAD), ("cdef", QUIET)], 4) == [("ab", HEAD), ("c…", QUIET)]
    assert fit_parts([("abcd", HEAD), ("e", QUIET)], 4) == [("abc…", HEAD)]


def test_left_part_is_cut_before_the_right_one() -> None:
    parts = spread_parts([("a long title", HEAD)], [("1:45", QUIET)], 10)
    assert parts == [("a lo…", HEAD), (" ", PLAIN), ("1:45", QUIET)]
    assert width_of(parts) == 10


def test_right_part_without_room_is_left_out() -> None:
    assert spread_parts([("abc", HEAD)], [("1:45", QUIET)], 4) == [("abc", HEAD), (" ", PLAIN)]


def test_neighbours_of_one_look_are_merged() -> None:
    assert joined([("a", HEAD), ("b", HEAD), ("c", QUIET)]) == [("ab", HEAD), ("c", QUIET)]


def test_spans_are_highlighted_and_nothing_empty_is_kept() -> None:
    assert lit_parts("one two", [(0, 3)], PLAIN) == [("one", MATCH), (" two", PLAIN)]
    assert lit_parts("one", [(0, 3)], PLAIN) == [("one", MATCH)]


def test_right_part_needs_a_space_beside_it() -> None:
    assert spread_parts([("abc", HEAD)], [("1:45", QUIET)], 5) == [(" ", PLAIN), ("1:45", QUIET)]
    assert spread_parts([("abc", HEAD)], [], 4) == [("abc", HEAD), (" ", PLAIN)]


def test_part_that_fills_the_room_is_cut_only_if_more_follows() -> None:
    assert fit_parts([("abcd", HEAD), ("", QUIET)], 4) == [("abcd", HEAD), ("", QUIET)]
    assert fit_parts([("abcd", HEAD)], 0) == []


def style_of(driver: AppDriver, name: str, behind: str = "") -> Style:
    return look(cast("App[object]", driver.app), name, behind)


async def test_looks_of_headings_and_faults_are_bold_and_matches_reversed(driver: AppDriver) -> None:
    bold = {name for name in (PLAIN, HEAD, QUIET, ACCENT, STARTED, PLAYED, FAULT, NOW, RAIL, MATCH, LINE, TAB)
            if style_of(driver, name).bold}  # fmt: skip
    assert bold == {HEAD, FAULT, NOW, TAB}
    assert [bool(style_of(driver, name).reverse) for name in (MATCH, TAB, HEAD)] == [True, True, False]
    assert style_of(driver, PLAIN).bgcolor is None
    assert style_of(driver, PLAIN, CURSOR).bgcolor != style_of(driver, PLAIN, IDLE).bgcolor


async def test_cursor_of_the_terminals_own_colours_is_reversed_and_quiet_text_dim(driver: AppDriver) -> None:
    driver.app.theme = "ansi-dark"
    await driver.settle()
    lit = style_of(driver, PLAIN, CURSOR)
    assert lit.reverse
    assert style_of(driver, PLAIN).reverse is None
    assert [bool(style_of(driver, name).dim) for name in (QUIET, PLAIN, ACCENT)] == [True, False, False]
