"""Run programs, and modules of this one, in subprocesses. Knows nothing of what they do.

In the app, each is a process group of its own, and the guard kills the group when the app ends, however that happens.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from tui_pod.runtime.guarded import TIE, UNTIE, is_guarded, tell_guard

if TYPE_CHECKING:
    import asyncio
    import subprocess

    _Process: TypeAlias = "asyncio.subprocess.Process | subprocess.Popen[bytes]"

END_LIMIT = 0.3
"""Seconds that a process has to end."""

APART_LIMIT = 600
"""Seconds after which the system ends a process that outlives the app."""

RUN = "import runpy, sys; runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
"""Runs the module that the first argument names."""

AHEAD = "ahead"
"""The argument of a process whose work nobody waits for yet. It is niced, which it cannot take back."""

COMMAND = "command"
"""The argument of a process that runs a command of the listener's."""

PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""


def start_of(module: str, *arguments: str | Path, python: str | None = None) -> tuple[list[str], dict[str, str]]:
    """Return the command and the environment that run a module of this program."""
    command = [python or sys.executable, "-P", "-m", module, *map(str, arguments)]  # -P: the current folder stays out
    return command, {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def run_apart(module: str, *arguments: str | Path) -> None:
    """Run a module in a detached process that outlives this one, by `APART_LIMIT` at most.

    Failure is ignored, so use it for optional work only.
    """
    import subprocess  # who starts processes in other ways does without

    command, environment = start_of(module, *arguments)
    command[2:3] = ["-c", f"import signal; signal.alarm({APART_LIMIT}); {RUN}"]
    nothing = subprocess.DEVNULL
    with contextlib.suppress(OSError):
        subprocess.Popen(
            command, env=environment, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
        )


async def start_process(command: Sequence[str], **options: Any) -> asyncio.subprocess.Process:
    """Start a program for the event loop, to be ended with `end_process`.

    `options` are those of `asyncio.create_subprocess_exec`.

    Raises:
        OSError: it cannot be started.
    """
    import asyncio  # most processes that import this module have no event loop

    process = await asyncio.create_subprocess_exec(*command, **_in_group(options))
    tell_guard(TIE, process.pid)
    return process


async def end_process(process: asyncio.subprocess.Process) -> None:
    """Terminate a process and what it has started, and kill what does not end.

    It must end, and its pipes must be closed, before the event loop is; otherwise asyncio prints a traceback in the
    terminal. A process that has left the group may still hold the pipes.
    """
    import asyncio  # most processes that import this module have no event loop

    try:
        for number in (signal.SIGTERM, signal.SIGKILL):
            if process.returncode is None:
                _signal(process, number)
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(process.wait(), END_LIMIT)
    finally:
        end_group(process)
        getattr(process, "_transport").close()  # noqa: B009  # asyncio has no public way
    await asyncio.sleep(0)


@contextlib.contextmanager
def running(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program while the block runs, and kill it, and what it has started, at the end of the block.

    `options` are those of `subprocess.Popen`.

    Raises:
        OSError: it cannot be started.
    """
    with start_group(command, **options) as process:
        try:
            yield process
        finally:
            end_group(process)


def start_group(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a program, to be ended with `end_group`; see `running`."""
    import subprocess  # see above

    process = subprocess.Popen(command, **_in_group(options))
    tell_guard(TIE, process.pid)
    return process


def group_lives(process: asyncio.subprocess.Process) -> bool:
    """Return whether something that a process has started still runs, after it has ended itself."""
    return _signal(process, 0)


def _in_group(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options of a process that has a group of its own in the app; elsewhere it is in that of its parent.

    So one of the app's processes and all that it starts are one group.
    """
    return options if "process_group" in options else {"start_new_session": is_guarded(), **options}


def end_group(process: _Process) -> None:
    """Kill a process, and what is left of its group."""
    _signal(process, signal.SIGKILL)
    tell_guard(UNTIE, process.pid)


def _signal(process: _Process, number: int) -> bool:
    """Send a signal to a process and its group, or to what is left of it; return False if nothing is."""
    try:
        if process.returncode is not None:  # the group lives on if no other process has got its number since
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, 0)
                return False
        elif os.getpgid(process.pid) != process.pid:
            process.send_signal(number)
            return True
        os.killpg(process.pid, number)
    except OSError:
        return False
    return True


def end_with_parent() -> None:
    """Let the kernel kill this process when its parent ends, even while it is stopped; on Linux only."""
    if sys.platform == "linux":
        import ctypes  # only processes that call this need it

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
