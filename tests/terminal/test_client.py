"""The client alone: small programs stand in for the app, and every byte has to come through."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.patience import wait_until
from tests.torture.terminal import Terminal
from tui_pod.terminal.client import (
    ASK_KIND,
    ENTER,
    KEEP_TITLE,
    LEAVE,
    QUESTIONS,
    RESTORE,
    SCREEN_MODES,
    SWITCH,
    TITLE_BACK,
    hold,
    why_not,
)

ROOT = Path(__file__).parents[2]

HOLD = """
import os, signal, sys, termios, time
from tui_pod.terminal import client
client.END_LIMIT = 60.0  # whoever reads the terminal may be slow
line = client.hold()
if isinstance(line, int):
    sys.exit(line)
def end(status=0, text=""):
    line.send(f"end {status} {text}".rstrip().encode() + b"\\n")
    line.recv(1)
def read(count):
    keys = b""
    while len(keys) < count:
        keys += os.read(0, count - len(keys))
    return keys
"""
"""Becomes the app behind a client; `end` is its last message."""

REFUSE = """
import os
real, refused, client = os.write, [], os.getpid()
def write(descriptor, data):
    if os.getpid() == client and len(refused) < 20 and data not in refused:
        refused.append(data)
        raise BlockingIOError
    return real(descriptor, data)
os.write = write
"""
"""Makes the terminal refuse what it has said that it would take, now and then."""

NUMBERS = b"".join(b"%07d " % number for number in range(10_000))


@contextmanager
def client(folder: Path, app: str, before: str = "") -> Iterator[Terminal]:
    """Run a client with a program as its app."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    variables.pop(SWITCH, None)
    with Terminal([sys.executable, "-c", before + HOLD + app], variables, folder) as terminal:
        yield terminal


def finish(terminal: Terminal) -> bytes:
    """Wait for the end of a client; return what the terminal got."""
    assert terminal.wait() is not None
    terminal.look(0.05)
    return terminal.raw


def is_state(process: int, *states: str) -> bool:
    """Return whether a process is in one of these states, as /proc names them."""
    return Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0] in states


WRITE_NUMBERS = """
for number in range(10_000):
    os.write(1, b"%07d " % number)
end()
"""


def test_output_that_the_terminal_refuses_for_now_is_written_later(tmp_path: Path) -> None:
    with client(tmp_path, WRITE_NUMBERS, before=REFUSE) as terminal:
        assert NUMBERS in finish(terminal)


def test_output_to_a_terminal_that_takes_nothing_for_a_while_is_not_lost(tmp_path: Path) -> None:
    app = f"open('begun', 'w').close()\n{WRITE_NUMBERS}"
    with client(tmp_path, app) as terminal:
        wait_until((tmp_path / "begun").exists, "the app draws")
        wait_until(lambda: is_state(terminal.app, "S"), "the app waits for its terminal")
        assert NUMBERS in finish(terminal)


def test_keys_reach_the_app_unchanged_and_in_order(tmp_path: Path) -> None:
    keys = bytes(byte for byte in range(1, 256) if byte != 3)
    with client(
        tmp_path, f"print('ready', flush=True)\nkeys = read({len(keys)})\nprint(keys == bytes({list(keys)}))\nend()"
    ) as terminal:
        terminal.until(lambda: terminal.shows("ready"), "the app reads")
        terminal.press(keys)
        found = finish(terminal)
        assert b"True" in found
        assert b"abcd" not in found  # there is no echo


@pytest.mark.parametrize(
    ("app", "status", "printed"),
    [
        ("end(7, 'See you later.')", 7, b"See you later."),
        ("end(0)", 0, b""),
        ("sys.exit(3)", 3, b""),
        ("sys.exit(0)", 0, b""),
        ("os.kill(os.getpid(), signal.SIGKILL)", 128 + signal.SIGKILL, b"ended by signal 9"),
        (f"line.send(b'welcome {2**22 + 1}\\n')", 1, b"ended unexpectedly"),  # and ends itself
    ],
)
def test_end_of_the_app_gives_its_status_and_text(tmp_path: Path, app: str, status: int, printed: bytes) -> None:
    with client(tmp_path, app) as terminal:
        found = finish(terminal)
        assert printed in found if printed else not found
        assert terminal.status == status


