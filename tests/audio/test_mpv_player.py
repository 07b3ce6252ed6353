"""What `MpvPlayer` makes of libmpv's state, with a handle whose state the test decides.

The process is stopped and goes on: the player tells the position as before. The filters of a recording, from what was
measured of it. Sound devices: which one is lost, and when it is back.
"""

from __future__ import annotations

import array
import math
import os
import select
import signal
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, Mock

import pytest
from mpv import MpvEventEndFile, MpvEventID

from tests.patience import PATIENCE, wait_until
from tui_pod.audio import mpv_player
from tui_pod.audio.chime import LENGTH, SAMPLE_RATE, chime_file
from tui_pod.audio.devices import REMEMBERED, Device, DeviceWatch, read_devices
from tui_pod.audio.levels import LIMITER, Levels, filters, silence_threshold
from tui_pod.audio.libmpv import NO_FILTER, NO_SOUND_DEVICE, NoPlayer
from tui_pod.audio.mpv_options import DEMUXER, FAST_SEEK
from tui_pod.audio.mpv_player import POLL, MpvPlayer
from tui_pod.core.player.events import (
    BufferingChanged,
    DeviceChanged,
    DurationKnown,
    Event,
    FileEnded,
    FileLoaded,
    FiltersMissing,
    LoadFailed,
    PauseChanged,
    PositionChanged,
    SeekFinished,
)
from tui_pod.core.player.options import Sound
from tui_pod.core.player.snapshot import Source

FILE = Source("a.wav")
"""What most tests load."""

STOPPED = 2
"""mpv's reason for the end of a file that gave way to another (client.h: MPV_END_FILE_REASON_STOP)."""


class Handle:
    """Stands for libmpv's handle: a file at 12.5 s of which the test says whether it is seeking."""

    time_pos = 12.5
    duration: float | None = 100.0
    file_format = "wav"
    pause = True
    seeking = False
    current_ao = "pulse"
    audio_params: dict[str, int] | None = None
    has_ended = False

    def __init__(self) -> None:
        self.values: dict[str, object] = {}
        self.commands: list[tuple[str, ...]] = []
        self.observers: dict[str, Callable[[str, Any], None]] = {}
        self.entry = 0
        self.fault: Exception | None = None
        self.log: Callable[[str, str, str], None] = lambda *_: None

    def __setitem__(self, name: str, value: Any) -> None:
        self.values[name] = value
        if name == "pause":
            self.pause = value

    def command(self, *words: str) -> dict[str, int]:
        if self.fault is not None:
            raise self.fault
        self.commands.append(words)
        self.entry += words[0] == "loadfile"
        return {"playlist_entry_id": self.entry}

    def register_event_callback(self, callback: Callable[[Any], None]) -> None:
        self.report = callback

    def observe_property(self, name: str, observer: Callable[[str, Any], None]) -> None:
        self.observers[name] = observer

    def terminate(self) -> None:
        self.has_ended = True


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Handle:
    found = Handle()

    def open_mpv(_: str | None, log: Callable[[str, str, str], None], **__: object) -> Handle:
        found.log = log
        return found

    monkeypatch.setattr(mpv_player, "open_mpv", open_mpv)
    monkeypatch.setattr("tui_pod.audio.mpv_player.StreamProtocol.register", lambda *_: None)
    return found


def test_position_is_unknown_while_a_seek_is_under_way(handle: Handle) -> None:
    events, opened = list[Event](), threading.Event()
    player = MpvPlayer(events.append)
    player.open(opened.set)
    assert opened.wait(PATIENCE)
    assert player.position() is None
    handle.report(SimpleNamespace(event_id=SimpleNamespace(value=MpvEventID.PLAYBACK_RESTART)))
    wait_until(lambda: any(isinstance(event, FileLoaded) for event in events), "the file is loaded")
    assert player.position() == 12.5
    handle.seeking = True
    assert player.position() is None
    player.close()


