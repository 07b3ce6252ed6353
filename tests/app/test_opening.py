"""What is on the screen while a large library is read; which keys end it is tested in a journey."""

from __future__ import annotations

import pytest

from tui_pod.app.opening import draw
from tui_pod.core.text.escapes import CLEAR_LINE, HOME


def lines(width: int, height: int, percent: int = 50, is_ascii: bool = False) -> list[str]:
    painted = draw((width, height), percent, is_ascii)
    assert painted.startswith(HOME)
    return painted.removeprefix(HOME).replace(CLEAR_LINE, "").split("\r\n")


@pytest.mark.parametrize(("width", "height"), [(120, 40), (60, 12), (59, 12), (40, 12), (39, 12), (40, 11), (10, 3)])
def test_every_size_is_filled_and_nothing_is_wider(width: int, height: int) -> None:
    drawn = lines(width, height)
    assert len(drawn) == height
    assert max(map(len, drawn)) <= width
    assert any("Reading the library … 50 %"[:width].rstrip() in line for line in drawn)


def test_panes_are_those_of_the_library_with_the_progress_in_the_list() -> None:
    drawn = lines(80, 24)
    assert drawn[0].startswith(" 1 Library  2 Queue")
    assert drawn[1] == f"╭{'─' * 18}╮╭{'─' * 58}╮"
    assert drawn[19] == f"╰{'─' * 18}╯╰{'─' * 58}╯"
    assert [line[20:].strip("│ ") for line in drawn[9:12]] == [
        "Reading the library … 50 %", "━" * 12 + "╌" * 12, "Later starts read it from the cache.",
    ]  # fmt: skip
    assert (drawn[20:23], drawn[23]) == (["", "", ""], " q Quit  esc Quit")


@pytest.mark.parametrize(("width", "panes"), [(60, 2), (59, 1)])
def test_narrow_terminal_has_one_pane(width: int, panes: int) -> None:
    assert lines(width, 24)[1].count("╭") == panes


def test_terminal_too_small_for_panes_has_the_text_alone() -> None:
    for width, height in ((39, 24), (40, 11)):
        assert lines(width, height) == ["Reading the library … 50 %", *[""] * (height - 1)]


def test_screen_without_unicode_is_ascii() -> None:
    assert "".join(lines(80, 24, is_ascii=True)).isascii()


@pytest.mark.parametrize(("percent", "full"), [(0, 0), (4, 0), (5, 1), (99, 23), (100, 24)])
def test_bar_is_as_full_as_what_was_read(percent: int, full: int) -> None:
    assert "━" * full + "╌" * (24 - full) in "".join(lines(80, 24, percent))
