"""Standard output and error for commands: what they print reaches the terminal as printable text only.

Text is cleaned where it enters; this catches what was not, such as the message of an exception.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from typing import Any, TextIO

from tui_pod.core.text.clean import visible


class PrintableOutput:
    """A text stream in which every character that a terminal would obey becomes U+FFFD; tabs and line breaks stay."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        """Where `write_control` writes."""
        if isinstance(stream, io.TextIOWrapper):  # a title that the terminal cannot encode is no failure
            stream.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        """Write text."""
        return self.stream.write(visible(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextlib.contextmanager
def printable_output() -> Iterator[None]:
    """Let everything that is printed during the block pass the gate."""
    out, error = PrintableOutput(sys.stdout), PrintableOutput(sys.stderr)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        yield


def write_control(stream: TextIO, sequence: str) -> None:
    """Write an escape sequence of `core/text/escapes.py` to standard output or error."""
    getattr(stream, "stream", stream).write(sequence)
