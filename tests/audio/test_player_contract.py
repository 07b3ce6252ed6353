"""What listening may rely on of a player: the same tests over the fake and over the real libmpv."""

from __future__ import annotations

import queue
import struct
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, TypeVar
from unittest.mock import MagicMock

import pytest

from tests.fakes import FakePlayer
from tests.patience import PATIENCE
from tests.sources.server import sound
from tui_pod.audio.levels import Levels
from tui_pod.audio.mpv_player import POLL, MpvPlayer
from tui_pod.core.player.events import (
    ChaptersKnown,
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
from tui_pod.core.player.ports import Player
from tui_pod.core.player.remote_audio import FetchProgress
from tui_pod.core.player.snapshot import MAX_CHAPTERS, Chapter, Source

if TYPE_CHECKING:
    from mpv import MPV

LENGTH = 30.0
"""Seconds of the files that are played."""

Check = Callable[[], object]
Told = TypeVar("Told", bound=Event)


class Rig:
    """A player, what it reported, and a way to let its time pass."""

    player: Player

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._arrived = threading.Condition()

    def emit(self, event: Event) -> None:
        """Keep an event, from whichever thread."""
        with self._arrived:
            self.events.append(event)
            self._arrived.notify_all()

    def wait(self, is_so: Check, what: str) -> None:
        """Wait until something is so; it is looked at after each event, and also without one."""
        limit = time.monotonic() + PATIENCE
        with self._arrived:
            while not is_so():
                assert time.monotonic() < limit, f"it never came about that {what}: {self.events}"
                self._arrived.wait(0.05)

    def wait_for(self, kind: type[Told], load: int) -> Told:
        """Wait for an event of a kind and a load, and return the newest one."""
        self.wait(lambda: self.of(kind, load), f"{kind.__name__} came for load {load}")
        return self.of(kind, load)[-1]

    def of(self, kind: type[Told], load: int | None = None) -> list[Told]:
        """Return the events of a kind, and of a load when one is named."""
        return [e for e in self.events if isinstance(e, kind) and (load is None or getattr(e, "load", 0) == load)]

    def close(self) -> None:
        """Close the real player."""
        assert isinstance(self.player, MpvPlayer)
        self.player.close()

    def play(self, seconds: float) -> None:
        """Let the player play on for at least so many seconds, or to the end."""
        if isinstance(self.player, FakePlayer):
            self.player.play(seconds)
            return
        here = self.place()
        self.wait(lambda: self.of(FileEnded) or self.place() >= here + seconds, f"{seconds} s were played")

    def place(self) -> float:
        """Return the position last reported."""
        return max((e.position for e in self.events[-1:] if isinstance(e, PositionChanged)), default=0.0)

    def load(self, source: Path, load: int = 1, start: float = 0.0, is_paused: bool = False) -> FileLoaded:
        """Load a file and wait until it is open."""
        self.player.load(Source(str(source)), start, load, is_paused)
        return self.wait_for(FileLoaded, load)


def open_real(ao: str = "null") -> Rig:
    """Return a rig with the real player on an audio output of mpv's."""
    rig = Rig()
    rig.player = player = MpvPlayer(rig.emit, ao)
    player.open()
    return rig


def make_wav(path: Path, seconds: float = LENGTH) -> Path:
    """Write a file of a soft click track and return its path."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x00\x10\x00\x00" * int(seconds * 4000))
    return path


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A file to play."""
    return make_wav(tmp_path / "first.wav")


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """Another one."""
    return make_wav(tmp_path / "second.wav")


@pytest.fixture
def real() -> Iterator[Rig]:
    """The real player, silent."""
    rig = open_real()
    yield rig
    rig.close()


@pytest.fixture
def fake(first: Path, second: Path) -> Rig:
    """The fake player, which knows the length of the files."""
    rig = Rig()
    rig.player = player = FakePlayer()
    player.emit = rig.emit
    player.durations = {str(first): LENGTH, str(second): LENGTH}
    return rig


@pytest.fixture(name="rig", params=["fake", "real"])
def either(request: pytest.FixtureRequest) -> Rig:
    """Either player."""
    found: Rig = request.getfixturevalue(request.param)
    return found


# -- of every player -----------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [0.0, 1.5])
def test_load_opened_tells_place_and_length(rig: Rig, first: Path, start: float) -> None:
    assert rig.player.position() is None
    loaded = rig.load(first, start=start, is_paused=True)
    assert loaded.load == 1
    assert loaded.position == pytest.approx(start, abs=0.1)
    assert loaded.duration == pytest.approx(LENGTH, abs=0.05)
    assert loaded.is_exact


def test_load_paused_stays_where_it_is_until_it_goes_on(rig: Rig, first: Path) -> None:
    rig.load(first, start=1.0, is_paused=True)
    assert rig.player.position() == pytest.approx(1.0, abs=0.1)
    rig.player.set_paused(False)
    assert not rig.wait_for(PauseChanged, 1).is_paused
    rig.play(0.5)
    assert (rig.player.position() or 0.0) > 1.1


def test_playing_tells_positions_that_grow(rig: Rig, first: Path) -> None:
    rig.load(first)
    rig.play(1.0)
    places = [event.position for event in rig.of(PositionChanged, 1)]
    assert len(places) >= 2
    assert places == sorted(places)


def test_pause_is_told_once_and_holds_the_place(rig: Rig, first: Path) -> None:
    rig.load(first)
    rig.play(0.5)
    rig.player.set_paused(True)
    event = rig.wait_for(PauseChanged, 1)
    here = rig.player.position()
    assert event.position == pytest.approx(here, abs=0.05)
    rig.player.set_paused(True)
    assert rig.player.position() == pytest.approx(here, abs=0.05)
    assert [event.is_paused for event in rig.of(PauseChanged)] == [True]


@pytest.mark.parametrize("is_paused", [False, True])
@pytest.mark.parametrize("place", [0.0, 2.0, 1.25])
def test_seek_arrives_exactly_where_it_was_told(rig: Rig, first: Path, place: float, is_paused: bool) -> None:
    rig.load(first, is_paused=is_paused)
    rig.player.seek(place)
    event = rig.wait_for(SeekFinished, 1)
    assert place - 0.05 <= event.position <= place + (0.05 if is_paused else 20.0)  # a busy machine looks late


def test_end_is_told_once_with_the_exact_place(rig: Rig, first: Path) -> None:
    rig.load(first, start=LENGTH - 0.6)
    rig.play(1.0)
    assert rig.wait_for(FileEnded, 1).position == pytest.approx(LENGTH, abs=0.05)
    assert len(rig.of(FileEnded)) == 1
    assert rig.of(LoadFailed) == []
    rig.player.seek(LENGTH - 0.7)
    rig.wait_for(SeekFinished, 1)
    rig.events.clear()
    rig.play(1.0)
    rig.wait_for(FileEnded, 1)


def test_end_that_was_set_stops_there_and_a_seek_plays_on(rig: Rig, first: Path) -> None:
    rig.player.set_end(0.7)
    rig.player.load(Source(str(first)), 0.0, 1, is_paused=False)
    rig.play(0.8)
    assert rig.wait_for(FileEnded, 1).position == pytest.approx(0.7, abs=0.02)
    rig.player.seek(0.1)
    rig.player.set_end(None)
    rig.wait_for(SeekFinished, 1)
    rig.events.clear()
    rig.play(0.8)
    assert rig.of(FileEnded) == []
    assert [e.position for e in rig.events if isinstance(e, PositionChanged)][-1] > 0.7


def test_loads_in_quick_succession_leave_the_last_one_playing(rig: Rig, first: Path, second: Path) -> None:
    for load in range(1, 9):
        rig.player.load(Source(str(second if load % 2 else first)), 0.0, load, False)
    rig.wait_for(FileLoaded, 8)
    rig.play(0.5)
    order = [event.load for event in rig.events if isinstance(event, FileLoaded | PositionChanged)]
    assert order == sorted(order)
    assert rig.of(LoadFailed) == []
    assert rig.of(FileEnded) == []


def test_stop_is_no_end_and_leaves_nothing_loaded(rig: Rig, first: Path, second: Path) -> None:
    rig.load(first)
    rig.play(0.5)
    rig.player.stop()
    rig.wait(lambda: rig.player.position() is None, "nothing is loaded")
    rig.load(second, load=2)
    assert rig.of(FileEnded) == []
    assert rig.of(LoadFailed) == []


def test_speed_volume_and_mute_can_be_set_before_anything_is_loaded(rig: Rig, first: Path) -> None:
    rig.player.set_speed(2.0)
    rig.player.set_volume(30)
    rig.player.set_muted(True)
    rig.load(first)
    rig.play(0.5)
    if isinstance(rig.player, MpvPlayer):
        assert [read(rig.player, name) for name in ("speed", "volume", "mute")] == [2.0, 30.0, True]
    assert rig.of(LoadFailed) == []


# -- of the real one -----------------------------------------------------------------------------------


def read(player: MpvPlayer, name: str) -> object:
    """Return a property of libmpv, asked on the thread that may."""
    answers: list[object] = []
    done = threading.Event()

    def task(mpv: MPV) -> None:
        answers.append(mpv[name])
        done.set()

    player.do(task)
    assert done.wait(PATIENCE)
    return answers[0]


def test_triple_speed_takes_a_third_of_the_looks_at_the_position(real: Rig, first: Path) -> None:
    real.player.set_speed(3.0)
    real.load(first, start=LENGTH - 3.0)
    real.wait_for(FileEnded, 1)
    assert len(real.of(PositionChanged)) < 3.0 / 2 / POLL


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.wav", None, "missing or not readable"),
        ("text.mp3", b"This is no sound at all, however long one looks at it.\n" * 50, "cannot play this format"),
        ("page.wav", b"<!doctype html><title>404</title>", "cannot play this format"),
        ("empty.wav", b"", "cannot play this format"),
        ("list.m3u", b"#EXTM3U\nfirst.wav\n", "cannot play this format"),
        ("one_hertz.wav", sound(2.0, rate=1), "cannot play this format"),
    ],
)
def test_file_that_cannot_be_played_is_told_in_words_and_the_next_one_plays(
    real: Rig, first: Path, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    real.player.load(Source(str(file)), 0.0, 1, False)
    event = real.wait_for(LoadFailed, 1)
    assert said in event.reason
    assert not event.is_fatal
    real.load(first, load=2)
    assert real.of(LoadFailed, 2) == []


def test_aiff_and_au_are_played(real: Rig, tmp_path: Path) -> None:
    rate = bytes.fromhex("400bfa00000000000000")  # 8 kHz as an 80-bit number
    samples = bytes(2 * 8000 * 3)
    common = b"COMM" + struct.pack(">IhIh", 18, 1, 8000 * 3, 16) + rate
    body = b"AIFF" + common + b"SSND" + struct.pack(">III", len(samples) + 8, 0, 0) + samples
    (tmp_path / "a.aiff").write_bytes(b"FORM" + struct.pack(">I", len(body)) + body)
    (tmp_path / "b.au").write_bytes(b".snd" + struct.pack(">5I", 24, len(samples), 3, 8000, 1) + samples)
    for load, name in enumerate(("a.aiff", "b.au"), 1):
        assert real.load(tmp_path / name, load, is_paused=True).duration == pytest.approx(3.0, abs=0.1)


def test_file_removed_while_it_plays_is_played_to_its_end(real: Rig, first: Path) -> None:
    real.load(first, start=LENGTH - 1.0)
    first.unlink()
    assert real.wait_for(FileEnded, 1).position == pytest.approx(LENGTH, abs=0.05)


def test_no_sound_device_is_a_fatal_notice_and_never_a_pretended_playing(
    first: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "none"))
    rig = open_real("alsa")
    rig.player.load(Source(str(first)), 0.0, 1, False)
    event = rig.wait_for(LoadFailed, 1)
    rig.close()
    assert event.is_fatal
    assert "--ao null" in event.reason
    assert rig.of(PositionChanged) == []


