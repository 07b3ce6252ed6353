"""The chime between two narrations: computed here, so it needs no recording."""

from __future__ import annotations

import array
import math
import sys
import wave
from pathlib import Path

from tui_pod.runtime.files import make_folder

SAMPLE_RATE = 24_000

LENGTH = 1.9
"""Seconds; with the silence at the end of one narration and at the start of the next, their voices are 2.5 s apart."""

NOTES = ((0.3, 587.33), (0.52, 880.0))
"""When each note begins, in seconds, and its frequency in hertz: D5 and A5."""

PARTIALS = ((1, 1.0, 0.30), (2, 0.35, 0.16), (3, 0.12, 0.09))
"""The multiples of a note's frequency, how loud they are, and the seconds in which they fade to a third."""

LEVEL = 0.09
"""Peak of a note's first partial: the chime is softer than the voice."""

ATTACK = 0.006
"""Seconds in which a note begins; at once would be a click."""


def chime_file(folder: Path) -> Path:
    """Return the chime's WAV file in a folder; write it if it is not there. Raises OSError."""
    path = folder / f"chime-{LENGTH}.wav"
    if not path.is_file():
        make_folder(folder)
        temp = path.with_suffix(".part")
        with wave.open(str(temp), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(_samples().tobytes())
        temp.replace(path)
    return path


def _samples() -> array.array[int]:
    sums = [0.0] * int(LENGTH * SAMPLE_RATE)
    for begin, frequency in NOTES:
        first = int(begin * SAMPLE_RATE)
        fade = len(sums) - first
        for multiple, loudness, decay in PARTIALS:
            step = 2 * math.pi * frequency * multiple / SAMPLE_RATE
            for n in range(fade):
                time = n / SAMPLE_RATE
                shape = min(1.0, time / ATTACK) * math.exp(-time / decay) * (1 - n / fade)
                sums[first + n] += LEVEL * loudness * shape * math.sin(step * n)
    samples = array.array("h", (round(32767 * value) for value in sums))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples
