"""Start and end the processes that speak and recognise. Knows nothing of what they are asked.

They keep the memory, the threads and the licences of their libraries out of the app.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys

from tui_pod.runtime.subprocesses import start_of

OFFLINE = {
    "HIBARI_HOME": os.devnull,
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ORT_DISABLE_TELEMETRY": "1",
}
"""Settings of the libraries, which would otherwise download what is missing and report their use."""

LONGEST_LINE = 1 << 24
"""Bytes of one answer."""


async def start_worker(module: str, python: str = sys.executable) -> asyncio.subprocess.Process:
    """Start a module that takes requests and gives answers as JSON lines. Raises OSError."""
    command, environment = start_of(module, python=python)
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        *command, env={**environment, **OFFLINE}, stdin=pipe, stdout=pipe, limit=LONGEST_LINE
    )


async def end_worker(worker: asyncio.subprocess.Process) -> None:
    """Ask a process to end, and make it end when it does not."""
    if worker.returncode is not None:
        return
    with contextlib.suppress(OSError, ProcessLookupError):
        worker.terminate()
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(worker.wait(), 0.3)
        return
    with contextlib.suppress(ProcessLookupError):
        worker.kill()
