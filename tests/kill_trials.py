"""Kill a process while it saves, again and again, and look for acknowledged saves that are gone.

Run as a program it prints what it found as JSON. The children are forked from one process that has everything
imported, so a trial takes milliseconds.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import tomli_w

from tests.fakes import START
from tui_pod.core.player.events import RecordsSaved
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord, Record
from tui_pod.state.fields import PROGRESS
from tui_pod.state.format import DamagedState, parse_snapshot, to_progress
from tui_pod.state.store import StateFile
from tui_pod.state.writer import Report, StateWriter

to_table = PROGRESS.to_table

EPISODES = 5
"""Episodes that take turns in the steps, so that a lost save is not hidden by the next."""

MOST_SAVES = 30
"""Acknowledged saves of one trial at most before the kill."""


def record(step: int) -> ProgressRecord:
    """Return the save of one step: the position of an episode is the last step that saved it."""
    return ProgressRecord(f"episode-{step % EPISODES}", Progress(START + timedelta(seconds=step), float(step)))


class NaiveFile(StateFile):
    """What every second program does: keep all in memory and write the file in place."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._entries = {f"other-{n}": to_table(Progress(START, float(n))) for n in range(300)} | naive_entries(path)

    def append(self, records: Iterable[Record]) -> bool:
        """Write all progress into the file."""
        for one in records:
            assert isinstance(one, ProgressRecord)
            self._entries[one.episode] = to_table(one.progress)
        with self.path.open("wb") as file:
            tomli_w.dump({"version": 1, "episodes": self._entries}, file)
        return False

    def compact(self) -> tuple[str, ...]:
        """Do nothing: the file is whole already."""
        return ()


def naive_entries(path: Path) -> dict[str, Any]:
    """Return what can be read of a naive file."""
    try:
        entries: dict[str, Any] = parse_snapshot(path.read_text("utf-8"))["episodes"]
    except (DamagedState, FileNotFoundError):
        return {}
    return entries


def save_by_store(file: StateFile, step: int, acknowledge: Callable[[int], None]) -> None:
    """Save step by step on the state file itself, with compactions in between."""
    while True:
        step += 1
        file.append([record(step)])
        acknowledge(step)
        if step % 3 == 0:
            file.compact()


def save_by_saver(file: StateFile, step: int, acknowledge: Callable[[int], None]) -> None:
    """Save as the app does: records are handed over, and a report comes from the writing thread."""
    steps: dict[int, int] = {}
    is_saved = threading.Event()

    def report(result: Report) -> None:
        assert isinstance(result, RecordsSaved)
        for ticket in [ticket for ticket in steps if ticket <= result.ticket]:
            acknowledge(steps.pop(ticket))
        is_saved.set()

    writer = StateWriter(file, report)
    while True:
        for _ in range(random.randint(1, 3)):
            step += 1
            is_saved.clear()
            steps[writer.save(record(step))] = step
        if step % 4 == 0:
            writer.compact()
        is_saved.wait()


WRITERS: dict[str, tuple[Callable[[Path], StateFile], Callable[[StateFile, int, Callable[[int], None]], None]]] = {
    "store": (StateFile, save_by_store),
    "saver": (StateFile, save_by_saver),
    "naive": (NaiveFile, save_by_store),
}


def tell(descriptor: int, step: int) -> None:
    """Acknowledge a step to whoever will kill this process."""
    os.write(descriptor, step.to_bytes(8, "big"))


def run_trial(kind: str, path: Path, step: int) -> list[int]:
    """Save on from `step` in a child, kill it, and return the steps whose saves it acknowledged."""
    make, save = WRITERS[kind]
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            random.seed(step)
            save(make(path), step, lambda done: tell(sending, done))
        finally:
            os._exit(1)
    os.close(sending)
    content = b""
    wanted = 8 * random.randint(1, MOST_SAVES)
    while len(content) < wanted and (more := os.read(receiving, 8)):
        content += more
    until = time.perf_counter() + random.uniform(0.0, 0.004)  # into the middle of what it does next
    while time.perf_counter() < until:
        pass
    os.kill(child, signal.SIGKILL)
    while more := os.read(receiving, 1024):
        content += more
    os.close(receiving)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the child ended by itself"
    return [int.from_bytes(content[place : place + 8], "big") for place in range(0, len(content) - 7, 8)]


def lost_saves(kind: str, path: Path, acknowledged: dict[str, int]) -> list[str]:
    """Return the episodes whose place is neither the acknowledged one nor a later one."""
    entries = naive_entries(path).items()
    found = dict(StateFile(path).load().progress) if kind != "naive" else {i: to_progress(e) for i, e in entries}
    return [i for i, step in acknowledged.items() if (place := found.get(i)) is None or place.position < step]


def main(kind: str, folder: Path, trials: int) -> None:
    """Run the trials on one state and print how many saves were acknowledged and in which trials some were lost."""
    random.seed(42)
    path = folder / "state.toml"
    acknowledged: dict[str, int] = {}
    saves, step, losses = 0, 0, []
    for trial in range(trials):
        for done in run_trial(kind, path, step):
            saves += 1
            step = max(step, done)
            acknowledged[f"episode-{done % EPISODES}"] = done
        step += EPISODES * 100  # what was written without being acknowledged shall not stand for what was
        if lost_saves(kind, path, acknowledged):
            losses.append(trial)
            acknowledged = {}
    json.dump({"saves": saves, "losses": losses}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
