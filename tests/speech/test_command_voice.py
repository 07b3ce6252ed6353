"""A voice that is a command of the listener's: what it writes is bounded, and nothing of it is left."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import wait_until
from tui_pod.speech import command_voice
from tui_pod.speech.command_voice import CommandVoice

WAV = (
    b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 24_000, 48_000, 2, 16) + b"data\xff\xff\xff\xff"
)


def speak(script: str) -> int:
    """Speak by a Python script; return the number of samples."""
    return len(CommandVoice([sys.executable, "-c", script]).from_phonemes("Hello.", 1.0, 0))


def test_sentence_is_given_and_its_sound_taken() -> None:
    script = f"import sys; n = len(sys.stdin.read()); sys.stdout.buffer.write({WAV!r} + bytes(2 * n))"
    assert speak(script) == len("Hello.\n")


def test_command_that_reads_nothing_or_says_nothing_is_no_fault() -> None:
    assert speak("pass") == 0


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("import sys; sys.stderr.write('x' * 1_000_000 + 'no such voice'); sys.exit(3)", "x.*no such voice$"),
        ("import sys; sys.exit(3)", "exit status 3"),
        ("print('hello')", "writes no WAV"),
        (f"import sys; sys.stdout.buffer.write({WAV.replace(struct.pack('<I', 24_000), bytes(4))!r})", "a rate of 0"),
    ],
)
def test_command_that_fails_says_why_in_a_line(script: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        speak(script)
    assert len(str(caught.value)) < 400


def test_command_that_does_not_stop_writing_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_voice, "MOST_SOUND", 1_000_000)
    with pytest.raises(ValueError, match="does not stop writing"):
        CommandVoice(["cat", "/dev/zero"]).from_phonemes("Hello.", 1.0, 0)


def test_command_that_takes_too_long_is_killed_with_what_it_has_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command_voice, "TIME_LIMIT", 0.5)
    pid = tmp_path / "pid"
    with pytest.raises(ValueError, match="took too long"):
        CommandVoice(["sh", "-c", f"sleep 600 & echo $! > {pid}; wait"]).from_phonemes("Hello.", 1.0, 0)
    number = int(pid.read_text())
    wait_until(lambda: not _is_running(number), "the child is gone")


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return not state.strip().startswith("Z") and bool(state.strip())
