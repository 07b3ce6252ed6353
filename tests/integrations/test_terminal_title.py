"""The terminal's title: what it shows, that it cannot be broken out of, and that it is given back."""

import contextlib
import os
import pty
import re
import select
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.hostile import HOSTILE_TITLES
from tests.plain.test_program import catalog as catalog  # a fixture
from tests.plain.test_program import command
from tests.rooms import Room
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.integrations.terminal_title import TerminalTitle, has_title


@pytest.fixture
def written(room: Room) -> list[str]:
    """What is written to the terminal while `room` listens."""
    sequences: list[str] = []
    room.broadcast.add(TerminalTitle(sequences.append))
    return sequences


def titles(written: list[str]) -> list[str]:
    """Return the titles that were set."""
    return re.findall("\x1b\\]2;(.*?)\x1b\\\\", "".join(written))


def test_title_shows_what_plays_and_whether_it_is_paused(room: Room, written: list[str]) -> None:
    room.play("one", 5)
    room.controller.toggle_pause()
    room.controller.stop()
    assert titles(written) == ["One - tui-pod", "One (paused) - tui-pod", "tui-pod"]


def test_title_is_written_once_it_plays_and_not_again_while_it_plays_on(room: Room, written: list[str]) -> None:
    room.controller.mixer.set_volume(50)
    assert written == []
    room.play("one", 20)
    assert len(written) == 1


async def test_title_is_kept_first_and_brought_back_last() -> None:
    written: list[str] = []
    await TerminalTitle(written.append).close()  # it was never set
    title = TerminalTitle(written.append)
    title.playback_changed(Playback(PlayerStatus.PLAYING, "one", "One"))
    await title.close()
    await title.close()
    assert written == ["\x1b[22;2t\x1b]2;One - tui-pod\x1b\\", "\x1b]2;\x1b\\\x1b[23;2t"]


@pytest.mark.parametrize("text", HOSTILE_TITLES.values(), ids=HOSTILE_TITLES.keys())
def test_hostile_title_stays_inside_its_sequence(text: str) -> None:
    written: list[str] = []
    TerminalTitle(written.append).playback_changed(Playback(PlayerStatus.PLAYING, "x", text))
    (shown,) = re.fullmatch("\x1b\\[22;2t\x1b\\]2;([^\x00-\x1f\x7f-\x9f]*)\x1b\\\\", written[0]).groups()  # type: ignore[union-attr]
    assert len(shown) <= 120


@pytest.mark.parametrize(
    ("name", "expected"),
    [("xterm-256color", True), ("tmux-256color", True), ("foot", True), ("linux", False), ("dumb", False), ("", False)],
)
def test_terminal_without_a_title_is_left_alone(name: str, expected: bool) -> None:
    assert has_title({"TERM": name}) is expected


def test_app_shows_the_title_in_turn_with_the_screen_and_gives_it_back(catalog: Path) -> None:
    master, slave = pty.openpty()
    app = subprocess.Popen(
        command(catalog), stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"},
    )  # fmt: skip
    os.close(slave)
    seen = b""

    def wait(condition: Callable[[], bool]) -> None:
        nonlocal seen
        while not condition():
            assert select.select([master], [], [], 30)[0], seen[-500:]
            with contextlib.suppress(OSError):  # it has ended
                seen += os.read(master, 65_536)

    try:
        wait(lambda: b"Second" in seen)
        os.write(master, b"\r")
        wait(lambda: b"\x1b[22;2t\x1b]2;First - tui-pod\x1b\\" in seen)
        os.write(master, b"q")
        wait(lambda: app.poll() is not None)
        with contextlib.suppress(OSError):  # what it wrote last
            while part := os.read(master, 65_536):
                seen += part
        assert app.returncode == 0
        assert seen.count(b"\x1b[22;2t") == seen.count(b"\x1b]2;\x1b\\\x1b[23;2t") == 1
    finally:
        if app.poll() is None:
            app.kill()
            app.wait()
        os.close(master)


def test_title_is_shown_again_on_another_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    title = TerminalTitle(written.append)
    title.playback_changed(Playback(PlayerStatus.PLAYING, "one", "One"))
    monkeypatch.setenv("TERM", "linux")
    title.show_again()
    assert len(written) == 1  # a console has no title
    monkeypatch.setenv("TERM", "xterm")
    title.show_again()
    assert titles(written) == ["One - tui-pod", "One - tui-pod"]
