"""The floors: what the least program takes for the same work, on this machine and in this run."""

from __future__ import annotations

import functools
import json
import statistics
import subprocess
import sys
import time
from typing import Any, NamedTuple

from benchmarks.bench import Bench
from benchmarks.processes import cpu_time, memory
from benchmarks.terminal import Terminal

STARTS = 20


class Libmpv(NamedTuple):
    """What python-mpv takes by itself."""

    play: float
    """Seconds from a wish to its sound."""
    seek: float
    """Seconds."""
    playing: float
    """Percent of a core."""
    memory: float
    """MiB while playing."""


def run_floor(bench: Bench, what: str, *words: object, times: int = 1, is_here: bool = False) -> dict[str, Any]:
    """Run one of the scripts of `inside_floors.py` and return its report.

    Args:
        bench: where and how it runs.
        what: the script's name.
        words: its arguments.
        times: how often it runs; of several reports the medians of the numbers are returned.
        is_here: run it with this Python, which has the extras, not with the installed program's.
    """
    report = bench.folder / "floor"
    found = []
    for _ in range(times):
        command = bench.inside("inside_floors.py", what, report, *words)
        if is_here:
            command[0] = sys.executable
        subprocess.run(command, check=True, env=bench.fresh_home())
        found.append(json.loads(report.read_text("ascii")))
    return found[0] if times == 1 else {name: statistics.median(each[name] for each in found) for name in found[0]}


@functools.cache
def libmpv_alone(bench: Bench) -> Libmpv:
    """Measure libmpv by python-mpv alone: playing and seeking the same recordings."""
    report, window = bench.folder / "floor", 5.0 if bench.is_quick else 15.0
    with Terminal(bench.inside("inside_mpv.py", report, *bench.sounds[:8]), bench.fresh_home()) as terminal:
        terminal.wait_for("playing")
        before = cpu_time(terminal.pid)
        terminal.rest(window)
        playing = (cpu_time(terminal.pid) - before) / window * 100
        used = memory(terminal.pid)
        terminal.press("enter")
        terminal.wait_for_end(20.0)
    found = json.loads(report.read_text("ascii"))
    return Libmpv(statistics.median(found["play"]), statistics.median(found["seek"]), playing, used)


@functools.cache
def python_start(bench: Bench) -> float:
    """Return the seconds that Python itself takes to start and end, the median."""
    times = []
    for _ in range(STARTS):
        began = time.perf_counter()
        subprocess.run([str(bench.python), "-P", "-c", "pass"], check=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


@functools.cache
def python_memory(bench: Bench) -> float:
    """Return the MiB of a Python that waits for input."""
    with Terminal([str(bench.python), "-P", "-c", "print('ready'); input()"], bench.fresh_home()) as terminal:
        terminal.wait_for("ready")
        return memory(terminal.pid)
