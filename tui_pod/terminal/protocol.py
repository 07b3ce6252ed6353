"""The protocol between the client and the app.

The client opens a pseudo-terminal and gives its slave end to its child, with a socket called the line. The child
becomes the app, or hands both over to an app that was left, in one datagram: a greeting (`TAKE` or `IF_LEFT`, and the
terminal's variables, separated by NUL) and a third descriptor, which that app writes to if it accepts and closes
otherwise. From then on, keys and output go through the pseudo-terminal as usual. Over the line the app sends messages:
a word, a number and a newline. A client that was stopped sends a greeting with a new pseudo-terminal.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

TAKE, IF_LEFT = b"take", b"if left"
"""What a client asks for: the app in any case, or only if it is running without a terminal."""

SAVED_SCREEN = "screen"
"""The number of bytes that follow: they paint what the app will show."""

WELCOME = "welcome"
"""The process id of the app that now draws on the terminal; with the text `ANSWERS`, it answers `ASK`."""

ANSWERS, ASK, HERE = "answers", b"?", "here"
"""What a client asks an app for a sign of life, and the word of the answer; its number has no meaning."""

STOP = "stop"
"""Suspend the client; the number has no meaning."""

END = "end"
"""The last message: the exit status, and a text to print once the terminal is restored."""

SESSION = "TUI_POD_SESSION"
"""Environment variable with the session that `--session` asks for."""

OPTIONS = "TUI_POD_OPTIONS"
"""Environment variable with the options that an app must have been started with to be brought back."""

VARIABLES = ("TERM", "COLORTERM", "NO_COLOR", "TERM_PROGRAM", "LANG", "LC_ALL", "LC_CTYPE", SESSION, OPTIONS)
"""Environment variables that describe the terminal, and what the listener asks for there."""

GREETING_LIMIT = 4096
"""Bytes of a greeting."""


def greet(way: bytes, environ: Mapping[str, str] = os.environ) -> bytes:
    """Return a greeting."""
    found = (f"{name}={environ[name][:200]}" for name in VARIABLES if name in environ)
    return b"\0".join((way, *map(os.fsencode, found)))


def read_greeting(data: bytes) -> tuple[bytes, dict[str, str]]:
    """Return what a greeting asks for (`TAKE` or `IF_LEFT`), and the variables of its terminal."""
    way, *parts = data.split(b"\0")
    pairs = (os.fsdecode(part).partition("=") for part in parts)
    return way, {name: value for name, _, value in pairs if name in VARIABLES}
