"""Signals: what ends the app, and what it does when it goes on after a stop."""

import asyncio
import signal
from collections.abc import Callable
from functools import partial
from types import FrameType, SimpleNamespace
from typing import Any, cast

import pytest

from tui_pod.ui.process_handler import SuspendHandler, handle_signals

Handler = Callable[[int, FrameType | None], None]


class Stopped:
    """An app that was stopped, on a terminal of which it has the foreground or not."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, is_in_foreground: bool = True, is_headless: bool = False
    ) -> None:
        self.did: list[str] = []
        self._handlers: dict[int, Handler] = {}
        process = SimpleNamespace(
            kill=lambda _, number: self.did.append(f"kill {number}"),
            getpid=lambda: 1,
            getpgrp=lambda: 1,
            tcgetpgrp=lambda _: 1 if is_in_foreground else 2,
        )
        monkeypatch.setattr("tui_pod.ui.process_handler.os", process)
        signals = SimpleNamespace(
            signal=self._install, SIGTSTP=signal.SIGTSTP, SIGCONT=signal.SIGCONT, SIGSTOP=signal.SIGSTOP
        )
        monkeypatch.setattr("tui_pod.ui.process_handler.signal", signals)
        app = SimpleNamespace(refresh=lambda layout: self.did.append(f"draw {layout}"))
        terminal = SimpleNamespace(is_headless=is_headless, suspend_application_mode=lambda: self.did.append("release"))
        SuspendHandler(cast("Any", app), cast("Any", terminal))

    def _install(self, number: int, handler: Handler) -> Handler:
        self._handlers[number] = handler
        return lambda *_: self.did.append("take" if number == signal.SIGCONT else "release and stop")

    def stop(self) -> None:
        self._handlers[signal.SIGTSTP](signal.SIGTSTP, None)

    def go_on(self) -> None:
        self._handlers[signal.SIGCONT](signal.SIGCONT, None)


async def test_terminal_that_was_released_is_taken_back_and_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = Stopped(monkeypatch)
    stopped.stop()
    stopped.go_on()
    await asyncio.sleep(0)
    assert stopped.did == ["release and stop", "take", "draw True"]
    stopped.did.clear()
    stopped.go_on()  # after a second stop that nobody announced
    await asyncio.sleep(0)
    assert stopped.did == ["release", "take", "draw True"]


async def test_process_in_the_background_stops_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = Stopped(monkeypatch, is_in_foreground=False)
    stopped.go_on()
    await asyncio.sleep(0)
    assert stopped.did == [f"kill {signal.SIGSTOP}"]


async def test_process_without_a_terminal_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = Stopped(monkeypatch, is_headless=True)
    stopped.go_on()
    await asyncio.sleep(0)
    assert stopped.did == []


@pytest.mark.parametrize(
    ("number", "hangs_up", "is_ended"),
    [
        (signal.SIGTERM, None, True),
        (signal.SIGINT, None, True),
        (signal.SIGHUP, None, True),
        (signal.SIGTERM, True, True),
        (signal.SIGHUP, True, False),
        (signal.SIGHUP, False, True),
    ],
)
async def test_signal_ends_the_app_unless_only_its_client_hung_up(
    number: int, hangs_up: bool | None, is_ended: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`hangs_up` says whether the host has a client that can go; None: there is no host."""
    ended: list[bool] = []
    handlers: dict[int, Callable[[], None]] = {}

    def install(number: int, end: Callable[[int], None], given: int) -> None:
        handlers[number] = partial(end, given)

    loop = SimpleNamespace(add_signal_handler=install)
    monkeypatch.setattr("tui_pod.ui.process_handler.asyncio", SimpleNamespace(get_running_loop=lambda: loop))
    monkeypatch.setattr("tui_pod.ui.process_handler.TerminalDrawer", lambda app: None)
    host = None if hangs_up is None else SimpleNamespace(hang_up=lambda: hangs_up, serve=lambda drawer: None)
    app = SimpleNamespace(end=lambda: ended.append(True), _driver=None)
    handle_signals(cast("Any", app), cast("Any", host))
    handlers[number]()
    assert bool(ended) is is_ended
