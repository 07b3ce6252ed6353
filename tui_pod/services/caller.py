"""Whoever asks for something, as what does it sees them: a screen, plain lines, or a command at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol

if TYPE_CHECKING:
    import asyncio

P = ParamSpec("P")


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
        def later(function: Callable[P, None]) -> Callable[P, object]:
            return partial(loop.call_soon_threadsafe, function)

        self._caller, self._loop = caller, loop
        self.is_there, self.wants_json = caller.is_there, caller.wants_json
        self.say, self.note, self.warn = map(later, (caller.say, caller.note, caller.warn))
        self.show, self.show_json, self.progress = later(caller.show), later(caller.show_json), later(caller.progress)

    def ask(self, text: str, kind: Kind = Kind.TEXT) -> str | None:
        """Ask, and wait for the answer."""
        from asyncio import run_coroutine_threadsafe  # most wishes need no loop

        return run_coroutine_threadsafe(self._caller.ask(text, kind), self._loop).result()


SILENT: Caller = Silent()
