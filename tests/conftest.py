"""The standard fixtures: a home of one's own, a library with every hostile title, and listening over the fakes."""

import asyncio
import gc
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import FakeClock
from tests.patience import PATIENCE
from tests.rooms import EPISODES, TOPICS, Room, make_room
from tests.sources.server import Site, serving
from tests.world import ZONES
from tui_pod.core.library.library import Library, build_library
from tui_pod.shelf.feed_store import FeedStore

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background has programs ignore it

sys.dont_write_bytecode = False  # images of containers set it: each worker, and each app started, would compile all
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes `make test` runs tests in: two more than cores, since many tests wait for sound.

    Five at most: a container may have fewer cores than it sees, and each process takes half a gigabyte.
    """
    return min((os.cpu_count() or 1) + 2, 5)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Import all test modules of a whole run, each worker from another one on: what one compiles, the others load.

    Compiling them, with pytest's `assert`, is most of the time that collecting takes.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    gc.freeze = lambda: None  # an app freezes what lives as long as it does; in a process of many apps all would stay
    if not worker or session.config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    root = session.config.rootpath
    names = [".".join(path.relative_to(root).with_suffix("").parts) for path in sorted(root.glob("tests/**/test_*.py"))]
    first = len(names) * int(worker.removeprefix("gw")) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    for name in (*names[first:], *names[:first]):
        with suppress(Exception):  # collecting it tells of the fault
            import_module(name)


DRAWN = {"app", "journeys", "services", "ui", "upgrade"}
"""Folders of tests that look at screens, and expect the symbols of a terminal that shows UTF-8."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """Keep every test away from the files of whoever runs it."""
    if os.environ.get("LC_ALL") == "C" and request.path.relative_to(Path(__file__).parent).parts[0] in DRAWN:
        monkeypatch.setenv("LC_ALL", "C.UTF-8")  # in C the screen is drawn in ASCII
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)  # whatever the umask: sockets are made only where nobody else may write
    monkeypatch.setenv("HOME", str(folder))
    for name in ("CONFIG", "STATE", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
    for name in ("XDG_RUNTIME_DIR", "COLUMNS", "LINES"):  # pytest's readline gives its processes a size of 80 × 24
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def clock() -> FakeClock:
    """A clock that moves only when told."""
    return FakeClock()


@pytest.fixture
def set_zone() -> Iterator[Callable[[str], None]]:
    """Sets the time zone of the test's process, for the test."""
    with pytest.MonkeyPatch.context() as patch:

        def set_zone(name: str) -> None:
            patch.setenv("TZ", name)
            time.tzset()

        yield set_zone
    time.tzset()


@pytest.fixture(params=ZONES)
def zone(set_zone: Callable[[str], None], request: pytest.FixtureRequest) -> str:
    """Runs a test in each of the zones, and returns the zone's name."""
    name: str = request.param
    set_zone(ZONES[name])
    return name


@pytest.fixture
def utc(set_zone: Callable[[str], None]) -> None:
    """Runs a test in UTC, since it compares what times of day look like."""
    set_zone("UTC")


@pytest.fixture
def library() -> Library:
    """The standard library: `tests.rooms` says what is in it."""
    return build_library(TOPICS, EPISODES)


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    """An empty store of podcasts."""
    return FeedStore(tmp_path / "data")


@pytest.fixture
def room() -> Room:
    """Listening to the standard library, with a fake of everything outside."""
    return make_room()


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> asyncio.Queue[asyncio.subprocess.Process]:
    """The processes that asyncio starts, as they come."""
    started: asyncio.Queue[asyncio.subprocess.Process] = asyncio.Queue()
    real = asyncio.create_subprocess_exec

    async def start(*words: Any, **options: Any) -> asyncio.subprocess.Process:
        process = await real(*words, **options)
        started.put_nowait(process)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    return started


@pytest.fixture
def bus_address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A session bus of the test's own."""
    if shutil.which("dbus-daemon") is None:
        pytest.skip("dbus-daemon is not installed")
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert daemon.stdout is not None
    address = daemon.stdout.readline().strip()
    assert address
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    yield address
    daemon.terminate()
    daemon.wait(PATIENCE)
    daemon.stdout.close()


@pytest.fixture
def site() -> Iterator[Site]:
    """A server that publishes podcasts."""
    with serving() as running:
        yield running


@pytest.fixture
def inside() -> Iterator[Site]:
    """A server of the listener's own network that nothing from outside may reach."""
    with serving() as running:
        yield running
