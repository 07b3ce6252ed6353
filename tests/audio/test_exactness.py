"""Places in real recordings, told by their sound: a tone that rises says which second it is."""

import math
import random
import shutil
import subprocess
import threading
import wave
from array import array
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tui_pod.audio.libmpv import open_mpv

RATE = 16_000
LENGTH = 240
LOWEST, RISE = 300.0, 8.0
"""Hertz at the start, and more each second."""

NOISE_EVERY = 14
"""Seconds of a round of tone and noise, half each: an encoder of variable rate gives them very different rates."""

PLACES = (59.0, 115.5, 171.0, 227.5)
"""Seconds, all within tone."""


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WAV of the rising tone."""
    path = tmp_path_factory.mktemp("tone") / "tone.wav"
    noise = random.Random(1)
    samples = array("h")
    for number in range(LENGTH * RATE):
        time = number / RATE
        if time % NOISE_EVERY < NOISE_EVERY / 2:
            samples.append(int(9000 * math.sin(2 * math.pi * (LOWEST * time + RISE * time * time / 2))))
        else:
            samples.append(int(noise.random() * 40_000 - 20_000))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return path


def heard_at(path: Path, place: float, folder: Path) -> float:
    """Return the second of the recording that sounds when a player starts at `place`."""
    sound = folder / "heard.raw"
    done = threading.Event()
    options = {
        "ao-pcm-file": str(sound),
        "ao-pcm-waveheader": "no",
        "audio-format": "s16",
        "audio-samplerate": f"{RATE}",
        "start": str(place),
        "length": "1.0",
    }
    mpv = open_mpv("pcm", None, **options)

    def look(_: str, is_reached: object) -> None:
        if is_reached:
            done.set()

    mpv.observe_property("eof-reached", look)
    mpv.command("loadfile", str(path))
    assert done.wait(PATIENCE)
    mpv.terminate()
    samples = array("h", sound.read_bytes()[: RATE * 2])[: RATE // 2]
    rises = [n for n in range(1, len(samples)) if samples[n - 1] < 0 <= samples[n]]
    pitch = (len(rises) - 1) / ((rises[-1] - rises[0]) / RATE)
    return (pitch - LOWEST) / RISE - (rises[0] + rises[-1]) / 2 / RATE


def encode(tone: Path, folder: Path, *arguments: str) -> Path:
    """Return the tone as mp3."""
    if shutil.which(arguments[0]) is None:
        pytest.skip(f"{arguments[0]} is not installed")
    path = folder / "tone.mp3"
    source = ["-i", str(tone)] if arguments[0] == "ffmpeg" else [str(tone)]
    subprocess.run([arguments[0], *source, *arguments[1:], str(path)], check=True, capture_output=True)
    return path


@pytest.mark.parametrize(
    "encoder",
    [
        ("lame", "-b", "32"), ("lame", "-V", "9"), ("lame", "-V", "9", "-t"), ("lame", "-V", "2"),
        ("lame", "--abr", "40"),
        ("ffmpeg", "-b:a", "32k"), ("ffmpeg", "-q:a", "9"), ("ffmpeg", "-q:a", "9", "-write_xing", "0"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_place_in_an_mp3_is_exact(tone: Path, tmp_path: Path, encoder: tuple[str, ...]) -> None:
    recording = encode(tone, tmp_path, *encoder)
    for place in PLACES:
        assert heard_at(recording, place, tmp_path) == pytest.approx(place, abs=0.5)


def test_place_in_a_wav_is_exact(tone: Path, tmp_path: Path) -> None:
    assert heard_at(tone, PLACES[1], tmp_path) == pytest.approx(PLACES[1], abs=0.2)
