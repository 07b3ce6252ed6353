"""A program on a terminal of its own: keys go in, and what a listener would see comes out, with the time of it."""

import contextlib
import ctypes
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Self, TypeVar

import pyte

from tests.patience import PATIENCE
from tui_pod.core.text.escapes import ASK_KIND, KEYS_ASKED, KEYS_WANTED
from tui_pod.terminal.client import SWITCH

T = TypeVar("T")

WIDTH, HEIGHT = 120, 40

_UNKNOWN = re.compile(rb"\x1b\[[<=>?][0-9;]*u|\x1b\[\?[0-9;]*(?:\$p|n)|\x1b[P_\]].*?(?:\x07|\x1b\\)", re.DOTALL)
"""Sequences that pyte would print: the keyboard protocol, mode requests, and what goes to the terminal's title."""

_ASKS_FOR_CODES = KEYS_ASKED.encode(), KEYS_WANTED.encode()

_PLACE = re.compile(r"^ +(\d+):(\d\d)(?::(\d\d))? ▐")
_SPEED = re.compile(r"([\d.]+)×")
_ROW = re.compile(r"[│▌▎ ]([▶‖◌○◐✓]) (Part \d+)\b.*? (−?\d[\d:]*)(?: / \?)? *│")


class NeverCame(AssertionError):
    """What should have shown did not."""


def obey_permissions() -> None:
    """Have files closed to root too, from the next program on that this process runs."""
    if os.geteuid() == 0 and sys.platform == "linux":
        for capability in (1, 2):  # to write and to read whatever the permissions
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


class Bar(NamedTuple):
    """What the playback bar says."""

    mark: str
    """▶ playing, ‖ paused, ◌ loading."""
    title: str
    position: int
    """Whole seconds."""
    speed: float