class Rig:
    """A player on a handle, and what it has told."""

    def __init__(self, handle: Handle, meter: Mock | None = None) -> None:
        self.handle = handle
        self.events: list[Event] = []
        self.player = MpvPlayer(self.events.append, meter=meter)
        self.player.open()
        self.settle()

    @property
    def device_changes(self) -> list[Event]:
        """What it has told of devices: positions come in between."""
        return [event for event in self.events if isinstance(event, DeviceChanged)]

    def settle(self) -> None:
        """Wait until the player's thread has done what it was given."""
        done = threading.Event()
        self.player.do(lambda _: done.set())
        assert done.wait(PATIENCE)

    def load(self, start: float = 0.0, load: int = 1, source: Source = FILE, is_paused: bool = True) -> None:
        """Load a file, which libmpv then begins to open."""
        self.player.load(source, start, load, is_paused)
        self.settle()
        self.report(MpvEventID.START_FILE, playlist_entry_id=self.handle.entry)

    def open_file(self, start: float = 0.0, is_paused: bool = True) -> None:
        """Load a file that is then open; forget what was told of it."""
        self.load(start, is_paused=is_paused)
        self.report(MpvEventID.PLAYBACK_RESTART)
        self.settle()
        self.events.clear()
        self.handle.commands.clear()

    def report(self, kind: int, **data: object) -> None:
        """Have libmpv report an event."""
        self.handle.report(SimpleNamespace(event_id=SimpleNamespace(value=kind), data=SimpleNamespace(**data)))

    def change(self, name: str, value: object) -> None:
        """Have libmpv report a new value."""
        self.handle.observers[name](name, value)


@pytest.fixture
def rig(handle: Handle) -> Iterator[Rig]:
    made = Rig(handle)
    yield made
    made.player.close()


@pytest.mark.parametrize(("start", "said", "position"), [(0.0, "none", 0.0), (-1.0, "none", 0.0), (7.5, "7.500", 12.5)])
def test_file_is_told_to_begin_where_it_was_asked_to(rig: Rig, start: float, said: str, position: float) -> None:
    rig.load(start)
    assert (rig.handle.values["start"], rig.handle.values["pause"]) == (said, True)
    assert rig.handle.commands == [("loadfile", "a.wav", "replace")]
    rig.report(MpvEventID.PLAYBACK_RESTART)
    assert rig.events == [FileLoaded(1, position, 100.0, is_exact=True)]
    rig.report(MpvEventID.PLAYBACK_RESTART)
    assert rig.events[1:] == [SeekFinished(1, 12.5)]


@pytest.mark.parametrize(
    ("kind", "duration", "told"),
    [
        ("mp3", 100.0, (100.0, False)),
        ("aac", 100.0, (100.0, False)),
        ("flac", 0.0, (None, True)),
        ("wav", None, (None, True)),
    ],
)
def test_length_that_is_estimated_or_unknown_is_told_as_such(
    rig: Rig, kind: str, duration: float | None, told: tuple[float | None, bool]
) -> None:
    rig.handle.file_format, rig.handle.duration = kind, duration
    rig.load()
    rig.report(MpvEventID.PLAYBACK_RESTART)
    assert rig.events == [FileLoaded(1, 0.0, *told)]


@pytest.mark.parametrize(
    ("source", "options"),
    [(FILE, DEMUXER), (FILE._replace(is_constant_rate=True), FAST_SEEK), (FILE._replace(is_estimated=True), FAST_SEEK)],
)
def test_file_is_searched_by_its_bytes_only_where_these_tell_the_time(
    rig: Rig, source: Source, options: object
) -> None:
    rig.load(source=source)
    assert rig.handle.values["demuxer-lavf-o"] == options


def test_seek_waits_until_its_file_is_open(rig: Rig) -> None:
    rig.load()
    rig.player.seek(20.0)
    for name, value in (("pause", True), ("duration", 90.0), ("eof-reached", True)):
        rig.change(name, value)
    assert rig.events == []
    rig.load(load=2)
    rig.player.seek(30.0)
    rig.player.seek(31.5)
    rig.settle()
    assert len(rig.handle.commands) == 2
    rig.report(MpvEventID.PLAYBACK_RESTART)
    rig.settle()
    assert rig.handle.commands[2:] == [("seek", "31.500", "absolute+exact")]
    rig.player.seek(5.0)
    rig.settle()
    assert rig.handle.commands[3:] == [("seek", "5.000", "absolute+exact")]


