"""Write to the log: file descriptor 2 while the app has the terminal."""

from __future__ import annotations

import contextlib
import os

from tui_pod.core.text.clean import clean


def log(text: str) -> None:
    """Write a line, if possible."""
    with contextlib.suppress(OSError):
        os.write(2, f"tui-pod: {clean(text, 1_000)}\n".encode())
