"""What two fingerprints have in common is found, through errors and at another speed; what only looks alike is not.

Equal sound has nearly equal words, whatever its level and place; the blocks in which it is read do not matter.
"""

import io
from typing import Any

import numpy as np
import pytest

from tui_pod.passages.fingerprint import (
    BLOCK,
    FINE,
    HOP,
    REACH,
    SAMPLE_RATE,
    STEP,
    Fingerprint,
    Words,
    fingerprint,
    whole,
)
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


Sound = np.ndarray[Any, np.dtype[np.float64]]


def noise(seconds: float, seed: int = 1) -> Sound:
    """Return sound whose spectrum changes all the time, as that of speech and music does."""
    chance = np.random.default_rng(seed)
    pieces = [np.convolve(chance.normal(size=2000), chance.normal(size=40), "same") for _ in range(int(seconds * 4))]
    return np.concatenate(pieces) / 40


def words(sound: Sound) -> Words:
    samples = np.clip(sound * 8_000, -32_768, 32_767).astype("<i2").tobytes()
    return whole(fingerprint(io.BytesIO(samples))).stored


def errors(first: Words, second: Words) -> float:
    """Return the share of bits that differ."""
    return float(np.bitwise_count(first ^ second).mean() / 32)


def test_words_come_one_every_step_until_the_sound_ends() -> None:
    for seconds in (2 * BLOCK, 2 * BLOCK + 7):
        assert len(words(noise(seconds))) == pytest.approx((seconds - REACH) / STEP, abs=1)


def test_unrelated_sound_differs_in_half_of_the_bits() -> None:
    assert errors(words(noise(20)), words(noise(20, seed=2))) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("change", "most"),
    [
        pytest.param(lambda sound: sound * 0.2, 0.02, id="softer"),
        pytest.param(lambda sound: np.clip(sound, -1.5, 1.5), 0.15, id="limited"),
        pytest.param(lambda sound: sound + noise(20, seed=3) * 0.1, 0.15, id="with noise"),
        pytest.param(lambda sound: np.roll(sound, HOP // 2), 0.25, id="half a step later"),
    ],
)
def test_changed_sound_keeps_most_bits(change: Any, most: float) -> None:
    sound = noise(20)
    assert errors(words(sound), words(change(sound))) <= most


def test_words_do_not_depend_on_the_blocks_they_are_read_in() -> None:
    sound = noise(2 * BLOCK)
    whole, later = words(sound), words(sound[100 * HOP :])
    assert np.array_equal(whole[100:], later)


@pytest.mark.parametrize("size", [0, 1, 2 * HOP + 1, 2 * SAMPLE_RATE // 3])
def test_hardly_any_sound_has_no_words(size: int) -> None:
    assert len(whole(fingerprint(io.BytesIO(b"\1" * size))).words) == 0


def test_silence_is_the_same_word_again_and_again() -> None:
    assert len(set(words(np.zeros(10 * SAMPLE_RATE)).tolist())) == 1
