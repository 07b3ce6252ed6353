"""The player: libmpv through python-mpv.

No call blocks: calls are queued for the player's own thread, which opens libmpv, is the only one that calls it, and
polls the position during playback. That thread and libmpv's event thread build events and pass them to `emit`, which
must be safe to call from any thread.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tui_pod.audio.devices import DeviceWatch, read_devices
from tui_pod.audio.levels import LevelMeter, filters
from tui_pod.audio.libmpv import (
    NO_FILTER,
    NO_SOUND_DEVICE,
    NoPlayer,
    address_for,
    cause,
    explain_failure,
    open_mpv,
    read_chapters,
    release_memory,
)
from tui_pod.audio.mpv_options import DEMUXER, FAST_SEEK
from tui_pod.audio.stream import StreamProtocol
from tui_pod.core.player.events import (
    BufferingChanged,
    ChaptersKnown,
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
from tui_pod.core.player.remote_audio import RemoteAudio
from tui_pod.core.player.snapshot import Source
from tui_pod.core.text.clean import clean
from tui_pod.runtime.log import log_error

if TYPE_CHECKING:
    from mpv import MPV

POLL = 0.25
"""Seconds between two polls of the position during playback."""

LOG_DELAY = 0.05
"""Seconds after a failure until libmpv has delivered its log; waited on the player's own thread."""

CLOSE_LIMIT = 0.8
"""Seconds that closing may take; libmpv can hang in a driver, and quitting must not."""

_ESTIMATED = ("mp3", "aac")
"""Formats that do not store their length: without a header, mpv estimates it from the first bytes."""

Task = Callable[["MPV"], object]


