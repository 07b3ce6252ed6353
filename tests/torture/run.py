"""Do to the program what a bad year does to it, and print what was lost.

    run.py [PART…] [--seed NUMBER] [--write]

PART is a letter or words of a check's name; without one, all run. TORTURE_TRIALS is the number of kills of the
store, 1,000 by default; the other checks run in proportion. A failure is repeated with the seed that is printed.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.results import put_section
from tests.torture.leftovers import nothing_left
from tests.torture.report import section, table
from tests.torture.trials import Check, run_check

MODULES = (
    "kill_store",
    "kill_app",
    "streaming",
    "faults",
    "damage",
    "odd_states",
    "databases",
    "full_disk",
    "power",
    "sharing",
    "syncing",
    "signals",
    "stuck",
    "gate",
    "texts",
    "troubles",
    "marathon",
)

KILLS = 1000
"""Kills of the store in a full run."""


def main() -> int:
    """Run the checks and return the exit status: 1 when something was lost, or a mutant lived."""
    parser = argparse.ArgumentParser(description="Do to the program what a bad year does to it.")
    parser.add_argument("parts", metavar="PART", nargs="*", help="a letter, or words of a check's name")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="repeats a run")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/RESULTS.md")
    parser.add_argument("--list", action="store_true", help="print the checks")
    options = parser.parse_args()
    checks = list(chosen(options.parts))
    if options.list:
        say("\n".join(f"{check.part}  {check.name}" for check in checks))
        return 0
    share = int(os.environ.get("TORTURE_TRIALS") or KILLS) / KILLS
    say(f"seed {options.seed}")
    began = time.monotonic()
    outcomes = []
    with nothing_left():
        for check in checks:
            say(f"{check.part} {check.name}")
            outcome = run_check(check, options.seed, share, say)
            say(f"  {outcome.count:,} trials, {len(outcome.losses)} losses, {outcome.seconds:.0f} s")
            outcomes.append(outcome)
    say(f"\n{table(outcomes)}\n\nseed {options.seed}")
    if options.write:
        put_section(section(outcomes, options.seed, time.monotonic() - began))
    return 0 if all(outcome.is_good for outcome in outcomes) else 1


def say(text: str) -> None:
    """Print at once: a run takes long."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def chosen(parts: list[str]) -> Iterator[Check]:
    """Yield the checks that were asked for."""
    for module in MODULES:
        for check in import_module(f"tests.torture.{module}").CHECKS:
            if not parts or any(part == check.part or (len(part) > 1 and part in check.name) for part in parts):
                yield check


if __name__ == "__main__":
    sys.exit(main())
