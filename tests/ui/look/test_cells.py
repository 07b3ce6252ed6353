"""Text cut, padded, wrapped and searched in terminal cells."""

import pytest

from tui_pod.ui.look.cells import find_words, fit, keep_remedy, meter, split_title, wrap


@pytest.mark.parametrize(
    ("share", "shown"), [(0.0, "╌╌╌╌"), (0.01, "━╌╌╌"), (0.5, "━━╌╌"), (0.99, "━━━╌"), (1.0, "━━━━")]
)
def test_meter_shows_any_share_and_is_full_only_at_the_end(share: float, shown: str) -> None:
    assert "".join(meter(share, 4)) == shown


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [("one", 5, "one  "), ("one", 3, "one"), ("four", 3, "fo…"), ("字字字", 4, "字… "), ("one", 0, "")],
)
def test_text_is_fitted_to_cells(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


@pytest.mark.parametrize(
    ("text", "lines"), [("one two", ["one", "two"]), ("a b c", ["a b c"]), ("sixsix", ["sixsi", "x"]), ("", [""])]
)
def test_text_is_wrapped_at_spaces_and_within_longer_words(text: str, lines: list[str]) -> None:
    assert wrap(text, 5) == lines


def test_title_is_split_at_its_first_dash() -> None:
    assert split_title("Head — tail — more") == ("Head", "tail — more")
    assert split_title("Head") == ("Head", "")


def test_overlapping_words_are_found_as_one_span() -> None:
    assert find_words("Attention, please", ["atten", "tention", "please"]) == [(0, 9), (11, 17)]


def test_words_are_found_in_a_text_that_changes_its_length_when_folded() -> None:
    assert find_words("…eine Straße hier", ["strasse", "hier"]) == [(6, 12), (13, 17)]
    assert find_words("Straße", ["gasse"]) == []


def test_notice_that_is_one_cell_too_long_is_cut_where_one_sees_it() -> None:
    assert keep_remedy("It failed. Press u.", 18) == "It faile… Press u."
    assert keep_remedy("It failed. Press u.", 19) == "It failed. Press u."
    assert keep_remedy("It failed badly. Press u for more of it.", 24) == "It fail… Press u for mo…"
