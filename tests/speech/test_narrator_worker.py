"""The narrator's process with a tone in place of the voice."""

from __future__ import annotations

import array
import subprocess
import sys
import wave
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest

from tui_pod.speech import narrator_worker as module

if TYPE_CHECKING:
    from hibari import Hibari


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


class Tone:
    """Stands in for the voice, with its speeds: at 1, each letter lasts a tenth of a second."""

    def __init__(self) -> None:
        self.speeds: list[float] = []

    def __call__(self, sentence: str, speed: float, seed: int) -> Any:
        """Return the samples of a sentence."""
        np = pytest.importorskip("numpy")
        self.speeds.append(speed)
        factor = np.interp(speed, *zip(*module.SPEEDS, strict=True))
        return np.full(int(len(sentence) * module.SAMPLE_RATE / 10 / factor), 0.2, np.float32)


def narrate(folder: Path, *sentences: str, target: float | None = None, breaths: Sequence[int] = ()) -> Narrated:
    """Narrate with the tone; return what came of it."""
    pytest.importorskip("numpy")
    tone, wav = Tone(), folder / "x.wav"
    answer = module.narrate(cast("Hibari", tone), list(sentences), target, wav, breaths)
    with wave.open(str(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, module.SAMPLE_RATE)
        seconds = file.getnframes() / module.SAMPLE_RATE
        samples = array.array("h", file.readframes(file.getnframes()))
    return Narrated(answer["duration"], answer["times"], seconds, samples, tone.speeds)


class Narrated(NamedTuple):
    """A narration by the tone."""

    duration: float
    times: list[tuple[float, float]]
    seconds: float
    samples: array.array[int]
    speeds: list[float]


def test_narration_without_a_target_has_the_usual_pauses(tmp_path: Path) -> None:
    made = narrate(tmp_path, "abcde", "abcdefghij")
    assert made.times == [(0.15, 0.65), (0.95, 1.95)]
    assert made.duration == pytest.approx(2.3)
    assert made.seconds == pytest.approx(2.3, abs=0.001)
    assert made.speeds == [1.0, 1.0]


def test_pause_after_a_paragraph_is_longer(tmp_path: Path) -> None:
    made = narrate(tmp_path, "abcde", "abcde", "abcde", breaths=[1])
    gaps = [round(after[0] - before[1], 3) for before, after in pairwise(made.times)]
    assert gaps == [module.PAUSE, module.BREATH * module.PAUSE]


def test_pauses_alone_meet_a_target_that_is_near(tmp_path: Path) -> None:
    made = narrate(tmp_path, "abcde", "abcde", "abcde", target=3.0)
    assert (made.duration, made.seconds, made.speeds) == (3.0, 3.0, [1.0] * 3)


@pytest.mark.parametrize(("target", "is_faster"), [(9.0, True), (12.5, False)])
def test_speed_is_changed_for_a_target_that_pauses_cannot_meet(tmp_path: Path, target: float, is_faster: bool) -> None:
    made = narrate(tmp_path, "a" * 50, "a" * 50, target=target)
    assert made.duration == pytest.approx(target, abs=0.2)
    assert len(made.speeds) == 4
    assert (made.speeds[-1] > 1.0) is is_faster


@pytest.mark.parametrize("target", [3.0, 60.0])
def test_target_far_away_is_not_forced(tmp_path: Path, target: float) -> None:
    made = narrate(tmp_path, "a" * 50, "a" * 50, target=target)
    low, high = module.SPEEDS[0][0], module.SPEEDS[-1][0]
    assert made.speeds[-1] in (low, high)
    gap = made.times[1][0] - made.times[0][1]
    assert gap == pytest.approx(module.MIN_PAUSE if target == 3.0 else module.MAX_PAUSE)


def test_single_sentence_needs_no_pause(tmp_path: Path) -> None:
    assert narrate(tmp_path, "abcde").duration == pytest.approx(module.LEAD + 0.5 + module.TAIL)


def test_text_that_the_voice_cannot_speak_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="finds nothing to speak"):
        narrate(tmp_path, "a")


def test_peaks_are_limited_and_quiet_sound_is_amplified(tmp_path: Path) -> None:
    made = narrate(tmp_path, "abcde")
    assert max(made.samples) == pytest.approx(0.2 * module.GAIN * 32767, abs=1)
    assert made.samples[0] == made.samples[-1] == 0


@pytest.mark.parametrize(("factor", "speed"), [(0.5, 0.8), (1.0, 1.0), (2.0, 1.3), (0.890, 0.85)])
def test_speed_follows_what_was_measured(factor: float, speed: float) -> None:
    pytest.importorskip("numpy")
    assert module.speed_for(factor) == pytest.approx(speed)
