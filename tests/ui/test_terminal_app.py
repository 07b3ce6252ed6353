"""How the app adapts to its terminal.

Where the terminal's cursor stands, and what is still while it is followed. What moving the app to another terminal
changes: its variables, its colours, and what is drawn. Signals: what ends the app, and what it does when it goes on
after a stop.
"""

import asyncio
import io
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console
from textual._compositor import CompositorUpdate

from tests.app_driver import AppDriver
from tests.screen_text import cut_cells
from tui_pod.config.settings import InterfaceSettings, Settings
from tui_pod.core.library.library import Library
from tui_pod.core.text.clean import clock
from tui_pod.terminal.protocol import SESSION
from tui_pod.ui.process_handler import SuspendHandler, TerminalDrawer, handle_signals
from tui_pod.ui.terminal_app import TerminalApp, adapt_to_reader, is_reader_running, place_of_cursor


@pytest.mark.parametrize(
    ("follows", "is_running", "expected"),
    [(False, False, False), (True, False, True), (False, True, True)],
)
async def test_cursor_is_followed_if_it_is_wanted_or_a_screen_reader_runs(
    follows: bool, is_running: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.ui.terminal_app.is_reader_running", lambda: is_running)
    asked: list[bool] = []
    terminal = SimpleNamespace()
    app = SimpleNamespace(follows_cursor=follows, _driver=terminal)
    terminal.ask_terminal = lambda: asked.append(app.follows_cursor)
    await adapt_to_reader(cast("Any", app))
    assert asked == [expected]  # only once that is known


class Cells:
    """What a terminal shows, sent as it is."""

    forgotten = 0

    def forget(self) -> None:
        self.forgotten += 1

    def only(self, update: CompositorUpdate) -> CompositorUpdate:
        return update


async def test_terminal_is_sent_everything_after_a_change_of_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    app, cells = TerminalApp(), Cells()
    async with app.run_test(size=(40, 10)) as pilot:
        monkeypatch.setattr(app._driver, "cells", cells, raising=False)
        await pilot.press("a")
        assert cells.forgotten == 0
        await pilot.resize_terminal(50, 12)
        assert cells.forgotten > 0
        assert not app.follows_cursor
        assert not app.has_news


async def test_terminal_of_textual_itself_is_asked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pod.ui.terminal_app.is_reader_running", lambda: True)
    app = SimpleNamespace(follows_cursor=False, _driver=SimpleNamespace())
    await adapt_to_reader(cast("Any", app))
    assert app.follows_cursor


@pytest.mark.parametrize(
    ("term", "colors"),
    [
        ("foot", "256"), ("alacritty", "256"), ("xterm-ghostty", "256"), ("xterm-kitty", "256"),
        ("xterm-256color", "256"), ("xterm", "standard"), ("linux", "standard"),
    ],
)  # fmt: skip
def test_terminal_known_to_have_256_colours_gets_them(term: str, colors: str) -> None:
    assert Console(force_terminal=True, legacy_windows=False, _environ={"TERM": term}).color_system == colors


def at_cursor(driver: AppDriver) -> str:
    """Return the text from the cursor on."""
    x, y = place_of_cursor(driver.app.screen, driver.app.has_news)
    return cut_cells(driver.text.split("\n")[y], x, x + 50)


async def test_cursor_stands_on_the_row_in_use(driver: AppDriver, library: Library) -> None:
    for key in ("j", "j", "k", "G", "g"):
        await driver.press(key)
        assert library.titles[library.index(driver.current) or 0][:8] in at_cursor(driver)
    await driver.press("tab", "j")
    assert at_cursor(driver).startswith("▎")
    former = at_cursor(driver)
    await driver.press("j")
    assert at_cursor(driver) != former


@pytest.mark.parametrize("view", ["2", "3", "4", "i", "t", "?", "z", "S", "ctrl+p"])
async def test_cursor_stands_inside_what_has_the_focus(driver: AppDriver, view: str) -> None:
    await driver.press(view)
    focused = driver.app.screen.focused
    place = place_of_cursor(driver.app.screen, has_news=False)
    assert (focused or driver.app.screen).region.contains_point(place)


async def test_cursor_stands_in_the_field(driver: AppDriver) -> None:
    await driver.press("slash", "a", "b")
    x, y = place_of_cursor(driver.app.screen, has_news=False)
    assert cut_cells(driver.text.split("\n")[y], x - 2, x) == "ab"


async def test_cursor_stands_on_a_notice_until_the_next_key(driver: AppDriver) -> None:
    driver.app.frontend.tell("Something went wrong.", is_error=True)
    await driver.settle()
    assert at_cursor(driver).startswith("Something went wrong.")
    await driver.press("j")
    assert "Something" not in at_cursor(driver)


@pytest.mark.app(settings=Settings(ui=InterfaceSettings(cursor=True)))
async def test_times_stand_still_until_asked_for(driver: AppDriver) -> None:
    await driver.press("enter")
    await driver.until(lambda: driver.playback.position > 0 or driver.playback.is_active, "playing")
    await driver.play(1.0)
    shown = driver.text
    for _ in range(3):
        await driver.play(1.0)
    assert driver.text == shown
    await driver.press("c")
    assert clock(driver.controller.playback.position) in driver.text
    assert driver.text != shown
    await driver.press("full_stop")
    assert clock(driver.controller.playback.position) in driver.text


@pytest.mark.parametrize(("name", "runs"), [("orca", True), ("fenrir", True), ("bash", False)])
def test_screen_reader_is_found_among_the_processes(tmp_path: Path, name: str, runs: bool) -> None:
    for number, process in enumerate(("init", name), 1):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "comm").write_text(f"{process}\n")
    (tmp_path / "self").mkdir()
    assert is_reader_running(tmp_path) is runs
    assert not is_reader_running(tmp_path / "nothing")


