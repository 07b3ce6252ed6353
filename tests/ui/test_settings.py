"""What of the settings only the screen can judge."""

from pathlib import Path

import pytest

from tests.app_driver import AppDriver
from tui_pod.config.reader import parse_config


@pytest.mark.app(settings=parse_config('[ui]\ntheme = "nope"\n', Path("config.toml"))[0])
async def test_app_with_an_unknown_theme_says_so(driver: AppDriver) -> None:
    assert any("there is no theme “nope”" in notice for notice in driver.notices)
