"""The client and the app behind it, on real terminals: left, brought back, taken over, stopped and killed."""

import contextlib
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.app.test_pty import (
    ROOT,
    check_plays_on,
    ended,
    is_stopped,
    place,
    play_until,
    playing,
    position,
    quit_and_wait,
    running,
    surroundings,
    two,
)
from tests.patience import wait_until
from tests.torture.terminal import Terminal
from tui_pod.integrations.remote_socket import open_folder, socket_name
from tui_pod.terminal.start import line_names
from tui_pod.ui.look.themes import OWN

DARK, LIGHT = (next(each.background for each in OWN if each.name == name) for name in ("tui-pod", "tui-pod-light"))


def background(terminal: Terminal) -> str:
    """Return the background of the list, as a hexadecimal colour."""
    return f"#{terminal.background_at(10, 60)}"


@contextmanager
def attached(folder: Path, **variables: str) -> Iterator[Terminal]:
    """Attach to the app from another terminal."""
    with running(folder, "attach", "--state", str(folder / "state.toml"), **variables) as terminal:
        terminal.until(lambda: terminal.shows("The first of two"), "the list")
        yield terminal


def is_alive(process: int) -> bool:
    """Return whether a process runs; one that has ended and that nobody asked for yet does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def leave(terminal: Terminal) -> None:
    """Leave the terminal, and wait until the shell would have it."""
    terminal.press("\x1c")
    assert ended(terminal) == 0


@contextmanager
def left(folder: Path, **variables: str) -> Iterator[int]:
    """Leave an app that plays; give its process."""
    with playing(folder, **variables) as terminal:
        app = terminal.app
        leave(terminal)
    try:
        yield app
    finally:
        if is_alive(app):
            os.kill(app, signal.SIGKILL)


def command(folder: Path, *words: str) -> str:
    """Return what a command prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tui_pod", *words, "--state", str(folder / "state.toml")],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


def test_terminal_left_is_restored_and_the_app_plays_on(room: Path) -> None:
    with playing(room) as terminal:
        app = terminal.app
        leave(terminal)
        assert b"\x1b[?1049l" in terminal.raw[-300:]
        assert terminal.shows("tui-pod keeps running")
    saved = position(room)
    wait_until(lambda: position(room) > saved, "it plays on")
    assert "Playing: The first of two" in command(room, "now")
    os.kill(app, signal.SIGTERM)
    wait_until(lambda: not is_alive(app), "it ends")


@pytest.mark.parametrize(("height", "width"), [(12, 40), (50, 200)])
def test_app_left_comes_back_at_another_size(room: Path, height: int, width: int) -> None:
    with left(room) as app:
        command = [sys.executable, "-m", "tui_pod", *two(room)]
        with Terminal(command, surroundings(), room, size=(width, height)) as terminal:
            terminal.until(lambda: terminal.shows("The first of two"), "the list")
            check_plays_on(terminal)
            assert len(terminal.lines) == height
            assert any(len(line.rstrip()) >= width - 2 for line in terminal.lines)
            quit_and_wait(terminal)
        wait_until(lambda: not is_alive(app), "it ends")


def test_another_catalogue_than_that_of_the_app_left_is_shown_by_an_app_of_its_own(room: Path) -> None:
    other = room / "other.toml"
    other.write_text('version = 1\n[[episodes]]\nid = "other"\ntitle = "Another one"\n', "utf-8")
    with left(room) as app, running(room, *two(room, "--catalog", str(other))[2:]) as terminal:
        terminal.until(lambda: terminal.shows("Another one"), "its own catalogue")
        assert not terminal.shows("The first of two")
        quit_and_wait(terminal)
        assert is_alive(app)


def test_terminal_attached_gets_the_colours_that_it_has(room: Path) -> None:
    with left(room, COLORTERM="truecolor"):
        with attached(room, TERM="xterm", COLORTERM="") as terminal:
            assert b"38;2;" not in terminal.raw
            leave(terminal)
        with attached(room, COLORTERM="truecolor") as terminal:
            assert b"38;2;" in terminal.raw
            leave(terminal)
        with attached(room, COLORTERM="truecolor", NO_COLOR="1") as terminal:
            colours = set(re.findall(rb"[34]8;2;(\d+);(\d+);(\d+)", terminal.raw))
            assert all(len(set(colour)) == 1 for colour in colours)


