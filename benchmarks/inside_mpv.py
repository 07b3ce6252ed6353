"""Play with python-mpv and nothing else, and tell how long libmpv itself takes: the floor of play, seek and playing.

    inside_mpv.py REPORT FILE FILE…

Runs in the measured process. The report is JSON, its times are seconds. After the report it plays on and asks for the
position as often as any player must, until a line is read; then a bare Textual app shows that position each second.
"""

from __future__ import annotations

import json
import locale
import select
import sys
import threading
import time
from pathlib import Path
from typing import Any, ClassVar

POLL = 0.25
"""Seconds: a pause between two sentences is seen within so many."""


def main() -> None:
    """Play the files in turn, then seek in the last one."""
    import mpv

    locale.setlocale(locale.LC_NUMERIC, "C")
    player = mpv.MPV(ao="null", video="no", keep_open="yes")
    has_begun = threading.Event()
    player.register_event_callback(
        lambda event: has_begun.set() if event.event_id.value == mpv.MpvEventID.PLAYBACK_RESTART else None
    )

    def timed(*command: str) -> float:
        has_begun.clear()
        began = time.perf_counter()
        player.command(*command)
        has_begun.wait(10.0)
        took = time.perf_counter() - began
        time.sleep(0.1)
        return took

    plays = [timed("loadfile", name) for name in sys.argv[2:]]
    seeks = [timed("seek", f"{40 * (place % 5) + 20}", "absolute+exact") for place in range(12)]
    Path(sys.argv[1]).write_text(json.dumps({"play": plays[1:], "seek": seeks}), "utf-8")
    timed("seek", "0", "absolute")
    print("playing", flush=True)
    while not select.select([sys.stdin], [], [], POLL)[0]:
        _ = player.time_pos
    input()
    show(player)
    player.terminate()


def show(player: Any) -> None:
    """Show the position until q is pressed."""
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Bare(App[None]):
        BINDINGS: ClassVar[list[Any]] = [("q", "quit")]

        def compose(self) -> ComposeResult:
            yield Static("shown")

        def on_mount(self) -> None:
            self.set_interval(1.0, lambda: self.query_one(Static).update(f"{player.time_pos:.0f} s"))

    Bare().run()


if __name__ == "__main__":
    main()
