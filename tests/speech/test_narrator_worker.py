"""The narrator's process with a tone in place of the voice.

A voice that is a command of the listener's: what it writes is bounded, and nothing of it is left.
"""

from __future__ import annotations

import array
import itertools
import json
import math
import os
import shutil
import struct
import subprocess
import sys
import wave
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest

from tests.patience import wait_until
from tests.present import present
from tui_pod.core.player.timeline import plan
from tui_pod.core.text.document import Block, Document
from tui_pod.speech import command_voice
from tui_pod.speech import narrator_worker as module
from tui_pod.speech.command_voice import CommandVoice

if TYPE_CHECKING:
    from hibari import Hibari


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (None, "libmpv finds no sound there"),
        (["/nowhere/python"], "No such file or directory"),
        (["sh", "-c", "kill -9 $$"], "the encoder was ended by signal 9"),
    ],
)
def test_encoder_that_fails_says_so_and_leaves_the_wav(
    command: list[str] | None,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    if command is not None:
        monkeypatch.setattr(module, "start_of", lambda *_: (command, None))
    (tmp_path / "x.wav").write_bytes(b"RIFF")
    module.encode({"wav": str(tmp_path / "x.wav"), "opus": str(tmp_path / "x.opus")})
    assert f"x.wav stays as it is: {said}" in capfd.readouterr().err
    assert [path.name for path in tmp_path.glob("x.*")] == ["x.wav"]


def test_encoder_gives_way_to_a_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "start_of", lambda *_: (["sleep", "60"], None))
    monkeypatch.setattr("select.select", lambda reading, *_: (reading, [], []))
    assert not module.encode({"wav": "x.wav", "opus": "x.opus"}, gives_way=True)


RATE, LETTER = 24_000, 0.055