def test_terminal_attached_is_drawn_dark_or_light_as_it_is(room: Path) -> None:
    """The terminal answers as kitty, foot and ghostty do, also when it changes."""
    light, dark = b"\x1b[?997;2n", b"\x1b[?997;1n"

    def is_drawn_in(terminal: Terminal, color: str | None) -> bool:
        return background(terminal) == color

    with running(room, *two(room), COLORTERM="truecolor") as terminal:
        play_until(terminal, 1)
        for answer, color in ((light, LIGHT), (dark, DARK)):
            terminal.press(answer)
            terminal.until(partial(is_drawn_in, terminal, color), "it is drawn so")
        leave(terminal)
        assert terminal.raw.rindex(b"\x1b[?2031l") > terminal.raw.rindex(b"\x1b[?2031h")
    with attached(room, COLORTERM="truecolor") as terminal:
        terminal.until(partial(is_drawn_in, terminal, DARK), "it is drawn as it was left")
        terminal.until(lambda: b"\x1b[?2031h\x1b[?996n" in terminal.raw, "it is asked anew")
        assert b"\x1b[?2026$p" in terminal.raw  # and all else that it may be able to do
        assert b"\x1b[?2048$p" in terminal.raw
        terminal.press(light)  # it changed while nothing was attached
        terminal.until(partial(is_drawn_in, terminal, LIGHT), "it is drawn so")
        quit_and_wait(terminal)


def test_app_left_with_a_dialog_open_comes_back_with_it(room: Path) -> None:
    with playing(room) as terminal:
        terminal.press("i")
        terminal.until(lambda: terminal.shows("Details"), "the details")
        leave(terminal)
    with running(room, "attach", "--state", str(room / "state.toml")) as terminal:
        terminal.until(lambda: terminal.shows("Details"), "the details")
        terminal.press("\x11")
        assert terminal.wait() is not None


def test_app_left_begins_the_session_that_is_asked_for(room: Path) -> None:
    with left(room) as app, running(room, *two(room, "--session", "2m")) as terminal:
        terminal.until(lambda: terminal.shows(" session "), "the session")
        quit_and_wait(terminal)
        wait_until(lambda: not is_alive(app), "it ends")


def test_second_program_on_a_state_with_a_terminal_is_an_app_of_its_own(room: Path) -> None:
    with running(room, *two(room)) as first, running(room, *two(room)) as second:
        play_until(first, 1)
        second.until(lambda: second.shows("The first of two"), "the list")
        assert second.app != second.pid
        quit_and_wait(second)
        check_plays_on(first)


def test_attach_takes_over_and_the_first_is_told(room: Path) -> None:
    with playing(room) as first, attached(room) as second:
        first.until(lambda: not first.is_running() or first.status is not None, "the first ends")
        first.look(0.05)
        assert first.status == 0
        assert first.shows("on another terminal")
        check_plays_on(second)
        quit_and_wait(second)


def test_attach_without_an_app_says_so(room: Path) -> None:
    with running(room, "attach", "--state", str(room / "state.toml")) as terminal:
        assert (ended(terminal), terminal.shows("No tui-pod is running")) == (1, True)


def test_attach_without_a_terminal_says_so(room: Path) -> None:
    assert "There is no terminal" in command(room, "attach")


def test_app_left_is_counted_by_the_doctor_and_closed_to_others(room: Path) -> None:
    with left(room):
        assert "leaves the app running; running now: 1" in command(room, "doctor", "--ao", "null")
        folder = open_folder(may_make=False)
        (name,) = line_names(folder, room / "state.toml")
        assert stat.S_IMODE(os.stat(name, dir_fd=folder.descriptor).st_mode) == 0o600
        assert stat.S_IMODE(os.fstat(folder.descriptor).st_mode) == 0o700
        folder.close()


def test_attaching_often_leaves_no_thread_and_no_descriptor(room: Path) -> None:
    with left(room) as app:

        def held() -> tuple[int, int]:
            return len(os.listdir(f"/proc/{app}/fd")), len(os.listdir(f"/proc/{app}/task"))

        def come_and_go() -> None:
            with attached(room) as terminal:
                leave(terminal)

        def has_begun_all() -> bool:
            children = Path(f"/proc/{app}/task/{app}/children").read_text("ascii")
            return any(room.parent.rglob("search-*.sqlite")) and not children.strip()

        come_and_go()
        wait_until(has_begun_all, "the index of words, which the app begins last, is filled")
        before = held()
        for _ in range(8):
            come_and_go()
        wait_until(lambda: held() <= before, "all is given back")


