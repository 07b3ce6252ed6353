"""Ask NetworkManager whether the network is metered. Needs the extra `mpris`; without it, nothing is known."""

from __future__ import annotations

import asyncio

from tui_pod.runtime.log import log

NAME = "org.freedesktop.NetworkManager"

PATIENCE = 2.0
"""Seconds that the system bus may take to answer."""

METERED = (1, 3)
"""Values of NetworkManager's `Metered` that mean yes, and probably."""


async def is_metered() -> bool:
    """Return True if the network is metered; False if that is unknown."""
    try:
        from dbus_fast import BusType, Message  # an extra: may be missing
        from dbus_fast.aio import MessageBus

        question = Message(
            destination=NAME,
            path="/org/freedesktop/NetworkManager",
            interface="org.freedesktop.DBus.Properties",
            member="Get",
            signature="ss",
            body=[NAME, "Metered"],
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
