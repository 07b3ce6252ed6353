"""A terminal around a program: what it paints, and how long after a key.

It keeps the bytes and draws nothing, which would take the time of what is measured: a list paints a title in one
piece, and so it is found in them. The torture's terminal has a screen to look at.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.processes import cpu_time, tree

SIZE = (120, 40)
"""Columns and rows."""

QUIET = 0.06
"""Seconds without a byte after which a repaint is over."""

KEYS = {
    "enter": "\r", "tab": "\t", "escape": "\x1b", "space": " ", "backspace": "\x7f", "down": "\x1b[B",
    "pagedown": "\x1b[6~", "home": "\x1b[H", "right": "\x1b[C",
}  # fmt: skip
"""What a terminal sends for keys that are no letters."""

_KEPT = ("PATH", "LD_LIBRARY_PATH", "SSL_CERT_FILE")

_FOLDERS = {
    "HOME": "", "XDG_CONFIG_HOME": ".config", "XDG_DATA_HOME": ".local/share", "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache", "XDG_RUNTIME_DIR": ".run",
}  # fmt: skip

_ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # frames can be held until they are whole
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[6n": b"\x1b[1;1R",
}


class NotPainted(Exception):
    """What should have been painted was not."""


def environment(home: Path) -> dict[str, str]:
    """Return an environment with a home of its own, and nothing that changes how a Python starts."""
    for folder in _FOLDERS.values():
        (home / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    return {
        **{key: os.environ[key] for key in _KEPT if key in os.environ},
        **{key: str(home / folder) for key, folder in _FOLDERS.items()},
        "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
        "PYTHONHASHSEED": "0",  # the same instructions each time
    }  # fmt: skip


class Terminal:
    """A program in a pseudo terminal."""

    def __init__(self, command: Sequence[str], variables: Mapping[str, str]) -> None:
        self._master, slave = os.openpty()
        columns, rows = SIZE
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            command, env=dict(variables), cwd="/", stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # mpv shows its time to a foreground terminal only
        )  # fmt: skip
        os.close(slave)
        self._is_open = True
        self._sends_application_keys = False
        self.painted = b""
        """What came since the last key that was timed, or since `forget`."""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        """The program's process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the program runs."""
        return self._process.poll() is None

    def cpu(self) -> float:
        """Return the seconds of CPU used so far."""
        return cpu_time(self.pid)

    def wait_for(self, pattern: str, timeout: float = 60.0) -> float:
        """Wait until a pattern is painted; return the seconds since the start.

        Raises:
            NotPainted: it was not, or the program has ended.
        """
        limit = time.monotonic() + timeout
        while not re.search(pattern.encode(), self.painted):
            if time.monotonic() > limit or not self._is_open:
                end = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.painted[-3000:].decode("utf-8", "replace"))
                raise NotPainted(f"“{pattern}” was not painted, but: {end}")
            self._read(0.5)
        return time.monotonic() - self.started

    def press(self, *keys: str, pause: float = 0.05) -> None:
        """Press keys one after the other; after each, read for so many seconds."""
        for key in keys:
            with contextlib.suppress(OSError):  # it may have ended
                os.write(self._master, self._sent_for(key))
            self.rest(pause)

    def rest(self, seconds: float) -> int:
        """Read what comes for so many seconds; return how many bytes that was."""
        limit, before = time.monotonic() + seconds, len(self.painted)
        while (left := limit - time.monotonic()) > 0 and self._is_open:
            self._read(left)
        return len(self.painted) - before

    def wait_for_end(self, timeout: float) -> float:
        """Read until the program has ended; return the seconds that took.

        Raises:
            NotPainted: it goes on.
        """
        began = time.monotonic()
        while self.is_alive:
            if time.monotonic() - began > timeout:
                raise NotPainted(f"did not end within {timeout:g} s")
            if not self._read(0.002):
                time.sleep(0.001)
        return time.monotonic() - began

    def time_key(self, key: str, expected: str = "", timeout: float = 10.0) -> tuple[float, float]:
        """Press a key; return the seconds until its repaint was over, and those of CPU that it took.

        Args:
            key: the key.
            expected: what the repaint paints, of a program that also writes without a key; it is over with that.
            timeout: seconds that it may take to begin.

        Raises:
            NotPainted: nothing came of it.
        """
        self.forget()
        used, began = self.cpu(), time.monotonic()
        self.press(key, pause=0.0)
        if expected:
            self.wait_for(expected, timeout)
        elif not self._read(timeout):
            raise NotPainted(f"nothing came of the key {key}")
        last = time.monotonic()
        if expected:
            self.rest(QUIET)
        while not expected and self._read(QUIET):
            last = time.monotonic()
        return last - began, self.cpu() - used

    def forget(self) -> None:
        """Drop what was painted up to now."""
        self.painted = b""

    def end(self) -> None:
        """End the program at once."""
        self._process.kill()
        self._process.wait()
        self._is_open = False
        with contextlib.suppress(OSError):
            os.close(self._master)
        self._master = -1

    def _sent_for(self, key: str) -> bytes:
        sent = KEYS.get(key, key)
        if self._sends_application_keys and re.fullmatch(r"\x1b\[[A-D]", sent):
            sent = f"\x1bO{sent[-1]}"
        return sent.encode()

    def _read(self, timeout: float) -> bool:
        """Take in what comes within so many seconds; return whether anything did."""
        if not self._is_open or not select.select([self._master], [], [], max(0.0, timeout))[0]:
            return False
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:  # the last that had the terminal is gone
            data = b""
        self._is_open = bool(data)
        self.painted += data
        if b"\x1b[?1h" in data or b"\x1b[?1l" in data:
            self._sends_application_keys = data.rfind(b"\x1b[?1h") > data.rfind(b"\x1b[?1l")
        for question, answer in _ANSWERS.items():
            if question in data:
                os.write(self._master, answer)
        return self._is_open


def rest_together(seconds: float, *terminals: Terminal) -> list[int]:
    """Read what comes from several programs for the same so many seconds; return how many bytes each wrote."""
    with ThreadPoolExecutor(len(terminals)) as pool:
        return list(pool.map(lambda terminal: terminal.rest(seconds), terminals))


def used_together(seconds: float, *terminals: Terminal) -> list[tuple[float, float]]:
    """Return for each program the percent of a core that it uses for so many seconds, and what it writes a second."""
    before = [terminal.cpu() for terminal in terminals]
    written = rest_together(seconds, *terminals)
    return [
        ((terminal.cpu() - former) / seconds * 100, count / seconds)
        for terminal, former, count in zip(terminals, before, written, strict=True)
    ]


def settle(terminal: Terminal, seconds: float = 5.0) -> None:
    """Wait, at least so long, for what the program does after its first paint: a process of its own fills the index."""
    terminal.rest(seconds)
    before = -1.0
    while len(tree(terminal.pid)) > 2 or terminal.cpu() - before > 0.01:
        before = terminal.cpu()
        terminal.rest(0.5)