class Tone:
    """Stands in for the voice, with its speeds: at 1, each letter lasts `LETTER` seconds, amid silence."""

    def __init__(self, level: float = 0.2) -> None:
        self.level = level
        self.speeds: list[float] = []
        self.phonemes: list[str] = []

    def phonemize(self, text: str) -> list[str]:
        """Return the letters."""
        return [text] if text.strip("…") else []

    def from_phonemes(self, phonemes: str, speed: float, seed: int) -> Any:
        """Return the samples of a sentence."""
        np = pytest.importorskip("numpy")
        self.speeds.append(speed)
        self.phonemes.append(phonemes)
        factor = np.interp(speed, *zip(*module.SPEEDS, strict=True))
        length = int(len(phonemes) * RATE * LETTER / factor)
        sine = self.level * np.sin(np.arange(length) * 2 * np.pi * 440 / RATE)
        return np.pad(sine.astype(np.float32), (RATE * 3 // 10, RATE // 2))


class Narrated(NamedTuple):
    """A narration by the tone."""

    duration: float
    times: list[tuple[float, float]]
    seconds: float
    samples: array.array[int]
    voices: list[Tone]
    steps: int

    @property
    def speeds(self) -> list[float]:
        """The settings of the first voice."""
        return self.voices[0].speeds

    @property
    def gaps(self) -> list[float]:
        """Seconds between one clip and the next."""
        return [round(after[0] - before[1] - 0.05, 2) for before, after in pairwise(self.times)]

    def peak(self, start: float, end: float) -> float:
        """Return the highest sample between two times."""
        return max(map(abs, self.samples[int(start * RATE) : int(end * RATE)])) / 32768


def narrate(
    folder: Path,
    *sentences: str,
    target: float | None = None,
    pauses: Sequence[float] = (),
    others: Sequence[int] = (),
    questions: Sequence[int] = (),
    effects: Sequence[str] = (),
    name: str = "",
    levels: Sequence[float] = (0.2,),
    times: Sequence[tuple[float, float]] = (),
    command: Sequence[str] = (),
) -> Narrated:
    """Narrate with the tone; return what came of it."""
    pytest.importorskip("numpy")
    from tui_pod.speech.command_voice import CommandVoice

    voices, wav, steps = [Tone(level) for level in levels], folder / "x.wav", itertools.count()
    request = {
        "sentences": sentences,
        "pauses": pauses or [0.55] * len(sentences),
        "others": others,
        "questions": questions,
        "effects": [*effects, *[""] * (len(sentences) - len(effects))],
        "name": name,
        "name_wav": str(folder / "x.name.wav"),
        "target": target,
        "times": times,
        "command": command,
        "wav": str(wav),
    }
    speakers = [CommandVoice(command)] if command else cast("list[Hibari]", voices)
    answer = module.narrate(speakers, request, lambda: next(steps))
    with wave.open(str(wav)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        seconds = file.getnframes() / RATE
        samples = array.array("h", file.readframes(file.getnframes()))
    return Narrated(answer["duration"], answer["times"], seconds, samples, voices, next(steps))


def test_narration_without_a_target_has_the_usual_speed_and_pauses(tmp_path: Path) -> None:
    made = narrate(tmp_path, "a" * 20, "a" * 40, "a" * 20, pauses=[0.55, 1.1])
    assert made.gaps == pytest.approx([0.55, 1.1], abs=0.011)
    assert made.duration == pytest.approx(made.seconds, abs=0.001) == pytest.approx(6.9, abs=0.1)
    assert made.speeds == [1.0, 1.0, 1.0]


def test_silence_of_the_voice_is_trimmed_and_times_are_those_of_the_sound(tmp_path: Path) -> None:
    made = narrate(tmp_path, "a" * 20, "a" * 40)
    (first, second) = made.times
    assert first[1] - first[0] == pytest.approx(20 * LETTER + 0.1, abs=0.011)
    assert second[1] - second[0] == pytest.approx(40 * LETTER + 0.1, abs=0.011)
    for start, end in made.times:
        assert made.peak(start, start + 0.039) == 0
        assert made.peak(start + 0.05, start + 0.1) > 0.1
        assert made.peak(end - 0.1, end - 0.06) > 0.1
        assert made.peak(end, end + 0.04) == 0


@pytest.mark.parametrize("target", [60.2, 64.0, 66.0])
def test_speed_meets_a_target_and_pauses_stay_as_they_are(tmp_path: Path, target: float) -> None:
    made = narrate(tmp_path, *["a" * 80] * 12, target=target)
    assert made.duration == pytest.approx(target, abs=0.001)
    assert made.gaps == pytest.approx([0.55] * 11, abs=0.06)
    assert (made.speeds[-1] > 1.0) is (target < 61)


def test_speed_changes_little_from_sentence_to_sentence(tmp_path: Path) -> None:
    made = narrate(tmp_path, *["a" * 80, "a" * 10] * 4, target=26.0)
    np = pytest.importorskip("numpy")
    factors = np.interp(made.speeds, *zip(*module.SPEEDS, strict=True))
    assert max(abs(np.diff(factors))) <= module.STEADY + 0.001


PLAN = [(0.15, 4.5), (5.1, 7.3), (8.4, 12.8)]
"""When three sentences are spoken, of which the tone takes 4.4, 2.2 and 4.4 seconds."""


def test_piece_of_a_planned_text_is_as_long_as_planned_and_its_sentences_start_in_time(tmp_path: Path) -> None:
    made = narrate(tmp_path, "a" * 80, "a" * 40, "a" * 80, target=13.9, times=PLAN)
    assert made.duration == made.seconds == 13.9
    assert [start for start, _ in made.times] == [0.15, 5.1, 8.4]
    late = narrate(tmp_path, "a" * 100, "a" * 60, "a" * 80, target=13.9, times=PLAN)
    assert late.seconds == 13.9
    assert [start - planned[0] for (start, _), planned in zip(late.times, PLAN, strict=True)] == pytest.approx(
        [0.0, 0.4, 0.4], abs=0.05
    )
    assert late.peak(late.times[0][1] + 0.05, late.times[1][0] + 0.04) == 0
    assert late.peak(late.times[0][0] + 0.1, late.times[0][1] - 0.2) == pytest.approx(made.peak(0.3, 4.0), abs=0.15)


@pytest.mark.parametrize("command", [(), ("true",)])
def test_piece_without_a_word_is_silent_and_one_with_words_is_not_taken_for_it(
    tmp_path: Path, command: Sequence[str]
) -> None:
    made = narrate(tmp_path, "…", target=1.0, times=[(0.15, 0.55)], command=command)
    assert (made.seconds, made.peak(0.0, 1.0)) == (1.0, 0.0)
    with pytest.raises(ValueError, match=r"in \[narration\.voices\] gives no sound" if command else "English only"):
        narrate(
            tmp_path,
            "…Worte…" if command else "…",
            target=1.0,
            times=[(0.15, 0.55)] if command else (),
            command=command,
        )


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")
@pytest.mark.parametrize("speed", [("-s", "120"), ("-s", "250")])
def test_command_speaks_in_the_planned_time(tmp_path: Path, speed: Sequence[str]) -> None:
    text = "Die Laterne brennt.", "Niemand auf dem Schiff sieht sie; der Nebel ist zu dicht."
    planned = plan(Document("Nebel", tuple(Block("paragraph", line) for line in text), language="de"))
    times = [(cue.start or 0.0, cue.end or 0.0) for cue in planned.cues]
    command = ["espeak-ng", "-v", "de", "--stdout", *speed]
    made = narrate(tmp_path, *text, target=planned.duration, times=times, command=command)
    assert made.seconds == pytest.approx(planned.duration, abs=0.001)
    assert [start for start, _ in made.times] == pytest.approx([start for start, _ in times], abs=0.41)
    assert made.peak(times[0][0], times[0][1]) > 0.2
    assert made.peak(times[1][0] + 0.5, times[1][0] + 1.5) > 0.1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["no-such-voice"], "cannot be run: no-such-voice: No such file or directory"),
        (["sh", "-c", "echo no model >&2; exit 3"], "failed: sh: no model"),
        (["cat"], "failed: cat: it writes no WAV"),
        (["sleep", "9"], "took too long: sleep"),
    ],
)
def test_command_that_fails_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Sequence[str], said: str
) -> None:
    monkeypatch.setattr("tui_pod.speech.command_voice.TIME_LIMIT", 0.3)
    with pytest.raises(ValueError, match=rf"the command in \[narration\.voices\] {said}"):
        narrate(tmp_path, "Worte.", command=command)


