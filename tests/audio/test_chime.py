from __future__ import annotations

import array
import math
import wave
from pathlib import Path

import pytest

from tui_pod.audio.chime import LENGTH, SAMPLE_RATE, chime_file


def samples(path: Path) -> array.array[int]:
    """Return the samples of a WAV file."""
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, SAMPLE_RATE)
        return array.array("h", file.readframes(file.getnframes()))


def test_chime_is_soft_and_begins_and_ends_in_silence(tmp_path: Path) -> None:
    heard = samples(chime_file(tmp_path / "new"))
    assert len(heard) == int(LENGTH * SAMPLE_RATE)
    assert 0.05 < max(map(abs, heard)) / 32768 < 0.3
    assert max(map(abs, heard[: SAMPLE_RATE // 4])) == 0
    assert max(map(abs, heard[-SAMPLE_RATE // 50 :])) < 10


def test_chime_is_written_once(tmp_path: Path) -> None:
    path = chime_file(tmp_path / "new")
    path.write_bytes(b"kept")
    assert chime_file(path.parent).read_bytes() == b"kept"
    assert list(path.parent.iterdir()) == [path]


def test_chime_is_two_notes_a_fifth_apart_that_fade(tmp_path: Path) -> None:
    heard = samples(chime_file(tmp_path))

    def loudness(frequency: float, begin: float, end: float) -> float:
        part = range(int(begin * SAMPLE_RATE), int(end * SAMPLE_RATE))
        turn = [2 * math.pi * frequency * n / SAMPLE_RATE for n in part]
        level = complex(
            sum(heard[n] * math.cos(at) for n, at in zip(part, turn, strict=True)),
            sum(heard[n] * math.sin(at) for n, at in zip(part, turn, strict=True)),
        )
        return 2 * abs(level) / len(part) / 32768

    assert loudness(587.33, 0.3, 0.5) == pytest.approx(0.063, abs=0.01)
    assert loudness(880.0, 0.3, 0.5) < 0.005
    assert loudness(880.0, 0.52, 0.72) == pytest.approx(0.063, abs=0.01)
    assert loudness(2 * 587.33, 0.3, 0.4) == pytest.approx(0.02, abs=0.01)
    assert loudness(3 * 587.33, 0.3, 0.4) == pytest.approx(0.006, abs=0.004)
    assert loudness(880.0, 1.5, 1.7) < 0.1 * loudness(880.0, 0.52, 0.72)
