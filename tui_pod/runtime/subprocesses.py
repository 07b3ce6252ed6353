"""Run modules of the program in subprocesses. Knows nothing of what they do."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""


def start_of(module: str, *arguments: str | Path, python: str | None = None) -> tuple[list[str], dict[str, str]]:
    """Return the command and the environment that run a module of this program."""
    command = [python or sys.executable, "-P", "-m", module, *map(str, arguments)]  # -P: the current folder stays out
    return command, {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def run_apart(module: str, *arguments: str | Path) -> None:
    """Run a module in a detached process that outlives this one.

    Failure is ignored, so use it for optional work only.
    """
    import subprocess  # who starts processes in other ways does without

    command, environment = start_of(module, *arguments)
    nothing = subprocess.DEVNULL
    with contextlib.suppress(OSError):
        subprocess.Popen(
            command, env=environment, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
        )


async def end_process(process: asyncio.subprocess.Process) -> None:
    """Terminate a process, and kill it if it does not end.

    It must end before the event loop does; otherwise asyncio prints an error about a closed loop in the terminal.
    """
    import asyncio  # most processes that import this module have no event loop

    if process.returncode is not None:
        return
    with contextlib.suppress(OSError, ProcessLookupError):
        process.terminate()
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(process.wait(), 0.3)
        return
    with contextlib.suppress(ProcessLookupError):
        process.kill()


def end_with_parent() -> None:
    """Let the kernel kill this process when its parent ends, even while it is stopped; on Linux only."""
    if sys.platform == "linux":
        import ctypes  # only processes that call this need it

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
