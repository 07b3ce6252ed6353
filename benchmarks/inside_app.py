"""Use the app from within and tell how long things take there: until something sounds, or the loop stands still.

    inside_app.py SCENARIO REPORT [ARGUMENT…]

Runs in the measured process; the arguments go to tui-pod, and the report is JSON. A scenario begins when the first
screen is painted. All times are seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tui_pod.ui.app import TuiPodApp

Report = dict[str, Any]

STEP = 0.001
"""Seconds between two beats of the heart by which a stall is seen."""

SAVES, AFTER_SAVE = 32, 0.1

LONG = 1000.0
"""Seconds of a text that has several pieces."""

PATIENCE = 30.0
"""Seconds that anything may take."""


def main() -> int:
    """Start the app with a scenario in it."""
    scenario, report = SCENARIOS[sys.argv[1]], Path(sys.argv[2])
    del sys.argv[1:3]
    from tui_pod.ui.app import TuiPodApp

    on_ready = TuiPodApp.on_ready

    def tell(found: Report) -> None:
        """Write the report before the client sees the end."""
        report.write_text(json.dumps(found), "utf-8")

    async def act(app: TuiPodApp) -> None:
        found: Report = {}
        try:
            await scenario(app, found)
        except Exception:  # else nobody would hear of it
            found["error"] = traceback.format_exc()
        tell(found)
        app.exit()

    def ready(app: TuiPodApp) -> None:
        on_ready(app)
        app.run_worker(act(app))

    TuiPodApp.on_ready = ready  # type: ignore[assignment, method-assign]
    from tui_pod.cli.main import main as run

    sys.argv[0] = "tui-pod"
    return run()


async def longest_stall(work: Awaitable[object]) -> float:
    """Return the longest time that the event loop stands still while something is awaited."""
    longest = 0.0

    async def beat() -> None:
        nonlocal longest
        last = time.perf_counter()
        while True:
            await asyncio.sleep(STEP)
            now = time.perf_counter()
            longest = max(longest, now - last - STEP)
            last = now

    heart = asyncio.get_running_loop().create_task(beat())
    await asyncio.sleep(5 * STEP)
    longest = 0.0
    await work
    await asyncio.sleep(2 * STEP)
    heart.cancel()
    return longest


async def until(is_so: Callable[[], bool], what: str) -> float:
    """Wait for something; return the seconds it took."""
    began = time.perf_counter()
    while not is_so():
        if time.perf_counter() - began > PATIENCE:
            raise TimeoutError(f"{what}: not within {PATIENCE:g} s")
        await asyncio.sleep(STEP)
    return time.perf_counter() - began


async def sounding(app: TuiPodApp, episode: str, what: str) -> float:
    """Wait until an episode, or its spoken name before it, sounds; return the seconds it took."""

    def is_so() -> bool:
        playback = app.controller.playback
        return playback.episode == episode and "playing" in (playback.status, getattr(playback, "shown_status", ""))

    return await until(is_so, what)


async def load(app: TuiPodApp, found: Report) -> None:
    """The longest stall while libmpv loads, from the first wish to the first sound."""

    async def first_sound() -> None:
        ident = app.controller.library.ids[0]  # makes the listening, which opens libmpv
        app.controller.play(ident)
        await sounding(app, ident, "the first sound")

    found["stall"] = await longest_stall(first_sound())


async def sound(app: TuiPodApp, found: Report) -> None:
    """From a wish to its sound: play, seek, next, and the gap between two episodes."""
    from tui_pod.core.playback.up_next import PlayContext

    controller, ids = app.controller, app.controller.library.ids
    everything = range(len(ids))
    controller.play(ids[0])
    await sounding(app, ids[0], "the first sound")
    found |= {"play": [], "seek": [], "next": [], "gap": []}
    for ident in ids[1:8]:
        await asyncio.sleep(0.3)
        controller.play(ident)
        found["play"].append(await sounding(app, ident, "play"))
    events = _watch(app)
    for place in range(12):
        await asyncio.sleep(0.1)
        events.clear()
        began = time.perf_counter()
        controller.seek_to(40.0 * (place % 5) + 20.0)
        await until(lambda: "SeekFinished" in events, "seek")
        found["seek"].append(events["SeekFinished"] - began)
    controller.play(ids[0], PlayContext(everything, 0))
    await sounding(app, ids[0], "play")
    for ident in ids[1:7]:
        await asyncio.sleep(0.5)  # in which the next one is prepared
        controller.next()
        found["next"].append(await sounding(app, ident, "next"))
    controller.play(ids[8], PlayContext(everything, 8))  # from here on they take 8 s
    await sounding(app, ids[8], "play")
    for ident in ids[9:12]:
        await asyncio.sleep(0.5)
        controller.seek_to(7.0)
        await sounding(app, ident, "the end of an episode")
        found["gap"].append(events["FileLoaded"] - events["FileEnded"])


async def resume(app: TuiPodApp, found: Report) -> None:
    """From the wish to resume a stream to its sound, and how many bytes the server sent until then."""
    from urllib.request import urlopen

    controller, ident = app.controller, app.controller.library.ids[0]
    await asyncio.sleep(1.0)  # the player is there
    controller.play_from(ident, float(os.environ["BENCH_PLACE"]))
    found["resume"] = await sounding(app, ident, "a resumed stream")
    found["read"] = int(await asyncio.to_thread(lambda: urlopen(os.environ["BENCH_SENT"]).read()))


def _watch(app: TuiPodApp) -> dict[str, float]:
    """Return the times of the latest events of the player, which go on changing."""
    handle = app.controller.handle
    seen: dict[str, float] = {}

    def watched(event: Any) -> None:
        seen[type(event).__name__] = time.perf_counter()
        handle(event)

    app.controller.handle = watched  # type: ignore[method-assign]
    return seen


async def cold(app: TuiPodApp, found: Report) -> None:
    """From a wish to the first sound of what must be narrated, with a cold voice."""
    from tui_pod.core.playback.up_next import PlayContext

    controller, ids = app.controller, app.controller.library.ids
    await asyncio.sleep(1.0)  # the player is there
    controller.play(ids[0], PlayContext(range(len(ids)), 0))
    found["cold"] = await sounding(app, ids[0], "a cold narration")


async def narrated(app: TuiPodApp, found: Report) -> None:
    """From a wish to the sound of what must be narrated: with a cold voice, prepared, and made before."""
    controller, ids = app.controller, app.controller.library.ids
    folder = Path(os.environ["XDG_CACHE_HOME"]) / "tui-pod" / "narrations"
    await cold(app, found)
    workers = _children()  # what comes next is made by another one, which ends with it
    await until(lambda: len(list(folder.glob("*.vtt"))) >= 2, "what comes next")
    await asyncio.sleep(1.0)
    controller.next()
    found["next"] = await sounding(app, ids[1], "next")
    await asyncio.sleep(0.5)
    controller.play(ids[0])
    found["cached"] = await sounding(app, ids[0], "a narration made before")
    found["resident"] = max((_memory(pid, "VmRSS") for pid in workers), default=0.0)
    found["peak"] = max((_memory(pid, "VmHWM") for pid in workers), default=0.0)


async def text(app: TuiPodApp, found: Report) -> None:
    """From a wish to the sound of a text, at its start and all over it, and the memory of the app with it."""
    controller, ident = app.controller, os.environ["BENCH_TEXT"]
    await asyncio.sleep(1.0)  # the player is there
    controller.play(ident)
    found["cold"] = await sounding(app, ident, "a text")
    events = _watch(app)
    await asyncio.sleep(3.0)
    if (controller.playback.duration or 0.0) > LONG:
        await until(lambda: events.get("FileLoaded", 0.0) > events.get("FileEnded", inf), "the next piece")
        found["gap"] = events["FileLoaded"] - events["FileEnded"]
        found["jumps"] = []
    duration = controller.playback.duration or 0.0
    for share in (0.5, 0.9, 0.25, 0.75, 0.6) if "jumps" in found else ():
        controller.seek_to(share * duration)
        await asyncio.sleep(0)
        found["jumps"].append(await sounding(app, ident, "a jump"))
        await asyncio.sleep(1.0)
    found["memory"] = _pss()


def _pss() -> float:
    """Return the app's own proportional set size in MiB."""
    return int(Path("/proc/self/smaps_rollup").read_text("ascii").partition("Pss:")[2].split()[0]) / 1024


