"""Wait until something is so that nothing tells of: what a thread or another process does. Only here do tests sleep."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable, Iterator

PATIENCE = 60.0
"""Seconds after which a test gives up, on the busiest machine."""

LOOK_EVERY = 0.01
"""Seconds between two looks."""

SOON = 50
"""Rounds in which an event loop alone does most things; what threads do takes real time."""


def wait_until(is_so: Callable[[], object], what: str) -> None:
    """Wait until something is so."""
    limit = time.monotonic() + PATIENCE
    while not is_so():
        _check(limit, what)
        time.sleep(LOOK_EVERY)


async def until(
    is_so: Callable[[], object], what: str, turn: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)
) -> None:
    """Let the event loop run until something is so; `turn` is awaited between two looks."""
    limit, rounds = time.monotonic() + PATIENCE, 0
    while not is_so():
        _check(limit, what)
        await turn()
        rounds += 1
        if rounds > SOON:
            await asyncio.sleep(LOOK_EVERY)


async def idle() -> None:
    """Wait until all tasks but the test have ended."""
    async with asyncio.timeout(PATIENCE):
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)


@contextlib.contextmanager
def cpu_limit(seconds: float, what: str) -> Iterator[None]:
    """Raise AssertionError in the block once this process has taken so many seconds of CPU time in it."""

    def give_up(*_: object) -> None:
        raise AssertionError(f"{what} takes more than {seconds:.0f} s of CPU time")

    former = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)


def _check(limit: float, what: str) -> None:
    if time.monotonic() > limit:
        raise AssertionError(f"it never came about that {what}")


class Bell:
    """Wakes who waits until something is so, each time it is rung on the event loop; it looks by itself, too."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self, *_: object) -> None:
        """Have it looked whether it is so."""
        self._rung.set()

    async def until(self, is_so: Callable[[], object], what: str) -> None:
        """Wait until something is so."""
        await until(is_so, what, self._next)

    async def _next(self) -> None:
        self._rung.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), LOOK_EVERY)
