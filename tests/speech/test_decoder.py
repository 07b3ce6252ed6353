"""A recording is decoded to samples in a process of its own, and its exit status says how that ended."""

import math
import struct
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.sources.server import sound
from tui_pod.audio.libmpv import NoPlayer
from tui_pod.runtime.subprocesses import start_of
from tui_pod.speech import decoder


def decoded(recording: Path) -> tuple[int, bytes]:
    """Return the exit status of the decoder, and what it wrote."""
    command, environment = start_of("tui_pod.speech.decoder", recording)
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    return done.returncode, done.stdout


def test_recording_becomes_samples_of_the_rate_that_models_take(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(sound(0.5))
    status, samples = decoded(tmp_path / "a.wav")
    assert status == 0
    assert len(samples.rstrip(b"\0")) // 2 == pytest.approx(8_000, abs=160)  # silence fills the last block
    loudest = max(abs(int.from_bytes(samples[at : at + 2], "little", signed=True)) for at in range(0, 8_000, 2))
    assert loudest == pytest.approx(8_000, rel=0.1)


def test_recording_that_is_none_gives_no_samples_and_its_own_status(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"no sound" * 100)
    assert decoded(tmp_path / "a.wav") == (decoder.UNREADABLE, b"")


def wave(
    data: bytes, kind: int = 1, channels: int = 1, rate: int = 8_000, bits: int = 16, size: int | None = None
) -> bytes:
    """Return a recording whose head claims all that."""
    align = channels * bits // 8 % (1 << 16)
    head = struct.pack("<HHIIHH", kind, channels, rate, min(rate * align, (1 << 32) - 1), align, bits)
    content = b"WAVEfmt \x10\0\0\0" + head + b"data" + struct.pack("<I", len(data) if size is None else size) + data
    return b"RIFF\xff\xff\xff\x7f" + content


@pytest.mark.parametrize(
    ("content", "most"),
    [
        pytest.param(wave(b""), 0, id="nothing"),
        pytest.param(wave(b"\1\2" * 8_000, size=(1 << 32) - 9), 2, id="4 GB claimed"),
        pytest.param(wave(struct.pack("<f", math.nan) * 8_000, 3, bits=32), 2, id="not a number"),
        pytest.param(wave(struct.pack("<d", 1e300) * 8_000, 3, bits=64), 2, id="far too loud"),
        pytest.param(wave(bytes(80_000), channels=10_000), 1, id="10,000 channels"),
        pytest.param(wave(bytes(80_000), rate=0), 0, id="no rate"),
        pytest.param(wave(bytes(80_000), rate=(1 << 32) - 1), 1, id="4 GHz"),
        pytest.param(wave(bytes(80_000), bits=0), 0, id="no bits"),
    ],
)
def test_hostile_head_gives_no_more_sound_than_there_is(tmp_path: Path, content: bytes, most: float) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    status, samples = decoded(tmp_path / "a.wav")
    assert status in (0, decoder.UNREADABLE)
    assert len(samples) / 2 / decoder.SAMPLE_RATE <= most


def element(ident: int, content: bytes) -> bytes:
    """Return an element of Matroska."""
    name = ident.to_bytes((ident.bit_length() + 7) // 8, "big")
    return name + (1 << 56 | len(content)).to_bytes(8, "big") + content


def number(ident: int, value: int) -> bytes:
    return element(ident, value.to_bytes(8, "big"))


def matroska(starts: Iterable[int], claimed: float) -> bytes:
    """Return a recording that has a second of sound at each of these times, and claims to be so long."""
    head = element(0x1A45DFA3, element(0x4282, b"matroska") + number(0x4287, 4) + number(0x4285, 2))
    length = element(0x4489, struct.pack(">d", claimed * 1000))
    info = element(0x1549A966, number(0x2AD7B1, 1_000_000) + length)
    audio = element(0xE1, element(0xB5, struct.pack(">d", 8000)) + number(0x9F, 1) + number(0x6264, 16))
    track = number(0xD7, 1) + number(0x73C5, 1) + number(0x83, 2) + element(0x86, b"A_PCM/INT/LIT") + audio
    sound = element(0xA3, b"\x81\0\0\x80" + b"\1\2" * 8000)
    clusters = (element(0x1F43B675, number(0xE7, start * 1000) + sound) for start in starts)
    return head + element(0x18538067, info + element(0x1654AE6B, element(0xAE, track)) + b"".join(clusters))


@pytest.mark.parametrize(
    ("starts", "claimed", "least", "most"),
    [
        ((*range(5), *range(20, 25)), 25, 25, 26),  # a gap is filled
        ((*range(5), *range(200_000, 200_005)), 10, 5, 145),
    ],
)
def test_jump_of_time_makes_no_hours_of_silence(
    tmp_path: Path, starts: tuple[int, ...], claimed: float, least: float, most: float
) -> None:
    recording = tmp_path / "a.mka"
    recording.write_bytes(matroska(starts, claimed))
    status, samples = decoded(recording)
    assert status == 0
    assert least <= len(samples) / 2 / decoder.SAMPLE_RATE <= most


def test_missing_libmpv_is_told_with_its_own_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = NoPlayer(OSError("Cannot find libmpv"))

    def open_mpv(*_: object, **__: object) -> None:
        raise missing

    monkeypatch.setattr(decoder, "open_mpv", open_mpv)
    monkeypatch.setattr("os.dup2", lambda *_: None)
    assert decoder.main(tmp_path / "a.wav") == decoder.NO_PLAYER
    assert capsys.readouterr().err == f"{missing}\n"
