"""What is built to be slow: what twice as much of it costs."""

from __future__ import annotations

from benchmarks.bench import Bench
from benchmarks.floors import run_floor
from benchmarks.rows import Row, Table
from tui_pod.sync.podcasts import MAX_PODCASTS

LIMIT = 3.0
"""Times the work of half: 2 is what grows with the length, 4 what grows with its square."""

PODCASTS_LIMIT = 60.0
"""CPU time of a first sync with a server that lists as many podcasts as are taken at once, ÷ that of bare SQLite."""


def measure(bench: Bench) -> Table:
    """Measure each group by its worst case."""
    rows, found = [], bench.ask("inside_growth.py")
    for name, cases in found["ratios"].items():
        worst = max(cases, key=cases.__getitem__)
        rows.append(Row(name, cases[worst], "×", LIMIT, note=f"the worst of {len(cases)}, `{worst}` repeated"))
    floor = run_floor(bench, "podcasts", bench.folder / "floor.sqlite", MAX_PODCASTS)["seconds"]
    what = f"{MAX_PODCASTS:,} podcasts from a sync server"
    rows.append(Row(what, found["podcasts"], "s", PODCASTS_LIMIT, floor=floor))
    return Table(
        "Growth",
        "CPU time for twice as much of what is built to be slow, as times that for half of it, in a process of its own;"
        " the fastest of three each. What grows with the square takes 4 times as long. The floor of the podcasts:"
        " as many rows inserted by bare SQLite.",
        rows,
    )
