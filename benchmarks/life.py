"""Ten years of listening: what the program takes with them, beside a new listener's with the same library."""

from __future__ import annotations

import random
import statistics
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.bench import Bench, FeedStore
from benchmarks.material import ident, title
from benchmarks.processes import ended_cpu
from benchmarks.rows import Row, Table
from benchmarks.start import start
from benchmarks.terminal import Terminal, settle
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.progress.cards import Card
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord, ProgressRecord, Record
from tui_pod.state.store import StateFile

EPISODES, BOOKMARKS, YEARS = 20_000, 5_000, 10

START, VIEW, COMMAND, STATISTICS = 2.6, 2.4, 4.5, 5.0
"""CPU time, ÷ that of a new listener: TOML that people can read takes its time to load."""

PAIRS = 5


def measure(bench: Bench) -> Table:
    """Measure both listeners in turn."""
    new = bench.store(EPISODES)
    old = bench.sharing_cache(new)
    write_life(old.state, EPISODES, datetime.now(UTC))
    runs = 2 if bench.is_quick else PAIRS
    actions: dict[str, tuple[float, Callable[[FeedStore], float]]] = {
        "start to first titles": (
            START,
            lambda store: start(bench, "Topics", ["tui-pod", *store.arguments], store.variables).cpu,
        ),
        "start until it rests, then the statistics": (VIEW, lambda store: _start_and_press(bench, store, "3")),
        "start until it rests, then the bookmarks": (VIEW, lambda store: _start_and_press(bench, store, "4")),
        "`list --topic Continue`": (
            COMMAND,
            lambda store: _command(bench, store, "list", "--topic", "Continue", "--json"),
        ),
        "`recall`": (COMMAND, lambda store: _command(bench, store, "recall", "--json")),
        "`stats`": (STATISTICS, lambda store: _command(bench, store, "stats", "--json")),
        "`mark`": (COMMAND, lambda store: _command(bench, store, "mark", "unplayed", ident(1))),
    }
    rows = []
    for what, (limit, action) in actions.items():
        pairs = [(action(old) * 1000, action(new) * 1000) for _ in range(runs)]
        life, floor = (statistics.median(values) for values in zip(*pairs, strict=True))
        rows.append(Row(what, life, "ms", limit, floor=floor))
    return Table(
        "A long life",
        f"CPU time with {EPISODES:,} episodes heard in {YEARS} years, in a library of as many, {BOOKMARKS:,} bookmarks,"
        f" each a card, and the statistics of all that; medians of {runs} pairs. The floor is a new listener with the"
        " same library.",
        rows,
    )


def write_life(path: Path, count: int, now: datetime) -> None:
    """Save what a listener of ten years has heard, kept and been asked."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    chance, whole, records = random.Random("life"), timedelta(days=365 * YEARS), list[Record]()
    for number in range(count):
        time = now - whole * (1 - number / count)
        length, parts, is_done = (
            round(chance.uniform(300, 5400), 2),
            chance.choice((1, 1, 1, 2, 3)),
            chance.random() < 0.85,
        )
        progress, size = Progress(time, duration=length), length / parts
        for part in range(parts if chance.random() < 0.95 else 0):  # the others were marked
            end = size * (part + 1 if is_done or part < parts - 1 else part + 0.5)
            progress = progress.with_played(round(size * part, 2), round(end, 2), time).at(end, length, time)
            begun = time + timedelta(hours=part)
            records.append(HeardRecord(f"{number}-{part}", ident(number), begun, 60, end - size * part, size / 1.5))
        if is_done or not progress.position:
            progress = progress._replace(played=True, position=0.0, plays=1)
        elif chance.random() < 0.3:
            progress = progress._replace(is_dismissed=True, origin="laptop")
        records.append(ProgressRecord(ident(number), progress))
    for number in range(BOOKMARKS):
        episode, time = number * count // BOOKMARKS, now - whole * (1 - number / BOOKMARKS)
        words, note = f"The words of number {number}, as they were said.", "Mine" if number % 5 == 0 else ""
        records.append(Bookmark(ident(episode), 7.0, 19.0, time, time, words, note, title(episode)))
        due = time + timedelta(days=chance.randint(1, 5000))
        records.append(Card(ident(episode), 7.0, due, time, 30.0, 5.0, time))
    StateFile(path).save(records)


def _start_and_press(bench: Bench, store: FeedStore, key: str) -> float:
    """Return the CPU seconds of the app from its start until it rests, and of a key until it rests again."""
    with Terminal(bench.program(*store.arguments), store.variables) as terminal:
        terminal.wait_for("Topics")
        settle(terminal, 2.0)
        terminal.press(key)
        settle(terminal, 1.0)
        return terminal.cpu()


def _command(bench: Bench, store: FeedStore, *words: str) -> float:
    """Return the CPU seconds of a command."""
    before = ended_cpu()
    command: Sequence[str] = [*bench.program(*store.arguments), *words]
    subprocess.run(command, env=dict(store.variables), check=True, stdout=subprocess.DEVNULL)
    return ended_cpu() - before
