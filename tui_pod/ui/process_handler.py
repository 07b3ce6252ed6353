"""What comes to the process rather than to the screen: signals, the shell, and another terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

    from textual.app import App
    from textual.driver import Driver

    from tui_pod.services.terminal import TerminalLink
    from tui_pod.ui.app import TuiPodApp


class ProcessHandler:
    """Has the app save before a signal ends it, and leave its terminal where it can."""

    def __init__(self, app: TuiPodApp, link: TerminalLink | None) -> None:
        self._app = app
        self._link = link
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self._end, number)
        driver = app._driver
        if driver is not None and driver.can_suspend:
            SuspendHandler(app, driver)
        if link is not None:
            from tui_pod.ui.terminal_drawer import TerminalDrawer  # only behind a client, on Unix

            link.serve(TerminalDrawer(app, self.end))

    def _end(self, number: int) -> None:
        if number != signal.SIGHUP or self._link is None or not self._link.hang_up():
            self.end()

    def end(self) -> None:
        """Save, and end the app."""
        self._app.controller.save()
        self._app.exit()

    def leave(self) -> bool:
        """Give the terminal back and go on; return False where that cannot be."""
        return self._link is not None and self._link.leave()

    def suspend(self) -> bool:
        """Have the client suspended instead of the app; return False where there is none."""
        if self._link is not None:
            self._link.suspend()
        return self._link is not None


class SuspendHandler:
    """Takes the terminal back and redraws all of it when the process resumes.

    Textual takes it back once more when it was never given up, as after SIGSTOP; it then reads keys twice, and cannot
    end. After ctrl+z it draws only what has changed since, on a terminal that it has cleared.
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
            self._stop(number, frame)  # gives the terminal up and stops the process

    def _on_going_on(self, number: int, frame: FrameType | None) -> None:
        if not _is_in_foreground():  # the terminal is another's; to touch it would stop the process half-way
            os.kill(os.getpid(), signal.SIGSTOP)
            return
        if self._driver.is_headless:
            return
        if not self._is_given_up:
            self._driver.suspend_application_mode()
        self._is_given_up = False
        if callable(self._go_on):
            self._go_on(number, frame)
        self._loop.call_soon_threadsafe(self._draw)

    def _draw(self) -> None:
        self._app.refresh(layout=True)


def _is_in_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno()) == os.getpgrp() if sys.__stdin__ else True
    except OSError:
        return True
