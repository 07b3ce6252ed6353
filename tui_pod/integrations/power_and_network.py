"""Tell what work in the background would cost: whether this machine runs on battery, or the network is metered."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tui_pod.runtime.log import log

SUPPLIES = Path("/sys/class/power_supply")
"""Where Linux describes them (Documentation/ABI/testing/sysfs-class-power)."""

NETWORK_MANAGER = "org.freedesktop.NetworkManager"

PATIENCE = 2.0
"""Seconds that the system bus may take to answer."""

METERED = (1, 3)
"""Values of NetworkManager's `Metered` that mean yes, and probably."""


async def is_sparing(is_start: bool) -> bool:
    """Return whether the network is paid by the byte or, except at the start, the machine runs on its battery."""
    return (not is_start and await asyncio.to_thread(is_on_battery)) or await is_metered()


def is_on_battery(supplies: Path = SUPPLIES) -> bool:
    """Return True if a battery is discharging and no other power supply is online; False if that is unknown."""
    try:
        folders = list(supplies.iterdir())
    except OSError:
        return False
    if any(_read(folder, "online") == "1" for folder in folders if _read(folder, "type") != "Battery"):
        return False
    batteries = [folder for folder in folders if _read(folder, "type") == "Battery"]
    own = [folder for folder in batteries if _read(folder, "scope") != "Device"]  # not that of a mouse
    return any(_read(folder, "status") == "Discharging" for folder in own)


def _read(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""


async def is_metered() -> bool:
    """Return True if the network is metered; False if that is unknown."""
    try:
        from dbus_fast import BusType, Message  # the extra `mpris`: may be missing
        from dbus_fast.aio import MessageBus

        question = Message(
            destination=NETWORK_MANAGER,
            path="/org/freedesktop/NetworkManager",
            interface="org.freedesktop.DBus.Properties",
            member="Get",
            signature="ss",
            body=[NETWORK_MANAGER, "Metered"],
        )
        async with asyncio.timeout(PATIENCE):
            bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
            try:
                answer = await bus.call(question)
            finally:
                bus.disconnect()
        return answer.body[0].value in METERED
    except Exception as error:  # no bus, no NetworkManager, or an unexpected answer
        log(f"whether the network is metered is unknown: {type(error).__name__}: {error}")
        return False
