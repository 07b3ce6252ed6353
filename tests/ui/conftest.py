"""Guards that every test of the screen runs under."""

import os
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from textual.widget import Widget
from textual.widgets import Input

from tests.app_driver import AppDriver, run_app
from tui_pod.core.library.library import Library


@pytest.fixture(autouse=True)
def _own_thread_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Fail a test in which another thread than the app's touched a widget: Textual itself does not notice."""
    home = threading.get_ident()
    trespasses: list[str] = []
    refresh = Widget.refresh

    def watched(self: Widget, *arguments: Any, **named: Any) -> Widget:
        if threading.get_ident() != home:
            trespasses.append(f"{self!r} from {threading.current_thread().name}")
        return refresh(self, *arguments, **named)

    monkeypatch.setattr(Widget, "refresh", watched)
    yield trespasses
    assert not trespasses, f"widgets were touched from another thread: {trespasses[:3]}"


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what differs between machines and moments: colours, the blinking cursor."""
    for name in [name for name in os.environ if name == "NO_COLOR" or name.startswith("TEXTUAL")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.setattr(Input, "_toggle_cursor", lambda self: None)


@pytest.fixture
async def driver(library: Library, request: pytest.FixtureRequest) -> AsyncIterator[AppDriver]:
    """The app on the library, started with what the mark `app` of the test or of its module hands to `run_app`."""
    mark = request.node.get_closest_marker("app")
    async with run_app(library, **(mark.kwargs if mark else {})) as driver:
        yield driver
