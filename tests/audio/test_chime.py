from __future__ import annotations

import array
import wave
from pathlib import Path

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
