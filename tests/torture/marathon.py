"""A day and a night of listening in minutes: what grows with it would in the end take the machine."""

import contextlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import reduce
from operator import and_, or_
from pathlib import Path
from typing import NamedTuple

from tests.torture.shelf import app_command, make_home
from tests.torture.terminal import Terminal
from tests.torture.trials import Check, Result, Trial
from tui_pod.core.progress.progress import Status
from tui_pod.state.store import StateFile

EPISODES, LENGTH = 480, 180.0
"""Of this many recordings each lasts so many seconds: 24 hours."""

LIMIT = 900.0
"""Seconds that it may take."""

LONGEST_STOP = 30.0
"""Seconds without another episode after which it stands still."""

CHANGES = ("--mpv=ao-null-untimed=yes", "--mpv=audio-samplerate=192000", "--mpv=audio-channels=5.1", "--poll=0.002",
           "--gap=inf")  # fmt: skip
"""Plays as fast as the sound is made, and counts it as heard. Making it takes long enough for nearly as many saves as
in a day."""

ONE_ARENA = {"MALLOC_ARENA_MAX": "1"}
"""Else each thread that first makes such large sound keeps 10 MB of its own, sooner or later by chance."""

LEAST_SAVES = 12_000
"""Saves without which it was no day: there are 21,600 in one, at one every 4 s."""

MAX_GROWTH = 8.0
"""MB that may be added after the first eighth: what is known of each episode, and what allocators keep."""


class Use(NamedTuple):
    """What a process holds."""

    memory: float
    """MB."""
    threads: int
    files: Counter[str]
    """How many of each are open, by name or kind."""


def look_at(pid: int) -> Use:
    """Return what a process holds now."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines())
    memory = int(status["VmRSS"].split()[0]) / 1024
    return Use(memory, int(status["Threads"]), Counter(_names(Path(f"/proc/{pid}/fd"))))


def _names(folder: Path) -> Iterator[str]:
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed by now
            yield os.readlink(path).partition(":[")[0]


def listen_for_a_day(trial: Trial) -> Result:
    """Play everything in one go, as fast as it can be decoded, and look at what the process holds."""
    count = EPISODES if not trial.mutant else EPISODES // 4
    home = make_home(trial.folder / "home", (LENGTH,), parts=count)
    counts = trial.folder / "counts"
    losses: list[str] = []
    command = app_command(home, trial.mutant, [*CHANGES, f"--count={counts}"])
    with Terminal(command, {**home.variables, **ONE_ARENA}, home.folder) as app:
        app.begin()
        app.press("\r")
        app.until(app.bar, "playing")
        began = time.monotonic()
        uses = _watch(app, count)
        seconds = time.monotonic() - began
        if not app.is_running():
            losses.append(f"it ended with {app.status}:\n{app.text}")
        app.press("q")
        if app.wait(5.0) is None:
            losses.append("it does not quit")
        limit = time.monotonic() + 10.0
        while not (counts.exists() and counts.stat().st_size) and time.monotonic() < limit:
            time.sleep(0.05)  # the app behind the client ends last
    first, last = uses[count // 8 :][: count // 8], uses[-count // 8 :]
    losses += _growth(first, last)
    told = json.loads(counts.read_text("ascii")) if counts.exists() else {}
    if told.get("saves", 0) < LEAST_SAVES * count / EPISODES:
        losses.append(f"it was no day: {told}")
    losses += _judge(home.state, count)
    growth = max(0.0, _memory(last) - _memory(first))
    return Result(
        tuple(losses),
        1,
        {"MB of growth": growth, "h of listening": count * LENGTH / 3600, "s for them": seconds, **told},
    )


def _watch(app: Terminal, count: int) -> list[Use]:
    """Look on until all has played, or nothing moves on; return what the process held at each change of episode."""
    uses: list[Use] = []
    played = 0
    began = changed = time.monotonic()
    while app.is_running() and time.monotonic() < min(began + LIMIT, changed + LONGEST_STOP):
        app.look(0.1)
        bar = app.bar()
        number = int(bar.title.split()[1]) if bar else played
        if number != played:
            played, changed = number, time.monotonic()
            uses.append(look_at(app.app))
        if f"{count}/{count} played" in app.lines[0]:
            break
    return uses


def _growth(first: list[Use], last: list[Use]) -> Iterator[str]:
    """Yield what was held all the time at last, and never at first: what is opened for a moment is no growth."""
    if not first or not last:
        yield "nothing was played"
        return
    growth = _memory(last) - _memory(first)
    if growth > MAX_GROWTH:
        yield f"memory grew by {growth:.0f} MB"
    threads = min(use.threads for use in last) - max(use.threads for use in first)
    if threads > 0:
        yield f"there are {threads} more threads"
    if files := reduce(and_, (use.files for use in last)) - reduce(or_, (use.files for use in first)):
        yield f"there are more open files: {dict(files)}"


def _memory(uses: list[Use]) -> float:
    return min((use.memory for use in uses), default=0.0)


def _judge(path: Path, count: int) -> list[str]:
    file = StateFile(path)
    progress = file.load().progress
    played = [ident for ident, place in progress.items() if place.status is Status.PLAYED]
    heard = sum(record.seconds for record in file.heard_records())
    losses = [f"{len(played)} of {count} episodes are played"] * (len(played) != count)
    return losses + [f"{heard:.0f} of {count * LENGTH:.0f} s are told as heard"] * (heard < 0.99 * count * LENGTH)


def _why_not() -> str:
    return "" if sys.platform == "linux" else "looks into /proc"


CHECKS = (Check("g", "24 hours of listening", listen_for_a_day, 1, {"leaks": 1}, _why_not),)
