"""The guard, for small programs that stand in for the app: it kills what is stuck, and nothing that is slow."""

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
from tui_pod.runtime.guard import Patience
from tui_pod.terminal.client import SWITCH

ROOT = Path(__file__).parents[2]

BEGIN = """
import ctypes, os, signal, socket, subprocess, sys, threading, time
from tui_pod.runtime import guard, guarded
guard.LOOK_EVERY, guard.TICK, guard.LAST_WORD, guard.TYPED_LIMIT = 0.1, 0.1, 0.5, 0.5
from tui_pod.terminal import client
if {has_client}:
    line = client.hold()
    if isinstance(line, int):
        sys.exit(line)
else:
    guard.fork_guard(is_screen=False)
    signal.set_wakeup_fd(-1)
wake, write = socket.socketpair()
write.setblocking(False)
signal.set_wakeup_fd(write.fileno())
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR2):
    signal.signal(number, lambda *_: None)
guarded.tell_guard(guarded.SIGNALS, signal.SIGTERM, signal.SIGHUP, wake=wake)
def hold_lock():
    try:
        print("stuck", flush=True)
    except OSError:
        pass  # the terminal is closed before all of the line is written
    while True:
        ctypes.PyDLL(None).pause()
def stand_still(seconds):  # as a loop does whose handler takes long
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        threading.Event().wait(0.02)
"""
"""Becomes an app with a guard that is ten times as impatient."""


@contextmanager
def app(folder: Path, code: str, has_client: bool = True) -> Iterator[Terminal]:
    """Run a program as the app."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"} | (
        {} if has_client else {SWITCH: "1"}
    )
    begin = BEGIN.replace("{has_client}", str(has_client))
    with Terminal([sys.executable, "-c", begin + code], variables, folder) as terminal:
        yield terminal


@pytest.mark.parametrize("how", ["q", "SIGTERM to the client", "SIGTERM to the app", "closed"])
@pytest.mark.parametrize("has_client", [True, False], ids=["behind a client", "without"])
def test_app_whose_interpreter_is_stuck_is_ended(tmp_path: Path, how: str, has_client: bool) -> None:
    with app(tmp_path, "hold_lock()", has_client) as terminal:
        terminal.until(lambda: terminal.shows("stuck"), "it hangs")
        process = terminal.app
        if how == "q":
            terminal.press("q\n")
        elif how == "closed":
            terminal.close()
        else:
            os.kill(terminal.pid if how.endswith("client") else process, signal.SIGTERM)
        assert terminal.wait() is not None
        terminal.look(0.1)
        if how != "closed":
            assert terminal.shows("did not answer and was ended")
        assert terminal.status == (1 if has_client else -signal.SIGKILL)


SLOW = {
    "nobody asked it to end": ("x", "stand_still(2)"),
    "it reads the signal in time": ("SIGTERM", "stand_still(0.3); wake.recv(9); stand_still(2)"),
    "it is stopped": ("SIGTERM", "os.kill(os.getpid(), signal.SIGSTOP); wake.recv(9); stand_still(1)"),
    "it answers": ("q", "line.recv(1); line.send(b'here 0\\n'); stand_still(2)"),
}


@pytest.mark.parametrize("name", SLOW)
def test_app_that_is_only_slow_is_left_alone(tmp_path: Path, name: str) -> None:
    what, code = SLOW[name]
    with app(tmp_path, f"print('ready', flush=True)\n{code}\nline.send(b'end 7\\n'); line.recv(1)") as terminal:
        terminal.until(lambda: terminal.shows("ready"), "it begins")
        if what == "SIGTERM":
            terminal.send(signal.SIGTERM, terminal.app)
        else:
            terminal.press(what)
        if name == "it is stopped":
            terminal.look(2.0)
            terminal.send(signal.SIGCONT, terminal.app)
        assert terminal.wait() is not None
        assert terminal.status == 7


CHILDREN = """
nested = "import signal, subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']);"
def start():
    return subprocess.Popen([sys.executable, "-c", nested + "signal.pause()"], start_new_session=True).pid
tied, ended = start(), start()
for message in ((guarded.TIE, tied), (guarded.TIE, ended), (guarded.UNTIE, ended)):
    guarded.tell_guard(*message)
print(tied, ended, "started", flush=True)
signal.pause()
"""


def alive(group: int) -> int:
    """Return how many processes of a group run."""
    listing = subprocess.run(["ps", "-axo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listing.splitlines()]
    return sum(row[0] == str(group) and not row[1].startswith("Z") for row in rows)


@pytest.mark.parametrize("has_client", [True, False], ids=["behind a client", "without"])
def test_groups_that_are_tied_to_an_app_end_when_it_is_killed(tmp_path: Path, has_client: bool) -> None:
    with app(tmp_path, CHILDREN, has_client) as terminal:
        terminal.until(lambda: terminal.shows("started"), "its children")
        tied, ended = map(int, terminal.text.split()[:2])
        try:
            wait_until(lambda: alive(tied) == alive(ended) == 2, "children of children")
            os.kill(terminal.app, signal.SIGKILL)
            wait_until(lambda: alive(tied) == 0, "what is tied to it ends")
            assert alive(ended) == 2
        finally:
            os.killpg(ended, signal.SIGKILL)


def test_patience_counts_no_time_in_which_a_process_is_stopped() -> None:
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as process:
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        patience = Patience(process.pid)
        assert [patience.spend() for _ in range(1_000)] == [0.0] * 1_000
        process.kill()
