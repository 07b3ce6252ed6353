"""Open an address in the browser, or copy it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from asyncio.subprocess import DEVNULL

from textual.app import App


async def open_link(app: App[None], address: str) -> None:
    """Open an http(s) address with the desktop's program; without one, copy it to the terminal's clipboard."""
    command = "open" if sys.platform == "darwin" else "xdg-open"
    has_desktop = sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    program = shutil.which(command) if has_desktop and address.startswith(("http://", "https://")) else None
    if program is not None:
        with contextlib.suppress(OSError):
            await asyncio.create_subprocess_exec(
                program, address, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True
            )
            app.notify(f"Opened: {address}", markup=False)
            return
    app.copy_to_clipboard(address)
    app.notify(f"Copied: {address}", markup=False)
