"""The table of a run, and its section of the results that the repository keeps."""

from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.results import machine
from tests.torture.trials import Outcome

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
        worst = ", ".join(f"{_figure(value)} {name}" for name, value in sorted(outcome.worst.items())) or "–"
        caught = ", ".join(name if how else f"NOT {name}" for name, how in outcome.caught.items()) or "–"
        lines.append(
            f"| {check.part} | {check.name} | {outcome.count:,} | {len(outcome.losses)} | {worst} | {caught} |"
        )
    return "\n".join(lines)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


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
