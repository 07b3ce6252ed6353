"""What moving the app to another terminal changes: its variables, its colours, and what is drawn."""

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tui_pod.terminal.protocol import SESSION
from tui_pod.ui.process_handler import TerminalDrawer


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
