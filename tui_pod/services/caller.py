"""Whoever asks for something, as what does it sees them: a screen, plain lines, or a command at a terminal."""

from __future__ import annotations

from collections.abc import Coroutine
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio


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

    def note(self, text: str) -> None:
        """Say what was done if a person sees it: cron mails whatever is said."""

    def warn(self, text: str) -> None:
        """Say what failed."""

    def show(self, *cells: str) -> None:
        """Show a row of data."""

    def show_json(self, value: object) -> None:
        """Show data as a JSON document."""

    def progress(self, said: str, share: float | None = None) -> None:
        """Show what is under way, and the share that is done, from 0 to 1; empty removes it."""

    def ask(self, text: str, kind: Kind = Kind.TEXT) -> Coroutine[Any, Any, str | None]:
        """Return the answer to a question, `yes` or `no` for one of `Kind.YES`; None if nobody answers."""


class Silent:
    """A caller that hears nothing and answers nothing, such as a key: what is seen says it all."""

    is_there = wants_json = False

    def say(self, text: str) -> None:
        """Say nothing."""

    note = warn = say

    def progress(self, said: str, share: float | None = None) -> None:
        """Show nothing."""

    def show(self, *cells: str) -> None:
        """Show nothing."""

    def show_json(self, value: object) -> None:
        """Show nothing."""

    async def ask(self, text: str, kind: Kind = Kind.TEXT) -> str | None:  # noqa: ARG002
        """Return None: nobody is there."""
        return None


class ThreadCaller:
    """A caller as a thread sees it, whose work it is: what it says goes to the event loop, and questions wait."""

    def __init__(self, caller: Caller, loop: asyncio.AbstractEventLoop) -> None:
        self._caller, self._loop = caller, loop
        self.is_there, self.wants_json = caller.is_there, caller.wants_json

    def say(self, text: str) -> None:
        """Say what was done."""
        self._loop.call_soon_threadsafe(self._caller.say, text)

    def note(self, text: str) -> None:
        """Say what was done if a person sees it."""
        self._loop.call_soon_threadsafe(self._caller.note, text)

    def warn(self, text: str) -> None:
        """Say what failed."""
        self._loop.call_soon_threadsafe(self._caller.warn, text)

    def show(self, *cells: str) -> None:
        """Show a row."""
        self._loop.call_soon_threadsafe(self._caller.show, *cells)

    def show_json(self, value: object) -> None:
        """Show a document."""
        self._loop.call_soon_threadsafe(self._caller.show_json, value)

    def progress(self, said: str, share: float | None = None) -> None:
        """Show what is under way."""
        self._loop.call_soon_threadsafe(self._caller.progress, said, share)

    def ask(self, text: str, kind: Kind = Kind.TEXT) -> str | None:
        """Ask, and wait for the answer."""
        from asyncio import run_coroutine_threadsafe  # most wishes need no loop

        return run_coroutine_threadsafe(self._caller.ask(text, kind), self._loop).result()


SILENT: Caller = Silent()
