"""One save in a process of its own, which is told when, and whose system calls are its parent's to break.

    python -m tests.torture.saving SCENARIO STATE SIGNALS [MUTANT]

Parent and process talk through a mapped file: that takes no system call which a fault could hit.
"""

import json
import mmap
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.torture import mutants
from tests.torture.leftovers import end_with_parent
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord, ProgressRecord, Record, SettingRecord
from tui_pod.state.store import StateError, StateFile

SIZE = 4096
"""Bytes of the mapped file: the parent's round, the process's round, and its answer as JSON."""

EPISODES = 6

BEGAN = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
"""Tomorrow, the same in all processes: after any change of a file, from which a changed entry counts, and believed."""


def place(episode: int, round_: int) -> ProgressRecord:
    """Return the progress that is saved in a round."""
    when = BEGAN + timedelta(minutes=round_)
    return ProgressRecord(f"part-{episode}", Progress(when, 100.0 * round_ + episode, 900.0, listened=when))


def everything(round_: int) -> list[Record]:
    """Return what is saved in a round: all episodes, a setting and what was heard."""
    heard = HeardRecord(f"round-{round_}", "part-0", BEGAN + timedelta(minutes=round_), 60, 30.0 + round_, 30.0)
    return [*(place(episode, round_) for episode in range(EPISODES)), SettingRecord("player", "volume", round_), heard]


def prepare(path: Path) -> None:
    """Make a state of three rounds: one in the backup too, one in the snapshot, one in the journal only."""
    file = StateFile(path)
    for round_ in (1, 2):
        file.append(everything(round_))
        file.compact()
    file.append(everything(3))


def append(file: StateFile, round_: int) -> None:
    """Save as every few seconds of playing."""
    file.append(everything(round_))


def mark(file: StateFile, round_: int) -> None:
    """Save as at a mark or a pause."""
    file.append(everything(round_))
    file.compact()


def start(file: StateFile, round_: int) -> None:
    """Load and tidy up as at a start, then save."""
    state = file.load()
    if not state.is_writable:
        raise StateError("; ".join(state.notices))
    file.compact()
    file.append(everything(round_))


SCENARIOS: dict[str, Callable[[StateFile, int], None]] = {
    "append": append, "mark": mark, "start": start, "first start": start, "start after damage": start,
}  # fmt: skip


def damage(path: Path) -> None:
    """Cut the snapshot short and the journal in the middle of a record, and leave an old temporary file."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    journal = StateFile(path).journal
    journal.write_bytes(journal.read_bytes()[:-10])
    leftover = path.with_name(f".{path.name}.1-1.tmp")
    leftover.write_text("half a")
    os.utime(leftover, (0, 0))


def make_state(scenario: str, path: Path) -> None:
    """Make the state that a scenario begins with."""
    if scenario != "first start":
        prepare(path)
    if scenario == "start after damage":
        damage(path)


def main(scenario: str, path: Path, signals: Path, mutant: str = "") -> None:
    """Rehearse elsewhere, so that all is imported, then save whenever the parent says so."""
    end_with_parent()
    rehearsal = Path(tempfile.mkdtemp()) / "state.toml"
    make_state("start after damage", rehearsal)
    start(StateFile(rehearsal), 4)
    StateFile(rehearsal).compact()
    shutil.rmtree(rehearsal.parent)
    mutants.apply(mutant)
    file = StateFile(path)
    with signals.open("r+b") as mapped:
        shared = mmap.mmap(mapped.fileno(), SIZE)
    shared[1] = 100
    done = 0
    while True:
        while shared[0] == done:
            time.sleep(0.002)
        done = shared[0]
        answer = "saved"
        os.getppid()  # marks the beginning and the end of the save in a trace
        try:
            SCENARIOS[scenario](file, 3 + done)
        except StateError as error:
            answer = str(error)
        os.getppid()
        content = json.dumps(answer).encode()
        shared[2 : 2 + len(content) + 1] = content + b"\0"
        shared[1] = done


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
