"""Trim speech, measure its loudness, limit its peaks, and let a sentence sound as what it tells of.

Works on 24 kHz samples, with numpy, in the worker's process. Sources: ITU-R BS.1770-4 (loudness), and `DIRECTIONS` of
`tui_pod.core.text.speech`, by which a text says in brackets how a sentence sounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

Audio = np.ndarray[Any, np.dtype[np.float32]]
Samples = np.ndarray[Any, np.dtype[np.int16]]

SAMPLE_RATE = 24_000
"""Samples per second that the voice makes."""

BEFORE, AFTER = 0.05, 0.10
"""Seconds of silence that stay around a trimmed sentence."""

FLOOR = 0.001
"""Level below which a voice counts as silent: −60 dB, under a soft “th”; between its sentences it is at −90."""

LOUDNESS = -17.45
"""Loudness in LUFS before limiting and encoding, which lower it to −18, as is usual for podcasts (measured)."""

CEILING = 0.70
"""Highest sample, as a share of full scale: the true peak of the encoded file stays below −1 dB (measured)."""

BLOCK = SAMPLE_RATE // 50
"""Samples over which the limiter changes its gain."""

QUIETEST = 1e-7
"""Power below which loudness does not count: −70 LUFS."""

_GATE = 0.1
"""Share of the mean power below which a block does not count: −10 dB."""

_SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585)
_HIGH_PASS = (1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)
"""The standard's two filters, for 48 kHz: their numerators and denominators."""

TOKEN_GAP = 0.2
"""Seconds between two words that are spoken token by token."""

CUT_OFF = 700.0
"""Highest frequency, in Hz, of a voice that is muffled."""

NOISE = {"in heavy noise": 0.12, "in noise": 0.04, "in light noise": 0.01}
"""Level of the noise around a sentence; speech has about 0.1."""


def trim(audio: Audio) -> Audio:
    """Return speech with `BEFORE` and `AFTER` seconds of silence around it; empty if nothing is heard."""
    window = SAMPLE_RATE // 100
    count = len(audio) // window
    levels = np.sqrt(np.mean(np.square(audio[: count * window].reshape(count, window)), axis=1))
    heard = np.flatnonzero(levels > FLOOR)
    if not len(heard):
        return np.zeros(0, np.float32)
    begin = int(heard[0]) * window - int(BEFORE * SAMPLE_RATE)
    end = (int(heard[-1]) + 1) * window + int(AFTER * SAMPLE_RATE)
    padding = max(0, -begin), max(0, end - len(audio))
    return np.pad(audio[max(0, begin) : end], padding)


def block_powers(audio: Audio) -> list[float]:
    """Return the weighted power of each block of 0.4 s, a tenth of a second apart."""
    size, step = SAMPLE_RATE * 4 // 10, SAMPLE_RATE // 10
    length = 1 << (max(len(audio), size) - 1).bit_length()
    weighted = np.fft.irfft(np.fft.rfft(audio, length) * _weights(length), length)[: max(len(audio), size)]
    sums = np.concatenate(([0.0], np.cumsum(np.square(weighted))))
    starts = np.arange(0, len(weighted) - size + 1, step)
    return [float(power) for power in (sums[starts + size] - sums[starts]) / size]


