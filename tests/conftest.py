"""The standard fixtures: a home of one's own, a library with every hostile title, and listening over the fakes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes import FakeClock
from tests.rooms import EPISODES, TOPICS, Room, make_room
from tui_pod.core.library import Library, build_library


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep every test away from the files of whoever runs it."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for name in ("CONFIG", "STATE", "DATA", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    return folder


@pytest.fixture
def clock() -> FakeClock:
    """A clock that moves only when told."""
    return FakeClock()


@pytest.fixture
def library() -> Library:
    """The standard library: `tests.rooms` says what is in it."""
    return build_library(TOPICS, EPISODES)


@pytest.fixture
def room() -> Room:
    """Listening to the standard library, with a fake of everything outside."""
    return make_room()
