"""Say lines and ask for them. Commands talk to the listener through this, and know nothing of the program."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from typing import TextIO

from tui_pod.core.text.clean import clean
from tui_pod.plain.keyboard import Keyboard

LINE_LIMIT = 4_000
"""Longest line in characters."""


class Dialogue:
    """The conversation with the listener: lines out, and answers in."""

    def __init__(
        self, output: TextIO, keyboard: Keyboard, render: Callable[[str], str], on_broken: Callable[[], None]
    ) -> None:
        """Make a dialogue.

        Args:
            output: Where lines are written.
            keyboard: Where answers come from.
            render: Replaces the placeholders of `key_of` by the names of the listener's keys.
            on_broken: Called when the output is gone.
        """
        self._output = output
        self._keyboard = keyboard
        self._render = render
        self._on_broken = on_broken

    def say(self, text: str) -> None:
        """Say a line."""
        try:
            self._output.write(f"{clean(self._render(text), LINE_LIMIT)}\n")
            self._output.flush()
        except (OSError, ValueError):  # the terminal or the pipe is gone
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), self._output.fileno())  # flushing at exit would fail again
            self._on_broken()

    def say_all(self, lines: Iterable[str]) -> None:
        """Say lines."""
        for line in lines:
            self.say(line)

    @property
    def is_asking(self) -> bool:
        """Whether a question is open."""
        return self._keyboard.is_asking

    def ask(self, question: str, asker: Callable[[str], None], is_secret: bool = False) -> None:
        """Say a question, and pass the line that answers it to `asker`; a secret is not echoed."""
        self._keyboard.ask(asker, is_secret)  # first, so that a quick user can edit the line
        self.say(question)

    def ask_yes(self, question: str, do: Callable[[], object], otherwise: str = "") -> None:
        """Ask a question; call `do` if the answer is yes, else say `otherwise` if it is not empty."""

        def answer(line: str) -> None:
            if line.strip().lower() in ("y", "yes"):
                do()
            elif otherwise:
                self.say(otherwise)

        self.ask(question, answer)
