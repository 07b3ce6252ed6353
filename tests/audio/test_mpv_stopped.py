"""The process is stopped and goes on: the player tells the position as before."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

ROOT = Path(__file__).parents[2]

PLAY = """
import signal, sys, time
from tui_pod.audio.mpv_player import MpvPlayer
from tui_pod.core.player.events import PositionChanged
from tui_pod.core.player.snapshot import Source

def tell(event):
    if isinstance(event, PositionChanged):
        print(event.position, flush=True)

def take_signal(_):
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCONT})

signal.signal(signal.SIGCONT, lambda *_: None)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCONT})  # in the threads that come, too
player = MpvPlayer(tell, "null")
player.open()
player._tasks.put(take_signal)  # in the player's own thread alone
player.load(Source(sys.argv[1]), 0.0, 1, False)
time.sleep(60)
"""


def test_signal_that_comes_to_the_thread_which_looks_at_the_position_does_not_end_that(tmp_path: Path) -> None:
    """It interrupts a wait whose time is over by then, after which `SimpleQueue.get` waits for ever."""
    silence = tmp_path / "silence.wav"
    with wave.open(str(silence), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 8000 * 60))
    told = tmp_path / "told"
    with told.open("wb") as output:
        program = [sys.executable, "-c", PLAY, str(silence)]
        player = subprocess.Popen(program, stdout=output, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        wait_for_lines(told, 3)
        for _ in range(3):
            player.send_signal(signal.SIGSTOP)
            time.sleep(0.5)
            player.send_signal(signal.SIGCONT)
            wait_for_lines(told, len(told.read_text("ascii").split()) + 3)
    finally:
        player.kill()
        player.wait()


def wait_for_lines(file: Path, count: int) -> None:
    """Wait until a file has so many lines; fail after ten seconds."""
    until = time.monotonic() + 10
    while len(file.read_text("ascii").split()) < count:
        assert time.monotonic() < until, f"no more than {file.read_text('ascii').split()}"
        time.sleep(0.05)
