"""What processes use, from /proc and the kernel's clocks. Linux only."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tui_pod.runtime.subprocesses import start_of


def cpu_time(pid: int) -> float:
    """Return the seconds of CPU that a process and those below it, ended ones too, have used; 0.0 if it is gone."""
    return sum(_clock(each) + _waited_for(each) for each in tree(pid))


def _clock(pid: int) -> float:
    """Return a process's clock: nanoseconds, of its ended threads too, where /proc counts ticks of 10 ms."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # the number that clock_getcpuclockid(3) makes
    except OSError:
        return 0.0


def _waited_for(pid: int) -> float:
    """Return the seconds of the children that a process has waited for, in ticks of 10 ms."""
    fields = _stat(pid)
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _stat(pid: int | str) -> list[str]:
    """Return what /proc/PID/stat has after the name: the state first; nothing for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return []


def tree(root: int) -> list[int]:
    """Return a process and those below it."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for name in os.listdir("/proc"):
        if name.isdigit() and (fields := _stat(name)):
            yield int(name), int(fields[1])


def memory(pid: int, has_children: bool = True) -> float:
    """Return the proportional set size of a process, and of those below it, in MiB."""
    return sum(_pss(each) for each in (tree(pid) if has_children else [pid])) / 1024


def _pss(pid: int) -> int:
    """Return the kibibytes of one process; 0 for one that is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def peak_memory(pid: int) -> float:
    """Return the most MiB that a process has had; 0.0 if it is gone."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text("ascii"))
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0


def ended_cpu() -> float:
    """Return the seconds of CPU of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def ask_worker(
    module: str, request: Mapping[str, object], variables: Mapping[str, str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give a worker's module a request, and yield its process id with each of its answers; it ends after the last."""
    command, environment = start_of(module)
    with subprocess.Popen(
        command, env={**environment, **variables}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(json.dumps(request) + "\n")
        worker.stdin.flush()
        for line in worker.stdout:
            yield worker.pid, json.loads(line)
