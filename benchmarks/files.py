"""Catalogues and states: what it takes to load them, and to save a place."""

from __future__ import annotations

import statistics
import subprocess

from benchmarks.bench import Bench, FeedStore
from benchmarks.material import ident
from benchmarks.rows import Row, Table, percentile
from benchmarks.sound import run_inside

LOAD_LIMITS = {119: 10.0, 10_000: 100.0, 100_000: 300.0}
"""Milliseconds of CPU to load a catalogue, by the number of episodes."""

SAVE_LIMIT = 1.0
"""Milliseconds of CPU of a save."""

STALL_LIMIT = 5.0
"""Milliseconds that the screen may stand still while it is saved."""


def measure(bench: Bench) -> Table:
    """Measure loading and saving at each size."""
    rows: list[Row] = []
    for size in bench.sizes:
        rows += _loads(bench, bench.store(size))
    for size in bench.sizes:
        rows += _saves(bench, bench.touched(size))
    return Table(
        "Files",
        "CPU time in a process of its own, imports not counted. A touched state has an entry for each episode. The"
        " stall is the longest time between two beats of a millisecond on the event loop, of the 150 ms after a save"
        " while something plays.",
        rows,
    )


def _loads(bench: Bench, store: FeedStore) -> list[Row]:
    catalog = store.arguments[1]
    from_cache = _milliseconds(bench, store, "library", catalog, str(store.cache))
    from_file = _milliseconds(bench, store, "library", catalog, str(bench.folder / "no-cache"), runs=1)
    return [
        Row(f"{store.name}: load the catalogue", from_cache, "ms", LOAD_LIMITS[store.size]),
        Row(f"{store.name}: load it without its cache, once", from_file, "ms"),
    ]


def _saves(bench: Bench, store: FeedStore) -> list[Row]:
    name, catalog, state = f"{store.size:,} touched", store.arguments[1], str(store.state)
    load = _milliseconds(bench, store, "state", catalog, str(store.cache), state)
    save = _milliseconds(bench, store, "save", state, ident(0))
    found = run_inside(bench, "save", store.arguments, store.variables)
    stall, without = (percentile(found[which], 95) * 1000 for which in ("saving", "not saving"))
    return [
        Row(f"{name}: load the state", load, "ms"),
        Row(f"{name}: save a place", save, "ms", SAVE_LIMIT),
        Row(f"{name}: loop stall of a save, p95", stall, "ms", STALL_LIMIT, note=f"{without:.1f} ms without the save"),
    ]


def _milliseconds(bench: Bench, store: FeedStore, what: str, *words: str, runs: int = 5) -> float:
    """Return the median CPU time of something that is done in a process of its own."""
    report = bench.folder / "report"
    times = []
    for _ in range(runs):
        subprocess.run(bench.inside("inside_files.py", what, report, *words), env=dict(store.variables), check=True)
        times.append(float(report.read_text("ascii")) * 1000)
    return statistics.median(times)
