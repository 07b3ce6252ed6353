"""Run a program until its first titles are painted, tell what that took, and leave at that point.

    first_titles.py MARKER REPORT PROGRAM [ARGUMENT…]

Runs in the measured process; PROGRAM is `tui-pod`, or `bare`: a Textual app that shows its argument. It knows the
thread through which Textual writes to the terminal, and imports nothing of the program before its turn.
"""

from __future__ import annotations

import os
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
        if thread.name == "textual-output":
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
    return run()


def leave(thread: Any, report: str) -> None:
    """Write down the seconds of CPU and the time on the monotonic clock, once all is written, and end the process."""
    thread.stop()
    with open(report, "w", encoding="ascii") as file:
        file.write(f"{time.process_time()} {time.monotonic()}")
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
