"""Tell whether this machine is running on battery, if the system reports it."""

from __future__ import annotations

from pathlib import Path

SUPPLIES = Path("/sys/class/power_supply")
"""Where Linux describes them (Documentation/ABI/testing/sysfs-class-power)."""


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
