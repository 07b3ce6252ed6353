"""The app with something changed for a trial: a mutant of it, more options for libmpv, or another pace.

    python -m tests.torture.driven [--mutant=NAME] [--mpv=OPTION=VALUE]… [--poll=SECONDS] [--gap=SECONDS] [--count=FILE]
                                   [--saves=FILE] [--fsync=SECONDS] [--hang=FILE] [--stick=WHERE:FILE] [--shout=FILE]
                                   [--itunes=URL] [--weak-reader] [--look=SECONDS] -- ARGUMENTS

`--itunes` gives iTunes another address. `--look` looks for passages so often.
`--weak-reader` gives the reader of transcripts a pattern that takes
exponential time, and has readers harmed by the words of `tests.harm`. `--shout` lets the bar draw the texts of a JSON
file in turn as they are. `--saves` tells what was acknowledged and when, `--fsync` makes the disk slow, and
`--hang` stops the event loop for good once there is such a file; `--stick` does so with the interpreter lock held,
WHERE an `event` is handled or in a `save`. SIGUSR1 takes its sound device away.
"""

import asyncio
import atexit
import json
import signal
import sys
import threading
import time
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
        elif name == "saves":
            _tell_saves(Path(value))
        elif name == "fsync":
            _slow_down(float(value))
        elif name == "hang":
            _hang_once_there_is(Path(value))
        elif name == "stick":
            _stick_once_there_is(*value.split(":", 1))
        elif name == "shout":
            _shout(json.loads(Path(value).read_text("ascii")))
        elif name == "weak-reader":
            _weaken_reader()
        elif name == "look":
            _look_every(float(value))
        elif name == "itunes":
            _move_itunes(value)
    words = arguments[place + 1 :]
    if words[:1] == ["tui_pod.runtime.limited_worker"]:
        from tui_pod.runtime.limited_worker import main as read

        read(float(words[1]), *map(int, words[2:]))
        return 0
    _let_device_go(mpv_player)
    from tui_pod.cli.main import main as run

    return run(words)


def _look_every(seconds: float) -> None:
    """Look for passages this long after the start, and as often."""
    from tui_pod.services import passages

    passages.FIRST_LOOK = passages.LOOK_AGAIN = seconds


def _count(path: Path) -> None:
    """Write at the end how many positions the player told, and how many saves were made."""
    from tui_pod.core.player.progress_tracker import ProgressTracker
    from tui_pod.state.store import StateFile

    counts = Counter[str]()
    for what, owner, name in (("positions", ProgressTracker, "move"), ("saves", StateFile, "append")):
        setattr(owner, name, _counted(counts, what, getattr(owner, name)))
    atexit.register(lambda: counts and path.write_text(json.dumps(counts), "ascii"))  # the client has none


def _tell_saves(path: Path) -> None:
    """Write a line for each progress whose fsync has returned: when, the episode, and the time of its value."""
    from tui_pod.core.progress.records import ProgressRecord
    from tui_pod.state.store import StateFile

    former = StateFile.append

    def append(self: StateFile, records: Any) -> bool:
        records = list(records)
        is_long = former(self, records)
        found = [
            [record.episode, record.progress.updated.isoformat()]
            for record in records
            if isinstance(record, ProgressRecord)
        ]
        with path.open("a", encoding="ascii") as file:
            file.write("".join(json.dumps([time.monotonic(), *each]) + "\n" for each in found))
        return is_long

    setattr(StateFile, "append", append)  # noqa: B010 - mypy takes no other way


def _slow_down(seconds: float) -> None:
    """Let each sync of the disk take so long, and work that is under way at the end wait for one."""
    from tui_pod.runtime import files
    from tui_pod.services.lifetime import Lifetime

    former, former_close = files.sync_data, Lifetime.close

    def sync_data(descriptor: int) -> None:
        time.sleep(seconds)
        former(descriptor)

    async def close(self: Lifetime) -> None:
        await asyncio.to_thread(time.sleep, seconds)
        await former_close(self)

    files.sync_data = sync_data
    setattr(Lifetime, "close", close)  # noqa: B010


def _hang_once_there_is(path: Path) -> None:
    """Stop the event loop for good, in the handler of an event of the player, once there is a file."""
    from tui_pod.core.playback.controller import PlaybackController

    former = PlaybackController.handle

    def handle(self: PlaybackController, event: Any) -> None:
        if path.exists():
            threading.Event().wait()
        former(self, event)

    setattr(PlaybackController, "handle", handle)  # noqa: B010


def _stick_once_there_is(where: str, path: str) -> None:
    """Stop the interpreter for good, in a C function that holds its lock, once there is a file."""
    import ctypes

    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.runtime import files

    owner: Any = PlaybackController if where == "event" else files
    name = "handle" if where == "event" else "sync_data"
    former = getattr(owner, name)

    def stick(*arguments: Any) -> Any:
        while Path(path).exists():
            ctypes.PyDLL(None).pause()
        return former(*arguments)

    setattr(owner, name, stick)


def _move_itunes(base: str) -> None:
    """Ask iTunes at this address."""
    from functools import partial

    from tui_pod.sources import directories

    for name in ("itunes", "itunes_episodes"):
        setattr(directories, name, partial(getattr(directories, name), base=base))


WEAK = r"(?:<\?[^<>]{0,200}>|<!--.{0,2000}?-->|\s)*<(?:\w{1,20}:)?tt\b"


def _weaken_reader() -> None:
    """Let a pattern of transcripts take exponential time, and all that `harm` names do harm.

    So in this process, the readers and the index that it starts.
    """
    import re

    from tests import harm
    from tui_pod.core.library import transcript
    from tui_pod.runtime import limited_processes, limited_worker, subprocesses
    from tui_pod.services import tasks

    setattr(transcript, "_TTML", re.compile(WEAK, re.DOTALL))  # noqa: B010
    setattr(limited_worker, "_call", lambda function, arguments: harm.read(function, *arguments))  # noqa: B010
    start_of, changes = subprocesses.start_of, [one for one in sys.argv[1:] if one.startswith("--mutant")]

    def start_weak(module: str, *arguments: Any) -> tuple[list[str], dict[str, str]]:
        words = arguments if module == "tui_pod" else (module, *arguments)
        return start_of("tests.torture.driven", *changes, "--weak-reader", "--", *words)

    for module in (limited_processes, tasks):
        setattr(module, "start_of", start_weak)  # noqa: B010


def _shout(texts: list[str]) -> None:
    """Let the playback bar draw these texts in turn, whatever is in them."""
    from itertools import cycle

    from rich.segment import Segment
    from textual.strip import Strip

    from tui_pod.ui.widgets.playback_bar import PlaybackBar

    turns = cycle(texts)
    setattr(PlaybackBar, "render_line", lambda self, y: Strip([Segment(next(turns))]))  # noqa: B010


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
