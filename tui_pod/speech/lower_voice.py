"""A second speaker made from the first one's voice: lower, and with the resonances of a larger throat.

The voice predicts a spectrum for every 12.5 ms and its pitch. Both are changed before they become sound, so the pace
stays. Runs in the narrator's process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from hibari import Hibari

    from tui_pod.speech.mastering import Audio

PITCH = 0.58
"""Factor of the pitch: from about 190 Hz, as of many women, to 110 Hz, as of many men."""

RESONANCES = 0.86
"""Factor of the resonances: men have theirs about a seventh lower."""

SMOOTH = 50
"""Detail of the spectrum that is kept. The old pitch shows in it from about 75, and must not."""

RESIDUE, VOICED = -1.4, 40.0
"""Change of the part that keeps the old pitch, as a natural logarithm: −12 dB, and the pitch in Hz from which it is."""


class LowerVoice:
    """Speaks as another person than `voice`, with the same pronunciation and pace."""

    def __init__(self, voice: Hibari) -> None:
        self._voice = voice

    def phonemize(self, text: str) -> list[str]:
        """Return the phonemes of each sentence."""
        return self._voice.phonemize(text)

    def from_phonemes(self, phonemes: str, speed: float, seed: int) -> Audio:
        """Return the sound of a sentence, at 24 kHz."""
        from hibari import dsp  # an extra: may be missing

        ids = self._voice.ids(phonemes)
        if len(ids) < 3:  # only its ends
            return np.zeros(0, np.float32)
        inputs = {"ids": np.array([ids], np.int64), "speed": np.array([speed], np.float32)}
        harmonics, phase, noise, residue, angle, pitch = (part[0] for part in self._voice.sess.run(None, inputs))
        size = len(harmonics)
        lower = np.minimum(np.arange(size) / RESONANCES, size - 1).round().astype(int)
        residue = residue + np.where(pitch > VOICED, RESIDUE, 0.0).astype(np.float32)
        parts = _smooth(harmonics)[lower], phase[lower], noise[lower], residue[lower]
        return dsp.synth(*parts, angle[lower], pitch * np.float32(PITCH), np.random.default_rng(seed))


def _smooth(spectrum: Audio) -> Audio:
    """Return a spectrum, frequencies by times, in decibels or alike, without its finer detail over the frequencies."""
    mirrored = np.fft.rfft(np.concatenate([spectrum, spectrum[-2:0:-1]]), axis=0)
    mirrored[SMOOTH:] = 0
    return np.fft.irfft(mirrored, 2 * len(spectrum) - 2, axis=0)[: len(spectrum)].astype(np.float32)
