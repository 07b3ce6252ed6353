"""Three machines, a folder and two servers: nothing is lost or resurrected, whatever happens in which order.

`SEED=7 STEPS=500` in the environment live another life, and a longer one. A life that fails is made shorter for up to
SHRINK seconds; `ONLY=3,17` repeats these steps of it alone. Hypothesis would not do: it ends a life after some 500
steps. Real servers: see `tests/servers/tried.py`, and TUI_POD_GPODDER with address and user of a new account whose
password is `s3cret-word`. With a file named in TUI_POD_CLOCK their clocks go with the machines': libfaketime reads it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from tests.journeys.three_machines import Home, Machines, Step, drawn, shortest
from tests.servers import double as double_module
from tests.servers.double import Double, serving
from tests.servers.library import Book
from tests.servers.tried import DoubleServer, RealServer, TriedServer, named
from tests.sources.server import Site
from tests.sync.servers import MemoryServer
from tests.world import ZONES
from tui_pod.cli import sync as command
from tui_pod.runtime import changes, files
from tui_pod.services import first_screen, sync_setup
from tui_pod.services.podcasts import podcast_settings
from tui_pod.state.store import StateFile
from tui_pod.sync import libraries
from tui_pod.sync import run as folder_sync

SEED, STEPS = (int(os.environ.get(name, usual)) for name, usual in (("SEED", "1"), ("STEPS", "40")))
SHRINK, ONLY = float(os.environ.get("SHRINK", "600")), os.environ.get("ONLY", "")
GPODDER, CLOCK = (os.environ.get(f"TUI_POD_{name}", "") for name in ("GPODDER", "CLOCK"))


@pytest.fixture
def library() -> Iterator[TriedServer]:
    """The server of a library: the real one if the environment names one, else the double."""
    real, double = named(), Double()
    with serving(double) as base:
        server = RealServer(*real) if real is not None else DoubleServer(base, double)
        for number in range(3):
            server.add_book(Book(f"Long {number}", (100.0, 100.0)))
        yield server


@pytest.fixture
def new_life(
    library: TriedServer, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, set_zone: Callable[[str], None]
) -> Callable[[], Machines]:
    """Makes the machines anew."""
    acting: list[Home] = []
    lives: list[Machines] = []
    memory: list[MemoryServer] = []
    times = [dt.datetime.now(dt.UTC)]

    def now() -> dt.datetime:
        return acting[-1].clock() if acting else times[-1]

    class Simulated(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> Self:
            return cls.fromtimestamp(now().timestamp(), tz)

    def act(home: Home) -> None:
        acting[:] = [home]
        set_zone(ZONES[home.zone])
        for name in ("data", "cache"):
            monkeypatch.setattr(f"platformdirs.PlatformDirs.user_{name}_path", home.folder / name)

    def set_time(time: dt.datetime) -> None:
        memory[-1].now = times[-1] = time
        if CLOCK:
            files.replace(Path(CLOCK), f"{time.timestamp() - real_time():+.3f}")

    def touching(do: Callable[..., Any]) -> Callable[..., Any]:
        def touch(*given: Any, **named: Any) -> Any:
            lives[-1].touch()
            done = do(*given, **named)
            lives[-1].touch()
            return done

        return touch

    async def run(*_: str) -> dict[str, Any]:
        return acting[-1].command()

    def make() -> Machines:
        acting.clear()
        changes.listeners.clear()
        memory.append(MemoryServer())
        folder, client = tmp_path / f"life {len(lives)}", library.new_client()
        lives.append(Machines(folder, site, act, set_time, (gpodder[0], gpodder[1]), (library, client)))
        return lives[-1]

    real_time = time.time
    gpodder = tuple(GPODDER.split(" ")) if GPODDER else ("https://sync.example.org", "ann")
    if not GPODDER:
        monkeypatch.setattr(command, "HttpTransport", lambda *_: memory[-1])
    monkeypatch.setattr(changes, "listeners", [])
    monkeypatch.setattr(time, "time", lambda: now().timestamp())
    monkeypatch.setattr(double_module, "now", lambda: int(times[-1].timestamp() * 1000))
    for module in (first_screen, command):
        monkeypatch.setattr(module, "datetime", Simulated)
    monkeypatch.setattr(StateFile.__init__, "__defaults__", (lambda: now(),))
    monkeypatch.setattr(sync_setup, "run_sync", run)
    monkeypatch.setattr(podcast_settings, "SPEEDS_AFTER", 0.0)
    for name in ("sync_data", "sync_folder"):
        monkeypatch.setattr(files, name, lambda _: None)
    for owner, name in ((files, "replace"), (StateFile, "save"), (libraries, "ask"), (MemoryServer, "ask")):
        monkeypatch.setattr(owner, name, touching(getattr(owner, name)))
    return make


def live(seed: int, count: int, new_life: Callable[[], Machines]) -> None:
    """Live a life. If it fails, fail with the shortest one that does, which the environment can repeat."""
    failed: list[tuple[list[Step], int, str]] = []

    def fails(steps: list[Step]) -> bool:
        life = new_life()
        try:
            asyncio.run(life.live(steps))
        except AssertionError as error:
            failed.append((steps, life.reached, str(error)))
            return True
        return False

    if fails([step for step in drawn(seed, count) if not ONLY or str(step.number) in ONLY.split(",")]):
        steps, reached, said = failed[-1]
        if not GPODDER:  # whose account is used up
            until = time.monotonic() + SHRINK
            begun = [step for step in steps if step.number <= reached]
            shortest(begun, lambda fewer: time.monotonic() < until and fails(fewer))
            steps, _, said = failed[-1]
        only = ",".join(str(step.number) for step in steps)
        pytest.fail(f"SEED={seed} STEPS={count} ONLY={only}: {said}", pytrace=False)


@pytest.mark.timeout(3600)  # for real servers, and a thousand steps
@pytest.mark.parametrize(
    ("seed", "steps"), [(SEED, STEPS), *(pytest.param(seed, 1000, marks=pytest.mark.nightly) for seed in range(1, 11))]
)
def test_three_machines_lose_nothing(seed: int, steps: int, new_life: Callable[[], Machines]) -> None:
    live(seed, steps, new_life)


def test_program_that_loses_something_is_found_out(
    new_life: Callable[[], Machines], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_sync, "incoming", lambda *_: {})
    with pytest.raises(pytest.fail.Exception, match=r"^SEED=1 STEPS=2 ONLY=1: step"):
        live(1, 2, new_life)


@pytest.mark.parametrize("needed", [(), (0,), (999,), (3, 17, 500), tuple(range(5))])
def test_failing_life_is_shortened_to_the_steps_that_matter(needed: tuple[int, ...]) -> None:
    tried = list[int]()

    def fails(steps: list[Step]) -> bool:
        tried.append(len(steps))
        return {*needed} <= {step.number for step in steps}

    assert [step.number for step in shortest(drawn(1, 1000), fails)] == [*needed]
    assert len(tried) < 120
