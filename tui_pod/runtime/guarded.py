"""The app's line to its guard, which acts when the app cannot: see `guard`. Other processes have none."""

from __future__ import annotations

import contextlib

TYPE_CHECKING = False  # typing would stay in the client's memory, and socket is only needed to make the line
if TYPE_CHECKING:
    import socket

TIE, UNTIE, SIGNALS = b"+-!"
"""Messages to the guard: to kill a process group with the app, or no longer, and which signals end the app."""

_line: socket.socket | None = None


def guarded_by(line: socket.socket) -> None:
    """Set the line to the guard of this process."""
    global _line
    _line = line


def is_guarded() -> bool:
    """Return whether this process has a guard."""
    return _line is not None


def tell_guard(what: int, *numbers: int, wake: socket.socket | None = None) -> None:
    """Tell the guard, if any: `TIE` or `UNTIE` and a group, or `SIGNALS` and the socket that wakes the loop."""
    if _line is not None:
        message = b"%c%s\n" % (what, b",".join(b"%d" % number for number in numbers))
        with contextlib.suppress(OSError):  # it was killed
            if wake is None:
                _line.sendall(message)
            else:
                from socket import send_fds  # the app has it by then

                send_fds(_line, [message], [wake.fileno()])