def test_load_that_gave_way_before_its_turn_is_left_out(rig: Rig) -> None:
    held = threading.Event()
    rig.player.do(lambda _: held.wait(PATIENCE))
    rig.player.load(FILE, 0.0, 1, is_paused=True)
    rig.player.load(FILE, 0.0, 2, is_paused=True)
    held.set()
    rig.settle()
    assert len(rig.handle.commands) == 1


@pytest.mark.parametrize(
    ("name", "value", "event"),
    [
        ("pause", True, PauseChanged(1, True, 12.5)),
        ("duration", 90, DurationKnown(1, 90.0)),
        ("duration", None, None),
        ("paused-for-cache", True, BufferingChanged(1, True)),
        ("paused-for-cache", False, BufferingChanged(1, False)),
        ("paused-for-cache", None, None),
        ("chapters", 0, None),
        ("chapters", None, None),
        ("eof-reached", True, FileEnded(1, 12.5)),
        ("eof-reached", False, None),
        ("eof-reached", None, None),
    ],
)
def test_value_that_changes_is_told_if_it_says_something(
    rig: Rig, name: str, value: object, event: Event | None
) -> None:
    rig.open_file()
    rig.change(name, value)
    assert rig.events == ([event] if event else [])


@pytest.mark.parametrize(
    ("reason", "error", "events"),
    [
        (MpvEventEndFile.EOF, 0, [FileEnded(1, 0.0)]),
        (STOPPED, 0, []),
        (MpvEventEndFile.ERROR, NO_SOUND_DEVICE, [(1, True)]),
        (MpvEventEndFile.ERROR, NO_SOUND_DEVICE - 2, [(1, False)]),
    ],
)
def test_end_of_a_file_is_told_by_its_reason(
    rig: Rig, reason: int, error: int, events: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mpv_player, "LOG_DELAY", 0.0)
    rig.open_file()
    rig.report(MpvEventID.END_FILE, reason=reason, error=error)
    rig.settle()
    told = [(event.load, event.is_fatal) if isinstance(event, LoadFailed) else event for event in rig.events]
    assert told == events
    assert rig.player.position() is None


def test_position_is_told_while_it_plays(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mpv_player, "POLL", 0.001)
    rig.open_file(is_paused=False)
    wait_until(lambda: PositionChanged(1, 12.5) in rig.events, "the position is told")
    rig.handle.time_pos = -0.5
    wait_until(lambda: PositionChanged(1, 0.0) in rig.events, "no position lies before the start")


def test_faults_of_libmpv_and_of_what_it_calls_are_told(rig: Rig) -> None:
    rig.open_file()
    rig.change("duration", "long")
    rig.handle.fault = SystemError("not \x1bnow")
    rig.player.stop()
    rig.settle()
    assert [(event.load, event.reason) for event in rig.events if isinstance(event, LoadFailed)] == [
        (1, "The player failed: could not convert string to float: 'long'. Try again."),
        (0, "The player refused: not now. Try again."),
    ]


def test_filter_that_libmpv_lacks_is_told_once(rig: Rig) -> None:
    rig.open_file()
    rig.handle.log("error", "lavfi", "something else")
    rig.settle()
    assert rig.events == []
    for _ in range(2):
        rig.handle.log("error", "lavfi", f" {NO_FILTER} 'loudnorm'\n")
        rig.settle()
    assert rig.events == [FiltersMissing(1)]
    assert rig.handle.values["af"] == ""


def test_settings_reach_libmpv(rig: Rig) -> None:
    rig.player.set_speed(1.5)
    rig.player.set_volume(80)
    rig.player.set_muted(True)
    rig.player.set_paused(False)
    rig.player.set_device("")
    rig.settle()
    assert rig.handle.values == {
        "speed": 1.5, "volume": 80, "mute": True, "pause": False, "audio-device": "auto",
    }  # fmt: skip
    rig.player.set_device("pulse/headset")
    rig.settle()
    assert (rig.handle.values["audio-device"], rig.player.device) == ("pulse/headset", "pulse/headset")


