"""Say lines and ask for them. Commands talk to the listener through this, and know nothing of the program."""

from __future__ import annotations

import contextlib
import os
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

from tui_pod.core.text.clean import clean
from tui_pod.plain.keyboard import Keyboard, common_start

LINE_LIMIT = 4_000
"""Longest line in characters."""

CHOICES = 10
"""How many completions are said."""

_HINT = re.compile(r"(?:^|(?<=[.!?:;…])) *(?:Press|Type) \0[^\0]*\0[^.]*\.")
"""A sentence that names a key, with the placeholder of `key_of`."""


class Verbosity(StrEnum):
    """How much the plain program says: the values of `[ui] verbosity`."""

    BRIEF = "brief"
    """Titles and changes; no numbers of rows, no background work, no keys."""
    USUAL = "usual"
    FULL = "full"
    """Summaries too, and nothing is left out because it was just said."""


@dataclass(eq=False, repr=False)
class Dialogue:
    """The conversation with the listener: lines out, and answers in."""

    _output: TextIO
    _keyboard: Keyboard
    _render: Callable[[str], str]
    """Replaces the placeholders of `key_of` with the listener's keys; a brief dialogue leaves them out."""
    _on_broken: Callable[[], None]
    """Called when the output is gone."""
    verbosity: Verbosity = Verbosity.USUAL

    def say(self, text: str) -> None:
        """Say a line; a terminal gets it broken between words."""
        if self.verbosity is Verbosity.BRIEF:
            short = _HINT.sub("", text)
            if text and not short.strip():
                return
            text = short
        line = clean(self._render(text), LINE_LIMIT)
        if width := self._width():
            line = "\n".join(textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)) or line
        self.write(f"{line}\n")

    def write(self, text: str) -> None:
        """Write text as it is."""
        try:
            self._output.write(text)
            self._output.flush()
        except (OSError, ValueError):  # the terminal or the pipe is gone
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._output.fileno())  # flushing at exit would fail again
            self._on_broken()

    def _width(self) -> int:
        """Return the columns of the terminal; 0 if there is none."""
        try:
            return os.get_terminal_size(self._output.fileno()).columns
        except (OSError, ValueError):
            return 0

    def say_all(self, lines: Iterable[str]) -> None:
        """Say lines."""
        for line in lines:
            self.say(line)

    @property
    def is_asking(self) -> bool:
        """Whether a question is open."""
        return self._keyboard.is_asking

    def ask(
        self,
        question: str,
        asker: Callable[[str], object],
        is_secret: bool = False,
        on_cancel: Callable[[], object] | None = None,
        choices: Sequence[str] = (),
    ) -> None:
        """Say a question, and pass the line that answers it to `asker`; a secret is not echoed.

        If escape or ctrl+c ends the question, `on_cancel` is called, or it is said that it is cancelled. The tab key
        completes one of the choices.
        """
        complete = (lambda typed: self._complete(typed, choices)) if choices else None
        self._keyboard.ask(asker, on_cancel or (lambda: self.say("Cancelled.")), is_secret, complete)
        self.say(question)

    def ask_yes(self, question: str, do: Callable[[], object], otherwise: str | None = None) -> None:
        """Ask a question; call `do` if the answer is yes, otherwise say `otherwise`, if given."""

        def answer(line: str) -> None:
            if line.strip().lower() in ("y", "yes"):
                do()
            elif otherwise is not None:
                self.say(otherwise)

        self.ask(question, answer, on_cancel=lambda: self.say(otherwise or "Cancelled."))

    def ask_number(
        self,
        question: str,
        count: int,
        choose: Callable[[int], object],
        otherwise: str = "Cancelled.",
        more: Callable[[], object] | None = None,
    ) -> None:
        """Ask for one of the numbers from 1 to `count`; pass it to `choose`, counted from 0, or say `otherwise`.

        The answer `more` calls `more`, if given.
        """

        def answer(line: str) -> None:
            line = line.strip()
            if line.isdecimal() and len(line) < 9 and 1 <= int(line) <= count:
                choose(int(line) - 1)
            elif more is not None and line.lower() == "more":
                more()
            else:
                self.say(f"No such number: 1 to {count}." if line else otherwise)

        self.ask(question, answer)

    def _complete(self, typed: str, choices: Sequence[str]) -> tuple[str, bool]:
        """Complete a line with what all choices that begin with it share; say them if that adds nothing."""
        found = [choice for choice in choices if choice.casefold().startswith(typed.casefold())]
        common = common_start([choice.casefold() for choice in found])
        if not found or len(common) > len(typed):
            return (found[0][: len(common)] if found else typed), False
        self.write("\n")
        more = [f"and {len(found) - CHOICES} more"] if len(found) > CHOICES else []
        self.say(f"{', '.join(found[:CHOICES] + more)}.")
        return typed, True
