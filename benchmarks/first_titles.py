"""Run a program until its first titles are painted, tell what that took, and leave at that point.

    first_titles.py MARKER REPORT PROGRAM [ARGUMENT…]

Runs in the measured process; PROGRAM is `tui-pod`, `client`: the process that holds its terminal and may have a saved
screen to paint, or `bare`: a Textual app that shows its argument. It knows the threads through which Textual and the
program write to the terminal, and imports nothing of the program before its turn.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from typing import Any


def main() -> int:
    """Watch what is painted, and start the program."""
    marker, report, program = sys.argv[1:4]
    del sys.argv[1:4]
    start = threading.Thread.start

    def watched_start(thread: Any) -> None:
        if thread.name in ("textual-output", "terminal-output"):
            write = thread.write

            def watched_write(text: str) -> None:
                write(text)
                if marker in text:
                    leave(thread, report)

            thread.write = watched_write
        start(thread)

    threading.Thread.start = watched_start  # type: ignore[assignment, method-assign]
    if program == "bare":
        return run_bare(sys.argv[1])
    from tui_pod.cli.main import main as run

    sys.argv[0] = "tui-pod"
    if program == "tui-pod":
        os.environ["TUI_POD_ONE_PROCESS"] = "1"
        return run()
    watch_client(marker, report)
    return run()


def watch_client(marker: str, report: str) -> None:
    """Leave once the client has painted the marker; the app behind it leaves once it has sent the saved screen."""
    fork, write, sendall = os.fork, os.write, socket.socket.sendall
    apps: list[int] = []
    painted = b""

    def watched_fork() -> int:
        if (probe := fork()) == 0:
            os._exit(0)  # what is counted before the fork, valgrind counts for each process after it
        os.waitpid(probe, 0)
        apps.append(fork())
        return apps[-1]

    def watched_write(descriptor: int, data: bytes) -> int:
        nonlocal painted
        count = write(descriptor, data)
        painted += data[:count]
        if marker.encode() in painted:
            used = os.wait4(apps[-1], 0)[2]
            leave(None, report, used.ru_utime + used.ru_stime)
        return count

    def watched_sendall(line: socket.socket, data: bytes) -> None:
        sendall(line, data)
        os._exit(0)

    os.fork, os.write, socket.socket.sendall = watched_fork, watched_write, watched_sendall  # type: ignore[assignment, method-assign]


def leave(thread: Any, report: str, others: float = 0.0) -> None:
    """Write down the seconds of CPU and the time on the monotonic clock, once all is written, and end the process.

    Args:
        thread: what writes to the terminal; None: it is written.
        report: the file to write to.
        others: seconds of CPU that another process of the program has used.
    """
    clock = time.monotonic()
    if thread is not None:
        thread.stop()
        clock = time.monotonic()
    with open(report, "w", encoding="ascii") as file:
        file.write(f"{time.process_time() + others} {clock}")
    os._exit(0)


def run_bare(text: str) -> int:
    """Run the least that a Textual app can be: one that shows a text."""
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Bare(App[None]):
        def compose(self) -> ComposeResult:
            yield Static(text)

    Bare().run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
