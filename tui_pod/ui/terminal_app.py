"""The part of the app that deals with the terminal: its driver, and what is sent to it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.driver import Driver
    from textual.screen import Screen

    from tui_pod.ui.changed_cells import ChangedCells


class TerminalApp(App[None]):
    """An app that sends its terminal only the cells that changed, and whose cursor can be followed."""

    follows_cursor = False
    """Whether the terminal's cursor is shown where the listener is; see `[ui] cursor`."""
    has_news = False
    """Whether a notice came after the last key."""

    def get_driver_class(self) -> type[Driver]:
        """Use a driver that tolerates invalid input, on Unix."""
        found = super().get_driver_class()
        if found.__module__ != "textual.drivers.linux_driver":
            return found
        from tui_pod.ui.driver import PatientDriver  # can only be imported on such a system

        return PatientDriver

    @property
    def _cells(self) -> ChangedCells | None:
        """What the terminal shows; None with a driver of Textual's own, as in tests."""
        return getattr(self._driver, "cells", None)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send only the cells that changed."""
        if isinstance(renderable, CompositorUpdate) and self._cells is not None:
            renderable = self._cells.only(renderable)
            if self.follows_cursor:
                from tui_pod.ui.terminal_cursor import place_of_cursor  # few want it

                self.cursor_position = place_of_cursor(self.screen, self.has_news)
        super()._display(screen, renderable)

    async def on_event(self, event: events.Event) -> None:
        """Draw everything after a change of size."""
        if isinstance(event, events.Resize) and self._cells is not None:
            self._cells.forget()
        await super().on_event(event)


async def adapt_to_reader(app: TerminalApp) -> None:
    """Let the cursor be followed if a screen reader runs; asked off the event loop."""
    from tui_pod.ui.terminal_cursor import is_reader_running  # after the first paint

    app.follows_cursor = app.follows_cursor or await asyncio.to_thread(is_reader_running)
    if (ask := getattr(app._driver, "ask_terminal", None)) is not None:
        ask()
