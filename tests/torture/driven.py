"""The app with something changed for a trial: a mutant of it, more options for libmpv, or another pace.

    python -m tests.torture.driven [--mutant=NAME] [--mpv=OPTION=VALUE]… [--poll=SECONDS] [--gap=SECONDS] [--count=FILE]
                                   -- ARGUMENTS

SIGUSR1 takes its sound device away.
"""

from __future__ import annotations

import atexit
import json
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from tests.torture import mutants


def main(arguments: list[str]) -> int:
    """Change this process as asked and run the program in it."""
    from tui_pod.audio import mpv_options, mpv_player
    from tui_pod.core.player import progress_tracker

    place = arguments.index("--")
    for change in arguments[:place]:
        name, _, value = change.removeprefix("--").partition("=")
        if name == "mutant":
            mutants.apply(value)
        elif name == "mpv":
            option, _, wanted = value.partition("=")
            mpv_options.OPTIONS[option] = wanted
        elif name == "poll":
            mpv_player.POLL = float(value)
        elif name == "gap":
            progress_tracker.LARGEST_GAP = float(value)
        elif name == "count":
            _count(Path(value))
    _let_device_go(mpv_player)
    from tui_pod.cli.main import main as run

    return run(arguments[place + 1 :])


def _count(path: Path) -> None:
    """Write at the end how many positions the player told, and how many saves were made."""
    from tui_pod.core.player.progress_tracker import ProgressTracker
    from tui_pod.state.store import StateFile

    counts = Counter[str]()
    for what, owner, name in (("positions", ProgressTracker, "move"), ("saves", StateFile, "append")):
        setattr(owner, name, _counted(counts, what, getattr(owner, name)))
    atexit.register(lambda: counts and path.write_text(json.dumps(counts), "ascii"))  # the client has none


def _counted(counts: Counter[str], what: str, former: Any) -> Any:
    def call(*arguments: Any) -> Any:
        counts[what] += 1
        return former(*arguments)

    return call


def _let_device_go(player: Any) -> None:
    """Have the sound device vanish at SIGUSR1: libmpv then tries to open one that is not there."""
    handles: list[Any] = []
    former = player.open_mpv

    def open_mpv(*arguments: Any, **options: Any) -> Any:
        handles.append(former(*arguments, **options))
        return handles[-1]

    def lose() -> None:
        for handle in handles:
            handle["ao"] = "alsa"
            handle.command("ao-reload")

    player.open_mpv = open_mpv
    signal.signal(signal.SIGUSR1, lambda *_: threading.Thread(target=lose).start())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
