"""Which sound devices there are, and which one that plays has gone. Knows nothing of libmpv but its list of devices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tui_pod.core.text.clean import clean

REMEMBERED = 3600.0
"""How long a lost device is remembered; if it comes back later, nothing is said (seconds)."""


class Device(NamedTuple):
    """A sound device."""

    name: str
    """Its name for mpv's `audio-device`, such as pulse/headset."""
    description: str


def read_devices(entries: Iterable[Mapping[str, str]]) -> tuple[Device, ...]:
    """Return the devices in mpv's `audio-device-list`."""
    return tuple(Device(entry["name"], clean(entry.get("description", ""), 100)) for entry in entries)


class DeviceWatch:
    """Follows the list of devices."""

    def __init__(self, chosen: str = "") -> None:
        """Watch the chosen device. If empty, the system chooses, and any of its devices may be the one that plays."""
        self.chosen = chosen
        self.devices: tuple[Device, ...] = ()
        self.lost: Device | None = None
        """The device that disappeared during playback; None again once playback resumes."""
        self._lost_at = 0.0

    @property
    def is_there(self) -> bool:
        """Whether the lost device is in the list again."""
        return self.lost is not None and self.lost.name in {device.name for device in self.devices}

    @property
    def is_missing(self) -> bool:
        """Whether the chosen device is gone."""
        return self.lost is not None and self.lost.name == self.chosen and not self.is_there

    def find_lost(self, devices: tuple[Device, ...], output: str | None, now: float) -> Device | None:
        """Take a new list; return the device that was playing if it is no longer in the list.

        `output` is the name of the audio output that plays; None while none does.
        """
        former, self.devices = self.devices, devices
        names = {device.name for device in devices}
        gone = (device for device in former if device.name not in names and output is not None)
        prefix = self.chosen or f"{output}/"
        lost = next((device for device in gone if device.name.startswith(prefix)), None)
        if lost is not None:
            self.lost, self._lost_at = lost, now
        return lost

    def find_returned(self, now: float) -> Device | None:
        """Return the lost device if it is in the list again, within the hour."""
        return self.lost if self.is_there and now - self._lost_at <= REMEMBERED else None
