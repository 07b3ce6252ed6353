"""A voice that is a command of the listener's: a sentence on its standard input, a WAV on its standard output.

Runs in the narrator's process.
"""

from __future__ import annotations

import io
import os
import subprocess
import threading
import wave
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

import numpy as np

from tui_pod.runtime.subprocesses import end_group, end_with_parent, running
from tui_pod.speech.mastering import SAMPLE_RATE, Audio, resampled

TIME_LIMIT = 60.0
"""Seconds that it may take for one sentence; most load a model each time."""

MOST_SOUND = 64 * 1024 * 1024
"""Most bytes of sound for one sentence: eleven minutes at 48 kHz."""

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
            status, sound, errors = _run(self._command, f"{phonemes}\n".encode())
        except OSError as error:
            raise ValueError(f"the command in [narration.voices] cannot be run: {name}: {error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            raise ValueError(f"the command in [narration.voices] took too long: {name}") from error
        try:
            if status == 0:
                return _sound(sound) if sound else np.zeros(0, np.float32)
            said = errors.decode("utf-8", "replace").strip()[-SAID:] or f"exit status {status}"
        except (wave.Error, EOFError, ValueError) as error:
            said = f"it writes no WAV of 16 bits ({error})"
        raise ValueError(f"the command in [narration.voices] failed: {name}: {said}")


def _run(command: Sequence[str], text: bytes) -> tuple[int, bytes, bytes]:
    """Run a command; return its status, its output, and the end of its messages.

    It and what it has started are killed if it takes too long or writes more sound than `MOST_SOUND`.

    Raises:
        OSError: it cannot be run.
        subprocess.TimeoutExpired: it took too long.
        ValueError: it wrote too much.
    """
    pipe, errors = subprocess.PIPE, deque[bytes](maxlen=SAID)
    options = {"start_new_session": True, "preexec_fn": end_with_parent}  # a group, to be killed whole
    with running(command, stdin=pipe, stdout=pipe, stderr=pipe, **options) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        timer = threading.Timer(TIME_LIMIT, end_group, (process,))
        feeding = threading.Thread(target=_feed, args=(process.stdin, text))
        hearing = threading.Thread(target=_keep_last, args=(process.stderr, errors))
        for thread in (timer, feeding, hearing):
            thread.daemon = True
            thread.start()
        sound = process.stdout.read(MOST_SOUND + 1)
        if len(sound) > MOST_SOUND:
            timer.cancel()
            raise ValueError(f"the command in [narration.voices] does not stop writing: {command[0]}")
        status = process.wait()
        is_late = timer.finished.is_set()
        timer.cancel()
        hearing.join(1.0)
    if is_late:
        raise subprocess.TimeoutExpired(command, TIME_LIMIT)
    return status, sound, b"".join(errors)


def _keep_last(pipe: IO[bytes], kept: deque[bytes]) -> None:
    with suppress(OSError, ValueError):
        while data := os.read(pipe.fileno(), 1024):
            kept.extend(bytes((byte,)) for byte in data)


def _feed(pipe: IO[bytes], text: bytes) -> None:
    with suppress(OSError), pipe:  # it need not read
        pipe.write(text)


def _sound(content: bytes) -> Audio:
    """Return the sound of a WAV, whose head may not know its length."""
    with wave.open(io.BytesIO(content)) as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"{8 * file.getsampwidth()} bits")
        if not file.getframerate():
            raise ValueError("a rate of 0")
        rate, channels = file.getframerate(), file.getnchannels()
        data = file.readframes(len(content))
    count = len(data) // (2 * channels)
    samples = np.frombuffer(data, "<i2", count * channels).reshape(count, channels).mean(axis=1, dtype=np.float32)
    return resampled(samples / np.float32(32768), rate) if rate != SAMPLE_RATE else samples / np.float32(32768)
