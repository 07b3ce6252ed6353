from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tui_pod.cli import main
from tui_pod.config import Config
from tui_pod.library_cache import load_library
from tui_pod.program_start import LISTENING, ProgramStart
from tui_pod.settings import embedded_catalog, find_paths
from tui_pod.store import StateFile


@pytest.fixture
def start() -> ProgramStart:
    """The program as it is started, with no one to show it."""
    paths, catalogs = find_paths(), [embedded_catalog()]
    file = StateFile(paths.state)
    start = ProgramStart(
        paths, catalogs, Config(), load_library(catalogs, paths.cache), file, file.load(), "null", None
    )
    nobody: Any = SimpleNamespace(emit=lambda event: None, write_control=lambda text: None)
    start.app = nobody
    return start


def test_speed_and_volume_that_cannot_be_are_not_taken_from_the_state(capsys: pytest.CaptureFixture[str]) -> None:
    paths = find_paths()
    paths.state.parent.mkdir(parents=True)
    paths.state.write_text("version = 1\n[player]\nspeed = 0.0\nvolume = 900\n")
    loaded = load_library([embedded_catalog()], paths.cache)
    file = StateFile(paths.state)
    start = ProgramStart(paths, [embedded_catalog()], Config(), loaded, file, file.load(), "null", None)
    assert (start.playback.speed, start.playback.volume) == (1.0, 100)
    assert main(["plan", "15m"]) == 0
    assert "episodes, 1" in capsys.readouterr().err


async def test_what_waits_for_the_first_screen_leaves_room_for_keys(start: ProgramStart, home: Path) -> None:
    rounds = 0

    async def count_rounds() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_rounds())
    try:
        await start.after_paint()
        assert rounds > len(LISTENING)
        assert "listening" in start.__dict__
        assert load_library([embedded_catalog()], home / "cache" / "tui-pod").save is None
    finally:
        counting.cancel()
        await start.close()
        assert start.finish()
