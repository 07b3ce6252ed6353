"""Levels of recordings, and what is made of them: the same loudness for all, and silence that is cut where it is.

The recordings are made here: words of noise with soft beginnings, and pauses, over noise of several strengths.
"""

import re
import threading
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import Mock

import pytest

from tests.patience import wait_until
from tui_pod.audio.levels import LOUDNESS, LevelMeter, Levels, filters, levels_of, silence_threshold, trace
from tui_pod.audio.libmpv import NoPlayer, open_mpv
from tui_pod.core.player.options import Sound
from tui_pod.core.player.samples import STEP, find_speech
from tui_pod.core.player.snapshot import Source

np = pytest.importorskip("numpy")

RATE = 24_000
"""Samples per second."""

FRAME = 240
"""Samples of a frame of 10 ms, by which speech is judged."""

AUDIBLE = 32.0
"""A frame is speech if it is at most so many dB below running speech: soft consonants included."""

REPORT = (
    "lavfi=[astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=Number_of_samples,"
    "ametadata=mode=print:file=/dev/fd/{}]"
)


class Heard(NamedTuple):
    """What is left of a recording."""

    samples: Any
    frames: Sequence[tuple[float, int]]
    """Time in seconds and length in samples of each."""


def noise(random: Any, strength: float, seconds: float) -> Any:
    """Return noise that reaches this strength, of 1."""
    return random.uniform(-strength, strength, int(RATE * seconds))


def speech(seconds: float = 30.0, seed: int = 0) -> Any:
    """Return words of noise: sentences of 4 s with gaps between words, parted by 1 s."""
    random, parts, length = np.random.default_rng(seed), [], 0
    while length < seconds * RATE:
        for _ in range(10):
            strength = random.uniform(0.2, 0.4)
            soft = noise(random, strength * 10 ** (-random.uniform(12.0, 26.0) / 20), 0.015)
            vowel = noise(random, strength, random.uniform(0.2, 0.4))
            parts += [soft, vowel, soft[::-1], np.zeros(round(RATE * random.uniform(0.03, 0.12)))]
        parts.append(np.zeros(RATE))
        length = sum(map(len, parts))
    return np.concatenate(parts)


def write(path: Path, samples: Any) -> Path:
    """Write a mono file and return its path."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes())
    return path


def measured(path: Path) -> Levels:
    """Measure a file as the player does."""
    found: list[Levels] = []
    LevelMeter().measure(Source(str(path)), 0.0, found.append)
    wait_until(lambda: bool(found), "the file is measured")
    return found[0]


def hear(path: Path, af: str, tmp_path: Path) -> Heard:
    """Return what libmpv makes of a file with these filters."""
    out, report, ended = tmp_path / "out.raw", tmp_path / "report", threading.Event()
    with report.open("w+b") as file:
        chain = ",".join(filter(None, (af, REPORT.format(file.fileno()))))
        mpv = open_mpv(None, o=str(out), of="s16le", oac="pcm_s16le", af=chain, keep_open="no")
        from mpv import MpvEventID

        mpv.register_event_callback(lambda event: ended.set() if event.event_id.value == MpvEventID.END_FILE else None)
        mpv.play(str(path))
        ended.wait(60.0)
        mpv.terminate()
    lines = re.findall(r"pts_time:(\S+)\n\S+samples=(\S+)", report.read_text())
    return Heard(np.fromfile(out, "<i2"), [(float(time), int(float(count))) for time, count in lines])


def decibels(samples: Any) -> Any:
    """Return the level of each frame."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    return 10 * np.log10((frames**2).mean(1) + 1e-12)


GRID = [(0, None), (0, -45), (0, -38), (-10, -45), (-10, -38), (-18, None), (-18, -60), (-18, -50)]
TOO_CLOSE = [(-10, -38), (-18, -50)]
"""Gains and noise in dB, and those of them whose speech is too close to the noise."""


