"""What the client and the app say to each other.

The client makes a pseudo-terminal and gives its far end to its child, with a socket, the line. The child becomes the
app, or hands both over to an app that was left, in one datagram: a greeting (`TAKE` or `IF_LEFT`, and the terminal's
variables, separated by NUL), and a third descriptor, to which that app writes if it accepts, and which it closes
otherwise. From then on keys and pictures go through the pseudo-terminal as through any other. Over the line the app
sends words, each with a number and a newline. A client that was stopped sends a greeting with another pseudo-terminal.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

TAKE, IF_LEFT = b"take", b"if left"
"""What a client asks for: the app in any case, or only if it runs without a terminal."""

PICTURE = "picture"
"""So many bytes follow, which paint what the app will show."""

WELCOME = "welcome"
"""The app of this process id draws on the terminal."""

STOP = "stop"
"""Give the terminal back to the shell for a while; the number means nothing."""

END = "end"
"""The last word: the exit status, and what to say once the terminal is given back."""

SESSION = "TUI_POD_SESSION"
"""The variable for the session that `--session` asks for."""

OPTIONS = "TUI_POD_OPTIONS"
"""The variable for the options with which an app must have been started to be brought back."""

VARIABLES = ("TERM", "COLORTERM", "NO_COLOR", "TERM_PROGRAM", "LANG", "LC_ALL", "LC_CTYPE", SESSION, OPTIONS)
"""What a terminal says of itself in the environment, and what is wished on it."""

GREETING_LIMIT = 4096
"""Bytes of a greeting."""


def greet(way: bytes, environ: Mapping[str, str] = os.environ) -> bytes:
    """Return a greeting."""
    found = (f"{name}={environ[name][:200]}" for name in VARIABLES if name in environ)
    return b"\0".join((way, *map(os.fsencode, found)))


def read_greeting(data: bytes) -> tuple[bytes, dict[str, str]]:
    """Return how it asks, and the variables of its terminal."""
    way, *parts = data.split(b"\0")
    pairs = (os.fsdecode(part).partition("=") for part in parts)
    return way, {name: value for name, _, value in pairs if name in VARIABLES}
