"""A thread that notices when the event loop stands still, and then does what cannot wait for it."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import os
import signal
import socket
import threading
import time
from collections.abc import Callable

from tui_pod.runtime.guard import STACKS
from tui_pod.runtime.guarded import SIGNALS, tell_guard
from tui_pod.runtime.log import log, log_error

PERIOD = 5.0
"""Seconds between two questions to the loop: each wakes an idle machine."""

LIMIT = 5.0
"""Seconds without an answer after which the loop is considered to stand still."""

SAVE_EVERY = 4.0
"""Seconds between two saves while it stands still."""

LOOK_EVERY = 0.2
"""Seconds between two looks for a signal while it stands still."""

OVERSLEPT = 1.0
"""Seconds by which a wait was too long if the whole process was stopped, or the machine slept."""

ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Watchdog(threading.Thread):
    """Asks the loop for a sign of life; while there is none, it saves, and ends the process for a signal."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        save: Callable[[], None],
        end: Callable[[int], None],
        period: float = PERIOD,
        limit: float = LIMIT,
    ) -> None:
        """Watch a loop, whose handlers obey the signals as long as it runs; ask it every `period` seconds.

        While it stands still, `save` is called on this thread every few seconds, and `end` ends the process for a
        signal; if it returns, the loop gets the signal once it runs again.
        """
        super().__init__(name="watchdog", daemon=True)
        self._loop = loop
        self._save, self._end = save, end
        self._period, self._limit = period, limit
        self._answered = threading.Event()
        self._stopped = threading.Event()

    def run(self) -> None:
        """Watch until `stop` is called or the loop is closed."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            while not self._stopped.wait(self._period):
                self._ask()
                asked = time.monotonic()
                if self._answered.wait(self._limit) or self._stopped.is_set():
                    continue
                if time.monotonic() - asked < self._limit + OVERSLEPT:
                    self._stand_in()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        self._answered.set()

    def _ask(self) -> None:
        self._answered.clear()
        self._loop.call_soon_threadsafe(self._answered.set)

    def _stand_in(self) -> None:
        """Save and obey signals until the loop goes on."""
        log(f"the event loop has stood still for {self._limit:.0f} s; all threads:")
        with contextlib.suppress(OSError, ValueError):
            faulthandler.dump_traceback(2)
        began = saved = time.monotonic()
        held = set[int]()
        self._save_if_possible()
        while not self._answered.wait(min(LOOK_EVERY, self._limit)):
            for number in self._signals():
                self._end(number)
                held.add(number)
            if time.monotonic() - saved >= SAVE_EVERY:
                saved = time.monotonic()
                self._save_if_possible()
        log(f"the event loop goes on, {time.monotonic() - began:.1f} s later")
        for number in held:
            os.kill(os.getpid(), number)

    def _save_if_possible(self) -> None:
        try:
            self._save()
        except Exception as error:  # it must obey signals whatever happens
            log_error(error, "saving failed while the event loop stood still")

    def _signals(self) -> list[int]:
        """Return the signals that wait for the loop, which it no longer gets.

        The system writes the number of each into the socket that wakes the loop, between the zeros of other threads.
        """
        wake, data = _wake_socket(self._loop), b""
        with contextlib.suppress(OSError):  # there are none
            data = wake.recv(4096) if wake is not None else b""
        if data:
            self._loop.call_soon_threadsafe(self._answered.set)  # wakes it, as what was read would have
        return [number for number in data if number in ENDING]


def _wake_socket(loop: asyncio.AbstractEventLoop) -> socket.socket | None:
    return getattr(loop, "_ssock", None)


def start_watchdog(save: Callable[[], None], end: Callable[[int], None], stays: bool) -> Watchdog:
    """Watch the running loop: a thread does, and the guard in case that no thread can run.

    With `stays`, the guard does not take a hang-up for a wish to end.
    """
    loop = asyncio.get_running_loop()
    watchdog = Watchdog(loop, save, end)
    watchdog.start()
    with contextlib.suppress(OSError, ValueError):
        faulthandler.register(STACKS, 2)
    ending = (number for number in ENDING if number != signal.SIGHUP or not stays)
    tell_guard(SIGNALS, *ending, wake=_wake_socket(loop))
    return watchdog
