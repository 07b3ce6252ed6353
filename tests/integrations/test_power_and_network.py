"""Whether the network is paid by the byte, asked of a NetworkManager of the test's own on a real bus."""

import pytest

pytest.importorskip("dbus_fast", reason="dbus-fast is not installed (extra mpris)")

from dbus_fast import PropertyAccess
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_property

from tui_pod.integrations.power_and_network import is_metered

NAME = "org.freedesktop.NetworkManager"


class NetworkManager(ServiceInterface):
    """The one property that is asked for."""

    def __init__(self, metered: int) -> None:
        super().__init__(NAME)
        self._metered = metered

    @dbus_property(access=PropertyAccess.READ)
    def Metered(self) -> "u":  # type: ignore[name-defined]  # noqa: F821  # a D-Bus signature
        """NMMetered: unknown, yes, no, guessed yes, guessed no."""
        return self._metered


@pytest.fixture
def system_bus(bus_address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a bus that counts as the system's."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_address)
    return bus_address


@pytest.mark.parametrize(("value", "is_paid"), [(0, False), (1, True), (2, False), (3, True), (4, False)])
async def test_network_is_metered_where_networkmanager_says_or_guesses_so(
    system_bus: str, value: int, is_paid: bool
) -> None:
    bus = await MessageBus(bus_address=system_bus).connect()
    bus.export("/org/freedesktop/NetworkManager", NetworkManager(value))
    await bus.request_name(NAME)
    assert await is_metered() is is_paid
    bus.disconnect()


@pytest.mark.parametrize("address", ["", "unix:path=/nowhere"])
async def test_network_is_not_metered_where_nobody_tells(
    system_bus: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address or system_bus)
    assert not await is_metered()