def test_messages_that_come_in_pieces_are_put_together(tmp_path: Path) -> None:
    app = """
for piece in (b"scr", b"een 9\\nshow", b"n", b" now", b"end 4 A te", b"xt.\\n"):
    line.send(piece)
    os.sched_yield()
line.recv(1)
"""
    with client(tmp_path, app) as terminal:
        found = finish(terminal)
        assert found.startswith(ENTER + SCREEN_MODES + b"shown now" + RESTORE)
        assert found.rstrip().endswith(b"A text.")
        assert terminal.status == 4


def test_saved_screen_is_not_cleared_when_the_app_draws(tmp_path: Path) -> None:
    app = f"line.send(b'screen 3\\nabc')\nos.write(1, {ENTER!r} + b'drawn')\nend()"
    with client(tmp_path, app) as terminal:
        assert finish(terminal) == ENTER + SCREEN_MODES + b"abc" + b"drawn" + RESTORE


def test_message_of_an_app_that_cannot_start_is_shown_below_the_shell(tmp_path: Path) -> None:
    app = "line.send(b'screen 3\\nabc')\nos.write(1, b'It cannot start.')\nend(1)"
    with client(tmp_path, app) as terminal:
        assert finish(terminal) == ENTER + SCREEN_MODES + b"abc" + RESTORE + b"It cannot start."


def test_terminal_is_restored_once_by_whoever_does_it_first(tmp_path: Path) -> None:
    with client(tmp_path, f"os.write(1, {ENTER!r} + b'drawn' + {LEAVE!r})\nend()") as terminal:
        assert finish(terminal).count(LEAVE) == 1


@pytest.mark.parametrize("split", range(1, len(ENTER)))
def test_switch_to_the_other_screen_is_seen_when_it_comes_in_two(tmp_path: Path, split: int) -> None:
    first, second = ENTER[:split], ENTER[split:]
    app = f"os.write(1, {first!r})\nread(1)\nos.write(1, {second!r})\nos.kill(os.getpid(), signal.SIGKILL)"
    with client(tmp_path, app) as terminal:
        terminal.until(lambda: first in terminal.raw, "the first part")
        terminal.press("x")
        assert LEAVE in finish(terminal)


def test_title_that_an_app_has_set_is_restored_for_it(tmp_path: Path) -> None:
    app = f"os.write(1, {KEEP_TITLE!r})\nos.kill(os.getpid(), signal.SIGKILL)"
    with client(tmp_path, app) as terminal:
        assert TITLE_BACK in finish(terminal)


def test_ctrl_c_interrupts_an_app_that_has_not_drawn_yet(tmp_path: Path) -> None:
    app = """
try:
    open('begun', 'w').close()
    while True:  # a signal right before a wait without end would be seen after it only
        signal.sigtimedwait([], 0.1)
except KeyboardInterrupt:
    end(130)
"""
    with client(tmp_path, app) as terminal:
        wait_until(lambda: (tmp_path / "begun").exists() and terminal.is_raw, "the app loads")
        terminal.press("\x03")
        finish(terminal)
        assert terminal.status == 130


def test_ctrl_c_is_a_key_once_the_app_has_drawn(tmp_path: Path) -> None:
    with client(tmp_path, "print('ready', flush=True)\nprint(read(1) == b'\\x03')\nend()") as terminal:
        terminal.until(lambda: terminal.shows("ready"), "the app draws")
        terminal.press("\x03")
        assert b"True" in finish(terminal)
        assert terminal.status == 0


def test_size_of_the_terminal_is_the_apps_and_stays_so(tmp_path: Path) -> None:
    app = """
sizes = []
signal.signal(signal.SIGWINCH, lambda *_: sizes.append(os.get_terminal_size(0)))
print(tuple(os.get_terminal_size(0)), flush=True)
while not sizes:
    signal.pause()
print(tuple(sizes[-1]), flush=True)
end()
"""
    with client(tmp_path, app) as terminal:
        terminal.until(lambda: terminal.shows("(120, 40)"), "the size at the start")
        terminal.resize(10, 50)
        assert b"(50, 10)" in finish(terminal)