def test_missing_libmpv_fails_each_load_with_the_command_that_mends_it(
    first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "mpv", raising=False)
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    before = threading.enumerate()
    rig = open_real()
    for load in (1, 2):
        rig.player.set_volume(50)
        rig.player.load(Source(str(first)), 0.0, load, False)
        event = rig.wait_for(LoadFailed, load)
        assert event.is_fatal
        assert event.reason.startswith("Sound needs libmpv, which is not installed. Run: ")
        assert ". " not in event.reason.partition("Run: ")[2]  # one sentence, which a narrow screen keeps whole
        rig.player.stop()
    assert rig.player.position() is None
    rig.close()
    assert "player" not in [thread.name for thread in threading.enumerate() if thread not in before]


class SilentAudio:
    """A recording of which nothing ever comes."""

    def __init__(self) -> None:
        self._is_over = threading.Event()
        self.opened = threading.Event()
        self.was_waited_for = False

    def open(self) -> SilentAudio:
        self.opened.set()
        return self

    def problem(self) -> str | None:
        return None

    def has_changed(self) -> bool:
        return False

    def progress(self) -> FetchProgress:
        return FetchProgress(0)

    def size(self) -> int | None:
        return None

    def can_go_to(self, _offset: int) -> bool:
        return True

    def read_into(self, _buffer: memoryview, _offset: int) -> int:
        self.was_waited_for = not self._is_over.wait(PATIENCE)
        raise OSError("cancelled")

    def cancel(self) -> None:
        self._is_over.set()

    close = cancel


