from __future__ import annotations

import asyncio
import sys

import pytest

from tui_pod.services import tasks
from tui_pod.services.tasks import run_command


async def test_command_that_is_cancelled_has_ended_before_the_loop_does(
    monkeypatch: pytest.MonkeyPatch, processes: asyncio.Queue[asyncio.subprocess.Process]
) -> None:
    monkeypatch.setattr(tasks, "start_of", lambda *_: ([sys.executable, "-c", "import signal; signal.pause()"], {}))
    task = asyncio.create_task(run_command("search"))
    process = await processes.get()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert process.returncode is not None
