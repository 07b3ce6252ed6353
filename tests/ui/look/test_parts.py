"""Lines of parts: fitted, spread, merged and highlighted."""

from __future__ import annotations

from tui_pod.ui.look.parts import HEAD, MATCH, PLAIN, QUIET, fit_parts, joined, lit_parts, spread_parts, width_of


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
