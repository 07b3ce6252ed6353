"""Harm that a text, or a file of this name, does to its reader in a process with limits."""

from __future__ import annotations

import os
import re
import signal
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tui_pod.runtime.limited_processes import EACH, LimitedProcesses

if TYPE_CHECKING:
    import pytest

HARMS = {
    "HANGS": "it takes too long",
    "SWELLS": "it takes too much memory",
    "DIES": "the process that reads it failed (SIGSEGV)",
}
"""The words, and the faults that they are."""


def read(function: str, *arguments: object) -> Any:
    """Call a function, unless its arguments do harm."""
    text = " ".join(map(str, arguments))
    if "HANGS" in text:
        signal.setitimer(signal.ITIMER_PROF, 0.2)  # instead of the real limit
        re.match("(a+)+b", "a" * 60)
    if "SWELLS" in text:
        bytearray(1 << 40)
    if "DIES" in text:
        os.kill(os.getpid(), signal.SIGSEGV)
    module, _, name = function.partition(":")
    return getattr(import_module(module), name)(*arguments)


def allow(monkeypatch: pytest.MonkeyPatch, only: str = "") -> list[str]:
    """Let readers pass through `read`, `only` those of a module if need be; return the functions called from now on."""
    called, former, harmful = list[str](), LimitedProcesses.call, f"{__name__}:read"

    def call(processes: LimitedProcesses, function: str, *arguments: Any, **options: Any) -> Any:
        called.append(function)
        if only not in (arguments[0] if function == EACH else function):
            return former(processes, function, *arguments, **options)
        if function == EACH:
            return former(processes, EACH, harmful, [(arguments[0], *each) for each in arguments[1]], **options)
        return former(processes, harmful, function, *arguments, **options)

    monkeypatch.setattr(LimitedProcesses, "call", call)
    return called
