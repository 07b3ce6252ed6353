"""What a check is, and running its trials two at a time: on the program as it is, and on mutants of it."""

import multiprocessing
import random
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tests.torture.leftovers import end_with_parent, left_behind
from tests.torture.terminal import NeverCame

AT_ONCE = 2
"""Trials at a time."""


class Trial(NamedTuple):
    """One go, and all that its chances depend on."""

    seed: str
    folder: Path
    """Empty, and removed afterwards."""
    mutant: str = ""
    """What is wrong with the program on purpose; empty: nothing."""

    @property
    def number(self) -> int:
        """The how manyth trial of its check it is, from 0."""
        return int(self.seed.rpartition("/")[2])

    def chances(self) -> random.Random:
        """Return what decides everything random in this trial."""
        return random.Random(self.seed)


@dataclass(frozen=True, slots=True)
class Result:
    """What a trial came to."""

    losses: tuple[str, ...] = ()
    """What was lost, or did not hold, each in a sentence."""
    count: int = 1
    """How many kills, cuts or faults it was."""
    worst: Mapping[str, float] = field(default_factory=dict)
    """The largest of each thing that was measured, by its name with unit."""
    is_broken: bool = False
    """Whether the trial itself did not come to its end: no proof of anything, and no mutant's work."""


def no_reason() -> str:
    """Say that nothing keeps a check from running."""
    return ""


class Check(NamedTuple):
    """Something that must hold in every trial."""

    part: str
    """Letter of the part of the suite."""
    name: str
    run: Callable[[Trial], Result]
    trials: int
    mutants: Mapping[str, int] = {}
    """Changed programs that must fail it, each with the trials in which one must at the latest."""
    why_not: Callable[[], str] = no_reason
    """Returns why it cannot run here; empty: it can."""


@dataclass(slots=True)
class Outcome:
    """What all trials of a check came to."""

    check: Check
    skipped: str = ""
    count: int = 0
    losses: list[str] = field(default_factory=list)
    worst: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    caught: dict[str, str] = field(default_factory=dict)
    """For each mutant what gave it away; empty: nothing did."""

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost, and every mutant was caught."""
        return not self.losses and all(self.caught.values())


def run_check(check: Check, seed: int, share: float, say: Callable[[str], None]) -> Outcome:
    """Run a check: on the program as it is, then on its mutants."""
    outcome = Outcome(check, check.why_not())
    if outcome.skipped:
        say(f"  skipped: {outcome.skipped}")
        return outcome
    began = time.monotonic()
    for name, result in _results(check, seed, max(1, round(check.trials * share)), ""):
        outcome.count += result.count
        for loss in result.losses:
            outcome.losses.append(loss)
            say(f"  LOST in {name}: {loss}")
        for measure, value in result.worst.items():
            outcome.worst[measure] = max(value, outcome.worst.get(measure, value))
    for loss in left_behind():
        outcome.losses.append(loss)
        say(f"  LOST: {loss}")
    outcome.seconds = time.monotonic() - began
    for mutant, trials in check.mutants.items():
        outcome.caught[mutant] = ""
        with closing(_results(check, seed, trials, mutant)) as results:
            for _, result in results:
                if result.is_broken:
                    say(f"  {mutant}: {result.losses[0]}")
                elif result.losses:
                    outcome.caught[mutant] = result.losses[0]
                    break
        say(f"  {mutant}: {'caught: ' + outcome.caught[mutant] if outcome.caught[mutant] else 'NOT CAUGHT'}")
        left_behind()
    return outcome


def _results(check: Check, seed: int, count: int, mutant: str) -> Generator[tuple[str, Result], None, None]:
    """Yield what trials come to; no more are begun once the caller has seen enough, and those begun are ended."""
    names = [f"{seed}/{check.part}/{check.name}/{number}" for number in range(count)]
    with ProcessPoolExecutor(AT_ONCE, multiprocessing.get_context("fork"), end_with_parent) as pool:
        waiting = [pool.submit(_run_one, check, name, mutant) for name in names]
        try:
            for done in as_completed(waiting):
                yield done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _run_one(check: Check, name: str, mutant: str) -> tuple[str, Result]:
    folder = Path(tempfile.mkdtemp(prefix="torture-"))
    try:
        return name, check.run(Trial(name, folder, mutant))
    except NeverCame as error:
        return name, Result((str(error),))
    except Exception:  # a trial that breaks tells nothing good of what it tries
        return name, Result((f"the trial broke: {traceback.format_exc(limit=-4)}",), is_broken=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
