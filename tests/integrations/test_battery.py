from pathlib import Path

import pytest

from tui_pod.integrations.power_and_network import is_on_battery


def describe(folder: Path, **supplies: dict[str, str]) -> Path:
    for name, values in supplies.items():
        (folder / name).mkdir()
        for key, value in values.items():
            (folder / name / key).write_text(f"{value}\n")
    return folder


@pytest.mark.parametrize(("online", "status", "is_so"), [("0", "Discharging", True), ("1", "Discharging", False),
                                                         ("0", "Full", False), ("1", "Charging", False)])  # fmt: skip
def test_battery_is_used_up_where_nothing_feeds_it(tmp_path: Path, online: str, status: str, is_so: bool) -> None:
    mains, battery = {"type": "Mains", "online": online}, {"type": "Battery", "status": status}
    assert is_on_battery(describe(tmp_path, AC=mains, BAT0=battery)) is is_so


def test_battery_of_a_mouse_does_not_count(tmp_path: Path) -> None:
    mouse = {"type": "Battery", "scope": "Device", "status": "Discharging"}
    assert not is_on_battery(describe(tmp_path, hid=mouse))


def test_machine_that_says_nothing_is_on_no_battery(tmp_path: Path) -> None:
    assert not is_on_battery(tmp_path / "none")
