"""Sound devices: which one is lost, and when it is back."""

from unittest.mock import MagicMock

import pytest

from tui_pod.audio.devices import REMEMBERED, Device, DeviceWatch, read_devices
from tui_pod.audio.mpv_player import MpvPlayer
from tui_pod.core.player.events import DeviceChanged, Event

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


@pytest.mark.parametrize(
    ("chosen", "is_back", "used"),
    [("", True, "pulse/headset"), ("", False, "auto"), ("pulse/headset", True, "pulse/headset")],
)
def test_playing_goes_on_where_it_was_once_the_device_is_back(chosen: str, is_back: bool, used: str) -> None:
    player, mpv = MpvPlayer(lambda _: None, device=chosen), MagicMock()
    player.do = lambda task: task(mpv)  # type: ignore[method-assign,assignment]
    player._watch = watching(chosen)
    assert player._watch.find_lost((AUTO, SPEAKERS), "pulse", 0.0) == HEADSET
    if is_back:
        player._watch.find_lost(ALL, "", 1.0)
    player.set_paused(False)
    mpv.__setitem__.assert_any_call("audio-device", used)
    mpv.__setitem__.assert_called_with("pause", False)


def test_chosen_device_that_is_gone_lets_no_other_one_play() -> None:
    events: list[Event] = []
    player, mpv = MpvPlayer(events.append, device=HEADSET.name), MagicMock()
    player.do = lambda task: task(mpv)  # type: ignore[method-assign,assignment]
    player._watch = watching(HEADSET.name)
    player._watch.find_lost((AUTO, SPEAKERS), "pulse", 0.0)
    player.set_paused(False)
    mpv.__setitem__.assert_not_called()
    assert events == [DeviceChanged(0, "Headset", is_back=False)]
