"""Catalogues and states: what it takes to load them, and to save a position."""

from __future__ import annotations

import os
import statistics
import subprocess

from benchmarks.bench import Bench, FeedStore
from benchmarks.floors import run_floor
from benchmarks.material import ident
from benchmarks.rows import Row, Table, percentile
from benchmarks.sound import run_inside

LOAD_LIMITS = {119: 15.0, 10_000: 1.0, 100_000: 1.0}
"""CPU to load a catalogue from its cache, ÷ that of reading as many rows from SQLite, by the number of episodes."""

RULE_LIMITS = {119: 4.0, 10_000: 1.5, 100_000: 1.5}
"""CPU of making a topic of a rule's list, ÷ that of a filter and a search that find the same, by number of episodes.

The rest is counting, and in a small library the making itself, a tenth of a millisecond.
"""

STATE_LIMITS = {100_000: 9.0}
"""CPU to load a state of so many touched episodes, ÷ that of reading as many rows from SQLite: 800 ms."""

SAVE_LIMIT = 10.0
"""CPU of a save, ÷ that of appending a line and syncing it."""

STALL_LIMIT = 1.5
"""Time that the screen stands still after a save, ÷ that without one."""


MARK_LIMIT, MARKS = 1.1, 15
"""CPU of `tui-pod mark` with sync, which starts a process that sends the mark, ÷ that without; and how often."""


def measure(bench: Bench) -> Table:
    """Measure loading and saving at each size."""
    rows: list[Row] = []
    for size in bench.sizes:
        rows += _loads(bench, bench.store(size))
    for size in bench.sizes:
        rows += _saves(bench, bench.touched(size))
    without, with_sync = (_mark(bench, bench.store(119), has_sync) for has_sync in (False, True))
    rows.append(Row("119 episodes: mark one by command, with sync", with_sync, "ms", MARK_LIMIT, floor=without))
    return Table(
        "Files",
        "CPU time in a process of its own, imports not counted. A touched state has an entry for each episode. The"
        " stall is the longest time between two beats of a millisecond on the event loop, of the 100 ms after a save"
        " while something plays. The floors are as many rows read from bare SQLite in memory, a line appended and"
        " synced, the stall of as many waits without a save, and for a rule our own filter and search for the same. The"
        " floor of a mark by command is one without sync.",
        rows,
    )


def _loads(bench: Bench, store: FeedStore) -> list[Row]:
    catalog = store.arguments[1]
    words = catalog, str(store.cache)
    from_cache = _milliseconds(bench, store, "library", *words)
    rows = run_floor(bench, "rows", store.size)["seconds"] * 1000
    by_rule, by_filter = (_milliseconds(bench, store, "narrowed", *words, kind) for kind in ("rule", "filter"))
    from_file = _milliseconds(bench, store, "library", catalog, str(bench.folder / "no-cache"), runs=1)
    return [
        Row(f"{store.name}: load the catalogue", from_cache, "ms", LOAD_LIMITS[store.size], floor=rows),
        Row(f"{store.name}: load it without its cache, once", from_file, "ms"),
        Row(f"{store.name}: a smart list", by_rule, "ms", RULE_LIMITS[store.size], floor=by_filter),
    ]


def _saves(bench: Bench, store: FeedStore) -> list[Row]:
    name, catalog, state = f"{store.size:,} touched", store.arguments[1], str(store.state)
    load = _milliseconds(bench, store, "state", catalog, str(store.cache), state)
    save = _milliseconds(bench, store, "save", state, ident(0))
    rows = run_floor(bench, "rows", store.size)["seconds"] * 1000
    append = run_floor(bench, "append", bench.folder / "appended", times=3)["seconds"] * 1000
    found = run_inside(bench, "save", store.arguments, store.variables)
    stall, without = (percentile(found[which], 95) * 1000 for which in ("saving", "not saving"))
    return [
        Row(f"{name}: load the state", load, "ms", STATE_LIMITS.get(store.size), floor=rows),
        Row(f"{name}: save a position", save, "ms", SAVE_LIMIT, floor=append),
        Row(f"{name}: loop stall of a save, p95", stall, "ms", STALL_LIMIT, floor=without),
    ]


def _mark(bench: Bench, store: FeedStore, has_sync: bool) -> float:
    """Return the median CPU time of a mark, each in a state of its own: one that waits to be sent takes later ones."""
    times = []
    for number in range(MARKS):
        state = bench.folder / f"mark-{has_sync:d}-{number}" / "state.toml"
        state.parent.mkdir()
        if has_sync:
            state.with_name(f"{state.name}.sync-lock").touch()
        command = [*bench.program(*store.arguments), "mark", "played", ident(0), "--state", str(state)]
        process = subprocess.Popen(command, env=dict(store.variables), stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        times.append((used.ru_utime + used.ru_stime) * 1000)
    return statistics.median(times)


def _milliseconds(bench: Bench, store: FeedStore, what: str, *words: str, runs: int = 5) -> float:
    """Return the median CPU time of something that is done in a process of its own."""
    times: list[float] = [bench.ask("inside_files.py", what, *words, variables=store.variables) for _ in range(runs)]
    return statistics.median(times) * 1000
