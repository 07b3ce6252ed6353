"""An event loop that stands still is noticed: positions are saved, and signals obeyed."""

import asyncio
import os
import signal
import threading
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from tests.patience import PATIENCE, until
from tui_pod.runtime import watchdog
from tui_pod.runtime.watchdog import Watchdog


class Room:
    """What a watchdog calls, and one that is quick."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.saved = threading.Event()
        self.ended = threading.Event()
        self.numbers: list[int] = []
        self.dog = Watchdog(loop, self.saved.set, self._end, period=0.001, limit=0.02)
        self.dog.start()

    def _end(self, number: int) -> None:
        self.numbers.append(number)
        self.ended.set()


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the lines of the log; stacks go to standard error."""
    lines: list[str] = []
    monkeypatch.setattr(watchdog, "log", lines.append)
    monkeypatch.setattr(watchdog, "log_error", lambda error, what: lines.append(f"{what}: {error}"))
    return lines


async def test_loop_that_stands_still_is_told_in_the_log_and_its_position_is_saved(
    logged: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    room = Room(asyncio.get_running_loop())
    assert room.saved.wait(PATIENCE)  # the loop stands still here
    await until(lambda: any("goes on" in line for line in logged), "the watchdog saw the loop go on")
    room.dog.stop()
    assert "stood still" in logged[0]
    assert "test_watchdog.py" in capfd.readouterr().err  # the stack of this thread


async def test_loop_that_runs_is_left_alone(logged: list[str]) -> None:
    room = Room(asyncio.get_running_loop())
    for _ in range(100):
        await asyncio.sleep(0)
    room.dog.stop()
    room.dog.join(PATIENCE)
    assert not room.dog.is_alive()


async def test_signal_is_obeyed_while_the_loop_stands_still(logged: list[str]) -> None:
    loop = asyncio.get_running_loop()
    heard = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, heard.set)
    try:
        room = Room(loop)
        assert room.saved.wait(PATIENCE)
        os.kill(os.getpid(), signal.SIGTERM)
        assert room.ended.wait(PATIENCE)  # still standing still
        assert room.numbers == [signal.SIGTERM]
        await asyncio.wait_for(heard.wait(), PATIENCE)  # what did not end the process reaches the loop
        room.dog.stop()
    finally:
        loop.remove_signal_handler(signal.SIGTERM)


async def test_save_that_fails_stops_no_signal(logged: list[str]) -> None:
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    failing, ended = threading.Event(), threading.Event()

    def save() -> None:
        failing.set()
        raise OSError("no disk")

    dog = Watchdog(loop, save, lambda _: ended.set(), period=0.001, limit=0.02)
    try:
        dog.start()
        assert failing.wait(PATIENCE)
        os.kill(os.getpid(), signal.SIGHUP)
        assert ended.wait(PATIENCE)
        await until(lambda: any("goes on" in line for line in logged), "the watchdog saw the loop go on")
        dog.stop()
        assert any("no disk" in line for line in logged)
    finally:
        await asyncio.sleep(0)
        loop.remove_signal_handler(signal.SIGHUP)


async def test_watchdog_ends_with_its_loop(logged: list[str]) -> None:
    other = asyncio.new_event_loop()
    other.close()
    dog = Watchdog(other, lambda: None, lambda _: None, period=0.001, limit=0.02)
    dog.start()
    await until(lambda: not dog.is_alive(), "the watchdog of a closed loop ended")
    assert logged == []


class Clockwork:
    """A watchdog of a loop that never answers, and is closed when it is asked again; it runs on the test's thread."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *times: float) -> None:
        self.saves = 0
        self.times = list(times)
        loop: Any = SimpleNamespace(call_soon_threadsafe=Mock(side_effect=[None, RuntimeError]))
        self.dog = Watchdog(loop, self.save, lambda _: None, period=0.0, limit=0.001)
        monkeypatch.setattr(watchdog, "time", Mock(monotonic=lambda: self.times.pop(0)))

    def save(self) -> None:
        """Save, and end after all times but those of the end were used."""
        self.saves += 1
        if len(self.times) <= 1:
            self.dog.stop()


@pytest.mark.parametrize(("slept", "saves"), [(0.99, 1), (0.001 + watchdog.OVERSLEPT, 0)])
def test_machine_that_slept_is_no_loop_that_stands_still(
    slept: float, saves: int, logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Clockwork(monkeypatch, 0.0, slept, 10.0, 11.0)
    room.dog.run()
    assert (room.saves, len(logged)) == (saves, 2 * saves)


def test_loop_that_goes_on_standing_still_is_saved_every_few_seconds(
    logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    later = 10.0 + watchdog.SAVE_EVERY
    room = Clockwork(monkeypatch, 0.0, 0.5, 10.0, later - 0.1, later, later, later + 1.0)
    room.dog.run()
    assert (room.saves, room.times) == (2, [])
    assert logged[-1] == f"the event loop goes on, {watchdog.SAVE_EVERY + 1.0:.1f} s later"
