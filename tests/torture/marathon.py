"""A day and a night of listening in minutes: what grows with it would in the end take the machine."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import NamedTuple

from tests.torture.shelf import app_command, make_home
from tests.torture.terminal import Terminal
from tests.torture.trials import Check, Result, Trial
from tui_pod.core.progress import Status
from tui_pod.store import StateFile

EPISODES, LENGTH = 480, 180.0
"""Of this many recordings each lasts so many seconds: 24 hours."""

LIMIT = 900.0
"""Seconds that it may take."""

MAX_GROWTH = 16.0
"""MB that may be added after the first eighth: what is known of each episode, and what allocators keep."""


class Use(NamedTuple):
    """What a process holds."""

    memory: float
    """MB."""
    threads: int
    files: int


def look_at(pid: int) -> Use:
    """Return what a process holds now."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines())
    memory = int(status["VmRSS"].split()[0]) / 1024
    return Use(memory, int(status["Threads"]), len(list(Path(f"/proc/{pid}/fd").iterdir())))


def listen_for_a_day(trial: Trial) -> Result:
    """Play everything in one go, as fast as it can be decoded, and look at what the process holds."""
    count = EPISODES if not trial.mutant else EPISODES // 4
    home = make_home(trial.folder / "home", (LENGTH,), parts=count)
    command = app_command(home, trial.mutant, ["--mpv=ao-null-untimed=yes", "--poll=0.01"])
    losses: list[str] = []
    uses: list[Use] = []
    with Terminal(command, home.variables, home.folder) as app:
        app.begin()
        app.press("\r")
        app.until(app.bar, "playing")
        began = time.monotonic()
        played = 0
        while played < count and time.monotonic() - began < LIMIT and app.is_running():
            app.look(0.5)
            bar = app.bar()
            if bar is None:
                break
            number = int(bar.title.split()[1])
            if number > played:
                played = number
                if played >= count // 8:
                    uses.append(look_at(app.pid))
        app.look(1.0)
        seconds = time.monotonic() - began
        if not app.is_running():
            losses.append(f"it ended with {app.status}:\n{app.text}")
        app.press("q")
        if app.wait(5.0) is None:
            losses.append("it does not quit")
    growth = max(use.memory for use in uses[-5:]) - max(use.memory for use in uses[:5])
    if growth > MAX_GROWTH:
        losses.append(f"memory grew by {growth:.1f} MB, from {uses[0].memory:.0f}")
    for name in ("threads", "files"):
        first, last = (max(getattr(use, name) for use in part) for part in (uses[:5], uses[-5:]))
        if last > first:
            losses.append(f"{name} grew from {first} to {last}")
    losses += _judge(home.state, count)
    return Result(tuple(losses), 1, {"MB of growth": growth, "s for 24 h": seconds})


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
