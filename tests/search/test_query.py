from __future__ import annotations

import pytest

from tui_pod.search.query import MAX_PHRASES, excerpt, parse_query


@pytest.mark.parametrize(
    ("typed", "text", "is_found"),
    [
        ("trans", "The Transformer", True),
        ("former", "The Transformer", False),
        ("ai", "It is aimed", False),
        ("ai", "What AI is", True),
        ("cafe", "Das Café", True),
        ("café", "the cafe", True),
        ("two words", "words come in two", True),
        ('"two words"', "words come in two", False),
        ('"two words"', "the two words", True),
        ("“two words”", "the two words", True),
        ('"two wor', "the two words", True),
        ('"two wor"', "the two words", False),
        ("words -two", "two words", False),
        ("words -two", "words of twofold", True),
        ('words -"of two"', "two of words", True),
        ("salesman's", "the travelling salesman’s problem", True),
        ("GPT-4", "from GPT-4 on", True),
        ("GPT-4", "4 of GPT", False),
        ("学習", "これは機械学習です", True),
        ("习", "これは機械学習です", False),
        ("한", "한국어", True),
        ("c++", "in C", True),
        ("AND OR NOT NEAR(a b)", "and or not near a b", True),
        ("title:one*", "title: one", True),
        ("strasse", "Straße", True),
    ],
)
def test_words_of_a_question_are_found_or_not(typed: str, text: str, is_found: bool) -> None:
    assert parse_query(typed).matches(text) is is_found


@pytest.mark.parametrize("typed", ["", " ", "-", '"', "++ --", '-""', "\0\x1b[2J\ud800"[:2]])
def test_question_without_letters_asks_for_nothing(typed: str) -> None:
    assert parse_query(typed).wanted == ()


def test_question_that_only_leaves_out_says_what_is_missing() -> None:
    query = parse_query("-two")
    assert query.wanted == ()
    assert query.notice is not None
    assert "besides" in query.notice


def test_question_of_ten_thousand_words_is_cut_and_says_so() -> None:
    query = parse_query(" ".join(f"word{number}" for number in range(10_000)))
    assert len(query.wanted) == MAX_PHRASES
    assert query.notice


def test_places_of_matches_are_those_in_the_text_as_it_is_shown() -> None:
    text = "Ein Café, zwei ＣＡＦＥs: cafeteria."
    assert [text[start:end] for start, end in parse_query("cafe").spans(text)] == ["Café", "ＣＡＦＥs", "cafeteria"]


def test_nearest_query_matches_a_text_with_any_of_the_words() -> None:
    query = parse_query("harbour whales")
    assert not query.matches("A whale.")
    assert query.nearest().matches("A whale.")
    assert not query.nearest().matches("A ship.")


def test_excerpt_begins_with_the_text_if_the_match_is_in_its_first_two_thirds() -> None:
    for before, is_cut in (("aa " + "a " * 18, False), ("a " * 20, True)):
        text = f"{before}needle {'behind ' * 20}"
        assert excerpt(parse_query("needle"), text, 60).startswith("…") is is_cut


def test_excerpt_of_a_long_text_shows_the_match() -> None:
    text = f"{'before ' * 100}needle{' behind' * 100}"
    shown = excerpt(parse_query("needle"), text, 60)
    assert "needle" in shown
    assert len(shown) <= 60
    assert shown.startswith("…")
    assert shown.endswith("…")
