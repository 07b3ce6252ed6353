"""The second speaker of a dialogue, as heard: the real voice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tui_pod.speech.narrator import has_voice

if TYPE_CHECKING:
    from tui_pod.speech.mastering import Audio

pytestmark = pytest.mark.skipif(not has_voice(), reason="the voice is not installed: pip install hibari-tts")

SENTENCES = (
    "You download the file with the dials, and no letter ever leaves the house.",
    "Then perhaps the leap is in the ruler.",
    "Mine says times four, and I get twelve.",
)


def pitch(sound: Audio) -> float:
    """Return the median pitch of the louder parts, in Hz, by their autocorrelation."""
    import numpy as np

    rate, size = 24_000, 1200
    found = []
    for start in range(0, len(sound) - size, size // 2):
        part = sound[start : start + size] * np.hanning(size)
        if np.square(part).mean() < np.square(sound).mean() / 2:
            continue
        alike = np.fft.irfft(np.abs(np.fft.rfft(part, 4 * size)) ** 2)
        period = rate // 350 + int(np.argmax(alike[rate // 350 : rate // 70]))
        if alike[period] > 0.4 * alike[0]:
            found.append(rate / period)
    return float(np.median(found))


def test_second_speaker_has_the_pitch_of_a_man_at_the_same_pace() -> None:
    from hibari import Hibari

    from tui_pod.speech.lower_voice import LowerVoice

    first = Hibari(voice="heart")
    second = LowerVoice(first)
    for sentence in SENTENCES:
        (phonemes,) = second.phonemize(sentence)
        high, low = (voice.from_phonemes(phonemes, 1.0, 0) for voice in (first, second))
        assert 165 < pitch(high) < 260
        assert 85 < pitch(low) < 145
        assert len(low) == len(high)


def test_sentence_without_phonemes_is_silent() -> None:
    from hibari import Hibari

    from tui_pod.speech.lower_voice import LowerVoice

    assert len(LowerVoice(Hibari(voice="heart")).from_phonemes("", 1.0, 0)) == 0
