"""What ends an app other than its listener's q, and what stops it for a while."""

import os
import random
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from tests.torture import mutants
from tests.torture.ledger import MOST_LOST, Oracle
from tests.torture.listener import RestlessListener
from tests.torture.shelf import Home, app_command, make_home
from tests.torture.terminal import Bar, Terminal
from tests.torture.trials import Check, Result, Trial
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.state.store import StateFile

END_LIMIT = 1.5
"""Seconds in which an app must have ended: one, and what a busy machine adds."""

MOST_OFF = 1.6
"""Seconds by which a place may differ from what the bar said: it shows whole seconds, and draws four times in one."""

ENDS = ("SIGTERM", "SIGHUP", "SIGINT", "the terminal closed", "q")


def end(trial: Trial) -> Result:
    """End an app that plays, or has been paused or is in a dialog, and find the place to the second."""
    chances = trial.chances()
    how = ENDS[trial.number % len(ENDS)]
    is_to_app = trial.number // len(ENDS) % 2 == 1
    home = make_home(trial.folder / "home", (300.0, 600.0), parts=6)
    losses: list[str] = []
    with Terminal(app_command(home, trial.mutant), home.variables, home.folder) as app:
        app.begin()
        app.press("\rjm")
        app.play_to(1)
        app.look(chances.uniform(0.0, 4.5))
        doing = chances.choice(("", " ", "?", "t", ".", "/Part"))
        bar = app.until(app.bar, "the bar")
        app.press(doing)
        app.look(0.3)
        bar = app.bar() or bar
        _end(app, how, is_to_app)
        ended = app.wait(5.0)
        if ended is None or ended > END_LIMIT:
            losses.append(f"it ends after {ended} s")
        if "closed" not in how and b"\x1b[?1049l" not in app.raw:
            losses.append("the terminal is left as the app had it")
        if "closed" not in how and app.status not in (0, None):
            losses.append(f"it ends with {app.status}:\n{app.text}")
    losses += judge(home, bar)
    return Result(tuple(f"{how} {doing!r}: {loss}" for loss in losses), 1, {"s to end": ended or 0.0})


def _end(app: Terminal, how: str, is_to_app: bool) -> None:
    """End it, by a signal to the client or to the app behind it."""
    if how == "q":
        app.press("\x11")  # ctrl+q also quits from a text field
    elif how == "the terminal closed":
        app.close()
    else:
        app.send(signal.Signals[how], app.app if is_to_app else None)


def judge(home: Home, bar: Bar, most_off: float = MOST_OFF) -> Iterator[str]:
    """Yield what of the last that was seen is not in the state."""
    state = StateFile(home.state).load()
    yield from state.notices
    place = state.progress.get("part-1")
    if abs((place.position if place else 0.0) - bar.position - 0.5) > most_off:
        yield f"was at {bar}, is {place}"
    if "part-2" not in state.progress or not state.progress["part-2"].played:
        yield f"the mark is lost: {state.progress.get('part-2')}"


HUNG_LIMIT = 14.0
"""Seconds after which an app whose event loop stands still must have saved: ten until it is noticed, and four."""


def hang(trial: Trial) -> Result:
    """Stop the event loop of an app that plays; it must save what plays on, and end for a signal."""
    home = make_home(trial.folder / "home", (300.0, 600.0), parts=6)
    losses: list[str] = []
    switch = trial.folder / "hang"
    number = (signal.SIGTERM, signal.SIGHUP)[trial.number % 2]
    command = app_command(home, trial.mutant, [f"--hang={switch}"])
    with Terminal(command, home.variables, home.folder) as app:
        app.begin()
        app.press("\rjm")
        bar = app.play_to(2)
        switch.touch()
        app.look(HUNG_LIMIT)
        place = StateFile(home.state).load().progress.get("part-1")
        if place is None or place.position < bar.position + HUNG_LIMIT - 4 - MOST_LOST:
            losses.append(f"was at {bar} when it hung, is {place}")
        app.send(number, app.app)
        ended = app.wait(5.0)
        if ended is None or ended > END_LIMIT + 1:
            losses.append(f"it ends after {ended} s")
        if b"\x1b[?1049l" not in app.raw:
            losses.append("the terminal is left as the app had it")
    last = StateFile(home.state).load().progress.get("part-1")
    if last is None or last.position < bar.position + HUNG_LIMIT - MOST_OFF:
        losses.append(f"was at {bar} {HUNG_LIMIT} s before the signal, is {last}")
    return Result(tuple(f"{number.name}: {loss}" for loss in losses), 1, {"s to end while hung": ended or 0.0})


