from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

from tui_pod.services import tasks
from tui_pod.services.tasks import run_command


async def test_command_that_is_cancelled_has_ended_before_the_loop_does(monkeypatch: pytest.MonkeyPatch) -> None:
    started: asyncio.Queue[asyncio.subprocess.Process] = asyncio.Queue()
    real = asyncio.create_subprocess_exec

    async def start(*words: Any, **options: Any) -> asyncio.subprocess.Process:
        process = await real(*words, **options)
        started.put_nowait(process)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    monkeypatch.setattr(tasks, "start_of", lambda *_: ([sys.executable, "-c", "import signal; signal.pause()"], {}))
    task = asyncio.create_task(run_command("search"))
    process = await started.get()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert process.returncode is not None