class Terminal:
    """A program with a terminal; it is the leader of its session, so that closing the terminal hangs it up."""

    says_its_kind = True
    """Whether it answers what every terminal answers."""

    patience = PATIENCE
    """Seconds that `until` waits unless told otherwise."""

    def __init__(
        self,
        command: Sequence[str],
        variables: Mapping[str, str],
        folder: Path,
        size: tuple[int, int] = (WIDTH, HEIGHT),
    ) -> None:
        width, height = size
        self._screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self._screen)
        self._lines: list[str] | None = None  # what is on the screen, until it changes
        self._rest = b""
        self._speed = 1.0
        self.raw = b""
        """The end of what the program wrote."""
        self.wants_codes = False
        """Whether it asked for keys in the form of kitty's protocol."""
        self.status: int | None = None
        """How it ended: an exit status, or a signal's number as a negative one; None: it runs."""
        self._app: int | None = None
        self._has_client = not variables.get(SWITCH)
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(folder)
                obey_permissions()
                os.execvpe(command[0], list(command), dict(variables))
            finally:
                os._exit(127)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.close()

    def press(self, keys: str | bytes) -> None:
        """Type keys."""
        with contextlib.suppress(OSError):  # the program may have ended
            os.write(self._master, keys.encode() if isinstance(keys, str) else keys)

    def look(self, seconds: float = 0.0) -> bool:
        """Take in what the program writes, for so many seconds; return whether the screen may have changed."""
        until = time.monotonic() + seconds
        has_changed = False
        while self._master >= 0:
            left = max(0.0, until - time.monotonic())
            if not select.select([self._master], [], [], left)[0]:
                break
            try:
                data = os.read(self._master, 65536)
            except OSError:  # the last process that had the terminal is gone
                data = b""
            if not data:
                time.sleep(left)
                break
            self._feed(data)
            if self.says_its_kind and ASK_KIND.encode() in data:
                self.press("\x1b[?62;22c")
            has_changed = True
            if seconds == 0.0:
                break
        return has_changed

    def resize(self, height: int, width: int) -> None:
        """Change the size; what is shown afterwards was drawn for it."""
        self._screen.erase_in_display(2)
        self._lines = None
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def _feed(self, data: bytes) -> None:
        self.raw = (self.raw + data)[-100_000:]
        self.wants_codes = self.wants_codes or any(each in self.raw for each in _ASKS_FOR_CODES)
        data = _UNKNOWN.sub(b"", self._rest + data)
        cut = data.rfind(b"\x1b", -200)  # a sequence may be cut in two by the read
        cut = len(data) if cut < 0 or re.match(rb"\x1b(\[[0-9;:?]*[A-Za-z]|[^\[\]P_])", data[cut:]) else cut
        self._rest = data[cut:]
        self._stream.feed(data[:cut])
        self._lines = None

    @property
    def lines(self) -> list[str]:
        """What is on the screen."""
        if self._lines is None:  # `Screen.display` measures each character; a wide one is followed by ""
            rows, columns = (self._screen.buffer[y] for y in range(self._screen.lines)), range(self._screen.columns)
            self._lines = ["".join([row[x].data for x in columns]) for row in rows]
        return self._lines

    def background_at(self, row: int, column: int) -> str:
        """Return the background of a cell: six hexadecimal digits, or the name of a colour."""
        return str(self._screen.buffer[row][column].bg)

    @property
    def text(self) -> str:
        """What is on the screen, in one piece."""
        return "\n".join(map(str.rstrip, self.lines))

    def until(self, found: Callable[[], T | None], what: str, patience: float | None = None) -> T:
        """Look on until something is so, and return it.

        Raises:
            NeverCame: it did not come about.
        """
        limit = time.monotonic() + (self.patience if patience is None else patience)
        while not (answer := found()):
            if time.monotonic() > limit:
                raise NeverCame(f"never came about: {what}\n{self.text}")
            if not self.is_running() and not found():
                raise NeverCame(f"ended ({self.status}) before it came about: {what}\n{self.text}")
            self.look(0.02)
        return answer

    def begin(self) -> None:
        """Look on until the list is there.

        Raises:
            RuntimeError: the app does not even start.
        """
        try:
            self.until(self.rows, "the list")
        except NeverCame as error:
            raise RuntimeError(str(error)) from None

    def shows(self, *words: str) -> bool:
        """Return whether all these are on the screen."""
        text = self.text
        return all(word in text for word in words)

    @property
    def is_raw(self) -> bool:
        """Whether the program gets ctrl+c as a key."""
        return not termios.tcgetattr(self._master)[3] & termios.ISIG

    def bar(self) -> Bar | None:
        """Return what the playback bar says; None while nothing is loaded, or a dialog hides it."""
        lines = self.lines
        row = next((row for row in (-5, -4, -3, -2) if _PLACE.match(lines[row])), None)  # of five lines to two
        if row is None:
            return None
        title, bar = lines[row - 1], lines[row]
        place, speed = _PLACE.match(bar), _SPEED.search(bar)
        if place is None or title[1:2] not in "▶‖◌" or " resumes" in title:  # heard last, not loaded
            return None
        if speed is not None:  # else a notice lies over it
            self._speed = float(speed[1])
        numbers = [int(part) for part in place.groups() if part is not None]
        seconds = 0
        for number in numbers:
            seconds = seconds * 60 + number
        found = re.match(r"Part \d+", title[3:])
        return Bar(title[1], found[0] if found else title[3:40].strip(), seconds, self._speed)

    def play_to(self, position: int) -> Bar:
        """Look on until the bar says at least so many seconds, and return it."""
        return self.until(lambda: bar if (bar := self.bar()) and bar.position >= position else None, f"{position} s")

    def rows(self) -> dict[str, str]:
        """Return the mark of each episode in the list that can be seen whole, by its title."""
        return {match[2]: match[1] for line in self.lines if (match := _ROW.search(line))}

    def is_running(self) -> bool:
        """Return whether the program has not ended."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is None

    @property
    def app(self) -> int:
        """The process of the app: the client's child, or the program itself where it holds its terminal."""
        if self._app is None and self._has_client:
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
            with contextlib.suppress(OSError):
                self._app = next((int(child) for child in children.read_text("ascii").split()), None)
        return self.pid if self._app is None else self._app

    def send(self, number: signal.Signals, to: int | None = None) -> None:
        """Send a signal to a process, by default to the program that was started, as a shell does."""
        if self.is_running():
            os.kill(self.pid if to is None else to, number)

    def kill(self) -> None:
        """End the program at once, and the app behind it first, as kill -9 does; not an app that was left."""
        if self.is_running():
            with contextlib.suppress(ProcessLookupError):  # the client is about to end, too
                os.kill(self.app, signal.SIGKILL)
        self.send(signal.SIGKILL)
        self.wait(5.0)

    def wait(self, seconds: float | None = None) -> float | None:
        """Wait for the program's end, as long as `until`; return how many seconds it took, None: it did not end."""
        began, patience = time.monotonic(), self.patience if seconds is None else seconds
        while self.is_running():
            if time.monotonic() - began > patience:
                return None
            self.look(0.005) if self._master >= 0 else time.sleep(0.005)
        return time.monotonic() - began

    def close(self) -> None:
        """Close the terminal, as a listener closes a window."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1
