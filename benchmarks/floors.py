"""The floors: what the least program takes for the same work, on this machine and in this run."""

from __future__ import annotations

import functools
import json
import socket
import statistics
from typing import Any, NamedTuple

from benchmarks.bench import Bench
from benchmarks.processes import memory
from benchmarks.terminal import Terminal, used_together

STARTS = 20

CLIENT = """
import socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
sys.stdout.buffer.write(line.recv(65536))
sys.stdout.flush()
line.recv(1)
"""


class Libmpv(NamedTuple):
    """What python-mpv takes by itself."""

    play: float
    """Seconds from a wish to its sound."""
    seek: float
    """Seconds."""
    playing: float
    """Percent of a core, asked for its position four times a second."""
    shown: float
    """Percent of a core in a bare Textual app that shows the position each second."""
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
    found = [bench.ask("inside_floors.py", what, *words, is_here=is_here) for _ in range(times)]
    return found[0] if times == 1 else {name: statistics.median(each[name] for each in found) for name in found[0]}


@functools.cache
def libmpv_alone(bench: Bench) -> Libmpv:
    """Measure libmpv by python-mpv alone: playing and seeking the same recordings."""
    report, window = bench.folder / "floor", 5.0 if bench.is_quick else 10.0
    with Terminal(bench.inside("inside_mpv.py", report, *bench.sounds[:8]), bench.fresh_home()) as terminal:
        terminal.wait_for("playing")
        used = memory(terminal.pid)
        playing = used_together(window, terminal)[0][0]
        terminal.press("enter")
        terminal.wait_for(" s")
        terminal.rest(1.0)
        shown = used_together(window, terminal)[0][0]
        terminal.press("q")
        terminal.wait_for_end(20.0)
    found = json.loads(report.read_text("ascii"))
    return Libmpv(statistics.median(found["play"]), statistics.median(found["seek"]), playing, shown, used)


@functools.cache
def bare_attach(bench: Bench) -> float:
    """Return the seconds from the start of a Python to what it shows of another process, the median.

    It connects to a socket, whereupon a bare list paints a page, which is sent to it.
    """
    home, path, times = bench.fresh_home(), str(bench.folder / "line"), []
    command = [str(bench.python), "-P", "-c", CLIENT, path]
    with socket.socket(socket.AF_UNIX) as server, Terminal(bench.inside("bare_list.py", 10_000), home) as screen:
        server.bind(path)
        server.listen()
        server.settimeout(20.0)
        screen.wait_for("E0")
        screen.rest(1.0)
        for _ in range(STARTS):
            with Terminal(command, home) as client, server.accept()[0] as line:
                screen.forget()
                screen.press("pagedown", pause=0.0)
                screen.wait_for("E0")
                line.sendall(screen.painted)
                times.append(client.wait_for("E0"))
    return statistics.median(times)


@functools.cache
def python_memory(bench: Bench) -> float:
    """Return the MiB of a Python that waits for input."""
    with Terminal([str(bench.python), "-P", "-c", "print('ready'); input()"], bench.fresh_home()) as terminal:
        terminal.wait_for("ready")
        return memory(terminal.pid)