class MpvPlayer:
    """A `Player` on one libmpv handle, opened in the background by `open`."""

    def __init__(
        self, emit: Callable[[Event], None], ao: str | None = None, meter: LevelMeter | None = None, device: str = ""
    ) -> None:
        self._emit = emit
        self._ao = ao
        self._meter = meter
        self._watch = DeviceWatch(device if ao is None or device.startswith(f"{ao}/") else "")
        self._sound, self._applied = Sound(), ""  # `af` for it, as libmpv has it
        self._has_filters = True  # False once libmpv has refused one
        self._place = 0.0  # the newest position, to load again from there
        self._source: Source | None = None  # the newest one given to libmpv
        self._tasks: queue.Queue[Task | None] = queue.Queue()  # a signal can make SimpleQueue wait forever
        self._load = 0  # the newest requested load
        self._loads: dict[int, tuple[int, bool]] = {}  # mpv's playlist entry -> load, and True if it starts at 0
        self._active = 0  # the load of current events; set on libmpv's event thread
        self._is_from_zero = False
        self._is_open = False  # True once the active load produces sound
        self._is_playing = False
        self._early_seek = (0, 0.0)  # load and position of the last seek before its file was open
        self._streams = StreamProtocol()
        self._remote: RemoteAudio | None = None  # the stream of the newest load given to libmpv
        self._log: deque[str] = deque(maxlen=20)
        self._problem: str | None = None
        self._calling = threading.Lock()  # libmpv runs one callback at a time, and none after its end
        self._has_ended = False
        self._opened: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._run, name="player", daemon=True)

    def open(self, opened: Callable[[], None] | None = None) -> None:
        """Begin to open libmpv. Earlier calls wait until it is open; without libmpv every load fails.

        `opened` is called on the player's thread when libmpv is open, or cannot be opened.
        """
        self._opened = opened or self._opened
        self._thread.start()

    def close(self) -> None:
        """Stop playing and close libmpv, in at most `CLOSE_LIMIT` seconds."""
        if self._meter is not None:
            self._meter.cancel()
        self._tasks.put(None)
        if self._thread.is_alive():
            self._thread.join(CLOSE_LIMIT)

    def do(self, task: Task) -> None:
        """Run a task with libmpv on the player's thread, after all earlier ones."""
        self._tasks.put(task)

    # -- Player ----------------------------------------------------------------------------------------

    def load(self, source: Source, start: float, load: int, is_paused: bool) -> None:
        """Open a source at `start` seconds, unless another has been asked for meanwhile."""
        self._load = load

        def task(mpv: MPV) -> None:
            if load != self._load:
                return
            self._place = start
            mpv["pause"] = is_paused
            mpv["start"] = f"{start:.3f}" if start > 0 else "none"
            self._log.clear()
            mpv["demuxer-lavf-o"] = FAST_SEEK if source.is_constant_rate or source.is_estimated else DEMUXER
            self._remote, self._source = source.remote, source
            location = address_for(mpv, source.location)
            self._applied = mpv["af"] = self._filters({})
            if source.remote is not None:
                location = self._streams.offer(str(load), source.remote, source.can_seek or start > 0)
            with self._calling:  # its start may be reported before the command returns
                answer = mpv.command("loadfile", location, "replace")
                self._loads[answer["playlist_entry_id"]] = load, start <= 0

        self.do(task)

    def stop(self) -> None:
        """End playing and forget the file; its events are not reported any more."""
        self._load = 0
        self.do(lambda mpv: mpv.command("stop"))

    def set_paused(self, is_paused: bool) -> None:
        """Pause or go on; without its sound device it stays paused, and says so."""

        def task(mpv: MPV) -> None:
            lost = self._watch.lost
            if lost is not None and not is_paused:
                if self._watch.is_missing:
                    self._emit(DeviceChanged(self._active, lost.description, is_back=False))
                    return
                mpv["audio-device"] = lost.name if self._watch.is_there else self._watch.chosen or "auto"
                self._watch.lost = None
                mpv.command("ao-reload")  # a sound server has moved the stream to another device
            mpv["pause"] = is_paused

        self.do(task)

    def set_device(self, name: str) -> None:
        """Play on this device from now on; a lost one is not waited for any longer."""
        self._watch.chosen, self._watch.lost = name, None
        self.do(lambda mpv: mpv.__setitem__("audio-device", name or "auto"))

    @property
    def device(self) -> str:
        """The chosen sound device; empty if the system chooses."""
        return self._watch.chosen

    def devices(self) -> tuple[tuple[str, str], ...]:
        """Return the name and the description of each sound device that libmpv named last."""
        return self._watch.devices

    def seek(self, position: float) -> None:
        """Go to `position` exactly, or start there if the file is not open yet."""
        load = self._load

        def task(mpv: MPV) -> None:
            if load == self._active and self._is_open:
                mpv.command("seek", f"{position:.3f}", "absolute+exact")
            else:
                self._early_seek = (load, position)

        self.do(task)

    def set_end(self, position: float | None) -> None:
        """Stop at a position as at the end of the file; None for its own end."""
        self.do(lambda mpv: mpv.__setitem__("end", "none" if position is None else f"{position:.3f}"))

    def position(self) -> float | None:
        """Return the current position in seconds; None also if libmpv does not answer within 0.1 s."""
        answer: queue.Queue[float | None] = queue.Queue()
        if self._problem is not None or not self._is_open:
            return None
        self.do(lambda mpv: answer.put(self._read_position(mpv)))
        try:
            return answer.get(timeout=0.1)
        except queue.Empty:
            return None

    def set_speed(self, speed: float) -> None:
        """Play at `speed` times the normal rate; libmpv keeps the pitch."""
        self.do(lambda mpv: mpv.__setitem__("speed", speed))

    def set_volume(self, percent: int) -> None:
        """Set the volume of libmpv, 0 to 100; that of the system stays."""
        self.do(lambda mpv: mpv.__setitem__("volume", percent))

    def set_muted(self, is_muted: bool) -> None:
        """Mute or unmute; the volume stays."""
        self.do(lambda mpv: mpv.__setitem__("mute", is_muted))

    def set_sound(self, sound: Sound) -> None:
        """Change the filters of what plays, and of what is loaded from now on."""
        self._sound = sound
        self.do(self._apply_sound)

    # -- the player's own thread -----------------------------------------------------------------------

    def _run(self) -> None:
        try:
            chosen = {"audio_device": self._watch.chosen} if self._watch.chosen else {}
            mpv = open_mpv(self._ao, self._on_log, **chosen)
            self._streams.register(mpv)
        except NoPlayer as error:
            self._problem = str(error)
            self._opened()
            self._refuse_loads()
            return
        mpv.register_event_callback(lambda event: self._call_back(self._on_event, mpv, event))

        def observe(name: str, observer: Callable[[MPV, Any], None]) -> None:
            mpv.observe_property(name, lambda _, value: self._call_back(observer, mpv, value))

        observe("duration", self._on_duration)
        observe("paused-for-cache", self._on_buffering)
        observe("chapters", self._on_chapters)
        observe("pause", self._on_pause)
        observe("eof-reached", self._on_eof)
        observe("audio-device-list", self._on_devices)
        self._opened()
        self._work(mpv)
        with self._calling:
            self._has_ended = True  # python-mpv drops the handle first, and a callback that used it would crash
        mpv.terminate()

    def _work(self, mpv: MPV) -> None:
        while True:
            try:
                task = self._tasks.get(timeout=POLL if self._is_playing else None)
            except queue.Empty:
                position = self._read_position(mpv)
                if position is not None:
                    self._place = position
                    self._emit(PositionChanged(self._active, position))
                continue
            if task is None:
                return
            try:
                task(mpv)
            except (SystemError, AttributeError, ValueError, TypeError, RuntimeError) as error:
                log_error(error, "the player refused")
                self._emit(LoadFailed(self._load, f"The player refused: {clean(str(error))}. Try again."))

    def _refuse_loads(self) -> None:
        """Without libmpv: fail every requested load, now and later."""
        while True:
            if self._load and self._problem is not None:
                self._emit(LoadFailed(self._load, self._problem, is_fatal=True))
            if self._tasks.get() is None:
                return

    def _begin(self, mpv: MPV) -> None:
        """Run a seek that came before the file was open. This also wakes the thread, which polls from now on."""
        load, position = self._early_seek
        self._early_seek = (0, 0.0)
        if load and load == self._active:
            mpv.command("seek", f"{position:.3f}", "absolute+exact")
        self._apply_sound(mpv)
        release_memory()  # frees a megabyte of the start and of the previous file

    def _apply_sound(self, mpv: MPV) -> None:
        """Set the filters for what is open; measure it first if that was never done."""
        source, meter, sound = self._source, self._meter, self._sound
        if source is None or not self._is_open or not self._has_filters:
            return
        if meter is not None and (sound.is_level or sound.skips_silence) and meter.known(source) is None:
            meter.measure(source, self._read_position(mpv) or 0.0, lambda _: self.do(self._apply_sound))
        wanted = self._filters(mpv.audio_params or {})
        if wanted != self._applied:
            self._applied = mpv["af"] = wanted

    def _drop_filters(self, mpv: MPV) -> None:
        """Stop using filters, since libmpv lacks one of them, and report that once."""
        if self._has_filters:
            self._has_filters = False
            self._applied = mpv["af"] = ""
            self._emit(FiltersMissing(self._load))

    def _filters(self, params: Mapping[str, Any]) -> str:
        meter, source = self._meter, self._source
        if source is None or not any(self._sound) or not self._has_filters:
            return ""
        levels = meter.known(source) if meter is not None else None
        return filters(self._sound, levels, params.get("samplerate"), params.get("channel-count"))

    def _tell_failure(self, mpv: MPV, load: int, error: int) -> None:
        """Report why a load failed, after libmpv has delivered its log, which comes later than its events."""
        time.sleep(LOG_DELAY)
        log = " ".join(self._log)
        if self._source is not None and load == self._load and NO_FILTER in log:
            self._drop_filters(mpv)
            self.load(self._source, self._place, load, mpv.pause)
            return
        error = cause(error, log)
        reason = explain_failure(error, log)
        if load == self._load and self._remote is not None and (problem := self._remote.problem()):
            reason = f"{problem} Your position is saved."
        self._emit(LoadFailed(load, reason, is_fatal=error == NO_SOUND_DEVICE))

    def _read_position(self, mpv: MPV) -> float | None:
        if not self._is_open or mpv.seeking:
            return None
        position = mpv.time_pos
        return None if position is None else max(0.0, float(position))

    # -- libmpv's event thread -------------------------------------------------------------------------

    def _call_back(self, callback: Callable[[MPV, Any], None], mpv: MPV, value: Any) -> None:
        """Run a callback and report its errors, which python-mpv would turn into warnings that nobody sees."""
        with self._calling:
            if self._has_ended:
                return
            try:
                callback(mpv, value)
            except Exception as error:  # on a foreign thread nothing else would report it
                log_error(error, "the player failed")
                self._emit(LoadFailed(self._active, f"The player failed: {clean(str(error))}. Try again."))

    def _on_event(self, mpv: MPV, event: Any) -> None:
        from mpv import MpvEventEndFile, MpvEventID  # loads libmpv, which may be missing

        match event.event_id.value:
            case MpvEventID.START_FILE:
                self._is_open = False
                entry = event.data.playlist_entry_id
                self._active, self._is_from_zero = self._loads.pop(entry, (self._load, False))
            case MpvEventID.PLAYBACK_RESTART:
                self._on_restart(mpv)
            case MpvEventID.END_FILE:
                self._is_open = self._is_playing = False
                if event.data.reason == MpvEventEndFile.ERROR:
                    load, error = self._active, event.data.error
                    self.do(lambda mpv: self._tell_failure(mpv, load, error))
                elif event.data.reason == MpvEventEndFile.EOF:
                    self._emit(FileEnded(self._active, 0.0))

    def _on_restart(self, mpv: MPV) -> None:
        """Report that a file has started, or that a seek has finished."""
        position = max(0.0, float(mpv.time_pos or 0.0))
        if self._is_open:
            self._is_playing = not mpv.pause  # it may have been at its end
            self._emit(SeekFinished(self._active, position))
            self.do(lambda _: None)
            return
        if self._is_from_zero:  # it may have advanced since: without a device, decoding does not wait
            position = 0.0
        self._is_open = True
        self._is_playing = not mpv.pause
        duration = mpv.duration
        is_exact = mpv.file_format not in _ESTIMATED
        self._emit(FileLoaded(self._active, position, float(duration) if duration else None, is_exact))
        self.do(self._begin)

    def _on_pause(self, mpv: MPV, is_paused: Any) -> None:
        if self._is_open:
            self._is_playing = not is_paused
            self._emit(PauseChanged(self._active, bool(is_paused), self._read_position(mpv)))
            self.do(lambda _: None)

    def _on_devices(self, mpv: MPV, entries: Any) -> None:
        """Pause when the device that plays is gone: a sound server would go on with another, such as the speakers."""
        output = mpv.current_ao if self._is_playing else None
        lost = self._watch.find_lost(read_devices(entries or ()), output, time.monotonic())
        if lost is not None:
            self.do(lambda mpv: mpv.__setitem__("pause", True))
            self._emit(DeviceChanged(self._active, lost.description, is_back=False))
        elif (found := self._watch.find_returned(time.monotonic())) is not None:
            self._emit(DeviceChanged(self._active, found.description, is_back=True))

    def _on_duration(self, _mpv: MPV, duration: Any) -> None:
        if duration and self._is_open:
            self._emit(DurationKnown(self._active, float(duration)))

    def _on_buffering(self, _mpv: MPV, is_buffering: Any) -> None:
        if is_buffering is not None:
            self._emit(BufferingChanged(self._active, bool(is_buffering)))

    def _on_chapters(self, mpv: MPV, count: Any) -> None:
        if isinstance(count, int) and count > 0:
            self._emit(ChaptersKnown(self._active, read_chapters(mpv)))

    def _on_eof(self, mpv: MPV, is_reached: Any) -> None:
        if is_reached and self._is_open:
            self._is_playing = False
            self._emit(FileEnded(self._active, max(0.0, float(mpv.time_pos or 0.0))))

    def _on_log(self, _level: str, prefix: str, text: str) -> None:
        self._log.append(f"{prefix}: {text.strip()}")
        if NO_FILTER in text:
            self.do(self._drop_filters)