def test_every_load_fails_for_good_without_libmpv(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = NoPlayer(OSError("no libmpv"))
    monkeypatch.setattr(mpv_player, "open_mpv", Mock(side_effect=missing))
    events = list[Event]()
    player = MpvPlayer(events.append)
    player.load(FILE, 0.0, 7, is_paused=True)
    opened = threading.Event()
    player.open(opened.set)
    assert opened.wait(PATIENCE)
    wait_until(lambda: LoadFailed(7, str(missing), is_fatal=True) in events, "the load has failed")
    assert player.position() is None
    player.close()


@pytest.mark.parametrize(
    ("ao", "device", "chosen"),
    [(None, "pulse/a", "pulse/a"), ("pulse", "pulse/a", "pulse/a"), ("alsa", "pulse/a", ""), ("null", "", "")],
)
def test_saved_device_is_chosen_unless_it_is_another_outputs(ao: str | None, device: str, chosen: str) -> None:
    assert MpvPlayer(lambda _: None, ao, device=device).device == chosen


def test_close_waits_until_libmpv_has_ended(handle: Handle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mpv_player, "CLOSE_LIMIT", PATIENCE)
    meter = Mock()
    MpvPlayer(lambda _: None, meter=meter).close()  # never opened
    meter.cancel.assert_called_once_with()
    rig = Rig(handle)
    rig.player.close()
    assert handle.has_ended
    rig.change("paused-for-cache", True)  # no callback uses what is gone
    assert rig.events == []


LEVELS = Levels(-20.0, -60.0, -25.0)


@pytest.mark.parametrize(
    ("sound", "known", "measures", "has_filter"),
    [
        (Sound(), None, 0, False),
        (Sound(is_level=True), None, 1, False),
        (Sound(is_level=True), LEVELS, 0, True),
        (Sound(), LEVELS, 0, False),
        (Sound(skips_silence=True), LEVELS, 0, True),
    ],
)
def test_sound_is_changed_once_a_recording_is_measured(
    sound: Sound, known: Levels | None, measures: int, has_filter: bool, handle: Handle
) -> None:
    handle.audio_params = {"samplerate": 48_000}
    meter = Mock()
    meter.known.return_value = known
    rig = Rig(handle, meter)
    rig.player.set_sound(sound)
    rig.settle()
    assert "af" not in handle.values  # no file is open
    rig.open_file()
    assert meter.measure.call_count == measures
    assert bool(handle.values["af"]) is has_filter
    for call in meter.measure.call_args_list:
        meter.known.return_value = LEVELS
        source, start, done = call.args
        done(LEVELS)
        rig.settle()
        assert (source, start, bool(handle.values["af"])) == (FILE, 12.5, True)
    rig.player.close()


DEVICES = [{"name": "pulse/headset", "description": "Headset"}, {"name": "pulse/speakers", "description": "Speakers"}]


@pytest.mark.parametrize(("chosen", "returns_to"), [("", "auto"), ("pulse/headset", None)])
def test_player_pauses_when_its_device_goes_and_goes_on_as_the_listener_says(
    chosen: str, returns_to: str | None, rig: Rig
) -> None:
    rig.player.set_device(chosen)
    rig.change("audio-device-list", DEVICES)
    rig.open_file(is_paused=False)
    rig.change("audio-device-list", DEVICES[1:])
    rig.settle()
    told = [DeviceChanged(1, "Headset", is_back=False)]
    assert rig.device_changes == told
    assert rig.handle.pause
    rig.player.set_paused(False)
    rig.settle()
    if returns_to is None:
        assert rig.handle.pause
        assert rig.device_changes == told * 2  # why it does not play is told again
        rig.change("audio-device-list", DEVICES)
        assert rig.device_changes[2:] == [DeviceChanged(1, "Headset", is_back=True)]
        rig.player.set_paused(False)
        rig.settle()
    assert (rig.handle.pause, rig.handle.values["audio-device"]) == (False, returns_to or "pulse/headset")
    assert rig.handle.commands == [("ao-reload",)]
    rig.player.set_paused(True)
    rig.player.set_paused(False)
    rig.settle()
    assert rig.handle.commands == [("ao-reload",)]
    assert [name for name, _ in rig.player.devices()] == [each["name"] for each in DEVICES[returns_to is not None :]]


ROOT = Path(__file__).parents[2]

PLAY = """
import signal, sys
from tui_pod.audio.mpv_player import MpvPlayer
from tui_pod.core.player.events import PositionChanged
from tui_pod.core.player.snapshot import Source

def tell(event):
    if isinstance(event, PositionChanged):
        print(event.position, flush=True)

def take_signal(_):
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCONT})

signal.signal(signal.SIGCONT, lambda *_: None)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCONT})  # in the threads that come, too
player = MpvPlayer(tell, "null")
player.open()
player._tasks.put(take_signal)  # in the player's own thread alone
player.load(Source(sys.argv[1]), 0.0, 1, False)
sys.stdin.read()
"""


def test_signal_that_comes_to_the_thread_which_looks_at_the_position_does_not_end_that(tmp_path: Path) -> None:
    """It interrupts a wait whose time is over by then, after which `SimpleQueue.get` waits for ever."""
    silence = tmp_path / "silence.wav"
    with wave.open(str(silence), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 8000 * 60))
    program = [sys.executable, "-c", PLAY, str(silence)]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as player:
        assert player.stdout is not None
        told = player.stdout.fileno()
        try:
            read_lines(told, 3)
            for _ in range(3):
                player.send_signal(signal.SIGSTOP)
                os.waitid(os.P_PID, player.pid, os.WSTOPPED)
                let_pass(2 * POLL)
                while has_more(told, 0.0):
                    os.read(told, 4096)
                player.send_signal(signal.SIGCONT)
                read_lines(told, 3)
        finally:
            player.kill()