@pytest.fixture
def silent() -> SilentAudio:
    """A stream that someone promises and of which nothing ever comes."""
    return SilentAudio()


def test_nothing_waits_for_a_hung_opening(silent: SilentAudio, first: Path) -> None:
    rig = open_real()
    rig.player.load(Source("https://example.org/a.mp3", is_stream=True, remote=silent), 0.0, 1, False)
    rig.player.set_paused(True)
    assert isinstance(rig.player, MpvPlayer)
    read(rig.player, "pause")
    assert rig.player.position() is None
    rig.load(first, load=2)  # plays at once
    rig.close()
    assert not silent.was_waited_for
    rig.player.set_paused(True)
    rig.player.seek(1.0)
    rig.player.stop()
    assert rig.player.position() is None


class EarlyStart(MagicMock):
    """A libmpv that tells the start of a file before it answers the command to load it."""

    time_pos, duration, file_format, pause = 0.0, LENGTH, "wav", False
    thread: threading.Thread | None = None

    def register_event_callback(self, callback: Callable[[object], None]) -> None:
        self.tell = callback

    def command(self, name: str, *_arguments: str) -> dict[str, int]:
        if name == "loadfile" and self.thread is None:
            self.ask_for_another()
            self.thread = threading.Thread(target=self.tell, args=(self.event("START_FILE"),))
            self.thread.start()
            self.thread.join(0.2)
            return {"playlist_entry_id": 7}
        return {"playlist_entry_id": 8}

    def event(self, name: str) -> object:
        from mpv import MpvEventID

        return SimpleNamespace(
            event_id=SimpleNamespace(value=getattr(MpvEventID, name)), data=SimpleNamespace(playlist_entry_id=7)
        )


