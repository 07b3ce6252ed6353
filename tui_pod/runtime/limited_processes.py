"""Call functions on content that nobody trusts, in processes with limits of CPU time and memory.

Calls block: make them in a thread. A process serves many calls; one that hangs or crashes is replaced. Knows nothing of
what the functions read.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from typing import Any, NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.runtime.limited_worker import NO_MEMORY, TOO_LARGE
from tui_pod.runtime.log import log, log_lines
from tui_pod.runtime.subprocesses import end_group, start_group, start_of
from tui_pod.runtime.threads import CancelToken

PATIENCE = 60.0
"""Longest wait for an answer beyond its CPU time (seconds); on a busy machine a process gets little time."""

LONGEST = 256 * 1024 * 1024
"""Longest answer that is read (bytes)."""

TOO_LONG = "it takes too long"

OVERSPENT = "reading all of it takes too long"

CRASHED = "the process that reads it failed ({})"

INTERRUPTED = "reading it was interrupted"

_ENDED = (signal.SIGTERM, signal.SIGKILL, signal.SIGHUP, signal.SIGIO)
"""Signals of others, not of what it reads."""


WORKER = "tui_pod.runtime.limited_worker"
EACH = f"{WORKER}:each"


class ContentFault(UserError):
    """Content cannot be read; the message says why, as half a sentence."""

    def __init__(self, message: str, is_lasting: bool = False) -> None:
        """Set why, and whether the same content will fail again."""
        super().__init__(message)
        self.is_lasting = is_lasting


class Budget:
    """What several calls may take together; see `spending`."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds
        """Seconds of CPU time that are left."""
        self.first: tuple[str, Sequence[object]] | None = None
        """The first call."""


budget: ContextVar[Budget | None] = ContextVar("budget", default=None)
"""The budget of the calls of this thread, if any."""


@contextmanager
def spending(seconds: float) -> Iterator[None]:
    """Limit the CPU time that all calls of this thread in the block may take together (seconds)."""
    token = budget.set(Budget(seconds))
    try:
        yield
    finally:
        budget.reset(token)


class CallLimits(NamedTuple):
    """What a call may take."""

    seconds: float
    """Of CPU time."""
    memory: int
    """Bytes of address space."""
    file: int = 1024 * 1024
    """Bytes of the largest file that it may write; pictures are files."""


class LineProcess:
    """A process of a module, and the socket to it, which is its standard input: lines go there and come from there."""

    def __init__(self, module: str, *arguments: str) -> None:
        """Start it. Raises OSError."""
        self.socket, other = socket.socketpair()
        command, environment = start_of(module, *arguments)
        try:
            with closing(other):
                self._process = start_group(
                    command, env=environment, stdin=other.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
        except OSError:
            self.socket.close()
            raise

    def ask(self, call: bytes, cancel: CancelToken, patience: float) -> bytes:
        """Return the answer to a call within `patience` seconds; not a whole line if the process has ended.

        Raises OSError, Cancelled.
        """
        limit, answer = time.monotonic() + patience, bytearray()
        with cancel.waking(self.socket):
            self.socket.settimeout(max(0.001, patience))
            self.socket.sendall(call)
            while not answer.endswith(b"\n") and len(answer) < LONGEST:
                self.socket.settimeout(max(0.001, limit - time.monotonic()))
                part = self.socket.recv(1 << 16)
                if not part:
                    break
                answer += part
        return bytes(answer)

    def end(self) -> int:
        """End the process, and return its exit status."""
        self.socket.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(0.2)  # it ends by itself when it is alone
        end_group(self._process)
        return self._process.wait()


class LimitedProcesses:
    """Starts processes when they are needed; as many as there are calls at a time."""

    def __init__(self, limits: CallLimits) -> None:
        """Start nothing yet."""
        self._limits = limits
        self._idle: list[LineProcess] = []

    def call(self, function: str, *arguments: object, cancel: CancelToken | None = None) -> Any:
        """Return what a function, such as `package.module:name`, returns for arguments that JSON knows.

        Named tuples and dataclasses are lists in the result.

        Raises:
            ContentFault: it raised an exception, took too much, or crashed; or nothing of the budget is left.
            Cancelled: The work was asked to stop.
        """
        spent, cancel = budget.get(), cancel or CancelToken()
        if spent is not None and spent.left <= 0:
            raise ContentFault(OVERSPENT)
        call = json.dumps((function, arguments, None if spent is None else spent.left)).encode() + b"\n"
        while True:
            is_new = not self._idle
            try:
                process = LineProcess(WORKER, *map(str, self._limits)) if is_new else self._idle.pop()
            except (OSError, IndexError) as error:  # IndexError: another thread took it
                if is_new:
                    raise ContentFault(f"no process could be started to read it: {error}") from None
                continue
            try:
                answer = process.ask(call, cancel, PATIENCE + self._limits.seconds)
            except TimeoutError:
                process.end()
                raise ContentFault(TOO_LONG) from None  # it may not on another day
            except OSError as error:
                answer = b""
                if is_new:  # else it may have ended before the call
                    log(f"{function}: {error!r}")
            except BaseException:
                process.end()
                raise
            if answer.endswith(b"\n"):
                self._idle.append(process)
                said = json.loads(answer)
                if spent is not None:
                    spent.left -= said["seconds"]
                return _result(function, said)
            status = process.end()
            cancel.check()
            if spent is not None and status in (-signal.SIGXCPU, -signal.SIGPROF):
                spent.left = 0.0 if status == -signal.SIGXCPU else spent.left - self._limits.seconds
                if status == -signal.SIGXCPU:
                    raise ContentFault(OVERSPENT)
            if is_new or status == -signal.SIGPROF:  # else it may have ended before the call
                raise _fault(function, status)

    def call_each(self, function: str, calls: Sequence[Sequence[object]], cancel: CancelToken | None) -> list[Any]:
        """Return the result of a function for each list of arguments, or its ContentFault. Raises Cancelled."""
        try:
            if len(calls) > 1:
                return [*self.call(EACH, function, calls, cancel=cancel)]
            return [self.call(function, *calls[0], cancel=cancel)]
        except ContentFault as fault:
            if len(calls) == 1:
                return [fault]
        # one of them failed, and may have taken the others along
        return [result for call in calls for result in self.call_each(function, [call], cancel)]

    def close(self) -> None:
        """End the processes without a call; the others end with their calls."""
        while self._idle:
            self._idle.pop().end()


def _result(function: str, answer: dict[str, Any]) -> Any:
    if "fault" not in answer:
        return answer["result"]
    if answer["cause"]:
        log(f"{function} failed:")
        log_lines(answer["cause"])
    raise ContentFault(answer["fault"], answer["is_lasting"])


def _fault(function: str, status: int) -> ContentFault:
    log(f"{function}: the process ended with {status}")
    if status == -signal.SIGPROF:
        return ContentFault(TOO_LONG, is_lasting=True)
    if status == NO_MEMORY:
        return ContentFault(TOO_LARGE, is_lasting=True)
    if not status or -status in _ENDED:
        return ContentFault(INTERRUPTED)
    how = signal.Signals(-status).name if status < 0 else f"status {status}"
    return ContentFault(CRASHED.format(how), is_lasting=True)
