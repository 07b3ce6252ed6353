"""Two months with five podcasts: what `tests/journeys/test_five_podcasts.py` does for a week."""

from __future__ import annotations

from tests.journeys.publishers import Days
from tests.sources.server import serving
from tests.torture.signals import no_faketime
from tests.torture.terminal import NeverCame
from tests.torture.trials import Check, Result, Trial

DAYS = 60
"""Days that are lived."""


def two_months(trial: Trial) -> Result:
    """Live day by day, and compare what is fetched, new, queued and saved with what was done."""
    with serving() as site:
        days = Days(trial.folder / "anna", site, trial.mutant)
        for day in range(1, DAYS + 1):
            try:
                days.live(day, sits=day % 7 == 1)
            except (AssertionError, NeverCame) as error:
                return Result((f"day {day}: {error}",))
    return Result()


CHECKS = (
    Check(
        "g", "two months with five podcasts", two_months, 1,
        {"fetches again what keep removed": 1, "empties New at a look": 1}, no_faketime,
    ),
)  # fmt: skip
