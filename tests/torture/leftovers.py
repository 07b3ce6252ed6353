"""What a run leaves behind must be nothing, also when it is interrupted: no process, no folder, no mount.

Mounts are in namespaces of the trials' processes and go with the last of these; loop devices go with their mount.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SUBREAPER, PARENT_DEATH_SIGNAL = 36, 1
"""Of prctl(2): orphans become children of this process; this process is sent a signal when its parent ends."""

PATIENCE = 5.0
"""Seconds in which a process ends whose parent was killed."""


class Process(NamedTuple):
    """A process below this one."""

    pid: int
    command: str


@contextlib.contextmanager
def nothing_left() -> Iterator[None]:
    """Have trials keep their files in one folder, and end with all processes and files gone, whatever ends it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    own = os.getpid()
    folder = Path(tempfile.mkdtemp(prefix="torture-"))
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)

    def clear() -> None:
        while below := descendants():
            _kill(below)
        shutil.rmtree(folder, ignore_errors=True)

    def break_off(number: int, _: object) -> None:
        if os.getpid() == own:
            clear()
        os._exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, break_off)
    try:
        yield
    finally:
        clear()


def end_with_parent() -> None:
    """Have a trial's process leave signals of the keyboard to the run, and end with the run."""
    signal.signal(signal.SIGINT, lambda *_: None)  # not ignored: programs that it starts would inherit that
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
        if os.getppid() == 1:  # it has ended already
            os._exit(1)


def left_behind() -> list[str]:
    """Return what trials that have ended left running, and end it."""
    limit = time.monotonic() + PATIENCE
    while below := descendants():
        if time.monotonic() > limit:
            _kill(below)
            return [f"it is left running: {process.command}" for process in below]
        time.sleep(0.1)
    return []


def descendants() -> list[Process]:
    """Return the processes below this one that run; those that have ended are let go."""
    listing = subprocess.Popen(["ps", "-axo", "pid=,ppid=,stat=,args="], stdout=subprocess.PIPE, text=True)
    lines, _ = listing.communicate()
    rows = [line.split(None, 3) for line in lines.splitlines()]
    below = {str(os.getpid())}
    while found := {row[0] for row in rows if row[1] in below} - below:
        below |= found
    below -= {str(os.getpid()), str(listing.pid)}
    for pid, parent, state, *_ in rows:
        if state.startswith("Z") and parent == str(os.getpid()):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(int(pid), os.WNOHANG)
    return [Process(int(row[0]), row[-1]) for row in rows if row[0] in below and not row[2].startswith("Z")]


def _kill(processes: list[Process]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
