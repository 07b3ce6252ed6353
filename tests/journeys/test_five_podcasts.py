"""A week with five podcasts: nothing is fetched twice, nothing leaves New unseen, and no position is lost."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.publishers import Days
from tests.sources.server import Site
from tests.tools import needs


@needs("faketime")
def test_week(site: Site, tmp_path: Path) -> None:
    days = Days(tmp_path / "ben", site)
    for day in range(1, 8):
        days.live(day, sits=day in (1, 7))