def _children() -> list[int]:
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # a thread that has just ended
            found += map(int, (task / "children").read_text("ascii").split())
    return found


def _memory(pid: int, kind: str) -> float:
    """Return what a process has in memory, in MiB; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return 0.0
    return int(status.partition(f"{kind}:")[2].split()[0]) / 1024 if kind in status else 0.0


async def save(app: TuiPodApp, found: Report) -> None:
    """The longest stalls after saves of the place while something plays, and those of as many waits without one."""
    controller = app.controller
    ident = controller.library.ids[0]
    await asyncio.sleep(1.0)
    controller.play(ident)
    await sounding(app, ident, "the first sound")

    async def save_once() -> None:
        controller.save()
        await asyncio.sleep(AFTER_SAVE)

    await asyncio.sleep(1.0)
    found["saving"] = [await longest_stall(save_once()) for _ in range(SAVES)]
    found["not saving"] = [await longest_stall(asyncio.sleep(AFTER_SAVE)) for _ in range(SAVES)]


SCENARIOS: dict[str, Callable[[TuiPodApp, Report], Awaitable[None]]] = {
    "load": load,
    "sound": sound,
    "resume": resume,
    "cold": cold,
    "narrated": narrated,
    "text": text,
    "save": save,
}

if __name__ == "__main__":
    sys.exit(main())
