"""Write to the log: file descriptor 2 while the app has the terminal, and the listener's file after `2>file`."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_pod.core.errors import UserError
from tui_pod.core.text.clean import clean

if TYPE_CHECKING:
    import asyncio

KEPT = 5
"""Logs that are kept, the current one included."""

MAX_LINES = 100
"""Lines of a traceback that are logged, the last ones: those say where it failed."""


def log(text: str) -> None:
    """Write a line, if possible; do nothing if descriptor 2 is not a file, as the listener would see it."""
    _write(f"tui-pod: {clean(text, 1_000)}\n")


def log_error(error: BaseException, what: str = "") -> None:
    """Write an error as a line that begins with `what` failed, and with its traceback unless it was foreseen."""
    log(": ".join(filter(None, (what, type(error).__name__, str(error)))))
    if not _is_foreseen(error):
        import traceback  # the start does without

        log_lines("".join(traceback.format_exception(error)))


def log_lines(text: str) -> None:
    """Write the lines of a traceback, indented as they are."""
    lines = text.splitlines()[-MAX_LINES:]
    _write("".join(f"{' ' * (len(line) - len(line.lstrip()))}{clean(line, 300)}\n" for line in lines))


@contextlib.contextmanager
def logged(what: str, *kinds: type[BaseException]) -> Iterator[None]:
    """Log errors of these kinds as `log_error` does, and go on after the block."""
    try:
        yield
    except kinds as error:
        log_error(error, what)


def log_uncaught(loop: asyncio.AbstractEventLoop) -> None:
    """Log what a callback or a task of an event loop raises that nobody awaits; it would be printed on the screen."""

    def handle(_: object, context: dict[str, Any]) -> None:
        if (error := context.get("exception")) is None:
            log(context["message"])
        else:
            log_error(error, context["message"])

    loop.set_exception_handler(handle)


def logs(path: Path) -> list[Path]:
    """Return the logs, the current one first, whether they exist or not."""
    return [path, *(path.with_name(f"{path.name}.{number}") for number in range(1, KEPT))]


def rotate(path: Path) -> None:
    """Keep the log of the last start, if it says anything, and remove the oldest. Raises OSError."""
    if path.exists() and path.stat().st_size:
        names = logs(path)
        for younger, older in zip(names[-2::-1], names[:0:-1], strict=True):
            with contextlib.suppress(FileNotFoundError):
                younger.replace(older)


def _is_foreseen(error: BaseException | None) -> bool:
    """Return whether an error, and what it was raised from, needs no traceback: its message says all."""
    while error is not None:
        if not isinstance(error, (UserError, OSError)) or (isinstance(error, OSError) and not error.strerror):
            return False
        error = error.__cause__
    return True


def _write(text: str) -> None:
    with contextlib.suppress(OSError):
        if stat.S_ISREG(os.fstat(2).st_mode):
            os.write(2, text.encode("utf-8", "replace"))
