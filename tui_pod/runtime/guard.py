"""What acts when the app's interpreter cannot: the client or, for an app without one, a small process beside it.

It ends what the app has started once the app is gone, however the app died. It also kills an app that was asked to end
and is stuck: not even the watchdog's thread runs while a C function holds the interpreter lock, but the system still
writes each signal into the socket that wakes the event loop. The guard holds that socket too, and looks whether such
a signal stays unread. An app that nobody asked to end is left alone, however long it takes.

This imports nothing large: it stays in memory as long as the app.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import termios
import time
from collections.abc import Iterable

from tui_pod.core.text.escapes import RESTORE
from tui_pod.runtime.guarded import TIE, UNTIE, guarded_by

LOOK_EVERY, TICK = 5.0, 1.0
"""Seconds between two looks for a signal that waits, and while one waits."""

LAST_WORD = 12.0
"""Seconds that a signal may wait: the watchdog, which saves first, takes ten to notice that the loop stands still."""

TYPED_LIMIT = 6.0
"""Seconds that a key that quits may wait for an answer."""

QUIT_KEYS = frozenset(b"q\x03\x11")
"""What a terminal sends for q, ctrl+c and ctrl+q, which quit unless they are typed into a text."""

STACKS = signal.SIGUSR2
"""Lets a stuck app write the stacks of its threads to the log."""

STUCK = "tui-pod did not answer and was ended. At most the last 5 seconds of playing before it got stuck are lost."


class Patience:
    """Measures for how long a process has not done something, counting only the time in which it could have."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._last, self._used = time.monotonic(), self._look()[1]
        self._seconds = 0.0

    def spend(self) -> float:
        """Add the time since the last call, and return the sum.

        A process that is stopped, debugged or waits for a disk cannot act; a busy machine gives it less time than
        passes. A call that comes late counts as two ticks: this process was stopped itself, or the machine slept.
        """
        now, (state, used) = time.monotonic(), self._look()
        if state not in "TtD":
            self._seconds += min(now - self._last, 2 * TICK, used - self._used if state == "R" else TICK * 2)
        self._last, self._used = now, used
        return self._seconds

    def _look(self) -> tuple[str, float]:
        """Return the state of its main thread, and the CPU time that it has used; Linux only."""
        try:
            with open(f"/proc/{self._process}/task/{self._process}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            return "S", 0.0
        return fields[0].decode(), (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Guard:
    """The state of an app and what to do about it; the client is the guard of the app that it has started."""

    def __init__(self, line: socket.socket, app: int) -> None:
        """Guard the process `app`, at the other end of a line."""
        self.line = line
        self.timeout = LOOK_EVERY
        """How long to wait for a message before `look` is called, in seconds."""
        self.has_killed = False
        """Whether the app was killed because it was stuck."""
        self._app = app
        self._looked = time.monotonic()
        self._groups: set[int] = set()
        self._wake: socket.socket | None = None
        self._numbers: set[int] = set()
        self._waiting: Patience | None = None  # while a signal waits
        self._typed: Patience | None = None  # while keys wait

    def run(self, holds_terminal: bool = False, is_screen: bool = False) -> None:
        """Guard the app until it has ended, then end what it has left.

        A terminal that the app holds itself is restored, and keys that it does not read are looked at.
        """
        attributes = termios.tcgetattr(0) if holds_terminal and os.isatty(0) else None
        while not select.select([self.line], [], [], self.timeout)[0] or self.listen():
            if self.look() and attributes is not None:
                self._look_at_keys()
        if self.has_killed and holds_terminal:
            with contextlib.suppress(OSError, termios.error):
                if attributes is not None:
                    termios.tcsetattr(0, termios.TCSANOW, attributes)
                    os.write(1, RESTORE.encode() * is_screen)
                os.write(2, f"{STUCK}\n".encode())
        for group in self._groups:
            with contextlib.suppress(OSError):
                os.killpg(group, signal.SIGKILL)

    def listen(self) -> bool:
        """Take a message of the app; return False when it has ended."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self.line, 65536, 1)
        except OSError:
            data, descriptors = b"", []
        for descriptor in descriptors:
            self._wake = socket.socket(fileno=descriptor)
        for message in data.splitlines():
            numbers = {int(number) for number in message[1:].split(b",")}
            if message[0] == TIE:
                self._groups |= numbers
            elif message[0] == UNTIE:
                self._groups -= numbers
            else:
                self._numbers = numbers
        return bool(data)

    def look(self) -> bool:
        """Kill the app if a signal has waited for too long; return True if it is time for another look at the app."""
        if time.monotonic() - self._looked < self.timeout:
            return False
        self._looked = time.monotonic()
        if not self._has_signal():
            self._waiting = None
        elif self._waiting is None:
            self._waiting = Patience(self._app)
        elif self._waiting.spend() > LAST_WORD:
            self.has_killed = True
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._app, STACKS)
                time.sleep(TICK)
                os.kill(self._app, signal.SIGKILL)
        self.timeout = LOOK_EVERY if self._waiting is None and self._typed is None else TICK
        return True

    def _has_signal(self) -> bool:
        """Return whether a signal that ends the app waits for its event loop."""
        try:
            data = b"" if self._wake is None else self._wake.recv(65536, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except OSError:  # nothing waits
            return False
        return not self._numbers.isdisjoint(data)

    def _look_at_keys(self) -> None:
        """Obey a key that quits for an app that has not read it."""
        if self._wake is None or not select.select([0], [], [], 0)[0]:
            self._typed = None
        elif self._typed is None:
            self._typed = Patience(self._app)
        elif self._typed.spend() > TYPED_LIMIT:
            self._typed = None
            if not QUIT_KEYS.isdisjoint(os.read(0, 4096)):
                os.kill(self._app, signal.SIGTERM)

    def fork(self, descriptors: Iterable[int] = (), holds_terminal: bool = False, is_screen: bool = False) -> None:
        """Let a separate process `run`, without some descriptors. Raises OSError."""
        if os.fork():
            return
        try:
            os.setsid()  # signals of the terminal are for the app
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            nothing = os.open(os.devnull, os.O_RDWR)
            for stream in () if holds_terminal else (0, 1, 2):
                os.dup2(nothing, stream)
            for descriptor in descriptors:
                os.close(descriptor)
            self.run(holds_terminal, is_screen)
        finally:
            os._exit(0)


def fork_guard(is_screen: bool) -> None:
    """Fork the guard of this process, which is about to become an app without a client, with or without a screen."""
    if not hasattr(os, "fork"):
        return
    with contextlib.suppress(OSError):  # there are no more processes
        theirs, ours = socket.socketpair()
        Guard(theirs, os.getpid()).fork([ours.fileno()], holds_terminal=True, is_screen=is_screen)
        theirs.close()
        guarded_by(ours)
