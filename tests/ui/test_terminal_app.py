"""How the app adapts to its terminal."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console
from textual._compositor import CompositorUpdate

from tui_pod.ui.terminal_app import TerminalApp, adapt_to_reader


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
