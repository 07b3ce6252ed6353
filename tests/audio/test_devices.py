"""Sound devices: which one is lost, and when it is back."""

from __future__ import annotations

import pytest

from tui_pod.audio.devices import REMEMBERED, Device, DeviceWatch, read_devices

AUTO, HEADSET, SPEAKERS = (
    Device("auto", "Any"),
    Device("pulse/headset", "Headset"),
    Device("pulse/speakers", "Speakers"),
)
ALL = (AUTO, HEADSET, SPEAKERS)


def watching(chosen: str = "") -> DeviceWatch:
    """Return a watch that knows all devices."""
    watch = DeviceWatch(chosen)
    assert watch.find_lost(ALL, "pulse", 0.0) is None
    return watch


@pytest.mark.parametrize(
    ("chosen", "output", "lost"),
    [
        ("", "pulse", HEADSET),
        ("pulse/headset", "pulse", HEADSET),
        ("pulse/speakers", "pulse", None),
        ("", "alsa", None),
        ("", "", None),
    ],
)
def test_device_that_plays_is_lost_and_no_other(chosen: str, output: str, lost: Device | None) -> None:
    watch = watching(chosen)
    assert watch.find_lost((AUTO, SPEAKERS), output, 1.0) == lost
    assert watch.is_missing == (chosen == "pulse/headset")


@pytest.mark.parametrize(("passed", "is_said"), [(REMEMBERED, True), (REMEMBERED + 1.0, False)])
def test_device_that_returns_within_the_hour_is_told(passed: float, is_said: bool) -> None:
    watch = watching("pulse/headset")
    watch.find_lost((AUTO, SPEAKERS), "pulse", 1.0)
    assert watch.find_returned(2.0) is None
    watch.find_lost(ALL, "", 1.0 + passed)
    assert watch.find_returned(1.0 + passed) == (HEADSET if is_said else None)
    assert not watch.is_missing


def test_description_from_the_system_is_cleaned() -> None:
    assert read_devices([{"name": "pulse/x", "description": "A\x1b[2J B"}])[0].description.isprintable()
