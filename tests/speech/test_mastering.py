"""Speech trimmed, measured and limited, on tones whose loudness the standard gives."""

import numpy as np
import pytest

from tui_pod.speech.mastering import Audio, block_powers, faster, gain_for, limit, trim

RATE = 24_000


def tone(seconds: float, level: float = 1.0) -> Audio:
    """Return a sine of 997 Hz."""
    return (level * np.sin(2 * np.pi * 997 * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def silence(seconds: float) -> Audio:
    return np.zeros(round(seconds * RATE), np.float32)


@pytest.mark.parametrize(("before", "after"), [(1.0, 1.0), (0.02, 0.03), (0.0, 0.0), (0.05, 0.1)])
def test_speech_is_trimmed_or_padded_to_a_twentieth_before_and_a_tenth_of_a_second_after(
    before: float, after: float
) -> None:
    trimmed = trim(np.concatenate([silence(before), tone(1.0, 0.1), silence(after)]))
    assert len(trimmed) == round(1.15 * RATE)
    assert not trimmed[: round(0.05 * RATE)].any()
    assert trimmed[round(0.05 * RATE) + 5]
    assert not trimmed[-round(0.1 * RATE) :].any()


@pytest.mark.parametrize(("level", "is_heard"), [(0.0015, True), (0.0013, False), (0.0, False)])
def test_what_is_below_sixty_decibels_is_silence(level: float, is_heard: bool) -> None:
    assert bool(len(trim(tone(1.0, level)))) is is_heard


@pytest.mark.parametrize(("seconds", "blocks"), [(0.1, 1), (0.4, 1), (0.49, 1), (0.5, 2), (1.0, 7)])
def test_power_is_measured_over_four_tenths_of_a_second_a_tenth_apart(seconds: float, blocks: int) -> None:
    assert len(block_powers(tone(seconds))) == blocks


def test_tone_of_full_scale_has_the_power_of_the_standard() -> None:
    loudness = -0.691 + 10 * np.log10(block_powers(tone(3.0))[5:-5])
    assert loudness == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize(
    ("powers", "loudness"),
    [([0.5], 0.5), ([0.5, 0.5, 1e-7], 0.5), ([0.5, 0.02], 0.5), ([0.5, 0.03], 0.265), ([0.5, 0.1], 0.3)],
)
def test_gain_is_for_the_mean_of_what_is_no_pause(powers: list[float], loudness: float) -> None:
    after = loudness * gain_for(powers) ** 2
    assert -0.691 + 10 * np.log10(after) == pytest.approx(-17.45)


@pytest.mark.parametrize("powers", [[], [0.0], [1e-7]])
def test_gain_of_silence_is_none(powers: list[float]) -> None:
    assert gain_for(powers) == 1.0


def test_quiet_audio_is_left_as_it_is() -> None:
    audio = tone(0.5, 0.69)
    assert np.array_equal(limit(audio), audio)


@pytest.mark.parametrize("seconds", [0.5, 0.501])
def test_loud_audio_stays_below_the_ceiling(seconds: float) -> None:
    limited = limit(tone(seconds, 2.0))
    assert (len(limited), np.abs(limited).max()) == (round(seconds * RATE), pytest.approx(0.7, abs=0.005))


def test_peak_lowers_only_what_is_around_it() -> None:
    audio = np.full(RATE, 0.5, np.float32)
    audio[RATE // 2] = 1.4
    limited = limit(audio)
    assert limited[RATE // 2] == pytest.approx(0.7)
    lowered = np.flatnonzero(limited < 0.499) / RATE
    assert 0.45 < np.min(lowered) < 0.49
    assert 0.52 < np.max(lowered) < 0.56
    assert limited[round(0.485 * RATE)] > limited[round(0.495 * RATE)]


@pytest.mark.parametrize("factor", [0.85, 1.0, 1.25, 1.6])
def test_faster_speech_keeps_pitch_and_level(factor: float) -> None:
    time = np.arange(2 * RATE) / RATE
    tone = (8_000 * np.sin(2 * np.pi * 220 * time)).astype(np.int16)
    made = faster(tone, factor)
    assert len(made) == pytest.approx(len(tone) / factor, abs=600)
    inner = made[2_400:-2_400].astype(np.float32)
    crossings = np.count_nonzero(np.diff(np.signbit(inner)))
    assert crossings / (len(inner) / RATE) / 2 == pytest.approx(220, rel=0.01)
    levels = np.sqrt(np.mean(np.square(inner[: len(inner) // 480 * 480].reshape(-1, 480)), axis=1))
    assert levels.min() > 0.85 * levels.max(), "no window cancels another"
