"""What the app and the client that holds its terminal want of each other. Knows neither of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Drawer(Protocol):
    """What draws on the terminal."""

    def give_up(self) -> None:
        """Stop to read and to draw, at once, whatever state the terminal is in; the client restores it."""

    def take(self, terminal: int, variables: Mapping[str, str]) -> None:
        """Draw all of the screen on another terminal, which says this of itself; the descriptor is handed over."""

    def end(self) -> None:
        """Save, and end the app."""


class TerminalLink(Protocol):
    """The way to the client."""

    def serve(self, drawer: Drawer) -> None:
        """Begin to listen to the client, once the terminal is drawn on."""

    def leave(self) -> bool:
        """Give the terminal back and go on; return False where nobody could come back."""

    def suspend(self) -> None:
        """Give the terminal to the shell until the listener brings the client to the front again."""

    def hang_up(self) -> bool:
        """Note that the terminal is gone; return whether the app goes on without one."""
