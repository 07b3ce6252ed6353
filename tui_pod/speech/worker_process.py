"""Start the processes that narrate, recognise and find passages. Knows nothing of their requests.

They keep the memory, threads and licences of their libraries out of the app.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from typing import Any, TypeVar

from tui_pod.runtime.log import log_error
from tui_pod.runtime.subprocesses import AHEAD, end_process, start_of, start_process

OFFLINE = {
    "HIBARI_HOME": os.devnull,
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ORT_DISABLE_TELEMETRY": "1",
}
"""Variables that stop the libraries from downloading missing files and from sending usage data."""

LONGEST_LINE = 1 << 24
"""Longest answer, in bytes."""

WAIT_LIMIT = 1800.0
"""A worker that is silent for this long (seconds) is considered hung; a busy machine gives it little time."""

MAKE_WAY = 1.0
"""Seconds that a process is stopped for something more urgent."""


Answer = TypeVar("Answer")


class RightOfWay:
    """Stops processes during urgent work, which even one of the lowest priority would delay."""

    def __init__(self, later: Callable[[float, Callable[[], None]], asyncio.TimerHandle]) -> None:
        """Begin without a process; `later` is an event loop's `call_later`."""
        self._later = later
        self._workers: set[asyncio.subprocess.Process] = set()
        self._stopped: set[asyncio.subprocess.Process] = set()
        self._timer: asyncio.TimerHandle | None = None

    @contextlib.contextmanager
    def over(self, worker: asyncio.subprocess.Process) -> Iterator[None]:
        """Let `take` stop a process while the block runs."""
        self._workers.add(worker)
        try:
            yield
        finally:
            self._workers.remove(worker)
            self._let_go({worker})

    def take(self) -> None:
        """Stop the processes until `MAKE_WAY` seconds after the last call.

        Linux only, where a stopped process ends with its parent: see `end_with_parent`.
        """
        if not self._workers or sys.platform != "linux":
            return
        if self._timer is not None:
            self._timer.cancel()
        for worker in self._workers - self._stopped:
            _signal(worker, signal.SIGSTOP)
        self._stopped |= self._workers
        self._timer = self._later(MAKE_WAY, self._go_on)

    def _go_on(self) -> None:
        self._timer = None
        self._let_go(self._workers)

    def _let_go(self, workers: set[asyncio.subprocess.Process]) -> None:
        for worker in workers & self._stopped:
            _signal(worker, signal.SIGCONT)
        self._stopped -= workers


def _signal(worker: asyncio.subprocess.Process, number: int) -> None:
    if worker.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            worker.send_signal(number)


async def answers_of(
    module: str,
    request: Mapping[str, Any],
    read: Callable[[Any], Answer],
    name: str,
    failure: Callable[[str], Exception],
    urgent: RightOfWay | None,
    python: str,
    comfort: str = "",
) -> AsyncGenerator[Answer, None]:
    """Start a module for one request, and yield its answers; closing the iterator ends the process.

    Args:
        module: see `start_worker`.
        request: what is sent, as JSON.
        read: returns what an answer says; may raise as a malformed one does.
        name: what the listener knows the process as, such as `The recogniser`.
        failure: makes the error that is raised if it ends before its last answer, gives a malformed one, cannot be
            started, or is silent for `WAIT_LIMIT` seconds.
        urgent: pauses the process for what is urgent; None: somebody waits for the answers.
        python: the interpreter.
        comfort: what the error adds if the process ended early.
    """
    try:
        worker = await start_worker(module, python, *[AHEAD] * (urgent is not None))
        assert worker.stdin is not None
        assert worker.stdout is not None
        try:
            with contextlib.nullcontext() if urgent is None else urgent.over(worker):
                worker.stdin.write(json.dumps(request).encode() + b"\n")
                with contextlib.suppress(OSError):  # the worker has ended, and so have its answers
                    await worker.stdin.drain()
                while line := await asyncio.wait_for(worker.stdout.readline(), WAIT_LIMIT):
                    yield read(json.loads(line))
                status = await worker.wait()
        finally:
            worker.stdin.close()
            await end_process(worker)
    except (TimeoutError, ValueError, TypeError, LookupError, AttributeError) as error:
        log_error(error, f"{name} failed")
        raise failure(f"{name} gave an unexpected answer. Run: tui-pod doctor") from error
    except OSError as error:
        raise failure(f"{name} cannot be started: {error.strerror}.") from error
    how = f"by signal {-status}; memory may have run out" if status < 0 else f"with status {status}"
    how = "since it took too long" if status == -signal.SIGXCPU else how
    raise failure(f"{name} was ended ({how}).{comfort}")


async def start_worker(module: str, python: str, *flags: str) -> asyncio.subprocess.Process:
    """Start a module that reads requests and writes answers as JSON lines; `flags`: `AHEAD` or `COMMAND`, or both.

    Raises OSError. It has its own process group: Ctrl+C is meant for the program, which ends it or lets it go on.
    """
    command, environment = start_of(module, *flags, python=python)
    pipe = asyncio.subprocess.PIPE
    return await start_process(
        command, env={**environment, **OFFLINE}, stdin=pipe, stdout=pipe, limit=LONGEST_LINE, process_group=0
    )