def test_text_that_is_too_long_lasts_a_little_longer_before_its_pauses_are_cut(tmp_path: Path) -> None:
    made = narrate(tmp_path, *["a" * 80] * 5, target=24.2)
    assert made.duration == pytest.approx(24.2 * module.OVERTIME, abs=0.02)
    assert 0.3 < made.gaps[0] < 0.55 * module.SHORT


@pytest.mark.parametrize(("target", "factor"), [(6.0, 0.5), (90.0, 1.5)])
def test_target_far_away_is_not_forced(tmp_path: Path, target: float, factor: float) -> None:
    made = narrate(tmp_path, "a" * 100, "a" * 100, target=target)
    assert made.speeds[-1] == pytest.approx(1.1 if factor < 1 else 0.8)
    assert made.gaps == pytest.approx([0.55 * factor], abs=0.011)


def test_voice_is_never_faster_than_sounds_natural(tmp_path: Path) -> None:
    assert max(narrate(tmp_path, *["a" * 100] * 4, target=10.0).speeds) <= 1.1


def test_single_sentence_needs_no_pause(tmp_path: Path) -> None:
    assert narrate(tmp_path, "a" * 20).duration == pytest.approx(
        module.LEAD + 20 * LETTER + 0.15 + module.TAIL, abs=0.011
    )


