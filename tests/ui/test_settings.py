"""What of the settings only the screen can judge."""

from __future__ import annotations

from pathlib import Path

from tests.app_driver import FakeServices, run_app
from tui_pod.config.reader import parse_config
from tui_pod.core.library.library import Library


async def test_app_with_an_unknown_theme_says_so(library: Library) -> None:
    def prepare(services: FakeServices) -> None:
        settings, _ = parse_config('[ui]\ntheme = "nope"\n', Path("config.toml"))
        services.first = services.first._replace(settings=settings)

    async with run_app(library, prepare=prepare) as driver:
        assert any("there is no theme “nope”" in notice for notice in driver.notices)