def let_pass(seconds: float) -> None:
    """Wait until a wait for so many seconds is over."""
    over = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > over, "it is over")


def read_lines(told: int, count: int) -> None:
    """Read so many lines that come from now on."""
    while count > 0:
        assert has_more(told, PATIENCE)
        count -= os.read(told, 4096).count(b"\n")


def has_more(told: int, seconds: float) -> bool:
    """Return whether there is something to read within so many seconds."""
    return bool(select.select([told], [], [], seconds)[0])


BOTH, LEVEL, SHORT = Sound(True, True), Sound(is_level=True), Sound(skips_silence=True)


@pytest.mark.parametrize(
    ("floor", "speech", "threshold"),
    [(-50.0, -20.0, -46.5), (-80.0, -20.0, -54.0), (-40.0, -20.0, -38.0), (-38.5, -20.0, -38.0), (-38.0, -20.0, None)],
    ids=["above the noise", "not too soft", "below speech", "just above the noise", "as loud as the noise"],
)
def test_threshold_is_above_the_noise_and_well_below_speech(
    floor: float, speech: float, threshold: float | None
) -> None:
    assert silence_threshold(Levels(-18.0, floor, speech)) == threshold


@pytest.mark.parametrize(
    ("loudness", "gain"), [(-30.0, "12.0"), (-18.0, "0.0"), (-10.0, "-8.0"), (-60.0, "24.0"), (20.0, "-24.0")]
)
def test_gain_brings_a_recording_to_the_loudness_of_narrations_within_limits(loudness: float, gain: str) -> None:
    limiter = f",{LIMITER}" if float(gain) > 0 else ""
    assert filters(LEVEL, Levels(loudness, -60.0, -20.0), 48_000) == f"@level:lavfi=[volume={gain}dB{limiter}]"


def test_silence_is_cut_before_the_gain_in_frames_of_five_milliseconds() -> None:
    levels = Levels(-30.0, -60.0, -20.0)
    silence, level = filters(BOTH, levels, 48_000).split(",@")
    assert silence.startswith("@silence:lavfi=[asetnsamples=240,silenceremove=")
    assert "stop_threshold=-54.0dB" in silence
    assert f"@{level}" == filters(LEVEL, levels, 48_000)
    assert "asetnsamples=1," in filters(SHORT, levels, 100)


@pytest.mark.parametrize(
    ("sound", "levels", "rate"),
    [
        (BOTH, None, 48_000),
        (Sound(), Levels(-30.0, -60.0, -20.0), 48_000),
        (SHORT, Levels(-30.0, -60.0, -20.0), None),
        (SHORT, Levels(-30.0, -38.0, -20.0), 48_000),
    ],
    ids=["not measured", "not wanted", "rate unknown", "too noisy"],
)
def test_recording_is_left_as_it_is(sound: Sound, levels: Levels | None, rate: int | None) -> None:
    assert filters(sound, levels, rate) == ""


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


