"""A recording is decoded to samples in a process of its own, and its exit status says how that ended."""

import subprocess
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
