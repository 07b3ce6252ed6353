"""Measure how loud a recording is, and how far its speech is above its noise; and make filters from that.

A recording is decoded once, faster than it plays, on a libmpv handle of its own that has no sound device.
"""

from __future__ import annotations

import json
import math
import os
import queue
import re
import tempfile
import threading
from bisect import bisect_left
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_pod.audio.libmpv import NoPlayer, address_for, open_mpv
from tui_pod.audio.mpv_options import DEMUXER
from tui_pod.audio.stream import StreamProtocol
from tui_pod.core.player.samples import STEP, Frame
from tui_pod.runtime.files import append, read_text
from tui_pod.runtime.log import log, logged

if TYPE_CHECKING:
    from tui_pod.core.player.options import Sound
    from tui_pod.core.player.snapshot import Source

LONGEST = 600.0
"""Seconds of a file that are measured, which takes 2 to 3 s of a core."""

LONGEST_STREAM = 120.0
"""The same for a stream: as much as the player reads ahead anyway."""

SHORTEST = 5.0
"""Shortest measurement that gives a result (seconds)."""

FLOOR, SPEECH = 0.05, 0.8
"""Quantiles of the frames' levels that stand for the noise and for running speech."""

SILENT = -90.0
"""Level that digital silence is given, in dB: its real one is minus infinity."""

LEAST_CHANGE = 1e-6
"""Added to each change of the spectrum, which is 0 in silence."""

METER = (
    "lavfi=[ebur128=metadata=1,asetnsamples=n=480,aselect=not(mod(n\\,4)),"
    "astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=RMS_level,"
    "ametadata=mode=print:file=/dev/fd/{}]"
)
"""Writes the loudness so far, and the level of every fourth frame of 10 ms (at 48 kHz), to a file descriptor."""

TRACER = (
    "lavfi=[aresample=16000,aformat=channel_layouts=mono,aspectralstats=win_size=640:overlap=0:measure=flux,"
    "astats=metadata=1:reset=1:measure_perchannel=none:measure_overall=RMS_level,"
    "ametadata=mode=print:file=/dev/fd/{}]"
)
"""Writes the level, and how much the spectrum has changed, of each frame of `STEP` to a file descriptor."""

LOUDNESS = -18.0
"""Target loudness in LUFS: that of narrations."""

MAX_GAIN = 24.0
"""Largest change of loudness, in dB either way."""

LIMITER = "alimiter=limit=0.89:level=disabled:attack=2:release=80"
"""Keeps an amplified recording below -1 dB; its attack (ms) delays the sound by as much."""

CLEAR = (
    "acompressor=threshold=0.03:ratio=3:knee=6:attack=8:release=180:makeup=3.5,"
    "treble=gain=3:frequency=4000:width_type=q:width=0.6"
)
"""Raises what is soft, and gently what is above 2 kHz, where consonants are."""

SILENCE = (
    "silenceremove=stop_periods=-1:stop_duration=0.4:stop_threshold={:.1f}dB:detection=rms:window=0.02:timestamp=copy"
)
"""Shortens silences over 0.4 s; without `timestamp=copy` the position would drift from the recording's."""

FRAMES = 200
"""Frames per second passed to `SILENCE`. It cuts within a frame but keeps the frame's time: exact to 5 ms."""

ABOVE_NOISE, BELOW_SPEECH, SOFTEST = 3.5, 18.0, 34.0
"""How far the threshold is above the noise, if possible, and at least and at most below speech (dB, measured)."""

FAULTS = (NoPlayer, OSError, AttributeError, ValueError, TypeError, SystemError)
"""What reading a recording may raise; the player says what is wrong."""

_LEVEL = re.compile(rb"^lavfi\.astats\.Overall\.RMS_level=(\S+)", re.MULTILINE)
_CHANGE = re.compile(rb"^lavfi\.aspectralstats\.1\.flux=(\S+)", re.MULTILINE)
_LOUDNESS = re.compile(rb"^lavfi\.r128\.I=(\S+)", re.MULTILINE)
_TIME = re.compile(rb"pts_time:(\S+)")