@pytest.mark.parametrize(("gain", "hiss"), GRID)
def test_silence_is_cut_and_speech_is_not_over_any_noise(gain: int, hiss: int | None, tmp_path: Path) -> None:
    clean = speech() * 10 ** (gain / 20)
    under = 0.0 if hiss is None else np.random.default_rng(1).normal(0, 10 ** (hiss / 20), len(clean))
    file = write(tmp_path / "in.wav", clean + under)
    heard = hear(file, filters(Sound(skips_silence=True), measured(file), RATE), tmp_path)
    kept = np.zeros(len(clean) // FRAME + 2, bool)
    for time, count in heard.frames:
        first = round(time * RATE)
        kept[first // FRAME : (first + count - 1) // FRAME + 1] = True
    levels = decibels(clean)
    is_speech = levels > np.percentile(levels, 80) - AUDIBLE
    saved, lost = 1 - len(heard.samples) / len(clean), (is_speech & ~kept[: len(levels)]).sum() / is_speech.sum()
    if (gain, hiss) in TOO_CLOSE:
        assert saved <= 0.0
        assert lost == 0.0
    else:
        assert saved >= 0.09
        assert lost <= 0.003


@pytest.mark.parametrize("rate", [8_000, 48_000])
def test_position_is_exact_to_five_milliseconds_where_silence_was_cut(
    rate: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.audio.test_levels.RATE", rate)
    file = write(tmp_path / "in.wav", speech())
    heard = hear(file, filters(Sound(skips_silence=True), measured(file), rate), tmp_path)
    with wave.open(str(file)) as source:
        content = source.readframes(source.getnframes())
    place, errors, near = 0, [], 2 * rate  # bytes of a second, in which each frame is looked for
    for time, count in heard.frames:
        sample = heard.samples[place : place + 16]
        place += count
        at = 2 * round(time * rate)
        found = content.find(sample.tobytes(), max(0, at - near), at + near)
        if np.abs(sample).min(initial=99) > 3 and found >= 0:
            errors.append(abs(found / 2 / rate - time))
    assert len(errors) > 500
    assert max(errors) <= 0.005


@pytest.mark.parametrize("gain", [-20, -8, 0, 8])
def test_recording_is_as_loud_as_a_narration(gain: int, tmp_path: Path) -> None:
    file = write(tmp_path / "in.wav", speech() * 10 ** (gain / 20))
    heard = hear(file, filters(Sound(is_level=True), measured(file), RATE), tmp_path)
    level = measured(write(tmp_path / "out.wav", heard.samples / 32768))
    assert level.loudness == pytest.approx(LOUDNESS, abs=1.0)
    assert np.abs(heard.samples).max() <= 32768 * 10 ** (-0.9 / 20)


def test_loud_and_soft_parts_keep_their_difference(tmp_path: Path) -> None:
    soft, loud = speech(20.0) * 0.1, speech(20.0) * 0.3
    file = write(tmp_path / "in.wav", np.concatenate([soft, loud]))
    heard = hear(file, filters(Sound(is_level=True), measured(file), RATE), tmp_path)
    half = len(soft)
    parts = heard.samples[:half] / 32768, heard.samples[half:] / 32768
    quiet, strong = (10 * np.log10((part**2).mean()) for part in parts)
    assert strong - quiet == pytest.approx(20 * np.log10(3), abs=0.5)


def test_recording_is_measured_once(tmp_path: Path) -> None:
    file, memory = write(tmp_path / "in.wav", speech(10.0)), tmp_path / "cache" / "levels.jsonl"
    found: list[Levels] = []
    LevelMeter(memory).measure(Source(str(file)), 0.0, found.append)
    wait_until(lambda: bool(found), "the file is measured")
    assert LevelMeter(memory).known(Source(str(file))) == found[0]
    assert str(file) not in memory.read_text()
    with memory.open("a") as torn:
        torn.write('["cut off')
    assert LevelMeter(memory).known(Source(str(file))) == found[0]
    write(file, speech(12.0))
    assert LevelMeter(memory).known(Source(str(file))) is None


@pytest.mark.parametrize("gain", [0, -20])
def test_speech_is_told_from_held_notes_from_a_place_on(gain: int, tmp_path: Path) -> None:
    times = np.arange(20 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * note * times) for note in (220.0, 277.2, 329.6))
    swelling = 0.1 * chord * (1.0 + 0.5 * np.sin(2 * np.pi * 0.5 * times))
    file = write(tmp_path / "in.wav", np.concatenate([swelling, speech(20.0)]) * 10 ** (gain / 20))
    frames = trace(Source(str(file)), 5.0, 30.0, threading.Event())
    assert len(frames) * STEP == pytest.approx(30.0, abs=0.2)
    assert find_speech(frames) == pytest.approx(15.0, abs=1.0)


@pytest.mark.parametrize("fault", [NoPlayer(OSError("libmpv is missing")), OSError(28, "No space left on device")])
def test_recording_that_cannot_be_read_has_no_frames(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pod.audio.levels._report", Mock(side_effect=fault))
    assert trace(Source("/a.mp3"), 5.0, 30.0, threading.Event()) == []


def test_report_that_is_too_short_says_nothing() -> None:
    line = b"frame:0 pts:0 pts_time:%d\nlavfi.r128.I=-20.0\nlavfi.astats.Overall.RMS_level=-30.0\n"
    assert levels_of(b"") is None
    assert levels_of(line % 0 + line % 4) is None
    assert levels_of(line % 0 + line % 5) == Levels(-20.0, -30.0, -30.0)
    assert levels_of(line.replace(b"-30.0", b"-inf") % 0 + line % 5) == Levels(-20.0, -90.0, -30.0)


@pytest.mark.parametrize(
    ("floor", "speech_level", "threshold"),
    [
        (-90.0, -16.0, -50.0),
        (-45.0, -16.0, -41.5),
        (-38.0, -16.0, -34.5),
        (-45.0, -26.0, -44.0),
        (-38.0, -25.0, None),
        (-90.0, -34.0, -68.0),
    ],
)
def test_threshold_is_between_noise_and_speech(floor: float, speech_level: float, threshold: float | None) -> None:
    assert silence_threshold(Levels(-20.0, floor, speech_level)) == threshold


def test_narration_is_known_without_being_measured_and_stays_as_loud_as_it_is() -> None:
    levels = LevelMeter().known(Source("/piece.opus", is_narrated=True))
    assert filters(Sound(is_level=True), levels, RATE) == "@level:lavfi=[volume=0.0dB]"


def test_nothing_is_filtered_before_anything_is_known() -> None:
    assert filters(Sound(True, True), None, RATE) == ""
    assert "silence" not in filters(Sound(True, True), Levels(-20.0, -60.0, -16.0), None)
    assert filters(Sound(), Levels(-20.0, -60.0, -16.0), RATE) == ""


def level_range(samples: Any) -> float:
    """Return how far the loud fifths of a second are above the soft ones, in dB."""
    frames = samples[: len(samples) // 4800 * 4800].reshape(-1, 4800)
    levels = 10 * np.log10((frames**2).mean(1) + 1e-12)
    levels = levels[levels > levels.max() - 35]
    return float(np.percentile(levels, 95) - np.percentile(levels, 10))


@pytest.mark.parametrize("bed", [0.0, 0.05, 0.2])
def test_clear_speech_brings_soft_and_loud_voices_and_music_together(bed: float, tmp_path: Path) -> None:
    spoken = speech()
    times = np.arange(len(spoken)) / RATE
    soft = np.where(times // 5 % 2, 10 ** (-14 / 20), 1.0)  # every other voice is far from the microphone
    music = sum(np.sin(2 * np.pi * pitch * times) for pitch in (220, 277, 330)) / 3 * (times % 2 < 1)
    mixed = spoken * soft * 2 + bed * music
    before = level_range(mixed)
    heard = hear(write(tmp_path / "mixed.wav", mixed), filters(Sound(is_clear=True), None, RATE), tmp_path)
    samples = heard.samples / 32767
    assert level_range(samples) < before * 2 / 3
    assert np.abs(samples).max() < 0.92


@pytest.mark.parametrize("sound", [Sound(boost=5), Sound(boost=100), Sound(boost=100, is_clear=True)])
def test_full_scale_recording_is_louder_and_never_clipped(sound: Sound, tmp_path: Path) -> None:
    loud = np.sin(2 * np.pi * 997 * np.arange(5 * RATE) / RATE) * np.repeat([1.0, 0.1, 1.0, 0.1, 1.0], RATE)
    heard = hear(write(tmp_path / "loud.wav", loud), filters(sound, None, RATE), tmp_path).samples / 32767
    soft = slice(RATE * 3 // 2, RATE * 2 - 2400)
    assert np.abs(heard).max() < 0.92
    assert np.abs(heard[soft]).max() / 0.1 == pytest.approx(min(8.0, (1 + sound.boost / 100) ** 3), rel=0.05) or (
        sound.is_clear and np.abs(heard[soft]).max() > 0.8
    )


@pytest.mark.parametrize(
    ("sound", "left", "right"),
    [(Sound(is_mono=True), 0.4, 0.4), (Sound(balance=50), 0.3, 0.5), (Sound(is_mono=True, balance=-100), 0.4, 0.0)],
)
def test_ears_hear_what_was_chosen(sound: Sound, left: float, right: float, tmp_path: Path) -> None:
    path, tone = tmp_path / "stereo.wav", np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE)
    write(path, np.stack((0.6 * tone, 0.5 * tone) if sound.balance == 50 else (0.6 * tone, 0.2 * tone), 1).ravel())
    content = bytearray(path.read_bytes())
    content[22], content[32], content[28:32] = 2, 4, (RATE * 4).to_bytes(4, "little")  # two channels
    path.write_bytes(content)
    heard = hear(path, filters(sound, None, RATE, 2), tmp_path).samples.reshape(-1, 2)[2000:-2000] / 32767
    assert np.abs(heard).max(0) == pytest.approx([left, right], abs=0.01)
