"""Write to the log: file descriptor 2 while the app has the terminal, and the listener's file after `2>file`."""

from __future__ import annotations

import contextlib
import os
import stat

from tui_pod.core.text.clean import clean


def log(text: str) -> None:
    """Write a line, if possible; do nothing if descriptor 2 is not a file, as the listener would see it."""
    with contextlib.suppress(OSError):
        if stat.S_ISREG(os.fstat(2).st_mode):
            os.write(2, f"tui-pod: {clean(text, 1_000)}\n".encode())
