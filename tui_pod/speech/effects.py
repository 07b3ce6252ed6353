"""Let a narrator's sentence sound as what it tells of: a text says how in brackets. Works in the worker's process.

Source of what a text may say: `tui_pod.core.text.speech.DIRECTIONS`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tui_pod.speech.mastering import SAMPLE_RATE, Audio, trim

TOKEN_GAP = 0.2
"""Seconds between two words that are spoken token by token."""

CUT_OFF = 700.0
"""Highest frequency, in Hz, of a voice that is muffled."""

NOISE = 0.12, 0.0005
"""Level of the noise at the start of a sentence that comes out of it, and at its end; speech has about 0.1."""


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
    if effect == "out of noise":
        first, last = NOISE
        levels = first * (last / first) ** np.linspace(0, 1, len(clip))
        return (clip + levels * np.random.default_rng(0).standard_normal(len(clip))).astype(np.float32)
    return clip
