"""Coming back to an app that was left: until its titles are on another terminal, and what it takes meanwhile."""

from __future__ import annotations

import statistics
import time

from benchmarks.bench import Bench, FeedStore
from benchmarks.floors import bare_attach, libmpv_alone, python_memory
from benchmarks.processes import cpu_time, memory, tree
from benchmarks.rows import Row, Table, percentile
from benchmarks.terminal import Terminal

ATTACHES = 50

LIMIT = 3.0
"""Time until the titles, ÷ that in which a bare client starts and shows what a bare list paints."""

NOTE = "3 × is no more than 6 × Python's start and end, the target before, in which no process waits for another"

DETACHED_LIMIT = 2.3
"""CPU of an app that plays without a terminal, ÷ that of python-mpv asked for its position."""

DETACHED_NOTE = "2.3 × is 2.8 × python-mpv alone, the target before, which nobody asks where it is"

CLIENT_LIMIT = 1.5
"""Memory that the client adds, ÷ that of a Python that waits for input."""

LEAVE = "\x1c"
"""Ctrl and the backslash."""


def measure(bench: Bench) -> Table:
    """Leave an app that plays, and come back to it often."""
    return Table(
        "Leaving and coming back",
        f"An app that plays is left; `tui-pod attach` brings it back {ATTACHES} times, timed from the start of that"
        " program to the painted titles; the CPU is that of it and of the app. While left it plays on for 10 s. The"
        " client's memory is what both have more than the app alone, once it is left. The floors are a bare Python"
        " that starts and shows the page that a bare list paints for it, a Python's memory, and python-mpv asked for"
        " its position four times a second.",
        [*_rows(bench, bench.store(119)), *([] if bench.is_quick else _rows(bench, bench.store(100_000)))],
    )


def _rows(bench: Bench, store: FeedStore) -> list[Row]:
    count, window = (10, 5.0) if bench.is_quick else (ATTACHES, 10.0)
    with Terminal(bench.program(*store.arguments), store.variables) as terminal:
        terminal.wait_for(store.marker)
        terminal.rest(3.0)
        app = tree(terminal.pid)[1]
        terminal.press("^", pause=2.0)
        both = memory(terminal.pid)
        terminal.press(LEAVE, pause=0.0)
        terminal.wait_for_end(10.0)
    client = both - memory(app)
    clocks, used = [], []
    for _ in range(count):
        before = cpu_time(app)
        with Terminal([*bench.program(), "attach"], store.variables) as terminal:
            clocks.append(terminal.wait_for(store.marker) * 1000)
            used.append((terminal.cpu() + cpu_time(app) - before) * 1000)
            terminal.press(LEAVE, pause=0.0)
            terminal.wait_for_end(10.0)
    before = cpu_time(app)
    time.sleep(window)
    playing = (cpu_time(app) - before) / window * 100
    with Terminal([*bench.program(), "attach"], store.variables) as terminal:
        terminal.wait_for(store.marker)
        terminal.press("q", pause=0.0)
        terminal.wait_for_end(10.0)
    floor, playing_floor = bare_attach(bench) * 1000, libmpv_alone(bench).playing
    return [
        Row(f"{store.name}: attach, the median", statistics.median(clocks), "ms", LIMIT, note=NOTE, floor=floor),
        Row(f"{store.name}: attach, p95", percentile(clocks, 95), "ms"),
        Row(f"{store.name}: attach, CPU", statistics.median(used), "ms"),
        Row(f"{store.name}: playing while left", playing, "%", DETACHED_LIMIT, {}, DETACHED_NOTE, playing_floor),
        Row(f"{store.name}: the client's memory", client, "MiB", CLIENT_LIMIT, floor=python_memory(bench)),
    ]
