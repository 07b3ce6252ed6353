"""From a wish to its sound: play, seek, next, narration; and what the screen waits for while libmpv loads."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.bench import Bench, spread
from benchmarks.rows import Row, Table
from benchmarks.terminal import NotPainted, Terminal

STALL_LIMIT = 20.0
"""Milliseconds that the screen may stand still while libmpv loads."""

PLAY_LIMIT, SEEK_LIMIT, NEXT_LIMIT = 30.0, 10.0, 300.0
"""Milliseconds."""

COLD_LIMIT = 2.0
"""Seconds to the first sound of a narration, the voice not yet loaded."""

WORKER_LIMIT = 260.0
"""MiB that the narrating process may have resident."""

LOADS = 7
"""Starts in which libmpv is loaded."""


def measure(bench: Bench) -> Table:
    """Measure the sounds."""
    store = bench.store(119)
    store.forget()
    return Table(
        "Sound",
        "Measured within the app, from the wish to the event that says it sounds, the medians; of libmpv itself the"
        " same by python-mpv alone. The stall is the longest time between two beats of a millisecond on the event loop,"
        f" in {LOADS} starts.",
        [
            *_stall(bench, store.arguments, store.variables),
            *_sounds(bench, store.arguments, store.variables),
            *_narrated(bench),
        ],
    )


def _stall(bench: Bench, arguments: Sequence[str], variables: Mapping[str, str]) -> list[Row]:
    runs = 3 if bench.is_quick else LOADS
    stalls = [run_inside(bench, "load", arguments, variables)["stall"] * 1000 for _ in range(runs)]
    what = "loop stall while libmpv loads"
    return [Row(what, statistics.median(stalls), "ms", STALL_LIMIT, note=f"from {spread(stalls, 'ms')}")]


def _sounds(bench: Bench, arguments: Sequence[str], variables: Mapping[str, str]) -> list[Row]:
    found = run_inside(bench, "sound", arguments, variables)
    report = bench.folder / "report"
    with Terminal(bench.inside("inside_mpv.py", report, *bench.sounds[:8]), variables) as terminal:
        terminal.wait_for_end(60.0)
    floor = json.loads(report.read_text("utf-8"))
    rows = []
    for what, name, limit in (
        ("play to sound", "play", PLAY_LIMIT),
        ("seek to sound", "seek", SEEK_LIMIT),
        ("next to sound", "next", NEXT_LIMIT),
        ("the end of one to the sound of the next", "gap", NEXT_LIMIT),
    ):
        times = [seconds * 1000 for seconds in found[name]]
        others = {"mpv": statistics.median(floor[name]) * 1000} if name in floor else {}
        rows.append(Row(what, statistics.median(times), "ms", limit, others, f"from {spread(times, 'ms')}"))
    return rows


def _narrated(bench: Bench) -> list[Row]:
    runs = 1 if bench.is_quick else 3
    found = [run_inside(bench, "narrated", (), bench.fresh_home()) for _ in range(runs)]

    def row(what: str, name: str, unit: str, limit: float, scale: float = 1.0) -> Row:
        values = [each[name] * scale for each in found]
        return Row(what, statistics.median(values), unit, limit, note=f"from {spread(values, unit)}")

    return [
        row("narrated: cold first sound", "cold", "s", COLD_LIMIT),
        row("narrated: next to sound", "next", "ms", NEXT_LIMIT, 1000),
        row("narrated before: play to sound", "cached", "ms", PLAY_LIMIT, 1000),
        row("narrated: resident memory of the worker", "resident", "MiB", WORKER_LIMIT),
        row("narrated: the most that it had", "peak", "MiB", WORKER_LIMIT),
    ]


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
