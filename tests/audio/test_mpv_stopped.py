"""The process is stopped and goes on: the player tells the position as before."""

import os
import select
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

from tests.patience import PATIENCE, wait_until
from tui_pod.audio.mpv_player import POLL

ROOT = Path(__file__).parents[2]

PLAY = """
import signal, sys
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
sys.stdin.read()
"""


def test_signal_that_comes_to_the_thread_which_looks_at_the_position_does_not_end_that(tmp_path: Path) -> None:
    """It interrupts a wait whose time is over by then, after which `SimpleQueue.get` waits for ever."""
    silence = tmp_path / "silence.wav"
    with wave.open(str(silence), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 8000 * 60))
    program = [sys.executable, "-c", PLAY, str(silence)]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as player:
        assert player.stdout is not None
        told = player.stdout.fileno()
        try:
            read_lines(told, 3)
            for _ in range(3):
                player.send_signal(signal.SIGSTOP)
                os.waitid(os.P_PID, player.pid, os.WSTOPPED)
                let_pass(2 * POLL)
                while has_more(told, 0.0):
                    os.read(told, 4096)
                player.send_signal(signal.SIGCONT)
                read_lines(told, 3)
        finally:
            player.kill()


def let_pass(seconds: float) -> None:
    """Wait until a wait for so many seconds is over."""
    over = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > over, "it is over")


def read_lines(told: int, count: int) -> None:
    """Read so many lines that come from now on."""
    while count > 0:
        assert has_more(told, PATIENCE)
        count -= os.read(told, 4096).count(b"\n")


def has_more(told: int, seconds: float) -> bool:
    """Return whether there is something to read within so many seconds."""
    return bool(select.select([told], [], [], seconds)[0])
