"""Equal sound has nearly equal words, whatever its level and place; the blocks in which it is read do not matter."""

import io
from typing import Any

import numpy as np
import pytest

from tui_pod.passages.fingerprint import BLOCK, HOP, REACH, SAMPLE_RATE, STEP, Words, fingerprint, whole

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