@lru_cache(maxsize=4)
def _weights(length: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the standard's weight of each frequency."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(length, 1 / SAMPLE_RATE) / 48_000)
    weights: np.ndarray[Any, np.dtype[np.float64]] = np.abs(
        np.prod([np.polyval(b[::-1], z) / np.polyval(a[::-1], z) for b, a in (_SHELF, _HIGH_PASS)], axis=0)
    )
    return weights


def gain_for(powers: list[float]) -> float:
    """Return the factor that brings blocks of these powers to `LOUDNESS`; 1 if they are silent."""
    heard = np.array([power for power in powers if power > QUIETEST])
    if not len(heard):
        return 1.0
    loud = heard[heard >= heard.mean() * _GATE]
    return float(10 ** ((LOUDNESS + 0.691) / 20) / np.sqrt(loud.mean()))


def resampled(audio: Audio, rate: int) -> Audio:
    """Return audio of another rate at `SAMPLE_RATE`."""
    count = round(len(audio) * SAMPLE_RATE / rate)
    if not len(audio):
        return audio
    spectrum = np.fft.rfft(audio)
    kept = np.zeros(count // 2 + 1, np.complex128)
    kept[: min(len(kept), len(spectrum))] = spectrum[: len(kept)]
    return (np.fft.irfft(kept, count) * (count / len(audio))).astype(np.float32)


def faster(clip: Samples, factor: float) -> Samples:
    """Return speech that is `factor` times as fast at the same pitch.

    It is put together from overlapping windows, each taken where it goes on best from the one before (WSOLA).
    """
    half, reach = SAMPLE_RATE // 80, SAMPLE_RATE // 100
    window = np.hanning(2 * half + 1)[:-1].astype(np.float32)
    padded = np.pad(clip.astype(np.float32), (half, 3 * half + 2 * reach))
    steps = int(len(clip) / factor / half)
    made = np.zeros((steps + 1) * half, np.float32)
    at = 0
    for step in range(steps):
        wish = min(round(step * half * factor), len(clip))
        if step:
            low = max(0, wish - reach)
            following = padded[at + half : at + 3 * half]  # what would go on without a seam
            found = padded[low : wish + reach + 2 * half]
            at = low + int(np.argmax(np.correlate(found, following, "valid")))
        made[step * half : (step + 2) * half] += padded[at : at + 2 * half] * window
    return made[half:].astype(np.int16)


def limit(audio: Audio) -> Audio:
    """Return audio whose samples stay below `CEILING`: the gain sinks around a peak, and nothing is clipped."""
    count = -(-len(audio) // BLOCK)
    padded = np.pad(np.abs(audio), (0, count * BLOCK - len(audio)))
    gains = np.minimum(1.0, CEILING / np.maximum(padded.reshape(count, BLOCK).max(axis=1), CEILING))
    around = np.pad(gains, 1, mode="edge")
    lowest = np.minimum(np.minimum(around[:-2], around[1:-1]), around[2:])  # so that a ramp is low enough for both
    centres = (np.arange(count) + 0.5) * BLOCK
    smooth = np.interp(np.arange(len(audio)), centres, lowest).astype(np.float32)
    limited: Audio = audio * smooth
    return limited


def thinking_tone(length: int) -> Samples:
    """Return a soft tone of so many samples, which fades as a bell does while a listener thinks.

    Shortening of silence cuts what is 34 dB below speech; the tone stays above that to its end, so the pause stays.
    """
    times = np.arange(length) / SAMPLE_RATE
    level = 0.05 * (0.008 / 0.05) ** (times / max(length / SAMPLE_RATE, 1e-3))
    edges = np.minimum(1.0, np.minimum(times / 0.05, times[::-1] / 0.1))
    tone = np.sin(2 * np.pi * 440 * times) + 0.4 * np.sin(2 * np.pi * 660 * times)
    return (tone * level * edges * 32767.0).astype("<i2")


def with_effect(effect: str, parts: Sequence[Audio]) -> Audio:
    """Return a sentence, trimmed, with an effect; none if that is empty. Its `parts` were spoken one by one."""
    if effect == "token by token":
        gap = np.zeros(int(TOKEN_GAP * SAMPLE_RATE), np.float32)
        return trim(np.concatenate([piece for part in parts for piece in (trim(part), gap)][:-1]))
    clip = trim(np.concatenate(parts))
    if effect == "muffled":
        spectrum = np.fft.rfft(clip)
        spectrum[np.fft.rfftfreq(len(clip), 1 / SAMPLE_RATE) > CUT_OFF] = 0
        return np.fft.irfft(spectrum, len(clip)).astype(np.float32)
    if effect in NOISE:
        return (clip + NOISE[effect] * np.random.default_rng(0).standard_normal(len(clip))).astype(np.float32)
    return clip
