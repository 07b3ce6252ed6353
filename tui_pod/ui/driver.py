"""Textual's driver for Linux, made to outlive odd bytes, a terminal that stalls, and one that is gone."""

from __future__ import annotations

import codecs
import contextlib
import itertools
import os
import select
import signal
import threading
import time
from collections import deque
from collections.abc import Callable

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tui_pod.runtime.log import log

MAX_WAITING = 256 * 1024
"""Characters that wait for a terminal that does not read, some twenty screens; more are dropped."""

PASTE_LIMIT = 1.0
"""Seconds without more text after which a paste that was not ended is over: it would swallow every key."""

LONGEST_KEY = 32
"""Characters that a key may send; what is longer belongs to a paste."""

TICK = 0.1
"""Seconds after which a key or a paste that is not whole is looked at again."""

STOP_LIMIT = 0.5
"""Seconds that the end waits for the terminal to take what restores it."""


class TerminalWriter(threading.Thread):
    """Writes to a terminal in the background, and never makes the event loop wait for it.

    Textual's own writer blocks the loop when thirty writes wait: nothing is saved then, and signals are not heard.
    """

    def __init__(self, fileno: int, on_caught_up: Callable[[], None], on_lost: Callable[[], None]) -> None:
        super().__init__(daemon=True, name="terminal-output")
        self._fileno = fileno
        self._on_caught_up = on_caught_up
        self._on_lost = on_lost
        self._waiting: deque[str] = deque()
        self._size = 0
        self._has_dropped = False
        self._is_in_frame = False
        self._is_stopping = False
        self._is_abandoned = False
        self._changed = threading.Condition()

    def write(self, text: str) -> None:
        """Write `text` soon, a frame when it is whole: it comes in three parts, each of which would wake the thread.

        When too much waits, all of it is dropped, and `on_caught_up` asks for a whole picture.
        """
        with self._changed:
            if self._size + len(text) > MAX_WAITING:
                self._waiting.clear()
                self._size = 0
                self._has_dropped = True
            elif not self._is_abandoned:
                self._waiting.append(text)
                self._size += len(text)
                self._is_in_frame = text == SYNC_START or (self._is_in_frame and text != SYNC_END)
                if not self._is_in_frame:
                    self._changed.notify()

    def run(self) -> None:
        """Write until `stop`, or until the terminal is gone."""
        while True:
            with self._changed:
                while not (self._waiting or self._is_stopping):
                    self._changed.wait()
                if not self._waiting:
                    return
                data = "".join(self._waiting).encode("utf-8", "replace")
                self._waiting.clear()
                self._size = 0
            try:
                while data and not self._is_abandoned:
                    data = data[os.write(self._fileno, data) :]
            except OSError:
                if not self._is_abandoned:
                    self.abandon()
                    self._on_lost()
                return
            with self._changed:
                has_dropped, self._has_dropped = self._has_dropped, False
            if has_dropped:
                self._on_caught_up()

    def stop(self) -> None:
        """Write what waits, and end; a terminal that does not read is left as it is."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify()
        self.join(STOP_LIMIT)

    def abandon(self) -> None:
        """Write nothing more, and end; a write that the terminal keeps waiting ends with the terminal."""
        with self._changed:
            self._is_stopping = self._is_abandoned = True
            self._waiting.clear()
            self._changed.notify()


class PatientDriver(LinuxDriver):
    """Outlives whatever a terminal sends or fails to take; a terminal that is gone is a hang-up."""

    _output: TerminalWriter | None = None
    _has_terminal = True
    _reading: tuple[int, int] | None = None
    """Both ends of a pipe that tells the input thread to end."""

    hangs_up = True
    """Whether a terminal that is gone ends the program; of the one behind a client, the client tells."""

    def start_application_mode(self) -> None:
        """Take the terminal."""
        assert self._file is not None
        self._output = TerminalWriter(self._file.fileno(), self._draw_soon, self._hang_up)
        self._output.start()
        if self._reading is None:
            self._reading = os.pipe()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def disable_input(self) -> None:
        """Stop reading keys; Textual's thread would poll for that ten times a second, at the cost of an idle app."""
        if self._reading is not None:
            reading, end = self._reading
            self._reading = None
            os.close(end)
            super().disable_input()
            os.close(reading)

    def write(self, data: str) -> None:
        """Write control sequences and text, soon."""
        if self._output is not None:
            self._output.write(data)

    def close(self) -> None:
        """Let the last bytes out."""
        super().close()
        if self._output is not None:
            self._output.stop()
            self._output = None

    @property
    def is_headless(self) -> bool:
        """Whether there is no terminal: Textual then draws nothing."""
        return not self._has_terminal

    def give_up(self) -> None:
        """Stop using the terminal, at once and without writing to it."""
        self._has_terminal = False
        if self._output is not None:
            self._output.abandon()
            self._output = None
        self.suspend_application_mode()
        nothing = os.open(os.devnull, os.O_RDWR)
        self._use(nothing)

    def take(self, terminal: int) -> None:
        """Use another terminal, which answers for itself what it can do; the descriptor is handed over."""
        self._use(terminal)
        self._has_terminal = True
        self._in_band_window_resize = self._mouse_pixels = False
        self.resume_application_mode()

    def _use(self, terminal: int) -> None:
        assert self._file is not None
        for descriptor in (0, 1, self._file.fileno()):
            os.dup2(terminal, descriptor)
        os.close(terminal)

    def _draw_soon(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(lambda: self._app.refresh(layout=True))

    def run_input_thread(self) -> None:
        """Read keys until the end, and skip what no terminal should send."""
        parser = XTermParser(self._debug)
        decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        paste_until: float | None = None
        if self._reading is None:
            return
        end = self._reading[0]
        while True:
            text = ""
            is_whole = paste_until is None and parser._timeout_time is None
            ready = select.select([self.fileno, end], [], [], None if is_whole else TICK)[0]
            if end in ready:
                return
            if ready:
                try:
                    data = os.read(self.fileno, 4096)
                except OSError:
                    data = b""
                if not data:
                    self._hang_up()
                    return
                text = decoder.decode(data)
            now = time.monotonic()
            if paste_until is not None and now > paste_until:
                text, paste_until = BRACKETED_PASTE_END + text, None
            if text.rfind(BRACKETED_PASTE_START) > text.rfind(BRACKETED_PASTE_END):
                paste_until = now + PASTE_LIMIT
            elif BRACKETED_PASTE_END in text:
                paste_until = None
            elif paste_until is not None and len(text) > LONGEST_KEY:
                paste_until = now + PASTE_LIMIT
            try:
                for event in itertools.chain(parser.feed(text) if text else (), parser.tick()):
                    self.process_message(event)
            except Exception as error:  # Textual's parser raises various; whatever was sent, the next key counts
                log(f"input that cannot be read was passed over: {error!r}")
                parser = XTermParser(self._debug)

    def _hang_up(self) -> None:
        """End the program as a terminal that hangs up does: progress is saved first."""
        if self.hangs_up:
            os.kill(os.getpid(), signal.SIGHUP)
