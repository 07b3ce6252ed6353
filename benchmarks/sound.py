"""From a wish to its sound: play, seek, next, narration; and what the screen waits for while libmpv loads."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.bench import Bench
from benchmarks.floors import libmpv_alone, run_floor
from benchmarks.rows import Row, Table, median_row
from benchmarks.terminal import NotPainted, Terminal
from tui_pod.config.paths import embedded_catalog, embedded_transcripts
from tui_pod.library.catalog_files import read_catalog

STALL_LIMIT = 0.8
"""Time that the screen stands still while libmpv loads, ÷ that of a bare dlopen."""

PLAY_LIMIT, SEEK_LIMIT, NEXT_LIMIT = 4.0, 12.5, 5.5
"""Time to the sound, ÷ that of python-mpv alone: of a quiet machine, where that is 4 ms; on a busy one it is 12 ms, and
the ratios are smaller."""

COLD_LIMIT = 1.6
"""Time to the first sound of a narration with a cold voice, ÷ that of the voice alone for the same text."""

BESIDE_LIMIT = 2.5
"""Time to the first sound of a narration beside a busy process for each of two cores, ÷ that without them."""

WORKER_LIMIT = 1.3
"""Memory of the narrating process, ÷ that of the voice alone."""

LOADS = 7
"""Starts in which libmpv is loaded."""


def measure(bench: Bench) -> Table:
    """Measure the sounds."""
    store = bench.store(119)
    store.forget()
    return Table(
        "Sound",
        "Measured within the app, from the wish to the event that says it sounds, the medians; the floor is the same by"
        " python-mpv alone, a play for a next. The stall is the longest time between two beats of a millisecond on the"
        f" event loop, in {LOADS} starts; its floor is the time in which ctypes loads the library. The voice"
        " alone speaks the same text from its own start.",
        [
            *_stall(bench, store.arguments, store.variables),
            *_sounds(bench, store.arguments, store.variables),
            *_narrated(bench),
        ],
    )


def _stall(bench: Bench, arguments: Sequence[str], variables: Mapping[str, str]) -> list[Row]:
    runs = 3 if bench.is_quick else LOADS
    stalls = [run_inside(bench, "load", arguments, variables)["stall"] * 1000 for _ in range(runs)]
    floor = run_floor(bench, "dlopen", times=runs)["seconds"] * 1000
    return [median_row("loop stall while libmpv loads", stalls, "ms", STALL_LIMIT, floor)]


def _sounds(bench: Bench, arguments: Sequence[str], variables: Mapping[str, str]) -> list[Row]:
    found = run_inside(bench, "sound", arguments, variables)
    libmpv = libmpv_alone(bench)
    rows = []
    for what, name, limit, floor in (
        ("play to sound", "play", PLAY_LIMIT, libmpv.play),
        ("seek to sound", "seek", SEEK_LIMIT, libmpv.seek),
        ("next to sound", "next", NEXT_LIMIT, libmpv.play),
        ("the end of one to the sound of the next", "gap", NEXT_LIMIT, libmpv.play),
    ):
        times = [seconds * 1000 for seconds in found[name]]
        rows.append(median_row(what, times, "ms", limit, floor * 1000))
    return rows


def _narrated(bench: Bench) -> list[Row]:
    runs = 1 if bench.is_quick else 3
    found = [run_inside(bench, "narrated", (), bench.fresh_home()) for _ in range(runs)]

    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        beside = [run_inside(bench, "cold", (), bench.fresh_home()) for _ in range(runs)]
    finally:
        for process in busy:
            process.kill()
            process.wait()
    for alone, each in zip(found, beside, strict=True):
        alone["beside"] = each["cold"]

    voice = run_floor(bench, "voice", embedded_transcripts() / f"{_first_id()}.txt", times=runs)
    play = libmpv_alone(bench).play * 1000

    def row(what: str, name: str, unit: str, limit: float, floor: float, scale: float = 1.0) -> Row:
        return median_row(what, [each[name] * scale for each in found], unit, limit, floor)

    cold = statistics.median(each["cold"] for each in found)
    return [
        row("narrated: cold first sound", "cold", "s", COLD_LIMIT, voice["seconds"]),
        row("narrated: cold first sound beside two busy processes", "beside", "s", BESIDE_LIMIT, cold),
        row("narrated: next to sound", "next", "ms", NEXT_LIMIT, play, 1000),
        row("narrated before: play to sound", "cached", "ms", NEXT_LIMIT, play, 1000),
        row("narrated: resident memory of the worker", "resident", "MiB", WORKER_LIMIT, voice["resident"]),
        row("narrated: the most that it had", "peak", "MiB", WORKER_LIMIT, voice["peak"]),
    ]


def _first_id() -> str:
    """Return the id of the embedded catalogue's first episode, which is narrated."""
    return read_catalog(embedded_catalog())[0].episodes[0].id


def run_inside(bench: Bench, scenario: str, arguments: Sequence[str], variables: Mapping[str, str]) -> dict[str, Any]:
    """Run a scenario within the app and return what it found.

    Raises:
        NotPainted: it came to no end.
    """
    report = bench.folder / "report"
    report.unlink(missing_ok=True)
    command = bench.inside("inside_app.py", scenario, report, "--ao", "null", *arguments)
    with Terminal(command, variables) as terminal:
        terminal.wait_for_end(180.0)
        found: dict[str, Any] = json.loads(report.read_text("utf-8")) if report.exists() else {"error": "no report"}
        if "error" in found:
            raise NotPainted(f"{scenario}: {found['error']}: {terminal.painted[-500:]!r}")
    return found
