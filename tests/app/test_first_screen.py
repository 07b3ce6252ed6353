"""The saved screen that the client paints while the app loads, on a real terminal."""

import sys
from pathlib import Path

import pyte
import pytest

from tests.app.test_client import command
from tests.app.test_pty import ended, quit_and_wait, running, surroundings, two
from tests.patience import wait_until
from tests.torture.terminal import Terminal
from tui_pod.config.paths import find_paths
from tui_pod.terminal.saved_screen import screen_file

STILL_LOADING = """
import sys
from tui_pod.app import launch
from tui_pod.cli.main import main

def load(options):
    print("the app would start now")
    return 0

launch.run_app = load
sys.exit(main())
"""

WRITING_AFTER_THE_END = """
import os, sys
from pathlib import Path
from tui_pod.app import launch
from tui_pod.cli.main import main

def load(options):
    options.line.send(b"end 0\\n")
    while options.line.recv(100):  # until the client is gone
        pass
    try:
        os.write(1, b"x" * 200_000)
    finally:
        Path("ended").touch()
    return 0

launch.run_app = load
sys.exit(main())
"""


@pytest.fixture
def saved(room: Path) -> Path:
    """The screen that an app has saved."""
    file = screen_file(find_paths(room / "state.toml"))
    with running(room, *two(room)) as terminal:
        terminal.until(lambda: terminal.shows("The first of two"), "the list")
        terminal.press("jm")
        terminal.until(lambda: terminal.shows("✓ The second"), "the mark")
        quit_and_wait(terminal)
    wait_until(file.exists, "a screen is saved")
    return file


def shown_while_loading(room: Path, size: tuple[int, int] = (120, 40), **variables: str) -> list[str]:
    """Return the screen before the app draws anything."""
    (room / "loading.py").write_text(STILL_LOADING, "utf-8")
    words = [sys.executable, str(room / "loading.py"), *two(room)]
    with Terminal(words, surroundings(**variables), room, size) as terminal:
        terminal.until(lambda: b"the app would start now" in terminal.raw, "the app")
        assert ended(terminal) == 0
        drawn, restored, said = terminal.raw.partition(b"\x1b[?1049l")
        assert not restored or b"the app" in said  # on the shell's screen
    screen = pyte.Screen(*size)
    pyte.ByteStream(screen).feed(drawn.partition(b"\x1b[?2026l")[0])
    return list(screen.display)


@pytest.mark.usefixtures("saved")
def test_saved_screen_is_what_the_app_then_draws(room: Path) -> None:
    shown = shown_while_loading(room)
    assert any("✓ The second" in line for line in shown)
    with running(room, *two(room)) as terminal:
        terminal.until(lambda: b"The second" in terminal.raw.partition(b"\x1b[?2004h")[2], "what the app draws")
        terminal.until(lambda: shown == terminal.lines, "the saved screen")
        quit_and_wait(terminal)
        assert terminal.raw.count(b"\x1b[?1049h") == 1


@pytest.mark.usefixtures("saved")
def test_saved_screen_is_not_shown_after_marks_from_the_shell(room: Path) -> None:
    command(room, "mark", "unplayed", "second", "--catalog", str(room / "two.toml"))
    assert not any("The second" in line for line in shown_while_loading(room))


def test_screen_with_room_for_the_pane_is_saved(room: Path) -> None:
    file = screen_file(find_paths(room / "state.toml"))
    with Terminal([sys.executable, "-m", "tui_pod", *two(room)], surroundings(), room, (150, 40)) as terminal:
        terminal.until(lambda: terminal.shows("The first of two"), "the list")
        quit_and_wait(terminal)
    wait_until(file.exists, "a screen is saved")
    assert any("The first of two" in line for line in shown_while_loading(room, (150, 40)))


def test_what_the_app_writes_after_the_client_waits_for_no_reader(room: Path) -> None:
    (room / "writing.py").write_text(WRITING_AFTER_THE_END, "utf-8")
    with Terminal([sys.executable, str(room / "writing.py"), *two(room)], surroundings(), room) as terminal:
        assert terminal.wait() is not None
        assert terminal.status == 0
    wait_until((room / "ended").exists, "the end of the app")
