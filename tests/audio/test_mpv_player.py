"""What `MpvPlayer` makes of libmpv's state, with a handle whose state the test decides."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from mpv import MpvEventID

from tests.patience import PATIENCE, wait_until
from tui_pod.audio import mpv_player
from tui_pod.audio.libmpv import NoPlayer
from tui_pod.audio.mpv_player import MpvPlayer
from tui_pod.core.player.events import Event, FileLoaded


class Handle:
    """Stands for libmpv's handle: a file at 12.5 s of which the test says whether it is seeking."""

    time_pos = 12.5
    duration = 100.0
    file_format = "wav"
    pause = True
    seeking = False
    audio_params = None

    def register_event_callback(self, callback: Callable[[Any], None]) -> None:
        self.report = callback

    def observe_property(self, name: str, observer: Callable[[str, Any], None]) -> None:
        """Report nothing."""

    def terminate(self) -> None:
        """End nothing."""


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Handle:
    found = Handle()
    monkeypatch.setattr(mpv_player, "open_mpv", lambda *_, **__: found)
    monkeypatch.setattr("tui_pod.audio.mpv_player.StreamProtocol.register", lambda *_: None)
    return found


def test_position_is_unknown_while_a_seek_is_under_way(handle: Handle) -> None:
    events, opened = list[Event](), threading.Event()
    player = MpvPlayer(events.append)
    player.open(opened.set)
    assert opened.wait(PATIENCE)
    assert player.position() is None
    handle.report(SimpleNamespace(event_id=SimpleNamespace(value=MpvEventID.PLAYBACK_RESTART)))
    wait_until(lambda: any(isinstance(event, FileLoaded) for event in events), "the file is loaded")
    assert player.position() == 12.5
    handle.seeking = True
    assert player.position() is None
    player.close()


def test_opened_is_called_if_libmpv_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise NoPlayer(OSError("no libmpv"))

    monkeypatch.setattr(mpv_player, "open_mpv", fail)
    opened = threading.Event()
    player = MpvPlayer(lambda _: None)
    player.open(opened.set)
    assert opened.wait(PATIENCE)
    player.close()
