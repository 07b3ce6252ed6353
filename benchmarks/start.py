"""From the start to the first painted titles: instructions, CPU time and time on the clock, beside a bare app."""

from __future__ import annotations

import functools
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks.bench import Bench, FeedStore
from benchmarks.peers import peers_with, start_peer
from benchmarks.programs import find_valgrind
from benchmarks.rows import Row, Table, paired_ratio
from benchmarks.terminal import NotPainted, Terminal

LIMITS = {119: 1.30, 10_000: 1.35, 100_000: 1.60}
"""How many times the bare app's a start from the cache may take, by the number of episodes."""

FIRST_LIMIT = 1.35
"""The same for the very first start, with the catalogue that comes with the program."""

SAVED_LIMIT = 0.25
"""The same for the first titles on the terminal, where the client has a saved screen with them."""

SAVED_NOTE = "some 4 ms of 40 are platformdirs, which loads tempfile since 4.9, and did not in 4.5"

BARE_TEXT = "the least that an app can show"

PEER_RUNS = 3

_SUMMARY = re.compile("^summary: (.+)$", re.MULTILINE)


class Starter(NamedTuple):
    """A way to start the program."""

    name: str
    size: int
    """Episodes."""
    limit: float
    store: Callable[[], FeedStore]
    program: str = "tui-pod"
    """What paints: the app in one process, or its client."""


class Cost(NamedTuple):
    """What a start took."""

    cpu: float
    clock: float


def measure(bench: Bench) -> Table:
    """Measure the starts."""
    starters = [
        Starter("119 episodes", 119, LIMITS[119], lambda: bench.embedded),
        Starter("119 episodes, the very first", 119, FIRST_LIMIT, bench.first_shelf),
        *(
            Starter(f"{count:,} episodes", count, LIMITS[count], functools.partial(bench.store, count))
            for count in bench.sizes
            if count > 119
        ),
        *(
            Starter(
                f"{count:,} episodes, the saved screen",
                count,
                SAVED_LIMIT,
                functools.partial(bench.store, count) if count > 119 else lambda: bench.embedded,
                "client",
            )
            for count in bench.sizes
        ),
    ]
    return Table(
        "Start to first titles",
        "Times a bare Textual app's, which shows one Static. Instructions are counted by cachegrind in user space; CPU"
        f" time and the clock are medians of {bench.runs} pairs, {PEER_RUNS} of the peers, with the largest library 1."
        " newsboat's includes the key that opens its list. All but the very first read the library from its cache."
        " The saved screen is of the last run, and true; what the app's process, which reads it, has used by then"
        " counts too.",
        [*_instructions(bench, starters), *_times(bench, starters)],
    )


def _instructions(bench: Bench, starters: Sequence[Starter]) -> list[Row]:
    if find_valgrind() is None:
        return [Row(f"{s.name}: instructions", None, "×", s.limit, note="valgrind is not installed") for s in starters]
    stores = [starter.store() for starter in starters]
    with ThreadPoolExecutor(2) as pool:  # a busy machine changes no count
        bare = pool.submit(_count, bench, BARE_TEXT, ["bare", BARE_TEXT], bench.fresh_home())
        counts = [
            pool.submit(_count, bench, store.marker, [starter.program, *store.arguments], store.variables)
            for starter, store in reversed(list(zip(starters, stores, strict=True)))  # no home is in use twice
        ]
    return [
        Row(f"{starter.name}: instructions", counted.result() / bare.result(), "×", starter.limit)
        for starter, counted in zip(starters, reversed(counts), strict=True)
    ]


def _times(bench: Bench, starters: Sequence[Starter]) -> list[Row]:
    floors: list[Cost] = []
    costs: dict[str, list[Cost]] = {starter.name: [] for starter in starters}
    home = bench.fresh_home()
    for _ in range(bench.runs):
        floors.append(start(bench, BARE_TEXT, ["bare", BARE_TEXT], home))
        for starter in starters:
            store = starter.store()
            costs[starter.name].append(start(bench, store.marker, [starter.program, *store.arguments], store.variables))
    peers = {count: _peer_ratios(bench, count) for count in bench.sizes}
    rows = []
    for kind, index in (("CPU time", 0), ("clock", 1)):
        for starter in starters:
            values = [cost[index] for cost in costs[starter.name]]
            others = {name: found and found[index] for name, found in peers[starter.size].items()}
            is_usual = starter.name == f"{starter.size:,} episodes"  # peers have no other start
            rows.append(
                Row(
                    f"{starter.name}: {kind}",
                    paired_ratio(values, [cost[index] for cost in floors]),
                    "×",
                    starter.limit if index == 0 else None,
                    others if is_usual else {},
                    SAVED_NOTE if starter.limit == SAVED_LIMIT and index == 0 else "",
                )
            )
    return rows


def _peer_ratios(bench: Bench, count: int) -> dict[str, Cost | None]:
    """Return what the peers' starts take, as ratios to a bare app's right before; None: not installed."""
    ratios: dict[str, Cost | None] = {}
    home = bench.fresh_home()
    for name, peer in peers_with(bench, count).items():
        if peer is None:
            ratios[name] = None
            continue
        floors, costs = [], []
        for _ in range(1 if bench.is_quick or count == max(bench.sizes) else PEER_RUNS):
            floors.append(start(bench, BARE_TEXT, ["bare", BARE_TEXT], home))
            with start_peer(peer) as terminal:
                costs.append(Cost(terminal.cpu(), time.monotonic() - terminal.started))
        ratios[name] = Cost(*(paired_ratio(*zip(*pairs, strict=True)) for pairs in _pairs(costs, floors)))
    return ratios


def _pairs(costs: Sequence[Cost], floors: Sequence[Cost]) -> list[list[tuple[float, float]]]:
    return [[(cost[index], floor[index]) for cost, floor in zip(costs, floors, strict=True)] for index in (0, 1)]


def start(bench: Bench, marker: str, words: Sequence[str], variables: Mapping[str, str], *under: str) -> Cost:
    """Start a program, have it leave once the marker is painted, and return what it took."""
    report = Path(variables["HOME"]) / f"report-{words[0]}"
    report.unlink(missing_ok=True)
    with Terminal([*under, *bench.inside("first_titles.py", marker, report, *words)], variables) as terminal:
        terminal.wait_for_end(600.0 if under else 60.0)
        if not report.exists():
            raise NotPainted(f"{words[0]} ended without its titles: {terminal.painted[-500:]!r}")
        cpu, clock = map(float, report.read_text("ascii").split())
        return Cost(cpu, clock - terminal.started)


def _count(bench: Bench, marker: str, words: Sequence[str], variables: Mapping[str, str]) -> float:
    """Return the instructions of the program, with those of its child, from the start to the painted marker."""
    folder = Path(tempfile.mkdtemp(dir=bench.folder))
    out = folder / "%p"
    under = ["valgrind", "--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={out}", "--log-file=/dev/null"]
    start(bench, marker, words, variables, *under)
    processes = {"bare": 1, "tui-pod": 2, "client": 3}[words[0]]  # with the guard, or the app and a probe
    limit = time.monotonic() + 60.0
    while len(counts := _SUMMARY.findall("".join(file.read_text("utf-8") for file in folder.iterdir()))) < processes:
        if time.monotonic() > limit:
            raise NotPainted(f"{len(counts)} of {processes} processes of {words[0]} were counted")
        time.sleep(0.1)  # the guard ends after the app
    before_fork = min(map(float, counts))  # is in each of them
    return sum(map(float, counts)) - before_fork * (processes - 1)