@pytest.mark.parametrize("end", ["closed", "client killed"])
def test_app_told_to_detach_when_the_terminal_hangs_up_plays_on(room: Path, end: str) -> None:
    (room / "config.toml").write_text('[app]\non_hangup = "detach"\n', "utf-8")
    with running(room, *two(room, "--config", str(room / "config.toml"))) as terminal:
        play_until(terminal, 1)
        app = terminal.app
        if end == "closed":
            terminal.close()
        else:
            os.kill(terminal.pid, signal.SIGKILL)
        assert terminal.wait() is not None
    with attached(room) as terminal:
        check_plays_on(terminal)
        quit_and_wait(terminal)
    wait_until(lambda: not is_alive(app), "it ends")


def test_client_killed_ends_the_app_which_saves(room: Path) -> None:
    with playing(room, 2) as terminal:
        app, shown = terminal.app, place(terminal)
        os.kill(terminal.pid, signal.SIGKILL)
        wait_until(lambda: not is_alive(app), "it ends")
        assert shown <= position(room)


def test_sockets_of_a_killed_app_are_gone_with_the_next_start(room: Path) -> None:
    with playing(room) as terminal:
        wait_until(lambda: "Playing" in command(room, "now"), "it can be reached")
        killed = sockets(room)
        os.kill(terminal.app, signal.SIGKILL)
        assert terminal.wait() is not None
    assert sockets(room) == killed != set()
    with running(room, "--catalog", str(room / "two.toml"), "--state", str(room / "other.toml")) as terminal:
        terminal.until(lambda: terminal.shows("The first of two"), "the list")
        wait_until(lambda: not sockets(room), "those of the killed one are gone")
        quit_and_wait(terminal)


def sockets(room: Path) -> set[str]:
    """Return the sockets of a room's state in the runtime folder, where other tests have theirs."""
    folder, stem = open_folder(may_make=False), socket_name(room / "state.toml").removesuffix(".sock")
    with contextlib.closing(folder):
        return {name for name in os.listdir(folder.descriptor) if name.startswith(stem)}


def test_second_app_tells_of_one_that_is_stopped(room: Path) -> None:
    with left(room) as app:
        os.kill(app, signal.SIGSTOP)
        with running(room, *two(room)) as terminal:
            terminal.until(lambda: terminal.shows("The first of two"), "the list")
            terminal.until(lambda: terminal.shows("does not answer", f"kill -CONT {app}"), "it says so")
            quit_and_wait(terminal)
        os.kill(app, signal.SIGCONT)
        saved = position(room)
        wait_until(lambda: position(room) > saved, "the first plays on")


def test_client_that_is_stopped_blocks_neither_the_app_nor_who_takes_over(room: Path) -> None:
    with playing(room) as first:
        first.send(signal.SIGSTOP)
        wait_until(lambda: is_stopped(first), "it is stopped")
        saved = position(room)
        wait_until(lambda: position(room) > saved, "it plays on")
        with attached(room) as second:
            check_plays_on(second)
            first.send(signal.SIGCONT)
            assert first.wait() is not None
            first.look(0.05)
            assert first.shows("on another terminal")
            check_plays_on(second)
            quit_and_wait(second)


def test_app_suspended_plays_on_behind_the_shell(room: Path) -> None:
    with playing(room) as terminal:
        terminal.press("\x1a")
        wait_until(lambda: is_stopped(terminal), "the client is stopped")
        saved = position(room)
        wait_until(lambda: position(room) > saved, "it plays on")
        terminal.press("q")  # before the client has the terminal again
        terminal.send(signal.SIGCONT)
        assert ended(terminal) == 0


def test_terminal_closed_while_the_app_is_suspended_ends_the_app(room: Path) -> None:
    with playing(room) as terminal:
        app = terminal.app
        terminal.press("\x1a")
        wait_until(lambda: is_stopped(terminal), "the client is stopped")
        terminal.close()
        terminal.send(signal.SIGHUP)  # as a shell does before it ends
        terminal.send(signal.SIGCONT)
        assert terminal.wait() is not None
        wait_until(lambda: not is_alive(app), "it ends")


@pytest.mark.parametrize("has_forked", [False, True])
def test_keys_typed_before_the_app_is_there_are_done_in_order(room: Path, has_forked: bool) -> None:
    with running(room, *two(room)) as terminal:
        if has_forked:
            terminal.until(lambda: terminal.app != terminal.pid, "the client has forked")
        terminal.press("Gm")
        terminal.press("k\r")
        terminal.until(lambda: place(terminal) >= 1, "the first plays")
        terminal.until(lambda: terminal.shows("▶ The first of two", "✓ The second"), "the second is marked")
        quit_and_wait(terminal)