class Screen:
    """An app on a terminal of 256 colours, and what it was asked for."""

    no_color = app_focus = False
    _sync_available = True
    theme = "some-theme"

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[object] = []
        self.environ = {"TERM": "former", "COLORTERM": "former", "COLUMNS": "9", "LINES": "9", "HOME": "/home"}
        monkeypatch.setattr("tui_pod.ui.process_handler.os", SimpleNamespace(environ=self.environ))
        monkeypatch.setattr("tui_pod.ui.process_handler.constants", SimpleNamespace(COLOR_SYSTEM="auto"))
        self.console = Console(file=io.StringIO(), color_system="256", force_terminal=True)
        self._driver = SimpleNamespace(
            hangs_up=True,
            is_headless=False,
            give_up=lambda: self.done.append("give up"),
            take=lambda terminal: self.done.append(terminal),
        )
        self.frontend = SimpleNamespace(tell=self._tell)
        self.lifetime = SimpleNamespace(start_session=self.done.append)
        app: Any = self
        self.drawer = TerminalDrawer(app)

    @property
    def driver(self) -> SimpleNamespace:
        return self._driver

    @property
    def is_sync_available(self) -> bool:
        return self._sync_available

    def _tell(self, text: str, is_error: bool) -> None:
        self.done.append((text, is_error))

    def end(self) -> None:
        self.done.append("end")

    def refresh(self, layout: bool) -> None:
        self.done.append(("refresh", layout))

    def fit_color_depth(self) -> None:
        self.done.append("fit")

    def _watch_theme(self, name: str) -> None:
        self.done.append(name)

    def _begin_batch(self) -> None:
        self.done.append("batch")

    def _end_batch(self) -> None:
        self.done.append("end of batch")


def test_terminal_given_up_is_drawn_on_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(monkeypatch)
    assert not screen.driver.hangs_up  # the client reports it
    screen.drawer.give_up()
    assert screen.done == ["give up", "batch"]
    screen.driver.is_headless = True
    screen.drawer.give_up()
    assert screen.done == ["give up", "batch"]
    screen.drawer.end()
    assert screen.done[-1] == "end"


@pytest.mark.parametrize(("is_headless", "first"), [(True, ["end of batch"]), (False, [])])
def test_terminal_taken_is_drawn_on_with_its_own_variables(
    is_headless: bool, first: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen(monkeypatch)
    screen.driver.is_headless = is_headless
    screen.drawer.take(5, {"TERM": "xterm-256color", "LANG": "C"})
    assert screen.environ == {"HOME": "/home", "TERM": "xterm-256color", "LANG": "C"}
    assert screen.done == [*first, 5, ("refresh", True)]
    assert screen.app_focus
    assert not screen.is_sync_available  # until this terminal says so
    assert screen.console.color_system == "256"


@pytest.mark.parametrize(
    ("variables", "system", "no_color"),
    [
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "truecolor", False),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "256", True),
    ],
)
def test_terminal_of_other_colours_has_everything_drawn_anew(
    variables: dict[str, str], system: str, no_color: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen(monkeypatch)
    screen.drawer.take(5, variables)
    assert screen.done[:2] == ["fit", "some-theme"]
    assert (screen.console.color_system, screen.no_color) == (system, no_color)


@pytest.mark.parametrize(
    ("wanted", "done"),
    [("15m", 900.0), ("abc", ("tui-pod --session: “abc” is no time", True))],
)
def test_session_that_the_client_asks_for_is_started(
    wanted: str, done: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen(monkeypatch)
    screen.drawer.take(5, {"TERM": "xterm-256color", SESSION: wanted})
    last = screen.done[-1]
    assert (last if not isinstance(last, tuple) else (str(last[0]).partition(";")[0], last[1])) == done


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
