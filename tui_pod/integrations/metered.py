"""Ask NetworkManager whether the network is paid by the byte. Needs the extra `mpris`; else nothing is known."""

from __future__ import annotations

import asyncio

NAME = "org.freedesktop.NetworkManager"

PATIENCE = 2.0
"""Seconds that the system's bus may take."""

METERED = (1, 3)
"""Values of NetworkManager's `Metered` that mean yes, and a guess that it is."""


async def is_metered() -> bool:
    """Return whether the network is metered; False where that is not known."""
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
    except Exception:  # whatever it is: no bus, no NetworkManager, an answer of another shape
        return False
