"""Kill -9 at a random instant, on a process that drives the real store."""

import os
import random
import signal
import time
from pathlib import Path

from tests.torture import mutants
from tests.torture.ledger import Oracle, bare_fsync
from tests.torture.listener import RestlessListener, compact_apart
from tests.torture.trials import Check, Result, Trial
from tui_pod.state.store import StateFile

KILLS = 10
"""Kills of one trial, each upon the state that the one before left."""

LONGEST = 0.5
"""Seconds that a process lives at most."""


def run(trial: Trial) -> Result:
    """Kill one process after the other on a state; in every fourth trial two at a time."""
    chances = trial.chances()
    path = trial.folder / "state.toml"
    writers = 2 if chances.random() < 0.25 else 1
    is_apart = chances.random() < 0.25
    oracles = [Oracle(has_settings=writers == 1) for _ in range(writers)]
    losses: list[str] = []
    for number in range(0, KILLS, writers):
        ledgers = [trial.folder / f"{number}-{writer}" for writer in range(writers)]
        children = [
            start_listener(
                path, ledger, chances.getrandbits(64), f"{'ab'[at]}-{number}", number, trial.mutant, is_apart
            )
            for at, ledger in enumerate(ledgers)
        ]
        for at in chances.sample(range(writers), writers):
            time.sleep(chances.uniform(0.0, LONGEST / writers))
            killed = time.monotonic()
            os.kill(children[at], signal.SIGKILL)
            _, status = os.waitpid(children[at], 0)
            if not os.WIFSIGNALED(status):
                losses.append(f"the process ended by itself: {ledgers[at].with_suffix('.error').read_text('utf-8')}")
            losses += [f"kill {number}: {loss}" for loss in oracles[at].judge(ledgers[at], killed, StateFile(path))]
    worst = {name: max(o.worst.get(name, 0.0) for o in oracles) for name in set().union(*(o.worst for o in oracles))}
    return Result(tuple(losses), KILLS, worst | {"s of a bare fsync": bare_fsync(trial.folder)})


def start_listener(
    path: Path, ledger: Path, seed: int, name: str, days: int, mutant: str, is_apart: bool = False
) -> int:
    """Start a process and return its id. It is forked: all is imported already, so that it begins at once."""
    ledger.touch()
    child = os.fork()
    if child == 0:
        try:
            os.dup2(os.open(ledger.with_suffix(".error"), os.O_WRONLY | os.O_CREAT), 2)
            mutants.apply(mutant)
            if is_apart:
                compact_apart()
            RestlessListener(path, ledger, random.Random(seed), name, days).listen()
        finally:
            os._exit(1)
    return child


CHECKS = (
    Check(
        "a", "kill -9, the store", run, 100,
        {"naive write": 20, "snapshot in place": 60, "says saved first": 20, "saves seldom": 20},
    ),
)  # fmt: skip
