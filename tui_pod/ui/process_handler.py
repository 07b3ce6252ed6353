"""Signals, and terminals of other clients: what concerns the process rather than the screen."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING, cast

from rich.console import Console
from textual import constants
from textual.app import App
from textual.driver import Driver

from tui_pod.terminal.protocol import SESSION, VARIABLES

if TYPE_CHECKING:
    from tui_pod.terminal.host import TerminalHost
    from tui_pod.ui.app import TuiPodApp
    from tui_pod.ui.driver import RobustDriver


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


class TerminalDrawer:
    """The `Drawer` of a Textual app: moves it from one terminal to another, each with its own size and colours."""

    def __init__(self, app: TuiPodApp) -> None:
        self._app = app
        self._driver = cast("RobustDriver", app._driver)
        self._driver.hangs_up = False
        self.end = app.end

    def give_up(self) -> None:
        """Stop drawing, because there is no terminal any more."""
        if not self._driver.is_headless:
            self._driver.give_up()
            self._app._begin_batch()  # no layout and no drawing without a terminal

    def take(self, terminal: int, variables: Mapping[str, str]) -> None:
        """Draw on another terminal, with the variables of its client."""
        for name in (*VARIABLES, "COLUMNS", "LINES"):
            os.environ.pop(name, None)
        os.environ.update(variables)
        former = self._app.console.color_system, self._app.no_color
        self._choose_colors()
        if (self._app.console.color_system, self._app.no_color) != former:
            self._app.fit_color_depth()
            self._app._watch_theme(self._app.theme)  # drawn otherwise in fewer colours
        if self._driver.is_headless:
            self._app._end_batch()
        self._driver.take(terminal)
        self._app.app_focus = True
        self._app.refresh(layout=True)
        if wanted := variables.get(SESSION):
            self._start_session(wanted)

    def _start_session(self, wanted: str) -> None:
        from tui_pod.core.selection.session_planner import parse_budget  # only with --session

        try:
            self._app.lifetime.start_session(parse_budget(wanted, datetime.now(UTC)))
        except ValueError as error:
            self._app.frontend.tell(f"tui-pod --session: {error}", is_error=True)

    def _choose_colors(self) -> None:
        """Detect the terminal's colours, as Textual's `App` does once in its constructor."""
        app = self._app
        environ = dict(os.environ)
        app.no_color = environ.pop("NO_COLOR", None) is not None
        app._sync_available = False
        app.console = Console(
            color_system=constants.COLOR_SYSTEM,  # type: ignore[arg-type]
            file=app.console.file,
            highlight=False,
            emoji=False,
            legacy_windows=False,
            _environ=environ,
            force_terminal=True,
            safe_box=False,
        )
