"""Moves the app from one terminal to another, each with its own size and colours."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from rich.console import Console
from textual import constants

from tui_pod.terminal.protocol import SESSION, VARIABLES

if TYPE_CHECKING:
    from tui_pod.ui.app import TuiPodApp
    from tui_pod.ui.driver import PatientDriver


class TerminalDrawer:
    """The `Drawer` of a Textual app."""

    def __init__(self, app: TuiPodApp) -> None:
        self._app = app
        self._driver = cast("PatientDriver", app._driver)
        self._driver.hangs_up = False
        self.end = app.end

    def give_up(self) -> None:
        """See `Drawer.give_up`."""
        if not self._driver.is_headless:
            self._driver.give_up()
            self._app._begin_batch()  # no layout and no drawing without a terminal

    def take(self, terminal: int, variables: Mapping[str, str]) -> None:
        """See `Drawer.take`."""
        for name in (*VARIABLES, "COLUMNS", "LINES"):
            os.environ.pop(name, None)
        os.environ.update(variables)
        former = self._app.console.color_system, self._app.no_color
        self._choose_colors()
        if (self._app.console.color_system, self._app.no_color) != former:
            self._use_colors()
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
            self._app.frontend.start_session(parse_budget(wanted, datetime.now(UTC)))
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

    def _use_colors(self) -> None:
        """Draw everything again, with the colours of this terminal."""
        self._app.fit_color_depth()
        self._app._watch_theme(self._app.theme)  # drawn otherwise in fewer colours