class Levels(NamedTuple):
    """The measured levels of a recording."""

    loudness: float
    """Integrated loudness in LUFS (EBU R 128)."""
    floor: float
    """Level of the noise between words, in dB of full scale (RMS)."""
    speech: float
    """Level of running speech, in the same unit."""


NARRATED = Levels(LOUDNESS, SILENT, -15.4)
"""The levels of any narration, which is mastered to them (measured: within 0.2 dB)."""


class LevelMeter:
    """Measures one recording at a time."""

    def __init__(self, file: Path | None = None) -> None:
        """Store what is measured in `file`, one line of JSON per recording; None keeps it in memory."""
        self._file = file
        self._known: dict[str, Levels] | None = None
        self._cancelled = threading.Event()

    def known(self, source: Source) -> Levels | None:
        """Return the stored levels of a recording, or those of any narration; None if it was never measured."""
        if source.is_narrated:
            return NARRATED
        if self._known is None:
            self._known = dict(_read(self._file)) if self._file is not None else {}
        return self._known.get(_name(source))

    def measure(self, source: Source, start: float, done: Callable[[Levels], object]) -> None:
        """Measure a recording in a thread, which then calls `done`; a stream is measured from `start` seconds on.

        `done` is not called if measuring fails, or if another recording is to be measured before it is finished.
        """
        self.cancel()
        cancelled = self._cancelled = threading.Event()

        def run() -> None:
            with logged("a recording is not measured", *FAULTS):
                levels = _measure(source, start, cancelled)
                if levels is not None and not cancelled.is_set():
                    self._remember(source, levels)
                    done(levels)

        threading.Thread(target=run, name="levels", daemon=True).start()

    def cancel(self) -> None:
        """Stop measuring."""
        self._cancelled.set()

    def _remember(self, source: Source, levels: Levels) -> None:
        self.known(source)
        assert self._known is not None
        self._known[_name(source)] = levels
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            append(self._file, json.dumps([_name(source), *levels]) + "\n", is_synced=False)
        except OSError as error:
            log(f"levels are not stored: {error}")


def _read(file: Path) -> dict[str, Levels]:
    """Return the levels stored in a file; a torn line is skipped."""
    found = {}
    with suppress(OSError):
        for line in (read_text(file, "replace") or "").splitlines():
            with logged("levels cannot be read", ValueError, TypeError, OverflowError):
                name, *numbers = json.loads(line)
                found[str(name)] = Levels(*map(float, numbers))
    return found


def _name(source: Source) -> str:
    """Return a key for a recording that does not reveal its address."""
    from hashlib import sha256  # brings OpenSSL, 2 MiB; only if a sound is changed

    size = 0
    if not source.is_stream:
        with suppress(OSError):
            size = os.stat(source.location).st_size
    return sha256(f"{source.location}\0{size}".encode("utf-8", "replace")).hexdigest()[:16]


def _measure(source: Source, start: float, cancelled: threading.Event) -> Levels | None:
    """Return the levels of a recording; None if it is too short, cannot be read, or is no longer wanted."""
    begin, length = (start, LONGEST_STREAM) if source.remote is not None else (0.0, LONGEST)
    report = _report(source, begin, length, cancelled)
    return levels_of(report) if not cancelled.is_set() else None


def trace(
    source: Source, start: float, length: float, cancelled: threading.Event, show: Callable[[float], object] = bool
) -> list[Frame]:
    """Return the frames of a stretch of a recording, one per `STEP`; none if it cannot be read.

    Blocks until the stretch is read or `cancelled`. `show` is called with the share that is read.
    """
    report = b""
    with logged("no speech is looked for", *FAULTS):
        report = _report(source, start, length, cancelled, TRACER, show)
    levels = [max(SILENT, float(level)) for level in _LEVEL.findall(report)]
    changes = [20 * math.log10(float(change) + LEAST_CHANGE) for change in _CHANGE.findall(report)]
    frames = [Frame(level, change - level) for level, change in zip(levels, changes, strict=False)]
    times = [float(time) for time in _TIME.findall(report)[: len(frames)]]  # it may begin before, at a place to seek to
    count = int((times[-1] - start) / STEP) if times else 0
    return [frames[bisect_left(times, start + number * STEP)] for number in range(count)]