def quit_on_slow_disk(trial: Trial) -> Result:
    """Quit an app on a disk whose syncs take seconds: the sound stops at the key, and the position is there."""
    home = make_home(trial.folder / "home", (300.0, 600.0), parts=6)
    command = app_command(home, trial.mutant, ["--fsync=6"])
    losses: list[str] = []
    with Terminal(command, home.variables, home.folder) as app:
        app.begin()
        app.press("\rjm")
        bar = app.play_to(2)
        process = Path(f"/proc/{app.app}")
        app.press("q")
        if app.wait(20.0) is None:
            losses.append("it does not quit")
        until = time.monotonic() + 40.0
        while process.exists() and time.monotonic() < until:  # it keeps a saved screen, on the slow disk
            time.sleep(0.1)
    losses += judge(home, bar)
    return Result(tuple(losses))


HOSTILE = (
    datetime(9998, 12, 31, 23, 59, 59, 999999, UTC),
    datetime(2, 1, 1, tzinfo=UTC),
    datetime(2500, 1, 1, tzinfo=UTC),
)


def save_after_hostile_clocks(trial: Trial) -> Result:
    """Mark episodes by the command after records of clocks that are wrong by centuries: the mark counts."""
    chances = trial.chances()
    home = make_home(trial.folder / "home", (300.0,), parts=3)
    losses: list[str] = []
    wanted: dict[str, bool] = {}
    for _ in range(6):
        ident = f"part-{chances.randrange(1, 4)}"
        hostile = Progress(chances.choice(HOSTILE), 40.0, 300.0, played=chances.random() < 0.5)
        StateFile(home.state).append([ProgressRecord(ident, hostile)])
        wanted[ident] = chances.random() < 0.5
        command = app_command(home, trial.mutant)
        words = [*command[: command.index("--catalog")], "mark", "played" if wanted[ident] else "unplayed", ident]
        done = subprocess.run(
            [*words, "--catalog", str(home.catalog), "--state", str(home.state)],
            env=home.variables, capture_output=True, text=True, check=False, cwd=home.folder,
        )  # fmt: skip
        if done.returncode:
            losses.append(f"mark exits {done.returncode}: {done.stderr}")
        found = StateFile(home.state).load().progress
        losses += [
            f"{each} is {found[each]}" for each, is_played in wanted.items() if found[each].played is not is_played
        ]
    return Result(tuple(losses), 6)


def suspend(trial: Trial) -> Result:
    """Suspend an app from a shell, go on, and end it; or end it while it is suspended."""
    chances = trial.chances()
    home = make_home(trial.folder / "home", (300.0, 600.0), parts=6)
    losses: list[str] = []
    variables = {**home.variables, "PS1": "prompt> "}
    with Terminal(["bash", "--norc", "--noprofile", "-i"], variables, home.folder) as shell:
        shell.until(lambda: shell.shows("prompt>"), "the shell")
        shell.press(shlex.join(app_command(home, trial.mutant)) + "\n")
        shell.begin()
        shell.press("\rjm")
        shell.play_to(1)
        shell.look(chances.uniform(0.0, 9.0))
        bar = shell.until(shell.bar, "the bar")
        shell.press("\x1a")
        shell.until(lambda: shell.shows("Stopped"), "the app stopped")
        losses += judge(home, bar, MOST_LOST + 0.5)
        if trial.number % 2:
            shell.look(1.0)
            shell.press("fg\n")
            after = shell.until(shell.bar, "the bar again")
            losses += [f"was at {bar}, is at {after}"] * (not 0 <= after.position - bar.position <= 3)
            bar = shell.play_to(after.position + 1)
            shell.press("q")
            shell.until(lambda: shell.lines[0].startswith("prompt>"), "the shell again")
            losses += judge(home, bar)
        else:
            shell.press("kill -9 %1\n")
            shell.look(0.3)
            losses += judge(home, bar, MOST_LOST + 0.5)
    return Result(tuple(losses))


