"""Cutting clips with the real libmpv."""

import itertools
import math
import struct
import wave
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tui_pod.audio.libmpv import open_mpv
from tui_pod.audio.opus import CLIP, EncodeError, encode_opus

RATE = 16_000


def tones(path: Path, *pitches: float) -> Path:
    """Write a recording that sounds for two seconds at each pitch."""
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        for pitch in pitches:
            waves = (math.sin(2 * math.pi * pitch * number / RATE) for number in range(2 * RATE))
            file.writeframes(b"".join(struct.pack("<h", int(20_000 * value)) for value in waves))
    return path


def heard(clip: Path) -> tuple[float, float]:
    """Return the seconds of a clip and its pitch."""
    wav = clip.with_suffix(".wav")
    decoder = open_mpv(None, None, **{"keep-open": "no", "o": str(wav), "of": "wav", "oac": "pcm_s16le"})
    with decoder.prepare_and_wait_for_event("end_file", timeout=PATIENCE):
        decoder.play(str(clip))
    decoder.terminate()
    with wave.open(str(wav)) as file:
        rate, content = file.getframerate(), file.readframes(10**8)
        samples = struct.unpack(f"<{len(content) // 2}h", content)[:: file.getnchannels()]
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    crossings = sum(a < 0 <= b for a, b in itertools.pairwise(middle))
    last_page = clip.read_bytes().rpartition(b"OggS")[2]
    return int.from_bytes(last_page[2:10], "little") / 48_000, crossings * rate / len(middle)


def test_clip_is_the_stretch_that_was_asked_for(tmp_path: Path) -> None:
    recording = tones(tmp_path / "in.wav", 200, 500, 1100)
    encode_opus(recording, tmp_path / "out.opus", CLIP, start="2.1", end="3.9")
    seconds, pitch = heard(tmp_path / "out.opus")
    assert seconds == pytest.approx(1.8, abs=0.05)
    assert pitch == pytest.approx(500, abs=10)
    assert not list(tmp_path.glob("*.part"))


def test_clip_that_reaches_beyond_the_end_ends_there(tmp_path: Path) -> None:
    encode_opus(tones(tmp_path / "in.wav", 300), tmp_path / "out.opus", CLIP, start="1.0", end="9.0")
    assert heard(tmp_path / "out.opus")[0] == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("kind", ["no sound", "not there", "after the end"])
def test_recording_that_cannot_be_cut_leaves_nothing(tmp_path: Path, kind: str) -> None:
    recording = tones(tmp_path / "in.wav", 300)
    if kind == "no sound":
        recording.write_text("#EXTM3U\n/etc/passwd\n")
    elif kind == "not there":
        recording.unlink()
    with pytest.raises(EncodeError):
        encode_opus(
            recording, tmp_path / "out.opus", CLIP, start="50.0" if kind == "after the end" else "0.5", end="60.0"
        )
    assert not list(tmp_path.glob("out*"))


def test_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        encode_opus(tones(tmp_path / "in.wav", 300), tmp_path / "none" / "out.opus", CLIP, start="0.0", end="1.0")
