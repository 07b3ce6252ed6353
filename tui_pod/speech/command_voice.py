"""A voice that is a command of the listener's: a sentence on its standard input, a WAV on its standard output.

Runs in the narrator's process.
"""

from __future__ import annotations

import io
import subprocess
import wave
from collections.abc import Sequence

import numpy as np

from tui_pod.speech.mastering import SAMPLE_RATE, Audio, resampled

TIME_LIMIT = 60.0
"""Seconds that it may take for one sentence; most load a model each time."""

SAID = 200
"""Maximum number of characters of what a command that fails says."""


class CommandVoice:
    """Speaks by a command, at its own speed; takes text for phonemes."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command

    def phonemize(self, text: str) -> list[str]:
        """Return the text: the command pronounces it."""
        return [text]

    def from_phonemes(self, phonemes: str, speed: float, seed: int) -> Audio:  # noqa: ARG002 - as the voice
        """Return the sound of a text.

        Raises:
            ValueError: the command fails, takes too long, or writes no WAV.
        """
        name = self._command[0]
        try:
            done = subprocess.run(
                self._command, input=f"{phonemes}\n".encode(), capture_output=True, timeout=TIME_LIMIT, check=False
            )
        except OSError as error:
            raise ValueError(f"the command in [narration.voices] cannot be run: {name}: {error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise ValueError(f"the command in [narration.voices] took too long: {name}") from error
        try:
            if done.returncode == 0:
                return _sound(done.stdout) if done.stdout else np.zeros(0, np.float32)
            said = done.stderr.decode("utf-8", "replace").strip()[-SAID:] or f"exit status {done.returncode}"
        except (wave.Error, EOFError, ValueError) as error:
            said = f"it writes no WAV of 16 bits ({error})"
        raise ValueError(f"the command in [narration.voices] failed: {name}: {said}")


def _sound(content: bytes) -> Audio:
    """Return the sound of a WAV, whose head may not know its length."""
    with wave.open(io.BytesIO(content)) as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"{8 * file.getsampwidth()} bits")
        rate, channels = file.getframerate(), file.getnchannels()
        data = file.readframes(len(content))
    count = len(data) // (2 * channels)
    samples = np.frombuffer(data, "<i2", count * channels).reshape(count, channels).mean(axis=1, dtype=np.float32)
    return resampled(samples / np.float32(32768), rate) if rate != SAMPLE_RATE else samples / np.float32(32768)
