"""What of the settings only the screen can judge."""

from __future__ import annotations

from pathlib import Path

from tests.stage import FakeStart, on_stage
from tui_pod.config.reader import parse_config
from tui_pod.core.library.library import Library


async def test_app_with_an_unknown_theme_says_so(library: Library) -> None:
    def prepare(start: FakeStart) -> None:
        start.settings, _ = parse_config('[ui]\ntheme = "nope"\n', Path("config.toml"))

    async with on_stage(library, prepare=prepare) as stage:
        assert any("there is no theme “nope”" in notice for notice in stage.notices)