def _report(
    source: Source,
    begin: float,
    length: float,
    cancelled: threading.Event,
    meter: str = METER,
    show: Callable[[float], object] = bool,
) -> bytes:
    """Return the report of a meter on a stretch of a recording; only its beginning if cancelled."""
    with tempfile.TemporaryFile() as report:
        mpv = open_mpv(
            "null", af=meter.format(report.fileno()), ao_null_untimed="yes", untimed="yes", keep_open="no",
            start=f"{begin:.3f}", end=f"{begin + length:.3f}", demuxer_max_bytes="4MiB", demuxer_max_back_bytes="0",
            demuxer_lavf_o=DEMUXER,
        )  # fmt: skip
        from mpv import MpvEventID  # loads libmpv, which may be missing

        streams, ended = StreamProtocol(), queue.Queue[None]()  # until the handle has ended

        def note(event: Any) -> None:
            if event.event_id.value == MpvEventID.END_FILE:
                ended.put(None)

        try:
            streams.register(mpv)
            mpv.register_event_callback(note)
            remote = source.remote
            location = address_for(mpv, source.location)
            mpv.play(location if remote is None else streams.offer("levels", remote, source.can_seek))
            while not cancelled.is_set():
                with suppress(queue.Empty):
                    ended.get(timeout=0.1)
                    break
                show(min(1.0, max(0.0, (mpv.time_pos or begin) - begin) / length))
        finally:
            mpv.terminate()
        report.seek(0)
        return report.read()


def levels_of(report: bytes) -> Levels | None:
    """Return the levels in what `METER` wrote; None if it is too short."""
    levels = sorted(max(SILENT, float(level)) for level in _LEVEL.findall(report))
    loudness, times = _LOUDNESS.findall(report), _TIME.findall(report)
    if not (levels and loudness) or float(times[-1]) - float(times[0]) < SHORTEST:
        return None
    return Levels(float(loudness[-1]), levels[int(FLOOR * len(levels))], levels[int(SPEECH * len(levels))])


def silence_threshold(levels: Levels) -> float | None:
    """Return the level in dB below which a recording is silent; None if its noise is too close to its speech."""
    threshold = max(levels.floor + ABOVE_NOISE, levels.speech - SOFTEST)
    threshold = min(threshold, levels.speech - BELOW_SPEECH)
    return threshold if threshold > levels.floor else None


def filters(sound: Sound, levels: Levels | None, rate: int | None, channels: int | None = None) -> str:
    """Return mpv's `af` for a recording; empty for no filters.

    `levels` are None if it is not measured yet: then its loudness and silence stay. Without a sample `rate` (Hz)
    silence is not shortened, and without the number of channels both ears hear what they always do.
    """
    chain, threshold = [], silence_threshold(levels) if levels is not None else None
    if sound.skips_silence and rate and threshold is not None:
        chain.append(f"@silence:lavfi=[asetnsamples={max(1, rate // FRAMES)},{SILENCE.format(threshold)}]")
    if sound.is_level and levels is not None:
        gain = min(max(LOUDNESS - levels.loudness, -MAX_GAIN), MAX_GAIN)
        limiter = f",{LIMITER}" if gain > 0 else ""
        chain.append(f"@level:lavfi=[volume={gain:.1f}dB{limiter}]")
    if sound.is_clear:
        chain.append(f"@clear:lavfi=[{CLEAR},{LIMITER}]")
    if sound.boost:
        chain.append(f"@boost:lavfi=[volume={60 * math.log10(1 + sound.boost / 100):.1f}dB,{LIMITER}]")
    if channels and (sound.is_mono or sound.balance):
        left, right = 1 - max(0, sound.balance) / 100, 1 + min(0, sound.balance) / 100
        each = (("c0", 1.0),) if channels == 1 else (("c0", 0.5), ("c1", 0.5)) if sound.is_mono else ()
        ears = ((each or (("c0", 1.0),), left), (each or (("c1", 1.0),), right))
        pan = "|".join(
            f"c{ear}=" + "+".join(f"{share * gain:g}*{channel}" for channel, share in heard)
            for ear, (heard, gain) in enumerate(ears)
        )
        chain.append(f"@output:lavfi=[{'aformat=channel_layouts=stereo,' if channels > 2 else ''}pan=stereo|{pan}]")
    return ",".join(chain)
