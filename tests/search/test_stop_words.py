"""The language of a question decides which of its words say little, and which endings are cut off."""

import pytest

from tui_pod.search.query import guess_language


@pytest.mark.parametrize(
    ("question", "common"),
    [("how does the ship work", "the"), ("wie geht das schiff", "wie"), ("comment ca marche avec le bateau", "le"),
     ("como funciona el barco", "el"), ("hoe werkt het schip", "het")],
)  # fmt: skip
def test_language_is_the_one_with_the_most_stop_words(question: str, common: str) -> None:
    language = guess_language(question.split())
    assert common in language.stop_words
    assert not {"schiff", "ship", "bateau", "barco", "schip"} & language.stop_words


def test_question_without_stop_words_is_english_and_loses_none() -> None:
    language = guess_language(["harbour", "lights"])
    assert not language.stop_words
    assert language.stem("lights") == "light"


def test_first_of_two_languages_is_taken() -> None:
    assert guess_language(["in"]).stem("sailing") == "sail"


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("sailing", "sail"), ("king", "king"), ("cars", "car"), ("gas", "gas"), ("does", "doe"),
        ("splitting", "split"), ("planned", "plan"), ("falling", "fall"), ("missed", "miss"),
    ],
)  # fmt: skip
def test_ending_is_cut_off_if_enough_remains(word: str, stem: str) -> None:
    assert guess_language(["the"]).stem(word) == stem
