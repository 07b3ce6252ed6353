"""Send what a command has changed to the other machines, in a process that outlives the command.

Commands that follow each other cause one sync: each touches a file, whose lock that process holds while it waits.
"""

from __future__ import annotations

import fcntl
import os
import sys
import time
from argparse import Namespace
from contextlib import closing, suppress
from pathlib import Path

from tui_pod.config.paths import find_paths
from tui_pod.runtime.changes import AFTER, BY
from tui_pod.runtime.files import locked, open_regular
from tui_pod.runtime.subprocesses import start_of

LIMIT = 330.0
"""Longest time in seconds for a sync; the limit of the command itself is shorter."""


def send_soon(options: Namespace) -> None:
    """Send the changes, unless sync has never run, or a process that will send them is waiting already."""
    paths = find_paths(options.state, options.config)
    state = Path(os.path.realpath(paths.state))
    if not record_file(state).exists():
        return
    with suppress(OSError):  # a lock that is held by that process, too
        with closing(os.fdopen(open_regular(_unsent(state), os.O_RDWR | os.O_CREAT))) as file:
            os.utime(file.fileno())
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        words = [word for path in options.catalog for word in ("--catalog", path)]
        command, environment = start_of("tui_pod.sync.sending", state, "--config", paths.config, *words)
        nothing = [(os.POSIX_SPAWN_OPEN, descriptor, os.devnull, os.O_RDWR, 0) for descriptor in range(3)]
        # importing `subprocess` would take longer than the work of most commands
        os.posix_spawn(command[0], command, environment, file_actions=nothing, setsid=True)


def main(state: Path, *options: str) -> None:
    """Wait until no more changes are made, and sync; again if some are made meanwhile."""
    import subprocess  # only this process needs it

    unsent, sent = _unsent(state), 0
    command, environment = start_of("tui_pod", "sync", "--state", state, *options)
    with suppress(BlockingIOError, subprocess.TimeoutExpired):  # another process was faster; something hangs
        while sent != unsent.stat().st_mtime_ns:
            with locked(unsent, BlockingIOError()):
                by = time.monotonic() + BY
                while (left := min(unsent.stat().st_mtime + AFTER - time.time(), by - time.monotonic())) > 0:
                    time.sleep(left)
                sent = unsent.stat().st_mtime_ns
                subprocess.run(command, env=environment, timeout=LIMIT, check=False)


def lock_file(state: Path) -> Path:
    """Return the file whose lock a sync holds, beside the state."""
    return state.with_name(f"{state.name}.sync-lock")


def record_file(state: Path) -> Path:
    """Return the file that says when the last sync was; there is none before the first."""
    return state.with_name(f"{state.name}.synced")


def _unsent(state: Path) -> Path:
    """Return the file whose time is that of the last change."""
    return state.with_name(f"{state.name}.unsent")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
