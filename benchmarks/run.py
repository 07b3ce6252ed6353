"""Measure what the program must hold in numbers, and print each beside its target, the floors and the peers.

    run.py [PART…] [--quick] [--runs NUMBER] [--write | --since COMMIT]

Without a PART all are measured but `memory`, which takes an hour; the rest takes about a quarter of one. Nothing else
should run meanwhile. valgrind, newsboat and mpv are used where they are installed; castero is installed into an
environment of its own. Linux only.
With --since each part is measured in turn with the tree and with a commit, and what got slower is printed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.bench import Bench
from benchmarks.results import machine, put_section
from benchmarks.rows import Table, as_markdown, summary
from benchmarks.terminal import NotPainted

PARTS = (
    "start",
    "keypresses",
    "upkeep",
    "attaching",
    "sound",
    "texts",
    "streams",
    "recognition",
    "passages",
    "files",
    "podcasts",
    "searching",
    "growth",
    "life",
)
"""The modules that measure, in order."""

LONG = ("memory",)
"""Those that take an hour: measured only if named."""

COMPARED = tuple(part for part in PARTS if part not in ("recognition", "passages"))
"""Those that measure the installed program, of which there can be two."""

PAIRS, SLOWER = 3, 0.03
"""How often both versions are measured, and the share by which a row is slower in all of these."""

FAILURES = (NotPainted, OSError, subprocess.SubprocessError)
"""What a part may raise; the others are measured all the same."""

RUNS = 25
"""Pairs of starts: CPU time is off by 2 % with so many."""

QUICK_RUNS = 5

BUSY = 0.5
"""Load of the machine from which on other programs disturb."""

HEADING = "## Speed and size"


def main() -> int:
    """Measure, and return the exit status: 1 when a target is missed, 2 when something could not be measured."""
    parser = argparse.ArgumentParser(description="Measure tui-pod, beside its targets, a bare app and its peers.")
    parser.add_argument(
        "parts", metavar="PART", nargs="*", choices=[[], *PARTS, *LONG], help=f"of {', '.join(PARTS + LONG)}"
    )
    parser.add_argument("--quick", action="store_true", help="fewer runs, and no 100,000 episodes")
    parser.add_argument("--runs", type=int, help=f"pairs of starts, {RUNS} by default")
    parser.add_argument("--write", action="store_true", help="put the tables into benchmarks/RESULTS.md")
    parser.add_argument("--since", metavar="COMMIT", help="print what is slower than in an earlier version")
    options = parser.parse_args()
    if options.write and (options.parts or options.quick or options.since):
        parser.error("--write takes a whole run, without PART, --quick or --since")
    runs = options.runs or (QUICK_RUNS if options.quick else RUNS)
    began, busy = time.monotonic(), os.getloadavg()[0]
    if busy > BUSY:
        say(f"Other programs are running (load {busy:.1f}): times will be too long.\n")
    tables: list[Table] = []
    has_failed = False
    folder = Path(tempfile.mkdtemp(prefix="tui-pod-bench-"))
    try:
        bench = Bench(folder, runs, options.quick)
        if options.since:
            return compare(bench, Bench(folder, runs, options.quick, options.since), options.parts or COMPARED)
        for part in options.parts or PARTS:
            try:
                tables.append(import_module(f"benchmarks.{part}").measure(bench))
            except FAILURES as error:
                has_failed = True
                say(f"{part} came to no end: {error}\n")
            else:
                say(f"{as_markdown(tables[-1])}\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say(f"{summary(tables)} {(time.monotonic() - began) / 60:.0f} minutes.")
    if has_failed:
        return 2
    if options.write:
        put_section(section(tables, time.monotonic() - began, busy))
    return 1 if any(row.is_missed for table in tables for row in table.rows) else 0


def compare(new: Bench, old: Bench, parts: Sequence[str]) -> int:
    """Measure each part in turn with two versions, print which rows got slower, and return 1 if any did, else 0."""
    status, root = 0, new.folder
    for part in parts:
        values: dict[str, list[tuple[float, float]]] = {}
        module = import_module(f"benchmarks.{part}")
        for number in range(PAIRS):
            found = []
            for bench in (old, new) if number % 2 else (new, old):
                bench.folder, bench.has_peers = Path(tempfile.mkdtemp(dir=root)), False
                try:
                    found.append({row.what: row.value for row in module.measure(bench).rows})
                except FAILURES as error:
                    say(f"{part} came to no end{f' with {bench.since}' if bench.since else ''}: {error}")
                    found.append({})
            before, after = found if number % 2 else found[::-1]
            for what, value in after.items():
                values.setdefault(what, []).append((value or 0.0, before.get(what) or 0.0))
        slower = list(slower_rows(values))
        say(f"{part}: " + (f"slower by more than {SLOWER:.0%}:" if slower else "nothing got slower"))
        for line in slower:
            status = 1
            say(f"  {line}")
    return status


def slower_rows(values: Mapping[str, Sequence[tuple[float, float]]]) -> Iterator[str]:
    """Yield which rows got slower in each of the pairs, and how many times: now, and before."""
    for what, pairs in values.items():
        ratios = [now / before for now, before in pairs if before > 0]
        if len(ratios) == len(pairs) and min(ratios) > 1 + SLOWER:
            yield f"{what}: {statistics.median(ratios):.2f} × ({min(ratios):.2f} to {max(ratios):.2f})"


def say(text: str) -> None:
    """Print at once: a run takes long."""
    print(text, flush=True)


def section(tables: Sequence[Table], seconds: float, busy: float) -> str:
    """Return the section of the results; `busy` is the machine's load before."""
    head = (
        f"{HEADING}\n\n`make bench`, {datetime.now(UTC):%-d %b %Y}, on {machine()}, load {busy:.1f} before;"
        f" {seconds / 60:.0f} minutes. Sound goes to `ao=null`. In brackets: how many times tui-pod's that is.\n\n"
        f"{summary(tables)}"
    )
    return "\n\n".join([head, *map(as_markdown, tables)]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
