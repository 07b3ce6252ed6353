"""How the app adapts to its terminal."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tui_pod.ui.terminal_app import adapt_to_reader


@pytest.mark.parametrize(
    ("follows", "is_running", "expected"),
    [(False, False, False), (True, False, True), (False, True, True)],
)
async def test_cursor_is_followed_if_it_is_wanted_or_a_screen_reader_runs(
    follows: bool, is_running: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pod.ui.terminal_cursor.is_reader_running", lambda: is_running)
    asked: list[bool] = []
    terminal = SimpleNamespace()
    app = SimpleNamespace(follows_cursor=follows, _driver=terminal)
    terminal.ask_terminal = lambda: asked.append(app.follows_cursor)
    await adapt_to_reader(cast("Any", app))
    assert asked == [expected]  # only once that is known


async def test_terminal_of_textual_itself_is_asked_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pod.ui.terminal_cursor.is_reader_running", lambda: True)
    app = SimpleNamespace(follows_cursor=False, _driver=SimpleNamespace())
    await adapt_to_reader(cast("Any", app))
    assert app.follows_cursor
