"""Signals, and terminals of other clients: what concerns the process rather than the screen."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

from textual.app import App
from textual.driver import Driver

from tui_pod.terminal.host import TerminalHost

if TYPE_CHECKING:
    from tui_pod.ui.app import TuiPodApp


def handle_signals(app: TuiPodApp, host: TerminalHost | None) -> None:
    """Make the app save before a signal ends it, redraw after one that stops it, and draw for the clients of a host."""

    def end(number: int) -> None:
        if number != signal.SIGHUP or host is None or not host.hang_up():
            app.end()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, end, number)
    driver = app._driver
    if driver is not None and driver.can_suspend:
        SuspendHandler(app, driver)
    if host is not None:
        from tui_pod.ui.terminal_drawer import TerminalDrawer  # only behind a client, on Unix

        host.serve(TerminalDrawer(app))


class SuspendHandler:
    """Takes the terminal back and redraws all of it when the process resumes.

    Textual also takes it back if it was never released, as after SIGSTOP; it then reads keys twice and cannot exit.
    After ctrl+z it draws only what has changed since, on a terminal that it has cleared.
    """

    def __init__(self, app: App[None], driver: Driver) -> None:
        self._app = app
        self._driver = driver
        self._loop = asyncio.get_running_loop()
        self._is_given_up = False
        self._stop = signal.signal(signal.SIGTSTP, self._on_stop)
        self._go_on = signal.signal(signal.SIGCONT, self._on_going_on)

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self._is_given_up = True
        if callable(self._stop):
            self._stop(number, frame)  # releases the terminal and stops the process

    def _on_going_on(self, number: int, frame: FrameType | None) -> None:
        if not _is_in_foreground():  # another process has the terminal; touching it would stop this one halfway
            os.kill(os.getpid(), signal.SIGSTOP)
            return
        if self._driver.is_headless:
            return
        if not self._is_given_up:
            self._driver.suspend_application_mode()
        self._is_given_up = False
        if callable(self._go_on):
            self._go_on(number, frame)
        self._loop.call_soon_threadsafe(lambda: self._app.refresh(layout=True))


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno()) == os.getpgrp() if sys.__stdin__ else True
    except OSError:
        return True
