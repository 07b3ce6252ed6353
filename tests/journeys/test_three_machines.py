"""Three machines, a folder and two servers: nothing is lost or resurrected, whatever happens in which order.

`SEED=7 STEPS=500` in the environment live another life, and a longer one. Real servers: see `tests/servers/tried.py`,
and TUI_POD_GPODDER with address and user of a new account whose password is `s3cret-word`. With a file named in
TUI_POD_CLOCK their clocks go with the machines': libfaketime reads it.
"""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from tests.journeys.three_machines import Home, Machines
from tests.servers import double as double_module
from tests.servers.double import Double, serving
from tests.servers.library import Book
from tests.servers.tried import DoubleServer, RealServer, TriedServer, named
from tests.sources.server import Site
from tests.sync.servers import MemoryServer
from tests.world import ZONES
from tui_pod.cli import sync as command
from tui_pod.runtime import files
from tui_pod.services import first_screen, sync_setup
from tui_pod.services.podcasts import podcast_settings
from tui_pod.state.store import StateFile
from tui_pod.sync import libraries
from tui_pod.sync import run as folder_sync

SEED, STEPS = (int(os.environ.get(name, usual)) for name, usual in (("SEED", "1"), ("STEPS", "40")))
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
def machines(
    library: TriedServer, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, set_zone: Callable[[str], None]
) -> Machines:
    acting: list[Home] = []
    memory = MemoryServer()

    def now() -> dt.datetime:
        return acting[-1].clock() if acting else made.now

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
        memory.now = time
        if CLOCK:
            files.replace(Path(CLOCK), f"{time.timestamp() - real_time():+.3f}")

    def touching(do: Callable[..., Any]) -> Callable[..., Any]:
        def touch(*given: Any, **named: Any) -> Any:
            made.touch()
            done = do(*given, **named)
            made.touch()
            return done

        return touch

    async def run(*_: str) -> dict[str, Any]:
        return acting[-1].command()

    real_time = time.time
    gpodder = tuple(GPODDER.split(" ")) if GPODDER else ("https://sync.example.org", "ann")
    if not GPODDER:
        monkeypatch.setattr(command, "HttpTransport", lambda *_: memory)
    made = Machines(
        tmp_path / "life", site, SEED, act, set_time, (gpodder[0], gpodder[1]), (library, library.new_client())
    )
    monkeypatch.setattr(time, "time", lambda: now().timestamp())
    monkeypatch.setattr(double_module, "now", lambda: int(made.now.timestamp() * 1000))
    for module in (first_screen, command):
        monkeypatch.setattr(module, "datetime", Simulated)
    monkeypatch.setattr(StateFile.__init__, "__defaults__", (lambda: now(),))
    monkeypatch.setattr(sync_setup, "run_sync", run)
    monkeypatch.setattr(podcast_settings, "SPEEDS_AFTER", 0.0)
    for name in ("sync_data", "sync_folder"):
        monkeypatch.setattr(files, name, lambda _: None)
    for owner, name in ((files, "replace"), (StateFile, "save"), (libraries, "ask"), (MemoryServer, "ask")):
        monkeypatch.setattr(owner, name, touching(getattr(owner, name)))
    return made


@pytest.mark.timeout(3600)  # for real servers, and a thousand steps
@pytest.mark.parametrize(
    ("seed", "steps"), [(SEED, STEPS), *(pytest.param(seed, 1000, marks=pytest.mark.nightly) for seed in range(1, 11))]
)
async def test_three_machines_lose_nothing(seed: int, steps: int, machines: Machines) -> None:
    machines.seed = seed
    machines.chances.seed(seed)
    await machines.live(steps)


async def test_program_that_loses_something_is_found_out(machines: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_sync, "incoming", lambda *_: {})
    with pytest.raises(AssertionError, match=f"^SEED={SEED}, step "):
        await machines.live(STEPS)
