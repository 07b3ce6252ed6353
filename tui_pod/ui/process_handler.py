"""What comes to the process rather than to the screen: signals, the shell, and another terminal."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

from tui_pod.ui.suspend_handler import SuspendHandler

if TYPE_CHECKING:
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