def set_clock_back(trial: Trial) -> Result:
    """Set the clock back and forth under a listener: what was saved last counts, whatever its time says."""
    chances = trial.chances()
    path = trial.folder / "state.toml"
    oracle = Oracle()
    losses: list[str] = []
    for number in range(5):
        ledger, seed = trial.folder / f"{number}", chances.getrandbits(64)
        days = chances.choice((0, 0, -1, 1, -400, 400, -20_000))
        child = os.fork()
        if child == 0:
            try:
                mutants.apply(trial.mutant)
                listener = RestlessListener(path, ledger, random.Random(seed), f"a-{number}", days, changes_clock=True)
                listener.listen(time.monotonic() + 0.3)
                listener.close()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        losses += oracle.judge(ledger, time.monotonic() + 10.0, StateFile(path))
    return Result(tuple(losses), 5)


def set_app_clock_back(trial: Trial) -> Result:
    """Start an app a day after another, with the clock a day before it, and a year."""
    home = make_home(trial.folder / "home", (300.0, 600.0), parts=6)
    losses: list[str] = []
    for days in (0, 1, -1, -365):
        now = datetime.now(UTC) + timedelta(days=days)
        command = [
            "faketime",
            "--exclude-monotonic",
            "-f",
            f"@{now:%Y-%m-%d %H:%M:%S}",
            *app_command(home, trial.mutant),
        ]
        # without libfaketime's fix for old C libraries, which makes each wait of a thread 0.1 s late
        variables = {**home.variables, "TZ": "UTC", "FAKETIME_FORCE_MONOTONIC_FIX": "0"}
        with Terminal(command, variables, home.folder) as app:
            app.begin()
            app.press("g\r")
            app.play_to(app.until(app.bar, "the bar").position + 2)
            former = app.rows().get("Part 2", "")
            app.press("gjm")
            app.until(partial(_shows_another, app, former), "another mark")
            shown = app.rows().get("Part 2", "")
            bar = app.until(app.bar, "the bar")
            app.press("q")
            if app.wait(5.0) is None:
                losses.append("it does not quit")
        state = StateFile(home.state).load()
        place, mark = state.progress.get("part-1"), state.progress.get("part-2")
        if place is None or abs(place.position - bar.position - 0.5) > MOST_OFF:
            losses.append(f"{days} days: was at {bar}, is {place}")
        if mark is None or mark.played is not (shown == "✓"):
            losses.append(f"{days} days: the mark {shown} is lost: {mark}")
    return Result(tuple(losses), 4)


def _shows_another(app: Terminal, mark: str) -> bool:
    return app.rows().get("Part 2", mark) != mark


def _no_bash() -> str:
    return "" if shutil.which("bash") else "bash is not installed, and another shell may have no jobs"


def no_faketime() -> str:
    return "" if shutil.which("faketime") else "faketime is not installed"


CHECKS = (
    Check("f", "SIGTERM, SIGHUP, SIGINT, terminal closed, q", end, 50, {"dies of signals": 5}),
    Check("f", "an event loop that stands still", hang, 4, {"watches no loop": 2}),
    Check("f", "q on a slow disk", quit_on_slow_disk, 3, {"saves before silence": 2}),
    Check("f", "records of clocks centuries off, then a mark", save_after_hostile_clocks, 10, {"believes any time": 6}),
    Check("f", "suspended and resumed", suspend, 6, {"saves seldom": 6}, _no_bash),
    Check("f", "clock set back and forth, the store", set_clock_back, 20, {"trusts the clock": 4}),
    Check("f", "clock set back, the app", set_app_clock_back, 3, {"trusts the clock": 2}, no_faketime),
)  # fmt: skip
