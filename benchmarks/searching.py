"""Search everywhere: what it takes to fill the index, and to answer a keystroke."""

from __future__ import annotations

import statistics

from benchmarks.bench import Bench
from benchmarks.floors import run_floor
from benchmarks.rows import Row, Table, percentile

HOUR = 4_480
"""Words of an hour, as the targets were set with; quick speech has twice as many."""

EPISODES, TRANSCRIPTS = 100_000, 2_500

FILL_LIMIT = 6.1
"""CPU of filling the index, ÷ that of inserting the same texts into a bare FTS5 table."""

ASK_LIMIT, ASK_MOST = 12.0, 5.0
"""CPU of a keystroke, ÷ that of asking the bare table for the same, ranked: the median and p95."""

NEAREST_LIMIT = 12.0
"""CPU of a keystroke without a match of all words, ÷ that of asking the bare table for any of them, ranked."""


def measure(bench: Bench) -> Table:
    """Measure filling and asking an index."""
    share = 10 if bench.is_quick else 1
    folder = bench.folder / "search"
    folder.mkdir()
    numbers = (EPISODES // share, TRANSCRIPTS // share, HOUR)
    found = bench.ask("inside_search.py", "fill", folder, *numbers) | bench.ask("inside_search.py", "ask", folder)
    bare = run_floor(bench, "index", bench.folder / "bare.sqlite", folder / "texts")
    asked, nearest = ([1000 * seconds for seconds in found[name]] for name in ("asked", "nearest"))
    all_floors = [1000 * seconds for seconds in bare["asked"]]
    floors, nearest_floors = all_floors[: len(asked)], all_floors[len(asked) :]
    size = f"{numbers[0]:,} episodes, {numbers[1]:,} transcripts"
    return Table(
        "Searching",
        f"CPU time in a process of its own. Each transcript has {HOUR:,} words in cues of eight; the questions are"
        " common and rare words, beginnings, phrases and exclusions. Memory is that of one program that asks them all."
        " The floor is a bare FTS5 table with the same texts, a row each, asked for the same by its own syntax.",
        [
            Row(f"{size}: fill the index", found["fill"], "s", FILL_LIMIT, floor=bare["fill"]),
            Row(f"{size}: size of the index", found["size"] / 1e6, "MB", 300.0 / share),
            Row("a keystroke, median", statistics.median(asked), "ms", ASK_LIMIT, floor=statistics.median(floors)),
            Row("a keystroke, p95", percentile(asked, 95), "ms", ASK_MOST, floor=percentile(floors, 95)),
            Row(
                "a keystroke that finds the nearest, the slowest",
                max(nearest),
                "ms",
                NEAREST_LIMIT,
                floor=statistics.mean(nearest_floors),
            ),
            Row("memory while searching", found["grown"] / 1000, "MB", 10.0),
        ],
    )
