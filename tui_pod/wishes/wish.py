"""A wish: what a listener can ask for, as a value that every front end reads.

It says what it needs to know and does it. It knows no front end: whoever asks is a `Caller`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.outcome import Outcome
from tui_pod.services.caller import Kind

if TYPE_CHECKING:
    from tui_pod.wishes.actions import Subject


class Choice(NamedTuple):
    """One of the answers that a question offers."""

    value: str
    text: str = ""
    """How it is shown; empty if as the value."""

    @property
    def shown(self) -> str:
        """What the listener reads."""
        return self.text or self.value


class Ask(NamedTuple):
    """One thing that a wish needs to know."""

    name: str
    """Its name among the values, and of the option of the shell."""
    text: str
    """The question, as a sentence."""
    kind: Kind = Kind.TEXT
    choices: Callable[[Subject], Sequence[Choice]] | None = None
    """Returns the answers on offer; a wish with `Kind.TEXT` takes others too."""
    default: Callable[[Subject], str] | None = None
    """Returns what is chosen, or in the field, at first."""
    check: Callable[[Subject, str], object] | None = None
    """Raises UserError if an answer is not possible."""
    example: str = ""


Values = Mapping[str, "str | bool | Sequence[str] | None"]
"""Answers, by the names of the questions."""


class Wish(NamedTuple):
    """What a listener can ask for."""

    do: Callable[[Subject], Outcome | Awaitable[Outcome | None] | None]
    """Does it, and returns what it did, or why it did nothing; None if what is seen says so.

    Raises UserError if it cannot be done, and then has changed nothing.
    """
    asks: Sequence[Ask] = ()
    needs_episodes: bool = False
    """Whether it needs episodes: those named, at the cursor, or selected."""
    takes_any_id: bool = False
    """Whether it says itself what is wrong with the id of an episode that the library lacks."""
