"""Five weeks, lived in seconds: nothing is lost, and a program that would lose something is found out.

`SEED=7` in the environment lives other weeks; one that fails names its seed and the day.
"""

import datetime as dt
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Self

import pytest

from tests.journeys.five_weeks import Life
from tests.sources.server import Site
from tui_pod.core.progress.records import ProgressRecord, Record
from tui_pod.core.wall_time import local_time
from tui_pod.runtime import files
from tui_pod.services import first_screen
from tui_pod.services.podcasts import podcast_settings
from tui_pod.state.store import State, StateFile

SEED = int(os.environ.get("SEED", "1"))


@pytest.fixture
def life(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, set_zone: Callable[[str], None]) -> Life:
    made = Life(tmp_path / "life", site, SEED, set_zone)

    class Simulated(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Self:
            return cls.fromtimestamp(made.clock.now.timestamp(), tz)

    monkeypatch.setattr(time, "time", lambda: made.clock.now.timestamp())
    monkeypatch.setattr(first_screen, "datetime", Simulated)
    monkeypatch.setattr(podcast_settings, "SPEEDS_AFTER", 0.0)
    monkeypatch.setattr(files, "sync_data", lambda _: None)
    monkeypatch.setattr(files, "sync_folder", lambda _: None)
    return made


async def test_five_weeks_lose_nothing(life: Life) -> None:
    await life.live()


def round_down_after_midnight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Save positions in whole minutes in the first hour of a day."""
    former = StateFile.append

    def rounded(record: Record) -> Record:
        if not isinstance(record, ProgressRecord) or local_time(record.progress.updated).hour:
            return record
        return record._replace(progress=record.progress._replace(position=record.progress.position // 60 * 60))

    def append(self: StateFile, records: Iterable[Record]) -> bool:
        return former(self, map(rounded, records))

    monkeypatch.setattr(StateFile, "append", append)


def lose_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start with the snapshot alone, which a program that was killed has not written."""
    former = StateFile.load

    def load(self: StateFile) -> State:
        self.journal.unlink(missing_ok=True)
        return former(self)

    monkeypatch.setattr(StateFile, "load", load)


@pytest.mark.parametrize("change", [round_down_after_midnight, lose_journal])
async def test_program_that_loses_something_is_found_out_with_seed_and_day(
    change: Callable[[pytest.MonkeyPatch], None], life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(monkeypatch)
    with pytest.raises(AssertionError, match=rf"^SEED={SEED}: 20\d\d-\d\d-\d\d in .* was left at "):
        await life.live()
