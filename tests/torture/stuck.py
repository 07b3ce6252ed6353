"""An app whose interpreter is stuck: no thread of it can run, so its guard has the last word."""

import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.torture.ledger import MOST_LOST
from tests.torture.shelf import Home, app_command, make_home
from tests.torture.signals import judge
from tests.torture.terminal import Terminal
from tests.torture.trials import Check, Result, Trial

ENDS = ("q", "SIGTERM", "SIGHUP", "the terminal closed")

PLACES = ("event", "save")

STUCK_LIMIT = 30.0
"""Seconds in which a stuck app must have ended: 6 until a q counts as unanswered, and 18 until a signal does."""

LEFT_LIMIT = 5.0
"""Seconds after it in which nothing of it may run any more."""

HOOK = """
[hooks]
on_play = "sh -c 'sleep 700 & sleep 700'"
"""


def stick(trial: Trial) -> Result:
    """Stop the interpreter of an app that plays or saves while a hook runs, and end it."""
    how, where = ENDS[trial.number % len(ENDS)], PLACES[trial.number // len(ENDS) % len(PLACES)]
    home = make_home(trial.folder / "home", (300.0, 600.0), parts=6)
    config = home.folder / "config.toml"
    config.write_text(HOOK, "utf-8")
    switch = trial.folder / "stick"
    losses: list[str] = []
    command = [*app_command(home, trial.mutant, [f"--stick={where}:{switch}"]), "--config", str(config)]
    with Terminal(command, home.variables, home.folder) as app:
        app.begin()
        app.press("\rjm")
        app.play_to(2)
        app.look(trial.chances().uniform(0.0, 4.5))
        bar = app.until(app.bar, "the bar")
        switch.touch()
        if where == "save":
            app.press("\x1b[A ")  # a pause is saved
        app.look(1.0)
        if how == "q":
            app.press("q")
        elif how == "the terminal closed":
            app.close()
        else:
            app.send(signal.Signals[how], app.app if trial.chances().random() < 0.5 else None)
        ended = app.wait(STUCK_LIMIT)
        if ended is None:
            losses.append(f"it does not end within {STUCK_LIMIT} s")
        elif "closed" not in how:
            app.look(0.1)
            if b"\x1b[?1049l" not in app.raw or app.is_raw:
                losses.append("the terminal is left as the app had it")
            if not app.shows("did not answer and was ended"):
                losses.append(f"it does not say what happened:\n{app.text}")
        until = time.monotonic() + LEFT_LIMIT
        while (left := list(_running(home))) and time.monotonic() < until:
            time.sleep(0.1)
        losses += [f"it is left running: {command}" for command in left if ended is not None]
    losses += judge(home, bar, MOST_LOST + 0.5)
    return Result(tuple(f"{how}, {where}: {loss}" for loss in losses), 1, {"s to end while stuck": ended or 0.0})


def _running(home: Home) -> Iterator[str]:
    """Yield the commands of the processes that run with a home."""
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and f"HOME={home.folder}".encode() in (process / "environ").read_bytes():
                yield (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:  # it has ended, or is another user's
            continue


def _no_proc() -> str:
    return "" if sys.platform == "linux" else "finds what is left in /proc"


CHECKS = (
    Check("f", "a stuck interpreter", stick, 8, {"has no last word": 2, "leaves its workers": 4}, _no_proc),
)  # fmt: skip
