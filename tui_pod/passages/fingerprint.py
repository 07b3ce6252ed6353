"""Make the fingerprint of a recording: 15.6 words of 32 bits a second, in which equal sound differs in few bits.

Source: Haitsma and Kalker, A Highly Robust Audio Fingerprinting System, 2002. Each bit is the sign of how the energy
difference of two neighbouring bands changes in time, which survives encoding, loudness and filtering. Works with
numpy, in the process that finds passages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any, NamedTuple

import numpy as np

Words = np.ndarray[Any, np.dtype[np.uint32]]

SAMPLE_RATE = 8_000
"""Samples per second: telephone quality has all that is compared."""

FRAME, HOP = 3072, 512
"""Samples of which a spectrum is made, and between two of them: 384 and 64 ms."""

FINE = 2
"""Words a hop of a recording that is compared; of the others only the first is stored. Where a frame begins matters."""

LAG = 3
"""Hops between two frames that are compared: 192 ms. Adjacent ones overlap too much, and miss short jingles."""

STEP = HOP / SAMPLE_RATE
"""Seconds between two stored words."""

REACH = (LAG * HOP + FRAME) / SAMPLE_RATE
"""Seconds of sound in a word."""

BANDS = 33
LOWEST, HIGHEST = 300.0, 3400.0
"""Hz."""

SILENCE = 1e-7
"""Energy of a silent band; 1 is full scale. What is softer gives the same word again and again."""

DOUBTFUL = 4
"""Bits of a word that are most likely to be wrong, since the energy hardly differs."""

BLOCK = 10
"""Seconds that are worked on at once."""


class Fingerprint(NamedTuple):
    """A recording, or a part of one, to compare."""

    words: Words
    """`FINE` of them a step."""
    doubtful: Words
    """`DOUBTFUL` columns of one bit each, for each word."""

    @property
    def stored(self) -> Words:
        """The words that others are compared with."""
        return self.words[::FINE]


def fingerprint(samples: IO[bytes]) -> Iterator[Fingerprint]:
    """Yield the fingerprint of a recording, block by block; `samples` are of 16 bits and one channel."""
    hop, lag = HOP // FINE, LAG * FINE
    edges = np.geomspace(LOWEST, HIGHEST, BANDS + 1) * FRAME / SAMPLE_RATE
    starts = np.round(edges).astype(np.intp)
    window = np.hanning(FRAME).astype(np.float32)
    powers = np.uint32(1) << np.arange(31, -1, -1, dtype=np.uint32)
    rest, before = np.zeros(0, np.float32), np.zeros((0, BANDS), np.float32)
    while block := samples.read(2 * BLOCK * SAMPLE_RATE):
        sound = np.frombuffer(block[: len(block) // 2 * 2], "<i2").astype(np.float32) / np.float32(32_768)
        sound = np.concatenate((rest, sound))
        count = max(0, (len(sound) - FRAME) // hop + 1)
        rest = sound[count * hop :]
        if not count:
            continue
        frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::hop][:count]
        spectrum = np.fft.rfft(frames * window)[:, starts[0] : starts[-1]]
        energy = np.add.reduceat(spectrum.real**2 + spectrum.imag**2, starts[:-1] - starts[0], axis=1)
        bands = np.concatenate((before, np.log(energy / FRAME + SILENCE, dtype=np.float32)))
        before = bands[-lag:]
        slopes = bands[:, :-1] - bands[:, 1:]
        changes = slopes[lag:] - slopes[:-lag]
        words = np.packbits(changes > 0, axis=1).view(">u4").ravel().astype(np.uint32)
        yield Fingerprint(words, powers[np.argpartition(np.abs(changes), DOUBTFUL, axis=1)[:, :DOUBTFUL]])


def whole(parts: Iterable[Fingerprint]) -> Fingerprint:
    """Return the fingerprint that parts make up."""
    words, doubtful = [np.zeros(0, np.uint32)], [np.zeros((0, DOUBTFUL), np.uint32)]
    for part in parts:
        words.append(part.words)
        doubtful.append(part.doubtful)
    return Fingerprint(np.concatenate(words), np.concatenate(doubtful))
