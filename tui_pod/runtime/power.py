"""Tell whether this machine runs on its battery, where the system says so."""

from __future__ import annotations

from pathlib import Path

SUPPLIES = Path("/sys/class/power_supply")
"""Where Linux describes them (Documentation/ABI/testing/sysfs-class-power)."""


def is_on_battery(supplies: Path = SUPPLIES) -> bool:
    """Return whether a battery is being used up and nothing else feeds the machine; False where that is not known."""
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
