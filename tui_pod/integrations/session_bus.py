"""The desktop's session bus: media keys (MPRIS) and opt-in notifications.

Without a bus, or without dbus-fast, both are off. dbus-fast is imported in a thread, and only if there is a bus.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.runtime.installer import install_command

if TYPE_CHECKING:
    from dbus_fast.aio import MessageBus

    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.integrations.broadcast import Follower

DBUS = "dbus-fast>=5.2,<6"
"""The package of the bus, as in pyproject.toml."""

PATIENCE = 5.0
"""Seconds that connecting may take."""


class DesktopError(Exception):
    """The session bus cannot be used; the message is for the log."""


def find_bus(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the address of the session bus, from the environment or systemd; None if neither knows one."""
    named = environ.get("DBUS_SESSION_BUS_ADDRESS")
    if named:
        return named
    usual = Path(environ.get("XDG_RUNTIME_DIR") or "/nonexistent") / "bus"
    return f"unix:path={usual}" if usual.is_socket() else None


async def follow_desktop(controller: PlaybackController, notifies: bool) -> list[Follower]:
    """Return the followers that show playback on the desktop; if `notifies`, they announce each episode that begins.

    Raises:
        DesktopError: the session bus cannot be used; see `connect`.
    """
    bus = await connect()
    from tui_pod.integrations.mpris import Mpris  # may be missing; 12 ms and 5 MB

    mpris = Mpris(bus, controller)
    try:
        await mpris.start()
    except Exception as error:  # dbus-fast documents no narrower one
        raise DesktopError(f"the session bus refuses: {error}") from error
    from tui_pod.integrations.notifications import Notifications  # imports the extra too

    return [mpris, Notifications(bus, controller, notifies)]


async def connect() -> MessageBus:
    """Return a connection to the session bus.

    Raises:
        DesktopError: there is no bus, it does not answer, or dbus-fast is not installed.
    """
    address = find_bus()
    if address is None:
        raise DesktopError("there is no session bus")
    try:
        await asyncio.to_thread(importlib.import_module, "tui_pod.integrations.mpris")
    except ImportError:
        command = install_command(DBUS)
        raise DesktopError(f"to use the media keys of the desktop, install dbus-fast: {command}") from None
    from dbus_fast.aio import MessageBus  # brought by the module imported above

    logging.getLogger("dbus_fast").addHandler(logging.NullHandler())  # keeps its warnings out of the terminal
    try:
        async with asyncio.timeout(PATIENCE):
            return await MessageBus(bus_address=address).connect()
    except Exception as error:  # dbus-fast documents no narrower one
        raise DesktopError(f"the session bus cannot be used: {str(error) or type(error).__name__}") from error
