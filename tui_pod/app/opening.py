"""The screen while a large library is read without a cache: it shows the progress, and can be quit.

Another process reads the catalogues and the podcasts and writes the cache, so that this one can answer keys. It
draws without Textual, which takes a quarter of a second to import.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import tempfile
import termios
import tty
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

from tui_pod.config.paths import Paths
from tui_pod.core.library.library import CatalogsError
from tui_pod.core.text.escapes import CLEAR_LINE, ENTER, ESC, HOME, RESTORE, SCREEN_MODES
from tui_pod.library.reload import FAULTY
from tui_pod.runtime.subprocesses import running, start_of

TICK = 0.2
"""Seconds between two looks at the terminal's size."""

TABS = " 1 Library  2 Queue  3 Statistics  4 Bookmarks"
READING = "Reading the library … {} %"
BAR = 24
"""Cells of the bar under it."""
ONCE = "Later starts read it from the cache."
KEYS = " q Quit  esc Quit"

ENDS = (signal.SIGTERM, signal.SIGHUP)


def fill_cache(catalogs: Sequence[Path], paths: Paths, is_ascii: bool) -> bool:
    """Have another process read the library into the cache, and show its progress; return False if the listener quits.

    Afterwards the screen stays as it is, for the app to draw over. The cache may be missing if it cannot be written.

    Raises:
        CatalogsError: with the faults of all catalogues.
    """
    command, environment = start_of("tui_pod.library.reload", paths.cache, paths.data, *catalogs)
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with (
        _own_screen() as keep,
        tempfile.TemporaryFile() as faults,
        running(command, env=environment, stdin=nothing, stdout=pipe, stderr=faults) as process,
    ):
        assert process.stdout is not None
        if not _wait(process.stdout, is_ascii):
            return False
        if process.wait() == FAULTY:
            faults.seek(0)
            raise CatalogsError(faults.read().decode("utf-8", "replace").splitlines())
        keep()
    return True


def _wait(told: IO[bytes], is_ascii: bool) -> bool:
    """Show the percentage until the other process has nothing more to tell; return False if the listener quits."""
    shown: tuple[str, os.terminal_size] | None = None
    percent = "0"
    while True:
        size = os.get_terminal_size(1)
        if (percent, size) != shown:
            shown = percent, size
            os.write(1, draw(size, int(percent), is_ascii).encode())
        ready, _, _ = select.select([0, told.fileno()], [], [], TICK)
        if 0 in ready and _quits(os.read(0, 1024)):
            return False
        if told.fileno() in ready:
            lines = os.read(told.fileno(), 1024).split()
            if not lines:
                return True
            percent = lines[-1].decode()


def _quits(keys: bytes) -> bool:
    """Return whether one of these keys quits; nothing at all means that the terminal is gone."""
    return keys in (b"", ESC.encode()) or (not keys.startswith(ESC.encode()) and bool({*keys} & {*b"q\x03"}))


def draw(size: tuple[int, int], percent: int, is_ascii: bool) -> str:
    """Return what paints the library's screen without its content at `size` (columns, rows)."""
    width, height = size
    text, full = READING.format(percent), percent * BAR // 100
    lines = (
        [TABS, *_panes(width, height - 5, [text, "━" * full + "╌" * (BAR - full), ONCE]), "", "", "", KEYS]
        if width >= 40 and height >= 12
        else [text]
    )
    if is_ascii:
        lines = [line.translate(_ASCII) for line in lines]
    lines += [""] * (height - len(lines))
    return HOME + "\r\n".join(f"{CLEAR_LINE}{line[:width]}" for line in lines[:height])


_ASCII = str.maketrans({**dict.fromkeys("╭╮╰╯", "+"), "─": "-", "│": "|", "…": "...", "━": "=", "╌": "-"})


def _panes(width: int, height: int, texts: Sequence[str]) -> Iterator[str]:
    """Yield the lines of empty panes with texts in the middle of the last one: the tree and the list, or the list."""
    widths = [width // 4, width - width // 4] if width >= 60 else [width]
    yield "".join(f"╭{'─' * (each - 2)}╮" for each in widths)
    first = (height - 2 - len(texts)) // 2
    for row in range(height - 2):
        text = texts[row - first] if 0 <= row - first < len(texts) else ""
        yield "".join(f"│{'':{each - 2}}│" for each in widths[:-1]) + f"│{text:^{widths[-1] - 2}}│"
    yield "".join(f"╰{'─' * (each - 2)}╯" for each in widths)


@contextlib.contextmanager
def _own_screen() -> Iterator[Callable[[], None]]:
    """Take the terminal and yield a function that leaves the screen to the app; else it is restored at the end."""
    attributes = termios.tcgetattr(0)
    former = {number: signal.signal(number, _end) for number in ENDS}
    restored = RESTORE

    def keep() -> None:
        nonlocal restored
        restored = ""

    try:
        tty.setcbreak(0, termios.TCSANOW)
        os.write(1, (ENTER + SCREEN_MODES).encode())
        yield keep
    finally:
        with contextlib.suppress(OSError, termios.error):  # the terminal may be gone
            os.write(1, restored.encode())
            termios.tcsetattr(0, termios.TCSANOW, attributes)
        for number, handler in former.items():
            signal.signal(number, handler)


def _end(number: int, _: object) -> None:
    raise SystemExit(128 + number)
