"""Recognised words joined to sentences, and names picked for the recogniser."""

import pytest

from tui_pod.core.library.transcript import Cue
from tui_pod.speech.sentences import SentenceJoiner, Word, find_names


def words(text: str, start: float = 0.0) -> list[Word]:
    """Return the words of a text, half a second each."""
    return [Word(f" {word}", start + n / 2, start + n / 2 + 0.4) for n, word in enumerate(text.split())]


def join(*heard: Word) -> list[Cue]:
    """Return the sentences that some words make."""
    joiner = SentenceJoiner()
    return [*joiner.add(heard), *joiner.flush()]


def test_sentence_has_the_times_of_its_first_and_last_word() -> None:
    assert join(*words("It rained. We stayed in.")) == [
        Cue("It rained.", 0.0, 0.9),
        Cue("We stayed in.", 1.0, 2.4),
    ]


def test_sentence_is_given_once_the_next_begins_and_not_before() -> None:
    joiner = SentenceJoiner()
    assert list(joiner.add(words("It rained."))) == []
    assert [cue.text for cue in joiner.add(words("We", 1.0))] == ["It rained."]


@pytest.mark.parametrize("text", ["Dr. Who is not the name.", "It costs 3.5 percent.", "By J. R. Hartley."])
def test_mark_that_ends_no_sentence_splits_none(text: str) -> None:
    assert [cue.text for cue in join(*words(text))] == [text]


@pytest.mark.parametrize(("gap", "texts"), [(2.0, ["and then later"]), (2.01, ["and then", "later"])])
def test_silence_of_more_than_two_seconds_ends_a_sentence_without_a_mark(gap: float, texts: list[str]) -> None:
    heard = Word(" and", 0.0, 0.5), Word(" then", 0.5, 1.0), Word(" later", 1.0 + gap, 3.5)
    assert [cue.text for cue in join(*heard)] == texts


@pytest.mark.parametrize(("length", "count"), [(400, 1), (401, 2)])
def test_words_without_any_mark_are_cut_after_four_hundred_characters(length: int, count: int) -> None:
    assert len(join(Word("a" * length, 0.0, 1.0), Word(" word", 1.0, 2.0))) == count


def test_blank_words_are_no_sentence() -> None:
    assert join(Word(" ", 0.0, 1.0)) == []


def test_words_of_one_moment_last_at_least_a_little() -> None:
    assert join(Word(" Oh.", 2.0, 2.0)) == [Cue("Oh.", 2.0, 2.01)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("We talk to Ada Lovelace about RoPE. She lives in London.", "Ada Lovelace, RoPE, London"),
        ("ControlNet explained", "ControlNet"),
        ("Nobody knows. It is what it is, and I know.", ""),
        ("With Ada, with Ada and with Bob.", "Ada, Bob"),
        ("Ada Lovelace met us.", "Lovelace"),
        ("", ""),
    ],
)
def test_names_are_capitals_where_no_sentence_begins(text: str, names: str) -> None:
    assert find_names(text) == names


@pytest.mark.parametrize(("last", "count"), [(292, 2), (293, 1)])
def test_names_are_three_hundred_characters_at_most(last: int, count: int) -> None:
    assert find_names(f"with Ada-Lo and {'N' + 'n' * (last - 1)}").count(",") + 1 == count