def open_on(mpv: EarlyStart, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """Return a rig with the real player on this libmpv."""
    monkeypatch.setattr("tui_pod.audio.mpv_player.open_mpv", lambda *_, **__: mpv)
    monkeypatch.setattr("tui_pod.audio.mpv_player.StreamProtocol", MagicMock)
    return open_real()


def wait_for_tasks(rig: Rig) -> None:
    """Wait until the player has done what it was asked for."""
    assert isinstance(rig.player, MpvPlayer)
    done = threading.Event()
    rig.player.do(lambda _: done.set())
    assert done.wait(PATIENCE)


def test_start_told_before_the_command_returns_is_that_of_its_own_load(monkeypatch: pytest.MonkeyPatch) -> None:
    mpv = EarlyStart()
    rig = open_on(mpv, monkeypatch)
    mpv.ask_for_another = lambda: rig.player.load(Source("/second.wav"), 0.0, 6, False)
    rig.player.load(Source("/first.wav"), 0.0, 5, False)
    wait_for_tasks(rig)
    assert mpv.thread is not None
    mpv.thread.join()
    mpv.tell(mpv.event("PLAYBACK_RESTART"))
    assert rig.of(FileLoaded) == [FileLoaded(5, 0.0, LENGTH, True)]
    rig.close()


def test_callback_that_fails_is_told_and_the_next_runs_until_libmpv_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    mpv = EarlyStart()
    rig = open_on(mpv, monkeypatch)
    wait_for_tasks(rig)
    mpv.tell(SimpleNamespace())
    assert "The player failed" in str(rig.of(LoadFailed)[0])
    mpv.tell(mpv.event("PLAYBACK_RESTART"))
    assert len(rig.of(FileLoaded)) == 1
    rig.close()
    told = len(rig.events)
    mpv.tell(SimpleNamespace())
    assert len(rig.events) == told


def test_file_from_its_start_begins_at_zero_however_late_that_is_told(first: Path, tmp_path: Path) -> None:
    """Decoding into a file waits for nobody: it is ahead by seconds when its beginning is told."""
    rig = open_real("pcm")
    player = rig.player
    assert isinstance(player, MpvPlayer)
    player.do(lambda mpv: mpv.__setitem__("ao-pcm-file", str(tmp_path / "dump.wav")))
    assert rig.load(first).position == 0.0
    rig.close()


def id3_frame(name: bytes, body: bytes) -> bytes:
    return name + struct.pack(">IH", len(body), 0) + body


def make_mp3_with_chapters(path: Path, count: int) -> Path:
    """Write two seconds of silence with so many chapters, a millisecond apart."""
    chapters = b"".join(
        id3_frame(b"CHAP", b"c%d\0" % number + struct.pack(">IIII", number, number + 1, 0xFFFFFFFF, 0xFFFFFFFF)
                  + id3_frame(b"TIT2", b"\0Chapter %d" % number))
        for number in range(count)
    )  # fmt: skip
    size = bytes(len(chapters) >> shift & 0x7F for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\3\0\0" + size + chapters + (b"\xff\xfb\x90\xc4" + bytes(413)) * 80)
    return path


@pytest.mark.parametrize("count", [3, 3_000])
def test_chapters_of_a_file_are_told_in_order_a_thousand_at_most(real: Rig, tmp_path: Path, count: int) -> None:
    real.load(make_mp3_with_chapters(tmp_path / "c.mp3", count), is_paused=True)
    told = real.wait_for(ChaptersKnown, 1)
    assert len(told.marks) == min(count, MAX_CHAPTERS)
    assert told.marks[:2] == (Chapter(0.0, "Chapter 0"), Chapter(0.001, "Chapter 1"))


def test_real_player_changes_the_sound_of_what_plays_without_loading_it_again(real: Rig, tmp_path: Path) -> None:
    source, meter = make_wav(tmp_path / "long.wav", 60.0), MagicMock()
    meter.known.return_value = Levels(-30.0, -80.0, -20.0)
    assert isinstance(real.player, MpvPlayer)
    real.player._meter = meter
    real.load(source)

    def labels() -> list[str]:
        found: queue.Queue[list[str]] = queue.Queue()
        assert isinstance(real.player, MpvPlayer)
        real.player.do(lambda mpv: found.put([entry["label"] for entry in mpv["af"]]))
        return found.get(timeout=PATIENCE)

    real.player.set_sound(Sound(is_level=True, skips_silence=True))
    assert labels() == ["silence", "level"]
    real.play(0.5)
    real.player.set_sound(Sound(is_level=True))
    assert labels() == ["level"]
    real.player.set_sound(Sound())
    assert labels() == []
    assert len(real.of(FileLoaded)) == 1
    assert not real.of(LoadFailed)


@pytest.mark.parametrize("is_before", [True, False], ids=["before a load", "while it plays"])
def test_filter_that_libmpv_lacks_is_left_out_and_told_once(
    real: Rig, tmp_path: Path, is_before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.audio.mpv_player.filters", lambda *_: "@silence:lavfi=[no_such_filter=1]")
    assert isinstance(real.player, MpvPlayer)
    real.player._meter = MagicMock()
    if is_before:
        real.player.set_sound(Sound(skips_silence=True))
    loaded = real.load(make_wav(tmp_path / "long.wav", 60.0), start=20.0)
    assert 19.9 <= loaded.position < 50.0  # it plays
    real.player.set_sound(Sound(skips_silence=True))
    real.wait_for(FiltersMissing, 1)
    real.play(0.5)
    real.player.set_sound(Sound(is_level=True))
    real.load(make_wav(tmp_path / "other.wav", 60.0), 2)
    assert len(real.of(FiltersMissing)) == 1
    assert not real.of(LoadFailed)
