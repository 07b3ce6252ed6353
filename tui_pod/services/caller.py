"""Whoever asks for something, as what does it sees them: a screen, plain lines, or a command at a terminal."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    YES = "yes"
    CHOICE = "choice"
    SECRET = "secret"


class Caller(Protocol):
    """Whoever asks: hears what is done, and may be asked."""

    is_there: bool
    """Whether someone can be asked."""
    wants_json: bool
    """Whether a JSON document is wanted instead of rows."""

    def say(self, text: str) -> None:
        """Say what was done."""

    def warn(self, text: str) -> None:
        """Say what failed."""

    def show(self, *cells: str) -> None:
        """Show a row of data."""

    def show_json(self, value: object) -> None:
        """Show data as a JSON document."""

    def progress(self, said: str, share: float | None = None) -> None:
        """Show what is under way, and the share that is done, from 0 to 1; empty removes it."""

    async def ask(self, text: str, kind: Kind = Kind.TEXT) -> str | None:
        """Return the answer to a question, `yes` or `no` for one of `Kind.YES`; None if nobody answers."""


class Silent:
    """A caller that hears nothing and answers nothing, such as a key: what is seen says it all."""

    is_there = wants_json = False

    def say(self, text: str) -> None:
        """Say nothing."""

    warn = say

    def progress(self, said: str, share: float | None = None) -> None:
        """Show nothing."""

    def show(self, *cells: str) -> None:
        """Show nothing."""

    def show_json(self, value: object) -> None:
        """Show nothing."""

    async def ask(self, text: str, kind: Kind = Kind.TEXT) -> str | None:  # noqa: ARG002
        """Return None: nobody is there."""
        return None


SILENT: Caller = Silent()
