"""Recognised words joined to sentences, and names picked for the recogniser."""

from __future__ import annotations

import pytest

from tui_pod.core.library.transcript import Cue
from tui_pod.speech.sentences import LONGEST, LONGEST_GAP, SentenceJoiner, Word, find_names


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


def test_long_silence_ends_a_sentence_without_a_mark() -> None:
    heard = [*words("and then"), *words("later on", 1.0 + LONGEST_GAP)]
    assert [cue.text for cue in join(*heard)] == ["and then", "later on"]


def test_words_without_any_mark_are_cut_somewhere() -> None:
    assert all(len(cue.text) < LONGEST + 20 for cue in join(*words("word " * 500)))


def test_words_of_one_moment_last_at_least_a_little() -> None:
    assert join(Word(" Oh.", 2.0, 2.0)) == [Cue("Oh.", 2.0, 2.01)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("We talk to Ada Lovelace about RoPE. She lives in London.", "Ada Lovelace, RoPE, London"),
        ("ControlNet explained", "ControlNet"),
        ("Nobody knows. It is what it is, and I know.", ""),
        ("With Ada, with Ada and with Bob.", "Ada, Bob"),
    ],
)
def test_names_are_capitals_where_no_sentence_begins(text: str, names: str) -> None:
    assert find_names(text) == names


def test_names_are_no_more_than_a_model_takes_in() -> None:
    assert 200 < len(find_names(" and ".join(f"Name{n:03}" for n in range(500)))) <= 300
