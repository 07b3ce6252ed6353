"""What the program has in memory after an hour of listening, beside what it had after a minute."""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks import material
from benchmarks.bench import Bench
from benchmarks.processes import memory, tree
from benchmarks.rows import Row, Table
from benchmarks.streams import serving, stream_library
from benchmarks.terminal import Terminal, rest_together

LIMIT = 1.25
"""Memory after an hour, ÷ that after a minute."""

HOUR, QUICK = 3600.0, 360.0
"""Seconds on the clock: narrations are spoken, and streams read, at the pace of listening."""

STEP, WINDOW = 5.0, 60.0
"""Seconds between two looks, and in which the looks of a minute lie."""

ALONE = """
import sys, time, mpv
player = mpv.MPV(ao="null", video="no", loop_playlist="inf")
for name in sys.argv[1:]:
    player.playlist_append(name)
player.playlist_pos = 0
print("playing", flush=True)
time.sleep(1e6)
"""


def measure(bench: Bench) -> Table:
    """Listen to the course, to streams, and with libmpv alone, at the same time."""
    seconds, course = QUICK if bench.is_quick else HOUR, bench.first_shelf()
    files = material.write_streams(bench.folder / "streams")
    with ExitStack() as stack:
        server = stack.enter_context(serving(files))
        streams = stream_library(bench, server, "fast")
        commands = {
            "narrated": (bench.program(), course.variables),
            "streamed": (bench.program(*streams.arguments), streams.variables),
            "libmpv alone": ([str(bench.python), "-P", "-c", ALONE, *map(str, files)], bench.fresh_home()),
        }
        terminals = {what: stack.enter_context(Terminal(*command)) for what, command in commands.items()}
        for what, terminal in terminals.items():
            terminal.wait_for("playing" if what == "libmpv alone" else "Topics")
        rest_together(3.0, *terminals.values())
        for what, terminal in terminals.items():
            terminal.press("" if what == "libmpv alone" else "enter", pause=0.0)
        looks: dict[str, list[tuple[float, float]]] = {what: [] for what in terminals}
        began = time.monotonic()
        while (passed := time.monotonic() - began) < seconds:
            rest_together(STEP, *terminals.values())
            for what, terminal in terminals.items():
                terminal.forget()
                looks[what].append((passed, _held(terminal.pid)))
    return Table(
        "Memory over an hour",
        f"PSS of client and app after {seconds / 60:.0f} minutes, without the process of the voice; the floor is that"
        " of the second minute. Streams are mp3 files of ten minutes. libmpv alone is python-mpv, which plays the"
        " same files.",
        [_row(what, found, None if what == "libmpv alone" else LIMIT) for what, found in looks.items()],
    )


def _row(what: str, looks: list[tuple[float, float]], limit: float | None) -> Row:
    first = [held for passed, held in looks if WINDOW <= passed < 2 * WINDOW]
    last = [held for passed, held in looks if passed >= looks[-1][0] - WINDOW]
    most = max(held for _, held in looks)
    note = f"the most was {most:.1f} MiB"
    return Row(what, statistics.median(last), "MiB", limit, note=note, floor=statistics.median(first))


def _held(root: int) -> float:
    """Return the MiB of a program, without the processes that have other command lines."""
    own = Path(f"/proc/{root}/cmdline").read_bytes()
    return sum(memory(pid, False) for pid in tree(root) if _command(pid) == own)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