def test_name_gets_a_file_of_its_own(tmp_path: Path) -> None:
    plain = narrate(tmp_path, "a" * 80, "a" * 80, target=10.0)
    named = narrate(tmp_path, "a" * 80, "a" * 80, target=10.0, name="b" * 20)
    assert named.voices[0].phonemes == ["a" * 80, "a" * 80, "b" * 20]
    assert (named.duration, named.times) == (plain.duration, plain.times)
    with wave.open(str(tmp_path / "x.name.wav")) as file:
        assert file.getnframes() / RATE == pytest.approx(20 * LETTER + 0.15 + module.NAME_PAUSE, abs=0.02)


def test_soft_tone_fills_the_pause_after_a_question(tmp_path: Path) -> None:
    made = narrate(tmp_path, "a" * 40, "b" * 40, "c" * 40, pauses=[2.5, 0.55], questions=[0])
    (_, asked), (answer, end), (after, _) = made.times
    for start in (asked + 0.1, (asked + answer) / 2, answer - 0.4):
        rms = 20 * math.log10(made.peak(start, start + 0.2) / 2**0.5)
        assert -17.45 - 34 < rms < -17.45 - 5  # above what shortening of silence cuts, and well below the voice
    assert made.peak(end, after) == 0


def test_sentence_sounds_as_its_text_says(tmp_path: Path) -> None:
    effects = ["token by token", "muffled", "in heavy noise", "in noise", "in light noise"]
    made = narrate(tmp_path, "a-a", "aa", *["aa" * 20] * 3, effects=effects)
    tokens, muffled, *noisy = made.times
    assert made.voices[0].phonemes == ["a", "a", "aa", *["aa" * 20] * 3]
    assert tokens[1] - tokens[0] - (muffled[1] - muffled[0]) == pytest.approx(0.35, abs=0.05)
    heavy, some, light = (made.peak(*times) for times in noisy)
    assert heavy > 1.2 * some > 1.2 * light


def test_second_speaker_has_the_second_voice_as_loud_as_the_first(tmp_path: Path) -> None:
    made = narrate(tmp_path, "a" * 40, "b" * 40, "c" * 40, others=[1], levels=(0.3, 0.1))
    assert [voice.phonemes for voice in made.voices] == [["a" * 40, "c" * 40], ["b" * 40]]
    first, second, _ = (made.peak(*times) for times in made.times)
    assert first == pytest.approx(second, rel=0.01)


def test_second_speaker_without_a_second_voice_has_the_first_three_semitones_lower(tmp_path: Path) -> None:
    np = pytest.importorskip("numpy")
    made = narrate(tmp_path, "a" * 40, "b" * 40, others=[1])
    assert made.voices[0].phonemes == ["a" * 40, "b" * 40]
    found = []
    for start, _ in made.times:
        clip = np.array(made.samples[int((start + 0.2) * RATE) : int((start + 1.2) * RATE)])
        found.append(int(np.abs(np.fft.rfft(clip)).argmax()))
    assert found == pytest.approx([440, 440 * 2 ** (-3 / 12)], abs=2)


@pytest.mark.parametrize("level", [0.01, 0.2, 0.9])
def test_any_voice_is_brought_to_the_loudness_of_podcasts(tmp_path: Path, level: float) -> None:
    """A sine at 440 Hz has its power in decibels as loudness, within half of one."""
    made = narrate(tmp_path, "a" * 60, levels=(level,))
    assert 20 * math.log10(made.peak(0, made.duration)) == pytest.approx(-17.45 + 3.0, abs=0.8)


def test_sentence_that_cannot_be_spoken_is_silent(tmp_path: Path) -> None:
    made = narrate(tmp_path, "a" * 40, "…", "a" * 40)
    assert made.times[1][0] == made.times[1][1]


def test_text_that_the_voice_cannot_speak_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="finds nothing to speak"):
        narrate(tmp_path, "…")


