"""Start the processes that narrate and recognise. Knows nothing of their requests.

They keep the memory, threads and licences of their libraries out of the app.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator

from tui_pod.runtime.subprocesses import AHEAD, start_of, start_process

OFFLINE = {
    "HIBARI_HOME": os.devnull,
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ORT_DISABLE_TELEMETRY": "1",
}
"""Variables that stop the libraries from downloading missing files and from sending usage data."""

LONGEST_LINE = 1 << 24
"""Longest answer, in bytes."""

MAKE_WAY = 1.0
"""Seconds that a process is stopped for something more urgent."""


class RightOfWay:
    """Stops a process during urgent work, which even a process of the lowest priority would delay."""

    def __init__(self, later: Callable[[float, Callable[[], None]], asyncio.TimerHandle]) -> None:
        """Begin without a process; `later` is an event loop's `call_later`."""
        self._later = later
        self._worker: asyncio.subprocess.Process | None = None
        self._timer: asyncio.TimerHandle | None = None

    @contextlib.contextmanager
    def over(self, worker: asyncio.subprocess.Process) -> Iterator[None]:
        """Let `take` stop a process while the block runs."""
        self._worker = worker
        try:
            yield
        finally:
            self._go_on()
            self._worker = None

    def take(self) -> None:
        """Stop the process until `MAKE_WAY` seconds after the last call.

        Linux only, where a stopped process ends with its parent: see `end_with_parent`.
        """
        if self._worker is None or sys.platform != "linux":
            return
        if self._timer is None:
            self._signal(signal.SIGSTOP)
        else:
            self._timer.cancel()
        self._timer = self._later(MAKE_WAY, self._go_on)

    def _go_on(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self._worker is not None and self._worker.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._worker.send_signal(number)


async def start_worker(module: str, python: str, is_ahead: bool = False) -> asyncio.subprocess.Process:
    """Start a module that reads requests and writes answers as JSON lines, at low priority if it works ahead.

    Raises OSError. It has its own process group: Ctrl+C is meant for the program, which ends it or lets it go on.
    """
    command, environment = start_of(module, *[AHEAD] * is_ahead, python=python)
    pipe = asyncio.subprocess.PIPE
    return await start_process(
        command, env={**environment, **OFFLINE}, stdin=pipe, stdout=pipe, limit=LONGEST_LINE, process_group=0
    )
