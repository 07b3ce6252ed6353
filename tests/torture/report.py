"""The table of a run, and its place in the results that the repository keeps."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.torture.trials import Outcome

RESULTS = Path(__file__).parents[2] / "benchmarks" / "RESULTS.md"

HEADING = "## Durability"


def table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as a table in Markdown."""
    lines = [
        "| part | check | trials | losses | worst measured | mutants that it caught |",
        "| --- | --- | ---: | ---: | --- | --- |",
    ]
    for outcome in outcomes:
        check = outcome.check
        if outcome.skipped:
            lines.append(f"| {check.part} | {check.name} | skipped | – | {outcome.skipped} | – |")
            continue
        worst = ", ".join(f"{value:.3g} {name}" for name, value in sorted(outcome.worst.items())) or "–"
        caught = ", ".join(name if how else f"NOT {name}" for name, how in outcome.caught.items()) or "–"
        lines.append(
            f"| {check.part} | {check.name} | {outcome.count:,} | {len(outcome.losses)} | {worst} | {caught} |"
        )
    return "\n".join(lines)


def machine() -> str:
    """Return what the figures were made on, without naming it."""
    cores = os.cpu_count() or 1
    versions = f"Python {platform.python_version()}, {platform.system()} {platform.release().split('-')[0]}"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores} {'core' if cores == 1 else 'cores'} ({platform.machine()}), {memory:.0f} GiB, {versions}"


def section(outcomes: Sequence[Outcome], seed: int, seconds: float) -> str:
    """Return the section of the results."""
    total = sum(outcome.count for outcome in outcomes)
    losses = sum(len(outcome.losses) for outcome in outcomes)
    return (
        f"{HEADING}\n\n"
        f"`make torture`, {datetime.now(UTC):%-d %b %Y}, on {machine()}. Seed {seed}; {total:,} trials in "
        f"{seconds / 60:.0f} minutes, {losses} losses.\n"
        "A trial is one kill, cut, fault, damaged file or signal. A mutant is the program with one precaution taken"
        " away; the check must fail on it.\n\n"
        f"{table(outcomes)}\n"
    )


def write_results(text: str, path: Path = RESULTS) -> None:
    """Put the section into the results, in the place of the former one."""
    former = path.read_text("utf-8") if path.exists() else "# Results\n"
    kept, _, rest = former.partition(f"{HEADING}\n")
    following = re.search(r"^## ", rest, re.MULTILINE)
    parts = [kept.rstrip("\n"), text.rstrip("\n"), rest[following.start() :].rstrip("\n") if following else ""]
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n\n".join(part for part in parts if part) + "\n", "utf-8")