def test_signal_to_the_client_goes_to_the_app(tmp_path: Path) -> None:
    app = "signal.signal(signal.SIGTERM, lambda *_: (end(9), os._exit(0)))\nprint('ready', flush=True)\nsignal.pause()"
    with client(tmp_path, app) as terminal:
        terminal.until(lambda: terminal.shows("ready"), "the app waits")
        terminal.send(signal.SIGTERM)
        finish(terminal)
        assert terminal.status == 9


def test_app_that_suspends_gets_a_new_terminal_when_it_is_continued(tmp_path: Path) -> None:
    app = f"""
import socket
os.write(1, {ENTER!r} + b"drawn")
line.send(b"stop 0\\n")
greeting, terminals, _, _ = socket.recv_fds(line, 4096, 1)
os.write(terminals[0], {ENTER!r} + b"again " + greeting[:4])
end()
"""
    with client(tmp_path, app) as terminal:
        terminal.until(lambda: is_state(terminal.pid, "T"), "the client is stopped")
        terminal.look(0.05)
        assert terminal.raw == ENTER + b"drawn" + RESTORE
        terminal.send(signal.SIGCONT)
        assert finish(terminal).endswith(ENTER + b"again take" + RESTORE)


def test_closed_terminal_hangs_the_app_up(tmp_path: Path) -> None:
    app = """
signal.signal(signal.SIGHUP, lambda *_: (open("hung up", "w").close(), end(), os._exit(0)))
print("ready", flush=True)
while True:
    signal.pause()
"""
    with client(tmp_path, app) as terminal:
        terminal.until(lambda: terminal.shows("ready"), "the app waits")
        terminal.close()
        wait_until((tmp_path / "hung up").exists, "the app is told")
        assert terminal.wait() is not None


def test_switch_and_a_system_without_fork_are_reasons_against_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SWITCH, raising=False)
    assert why_not() is None
    monkeypatch.setenv(SWITCH, "1")
    assert why_not() == f"{SWITCH} is set."
    monkeypatch.delenv(SWITCH)
    monkeypatch.delattr("os.fork")
    assert "cannot fork" in (why_not() or "")


def test_program_without_a_terminal_holds_none(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{HOLD}print(line)"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "None\n"


@pytest.mark.parametrize(("switch", "ends"), [("", (0, 2)), ("", (1, 2)), ("1", (0, 1))])
def test_terminal_is_left_alone_without_both_ends_or_if_no_client_is_wanted(
    monkeypatch: pytest.MonkeyPatch, switch: str, ends: tuple[int, ...]
) -> None:
    monkeypatch.setenv(SWITCH, switch)
    monkeypatch.setattr(os, "isatty", ends.__contains__)
    monkeypatch.setattr(os, "tcgetpgrp", lambda _: pytest.fail("the terminal was asked"))
    assert hold() is None


HEAR = HOLD.replace(
    "sys.exit(line)",
    "import select, tty; tty.setraw(0); print('left', os.read(0, 99) if select.select([0], [], [], 0.2)[0] else b'')\n"
    "    sys.exit(line)",
)
"""After the end, tells what a shell would find typed."""


class LateTerminal(Terminal):
    """A terminal whose answers are on their way for a while."""

    says_its_kind = False


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("answer", [b"\x1b[?2026;2$y\x1b[?2048;0$y\x1b[?997;1n\x1b[?62;22c", b""])
def test_answer_that_comes_after_the_end_is_not_typed_into_the_shell(
    answer: bytes, question: bytes, tmp_path: Path
) -> None:
    app = f"os.write(1, {question!r})\nend()"
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    variables.pop(SWITCH, None)
    limit = "from tui_pod.terminal import client\nclient.ANSWER_LIMIT = 1.0\n" if not answer else ""
    with LateTerminal([sys.executable, "-c", limit + HEAR + app], variables, tmp_path) as terminal:
        terminal.until(lambda: ASK_KIND in terminal.raw, "it asks what every terminal answers")
        terminal.press(answer[:9])
        terminal.press(answer[9:])
        assert b"left b''" in finish(terminal)


def test_terminal_that_was_asked_nothing_is_not_waited_for(tmp_path: Path) -> None:
    with client(tmp_path, "end()") as terminal:
        assert ASK_KIND not in finish(terminal)
