"""What two fingerprints have in common is found, through errors and at another speed; what only looks alike is not."""

from typing import Any

import numpy as np
import pytest

from tui_pod.passages.fingerprint import FINE, STEP, Fingerprint, Words
from tui_pod.passages.matching import LEAD, MOST_MATCHES, TAIL, Match, Matcher

MINUTE = round(60 / STEP)

Chance = np.random.Generator


@pytest.fixture
def chance() -> Chance:
    return np.random.default_rng(1)


def talk(chance: Chance, words: int) -> Words:
    """Return words that occur once."""
    return chance.integers(0, 1 << 32, words, dtype=np.uint32)


def damaged(words: Words, chance: Chance, share: float) -> Words:
    """Return words of which a share of the bits is wrong, as after another encoding."""
    wrong = chance.random((len(words), 32)) < share
    return words ^ np.packbits(wrong, axis=1).view(">u4").ravel().astype(np.uint32)


def within(parts: list[Words]) -> Words:
    return np.concatenate(parts)


def find_matches(ours: Words, theirs: Words) -> list[Match]:
    """Compare a recording, whose words between the stored ones are like none, with another."""
    between = np.random.default_rng(2).integers(0, 1 << 32, (len(ours), FINE - 1), dtype=np.uint32)
    words = np.concatenate((ours[:, None], between), axis=1).ravel()
    return Matcher(Fingerprint(words, np.zeros((len(words), 0), np.uint32))).find(theirs)


def near(match: Match, start: float, end: float) -> Any:
    """Return whether the words of a match are those from `start` to `end`, in words."""
    return (match.start - LEAD, match.end - TAIL) == pytest.approx((start * STEP, end * STEP), abs=0.4)


@pytest.mark.parametrize("errors", [0.0, 0.1, 0.2])
def test_passage_with_errors_is_found_in_both_recordings(chance: Chance, errors: float) -> None:
    jingle = talk(chance, 470)
    ours = within([talk(chance, 1000), jingle, talk(chance, 1000)])
    theirs = within([talk(chance, 3000), damaged(jingle, chance, errors), talk(chance, 100)])
    (match,) = find_matches(ours, theirs)
    assert near(match, 1000, 1470)
    assert (match.other_start - match.start, match.other_end - match.end) == pytest.approx((2000 * STEP,) * 2)


def test_word_whose_bits_are_all_set_is_a_word_like_others(chance: Chance) -> None:
    jingle = talk(chance, 470)
    jingle[200] = 0xFFFFFFFF
    ours, theirs = within([talk(chance, 1000), jingle]), within([talk(chance, 500), jingle])
    (match,) = find_matches(ours, theirs)
    assert near(match, 1000, 1470)


def test_unrelated_recordings_have_nothing_in_common(chance: Chance) -> None:
    assert find_matches(talk(chance, 60 * MINUTE), talk(chance, 60 * MINUTE)) == []


def test_half_of_the_bits_wrong_is_unrelated(chance: Chance) -> None:
    words = talk(chance, 2000)
    assert find_matches(words, damaged(words, chance, 0.45)) == []


def test_passage_of_another_speed_is_found_with_the_times_of_both(chance: Chance) -> None:
    ad = talk(chance, 600)
    kept = np.arange(600) % 50 != 0  # 2 % faster
    theirs = within([talk(chance, 900), ad[kept], talk(chance, 500)])
    found = sorted(find_matches(within([talk(chance, 500), ad, talk(chance, 500)]), theirs))
    assert sum(match.end - match.start for match in found) == pytest.approx(600 * STEP, rel=0.2)
    for match in found:
        assert match.other_start == pytest.approx((900 * STEP) + (match.start - 500 * STEP) * 0.98, abs=0.3)


def test_passage_with_other_words_inside_is_parted_there(chance: Chance) -> None:
    first, second = talk(chance, 200), talk(chance, 200)
    ours = within([first, talk(chance, 60), second])
    theirs = within([talk(chance, 300), first, talk(chance, 60), second, talk(chance, 300)])
    found = find_matches(ours, theirs)
    assert [near(match, *place) for match, place in zip(found, ((0, 200), (260, 460)), strict=True)] == [True, True]


def test_two_places_of_one_recording_are_both_found(chance: Chance) -> None:
    jingle = talk(chance, 150)
    theirs = within([talk(chance, 400), jingle, talk(chance, 400), jingle, talk(chance, 400)])
    found = find_matches(within([talk(chance, 100), jingle, talk(chance, 100)]), theirs)
    assert sorted(round((match.other_start - LEAD) / STEP) for match in found) == pytest.approx([400, 950], abs=6)


def test_rerun_of_an_hour_is_found_whole(chance: Chance) -> None:
    hour = talk(chance, 60 * MINUTE)
    found = find_matches(hour, within([talk(chance, 77), damaged(hour, chance, 0.1)]))
    assert sum(match.end - match.start for match in found) == pytest.approx(3600, rel=0.01)


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(np.zeros(500, np.uint32), id="silence"),
        pytest.param(np.full(500, 0xF0F0F0F0, np.uint32), id="a tone"),
        pytest.param(np.tile(np.arange(40, dtype=np.uint32) * 0x9E3779B9 & 0xFFFFFFFF, 40), id="a loop"),
    ],
)
def test_what_every_recording_has_is_no_evidence(chance: Chance, same: Words) -> None:
    ours, theirs = (within([talk(chance, 500), same, talk(chance, 500)]) for _ in range(2))
    assert find_matches(ours, theirs) == []


def test_an_equal_second_is_no_match(chance: Chance) -> None:
    phrase = talk(chance, round(1.0 / STEP))
    assert find_matches(within([talk(chance, 500), phrase]), within([phrase, talk(chance, 500)])) == []


def test_recordings_of_loops_have_few_matches_and_end_soon(chance: Chance) -> None:
    loop = talk(chance, 10 * MINUTE)
    found = find_matches(np.tile(loop, 8), np.tile(loop, 9))
    assert 0 < len(found) <= MOST_MATCHES


@pytest.mark.parametrize("sizes", [(0, 0), (0, 100), (1, 1), (10, 3000)])
def test_tiny_recordings_have_nothing_in_common(chance: Chance, sizes: tuple[int, int]) -> None:
    assert find_matches(talk(chance, sizes[0]), talk(chance, sizes[1])) == []
