"""What a process that `worker_process` starts for one request has in common with others: how it answers.

The request is a JSON line on standard input, and so is each answer on standard output. The process ends with its input.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Callable, Generator
from typing import Any

from tui_pod.core.errors import UserError
from tui_pod.runtime.cell import allow_seconds, enter_cell
from tui_pod.runtime.subprocesses import AHEAD, end_with_parent

FAILURES = (UserError, MemoryError, RuntimeError, OSError, ImportError, ValueError)
"""What the answer `error` tells of: a library may fail in any of these ways."""


EACH = 3600.0
"""Seconds of CPU time that an answer may take, such as the words of two and a half minutes on a slow machine."""


def answer_request(answers_to: Callable[[dict[str, Any]], Generator[dict[str, Any], None, None]], memory: int) -> None:
    """Answer the request on standard input with so many bytes of memory, and end the process."""
    enter_cell(memory)
    allow_seconds(EACH)
    end_with_parent()  # while it is stopped, the end of its input does not end it
    if AHEAD in sys.argv:
        os.nice(19)  # work beside the app can wait for everything else
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # a library's output must not look like an answer
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    with contextlib.suppress(BrokenPipeError):
        try:
            with contextlib.closing(answers_to(request)) as answers:
                for answer in answers:
                    print(json.dumps(answer), file=output, flush=True)
                    allow_seconds(EACH)
        except FAILURES as error:
            print(json.dumps({"error": _reason(error)}), file=output, flush=True)
    os._exit(0)  # the thread that reads standard input would delay the exit


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


def _reason(error: BaseException) -> str:
    if isinstance(error, MemoryError) or "alloc" in str(error):
        return "there is not enough memory"
    return str(error) or type(error).__name__
