"""The narrator's process, as far as it needs no voice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tui_pod.speech import narrator_worker as module


def encode(folder: Path) -> None:
    """Have a narration encoded."""
    (folder / "x.wav").write_bytes(b"RIFF")
    module.encode({"wav": str(folder / "x.wav"), "opus": str(folder / "x.opus")})


def test_encoder_that_fails_says_so_and_leaves_the_wav(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    encode(tmp_path)
    assert "x.wav stays as it is: libmpv finds no sound there" in capfd.readouterr().err
    assert [path.name for path in tmp_path.glob("x.*")] == ["x.wav"]


def test_encoder_that_cannot_be_started_says_so_and_leaves_the_wav(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    encode(tmp_path)
    assert "x.wav stays as it is: No such file or directory" in capfd.readouterr().err
    assert [path.name for path in tmp_path.glob("x.*")] == ["x.wav"]


def test_encoder_that_is_killed_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    killed: subprocess.CompletedProcess[bytes] = subprocess.CompletedProcess([], -9)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: killed)
    encode(tmp_path)
    assert "x.wav stays as it is: the encoder was ended by signal 9" in capfd.readouterr().err