def test_each_sentence_is_a_sign_of_life(tmp_path: Path) -> None:
    assert narrate(tmp_path, "aaaa", "bbbb", name="cccc").steps == 3


@pytest.mark.parametrize(
    ("phonemes", "stressed"),
    [("ðə wˈɜɹd “ɑɹ”.", "ðə wˈɜɹd “ˈɑɹ”."), ("“ðə” ænd “ə kˈæt”", "“ðˈə” ænd “ə kˈæt”"), ("“kˈi”", "“kˈi”")],
)
def test_quoted_word_is_stressed(tmp_path: Path, phonemes: str, stressed: str) -> None:
    assert narrate(tmp_path, phonemes).voices[0].phonemes == [stressed]


@pytest.mark.parametrize(("factor", "speed"), [(0.5, 0.8), (1.0, 1.0), (2.0, 1.1), (0.905, 0.85)])
def test_speed_follows_what_was_measured(factor: float, speed: float) -> None:
    pytest.importorskip("numpy")
    assert module.speed_for(factor) == pytest.approx(speed)


WORKER = """
import sys, types
sys.modules["hibari"] = types.SimpleNamespace(Hibari=lambda **_: types.SimpleNamespace(g2p=None))
from tui_pod.speech import narrator_worker as worker
worker.ENCODE_AFTER = float(sys.argv[1])

def narrate(voices, request, spoken):
    spoken()
    if request["sentences"] == ["Full."]:
        raise OSError(28, "No space left on device")
    if not request["sentences"]:
        raise ValueError("nothing to speak")
    return {"duration": 1.0, "times": [[0.0, 1.0]] * sum(isinstance(voice, types.SimpleNamespace) for voice in voices)}

worker.narrate = narrate
worker.encode = lambda request, gives_way=False: not print("encoded", request["id"], file=sys.stderr, flush=True)
print("a library talks", flush=True)
worker.main()
"""
"""The worker with a voice that makes no sound."""


@pytest.fixture
def worker(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A worker that encodes after so many seconds without a request."""
    command = [sys.executable, "-c", WORKER, str(request.param)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert present(process.stdout).readline() == "a library talks\n"
        yield process


def ask(worker: subprocess.Popen[str], number: int, **more: object) -> list[dict[str, Any]]:
    """Send a request, and return its two answers."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    wanted = {"id": number, "sentences": ["One."], "second": None, "command": [], "encode": False, **more}
    worker.stdin.write(json.dumps(wanted) + "\n")
    worker.stdin.flush()
    return [json.loads(worker.stdout.readline()) for _ in range(2)]


@pytest.mark.parametrize("worker", [600], indirect=True)
def test_requests_are_answered_before_anything_is_encoded(worker: subprocess.Popen[str]) -> None:
    assert ask(worker, 7) == [{"id": 7}, {"id": 7, "duration": 1.0, "times": [[0.0, 1.0]]}]
    assert len(ask(worker, 8, second="/other.onnx")[1]["times"]) == 2
    assert ask(worker, 9, sentences=[])[1] == {"id": 9, "error": "nothing to speak"}
    assert ask(worker, 10, sentences=["Full."])[1] == {"id": 10, "error": "No space left on device"}
    assert worker.communicate() == ("", "encoded 7\nencoded 8\n")


@pytest.mark.parametrize("worker", [600], indirect=True)
def test_narration_that_must_be_encoded_is_encoded_before_its_answer(worker: subprocess.Popen[str]) -> None:
    ask(worker, 7)
    ask(worker, 8, encode=True)
    assert worker.communicate()[1] == "encoded 8\nencoded 7\n"


@pytest.mark.parametrize("worker", [0.01], indirect=True)
def test_narration_is_encoded_once_there_is_no_request_for_a_while(worker: subprocess.Popen[str]) -> None:
    ask(worker, 7)
    assert present(worker.stderr).readline() == "encoded 7\n"


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