def test_chime_is_two_notes_a_fifth_apart_that_fade(tmp_path: Path) -> None:
    heard = samples(chime_file(tmp_path))

    def loudness(frequency: float, begin: float, end: float) -> float:
        part = range(int(begin * SAMPLE_RATE), int(end * SAMPLE_RATE))
        turn = [2 * math.pi * frequency * n / SAMPLE_RATE for n in part]
        level = complex(
            sum(heard[n] * math.cos(at) for n, at in zip(part, turn, strict=True)),
            sum(heard[n] * math.sin(at) for n, at in zip(part, turn, strict=True)),
        )
        return 2 * abs(level) / len(part) / 32768

    assert loudness(587.33, 0.3, 0.5) == pytest.approx(0.063, abs=0.01)
    assert loudness(880.0, 0.3, 0.5) < 0.005
    assert loudness(880.0, 0.52, 0.72) == pytest.approx(0.063, abs=0.01)
    assert loudness(2 * 587.33, 0.3, 0.4) == pytest.approx(0.02, abs=0.01)
    assert loudness(3 * 587.33, 0.3, 0.4) == pytest.approx(0.006, abs=0.004)
    assert loudness(880.0, 1.5, 1.7) < 0.1 * loudness(880.0, 0.52, 0.72)


AUTO, HEADSET, SPEAKERS = (
    Device("auto", "Any"),
    Device("pulse/headset", "Headset"),
    Device("pulse/speakers", "Speakers"),
)
ALL = (AUTO, HEADSET, SPEAKERS)


def watching(chosen: str = "") -> DeviceWatch:
    """Return a watch that knows all devices."""
    watch = DeviceWatch(chosen)
    assert watch.find_lost(ALL, "pulse", 0.0) is None
    return watch


@pytest.mark.parametrize(
    ("chosen", "output", "lost"),
    [
        ("", "pulse", HEADSET),
        ("pulse/headset", "pulse", HEADSET),
        ("pulse/speakers", "pulse", None),
        ("", "alsa", None),
        ("", "", None),
    ],
)
def test_device_that_plays_is_lost_and_no_other(chosen: str, output: str, lost: Device | None) -> None:
    watch = watching(chosen)
    assert watch.find_lost((AUTO, SPEAKERS), output, 1.0) == lost
    assert watch.is_missing == (chosen == "pulse/headset")


@pytest.mark.parametrize(("passed", "is_said"), [(REMEMBERED, True), (REMEMBERED + 1.0, False)])
def test_device_that_returns_within_the_hour_is_told(passed: float, is_said: bool) -> None:
    watch = watching("pulse/headset")
    watch.find_lost((AUTO, SPEAKERS), "pulse", 1.0)
    assert watch.find_returned(2.0) is None
    watch.find_lost(ALL, "", 1.0 + passed)
    assert watch.find_returned(1.0 + passed) == (HEADSET if is_said else None)
    assert not watch.is_missing


def test_description_from_the_system_is_cleaned() -> None:
    assert read_devices([{"name": "pulse/x", "description": "A\x1b[2J B"}])[0].description.isprintable()


@pytest.mark.parametrize(
    ("chosen", "is_back", "used"),
    [("", True, "pulse/headset"), ("", False, "auto"), ("pulse/headset", True, "pulse/headset")],
)
def test_playing_goes_on_where_it_was_once_the_device_is_back(chosen: str, is_back: bool, used: str) -> None:
    player, mpv = MpvPlayer(lambda _: None, device=chosen), MagicMock()
    player.do = lambda task: task(mpv)  # type: ignore[method-assign,assignment]
    player._watch = watching(chosen)
    assert player._watch.find_lost((AUTO, SPEAKERS), "pulse", 0.0) == HEADSET
    if is_back:
        player._watch.find_lost(ALL, "", 1.0)
    player.set_paused(False)
    mpv.__setitem__.assert_any_call("audio-device", used)
    mpv.__setitem__.assert_called_with("pause", False)


def test_chosen_device_that_is_gone_lets_no_other_one_play() -> None:
    events: list[Event] = []
    player, mpv = MpvPlayer(events.append, device=HEADSET.name), MagicMock()
    player.do = lambda task: task(mpv)  # type: ignore[method-assign,assignment]
    player._watch = watching(HEADSET.name)
    player._watch.find_lost((AUTO, SPEAKERS), "pulse", 0.0)
    player.set_paused(False)
    mpv.__setitem__.assert_not_called()
    assert events == [DeviceChanged(0, "Headset", is_back=False)]
