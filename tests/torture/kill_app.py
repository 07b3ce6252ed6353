"""Kill -9 at a random instant, on the whole app in a terminal, with the real libmpv."""

import random
import time
from collections.abc import Sequence

from tests.torture.ledger import bare_fsync
from tests.torture.shelf import app_command, make_home
from tests.torture.terminal import Terminal
from tests.torture.trials import Check, Result, Trial
from tests.torture.watcher import Watcher
from tui_pod.state.store import State, StateFile

KILLS = 5
"""Kills of one trial, each upon the state that the one before left."""

LONGEST = 9.0
"""Seconds from the first key on that an app lives at most."""

LENGTHS = (300.0, 600.0, 450.0, 8.0, 300.0, 900.0, 300.0, 600.0)

KEYS = ("\r", "\r", " ", " ", ",", ".", ".", "m", "m", "jm", "j", "k", "jj\r", ">", "<", "[", "]", "e", "E", "u", "^",
        "\x1b[1;2C", "\x1b[1;2D", "vjvjm")  # fmt: skip


def run(trial: Trial) -> Result:
    """Kill one app after the other on a state."""
    chances = trial.chances()
    home = make_home(trial.folder, LENGTHS, parts=10)
    losses: list[str] = []
    worst: dict[str, float] = {}
    state = State({}, {})
    for number in range(KILLS):
        saves = trial.folder / f"saves-{number}"
        command = app_command(home, trial.mutant, [f"--saves={saves}"])
        with Terminal(command, home.variables, home.folder) as terminal:
            terminal.begin()
            watcher = Watcher(terminal, state, saves)
            listen(watcher, chances, KEYS, time.monotonic() + chances.uniform(0.0, LONGEST))
            killed = time.monotonic()
            terminal.kill()
        state = StateFile(home.state).load()
        found, measured = watcher.judge(state, killed)
        losses += [f"kill {number}: {loss}" for loss in (*state.notices, *found)]
        worst = {name: max(value, worst.get(name, 0.0)) for name, value in measured.items()}
    return Result(tuple(losses), KILLS, worst | {"s of a bare fsync": bare_fsync(home.state.parent)})


def listen(
    watcher: Watcher,
    chances: random.Random,
    keys: Sequence[str],
    until: float,
    pauses: Sequence[float] = (0.05, 0.3, 0.3, 1.0, 6.0),
) -> None:
    """Press keys until it is time; now and then, as a listener does, none for a while."""
    watcher.press("\r")
    while (left := until - time.monotonic()) > 0:
        watcher.look(min(left, chances.choice(pauses)))
        if time.monotonic() < until:
            watcher.press(chances.choice(keys))


CHECKS = (Check("a", "kill -9, the app", run, 20, {"saves seldom": 24, "saves late": 8}),)
