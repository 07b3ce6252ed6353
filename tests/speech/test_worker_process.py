"""Processes that stand still while something more urgent goes on, on a clock that the test moves."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import cast

import pytest

from tui_pod.runtime.subprocesses import end_process
from tui_pod.speech.worker_process import MAKE_WAY, RightOfWay, start_worker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing would end a stopped process")


class Clock:
    """What a loop's `call_later` does, when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []

    def later(self, seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        """Call something in so many seconds."""
        self.timers.append(Timer(self.now + seconds, call))
        return cast("asyncio.TimerHandle", self.timers[-1])

    def go(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        due = [timer for timer in self.timers if timer.when <= self.now]
        self.timers = [timer for timer in self.timers if timer not in due]
        for timer in due:
            timer.call()


class Timer:
    """A call to come."""

    def __init__(self, when: float, call: Callable[[], None]) -> None:
        self.when, self.call = when, call

    def cancel(self) -> None:
        """Call nothing."""
        self.call = lambda: None


class Worker:
    """A process that keeps the signals it gets."""

    returncode: int | None = None

    def __init__(self) -> None:
        self.signals: list[int] = []
        self.send_signal = self.signals.append


def test_process_stands_still_until_a_while_after_the_last_key_or_until_it_is_ended() -> None:
    clock, worker = Clock(), Worker()
    urgent = RightOfWay(clock.later)
    with urgent.over(cast("asyncio.subprocess.Process", worker)):
        urgent.take()
        clock.go(MAKE_WAY * 0.9)
        urgent.take()
        clock.go(MAKE_WAY * 0.9)
        assert worker.signals == [signal.SIGSTOP]
        clock.go(MAKE_WAY * 0.2)
        assert worker.signals == [signal.SIGSTOP, signal.SIGCONT]
        urgent.take()
        assert worker.signals == [signal.SIGSTOP, signal.SIGCONT, signal.SIGSTOP]
    for _ in range(2):
        assert worker.signals[2:] == [signal.SIGSTOP, signal.SIGCONT]  # so that it can be ended
        clock.go(MAKE_WAY)
        urgent.take()  # there is none any more


def test_of_two_processes_each_goes_on_when_the_other_has_ended() -> None:
    clock, first, second = Clock(), Worker(), Worker()
    urgent = RightOfWay(clock.later)
    with urgent.over(cast("asyncio.subprocess.Process", first)):
        urgent.take()
        with urgent.over(cast("asyncio.subprocess.Process", second)):
            urgent.take()
        assert (first.signals, second.signals) == ([signal.SIGSTOP], [signal.SIGSTOP, signal.SIGCONT])
        clock.go(MAKE_WAY)
        assert first.signals == [signal.SIGSTOP, signal.SIGCONT]


def test_process_that_has_ended_gets_no_signal() -> None:
    clock, worker = Clock(), Worker()
    urgent = RightOfWay(clock.later)
    with urgent.over(cast("asyncio.subprocess.Process", worker)):
        worker.returncode = 1
        urgent.take()
        clock.go(MAKE_WAY)
    assert worker.signals == []


async def test_worker_gets_no_signal_that_a_key_sends_to_the_program() -> None:
    worker = await start_worker("tui_pod.speech.narrator_worker", sys.executable)
    try:
        assert os.getpgid(worker.pid) != os.getpgid(0)
    finally:
        await end_process(worker)
