"""Play with python-mpv and nothing else, and tell how long libmpv itself takes: the floor of play, seek and playing.

    inside_mpv.py REPORT FILE FILE…

Runs in the measured process. The report is JSON, its times are seconds. After the report it plays on until a line is
read, so that what playing takes can be measured.
"""

from __future__ import annotations

import json
import locale
import sys
import threading
import time
from pathlib import Path


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
    input()
    player.terminate()


if __name__ == "__main__":
    main()
