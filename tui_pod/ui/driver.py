"""The terminal as Textual drives it, but for what it cannot stand: odd bytes, a stall, and an end without notice."""

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
from typing import Any

from textual._ansi_sequences import SYNC_END, SYNC_START
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.app import App
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
        self._is_lost = False
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
            elif not self._is_lost:
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
                with self._changed:
                    self._is_lost = True
                    self._waiting.clear()
                if not self._is_abandoned:
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

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._output: TerminalWriter | None = None
        self._has_terminal = True
        self._reading: tuple[int, int] | None = None
        """Both ends of a pipe, by which the input thread hears that it shall end."""
        self.on_lost = _hang_up
        """Called when the terminal is gone, in any thread."""

    def start_application_mode(self) -> None:
        """Take the terminal."""
        assert self._file is not None
        self._output = TerminalWriter(self._file.fileno(), self._draw_soon, lambda: self.on_lost())
        self._output.start()
        if self._reading is None:
            self._reading = os.pipe()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def disable_input(self) -> None:
        """Read no more keys; Textual's thread looks ten times a second whether it shall, which idling has to pay."""
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
        """Stop to use the terminal, at once and without a word to it."""
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
        """Read keys until the end; what no terminal should send is passed over."""
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
                    self.on_lost()
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


def _hang_up() -> None:
    """End the program as a terminal that hangs up does: progress is saved first."""
    os.kill(os.getpid(), signal.SIGHUP)
