"""The process of `limited_processes`: reads calls as JSON lines from its socket, and answers each with one.

The kernel ends it when a call takes too much CPU time, when its caller goes away, and when no call comes.
"""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from importlib import import_module
from typing import Any

from tui_pod.core.errors import UserError
from tui_pod.runtime.cell import allow_seconds, enter_cell

IDLE = 60
"""Seconds after which a process without a call ends."""

TOO_LARGE = "it takes too much memory"

NO_MEMORY = 3
"""Exit status if memory does not suffice for an answer."""

NO_LIMIT = 1e9
"""Seconds that no call takes."""

MAX_CAUSE = 4_000
"""Longest traceback that is passed on, in characters."""

BROKEN = "it is damaged in an unexpected way"


def main(seconds: float, memory: int, file: int) -> None:
    """Answer calls within limits; see `limited_processes.CallLimits`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is meant for the program
    enter_cell(memory, resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file, file))
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(0, fcntl.F_GETFL)
    caller = select.poll()
    caller.register(0, 0)  # tells of a hang-up only
    with open(0, "rb", 1 << 18, closefd=False) as calls, open(0, "wb", closefd=False) as answers:
        while True:
            signal.alarm(IDLE)
            line = calls.readline()
            signal.alarm(0)
            if not line:
                return
            # the caller says no more: now SIGIO means that it is gone
            fcntl.fcntl(0, fcntl.F_SETFL, flags | os.O_ASYNC)
            if caller.poll(0):  # it went before
                return
            function, arguments, left = json.loads(line)
            started = time.process_time()
            allow_seconds(left if left is not None else NO_LIMIT)
            signal.setitimer(signal.ITIMER_PROF, seconds)
            answer = _answer(function, arguments, started)
            signal.setitimer(signal.ITIMER_PROF, 0)
            fcntl.fcntl(0, fcntl.F_SETFL, flags)
            answers.write(answer.encode() + b"\n")
            answers.flush()


def _answer(function: str, arguments: list[Any], started: float) -> str:
    """Call a function; return its result as JSON, or why there is none, and the seconds since it was `started`."""
    try:
        result = _call(function, arguments)
        return json.dumps({"result": result, "seconds": time.process_time() - started}, default=_plain)
    except UserError as error:
        fault = {"fault": str(error), "cause": "", "is_lasting": True}
    except MemoryError:
        fault = {"fault": TOO_LARGE, "cause": "MemoryError", "is_lasting": True}
    except OSError as error:
        fault = {"fault": error.strerror or str(error), "cause": "", "is_lasting": False}
    except Exception as error:  # whatever it is, it is the fault of the content
        cause = "".join(traceback.format_exception(error))[-MAX_CAUSE:]  # for the log, which is out of reach here
        fault = {"fault": BROKEN, "cause": cause, "is_lasting": True}
    return json.dumps({**fault, "seconds": time.process_time() - started})


def _call(function: str, arguments: list[Any]) -> Any:
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)(*arguments)


def each(function: str, calls: list[list[Any]]) -> list[Any]:
    """Return the result of each call of a function; each may take as much CPU time as a single one."""
    seconds, results = signal.getitimer(signal.ITIMER_PROF)[0], []
    for arguments in calls:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        results.append(_call(function, arguments))
    return results


def _plain(value: Any) -> list[Any]:
    """Return the fields of a dataclass; named tuples are lists in JSON without this."""
    return [getattr(value, field.name) for field in dataclasses.fields(value)]


if __name__ == "__main__":
    try:
        main(float(sys.argv[1]), *map(int, sys.argv[2:]))
    except MemoryError:
        os._exit(NO_MEMORY)
