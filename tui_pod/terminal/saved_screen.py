"""The first screen, saved by the last run: a client paints it while the app loads, if it is valid.

It is valid for one size, terminal, day and command line, as long as no file that the start reads has changed. Any
other one, or a damaged one, is ignored. Imports nothing from the app.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
import zlib
from collections.abc import Iterable
from pathlib import Path

import tui_pod
from tui_pod.config.paths import Paths
from tui_pod.runtime import files
from tui_pod.shelf.generation import DATABASE, generation
from tui_pod.terminal.protocol import VARIABLES

TYPE_CHECKING = False  # a start without arguments needs no argparse
if TYPE_CHECKING:
    from argparse import Namespace

LIMIT = 1_000_000
"""Largest saved screen, in bytes; one of 200×50 cells has 40,000."""


_DRAWN = (
    r"(?:\x1b\[[0-9;]*+[Hm]|"
    r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff\U0010eeee])*+"
)
"""Text, styles and moves of the cursor: what a terminal may get from a file that something else may have changed."""


def screen_file(paths: Paths) -> Path:
    """Return the file of the saved screen for a state file."""
    return paths.cache / f"first-screen-{zlib.crc32(os.fsencode(paths.state)):08x}"


def read_screen(paths: Paths, options: Namespace, size: tuple[int, int]) -> bytes:
    """Return what paints the first screen at `size` (columns, rows); empty if there is no valid one."""
    try:
        checksum, _, rest = files.read_start(screen_file(paths), LIMIT).partition(b"\n")
        if int(checksum, 16) != zlib.crc32(rest):
            return b""
        head, _, screen = rest.partition(b"\0")
        circumstances, *stamps = os.fsdecode(head).splitlines()
        known = circumstances == _circumstances(options, size)
        is_true = known and all(stamp(Path(line.partition(" ")[2])) == line for line in stamps)
        return screen if is_true and re.fullmatch(_DRAWN, screen.decode()) else b""
    except (OSError, ValueError):
        return b""


def write_screen(paths: Paths, options: Namespace, size: tuple[int, int], stamps: Iterable[str], screen: str) -> None:
    """Save a screen drawn from files with these stamps; if that fails, there is none."""
    rest = os.fsencode("\n".join((_circumstances(options, size), *stamps))) + b"\0" + screen.encode("utf-8", "replace")
    file = screen_file(paths)
    with contextlib.suppress(OSError):
        files.make_folder(file.parent)
        temp = file.with_name(f".{file.name}.tmp")
        temp.unlink(missing_ok=True)
        temp.touch(0o600, exist_ok=False)
        temp.write_bytes(b"%08x\n" % zlib.crc32(rest) + rest)  # a torn file fails its checksum
        temp.replace(file)  # whatever is in its place


def _circumstances(options: Namespace, size: tuple[int, int]) -> str:
    """Return what the first screen depends on besides files, in one line."""
    names = (*VARIABLES, "TZ", *sorted(name for name in os.environ if name.startswith("TEXTUAL")))
    variables = [(name, os.environ.get(name)) for name in names]
    given = [*map(os.path.abspath, options.catalog), options.config and os.path.abspath(options.config)]
    program = tui_pod.__version__, os.stat(tui_pod.__file__).st_mtime_ns
    return ascii((*program, *size, given, variables, time.strftime("%Y-%m-%d %z")))


def stamp(path: Path) -> str:
    """Return a line that changes with a file; for the feeds' database, only with what is shown from it."""
    if path.name == DATABASE:
        return f"{generation(path)} {path}".replace(", ", ",")
    return f"{':'.join(map(str, files.stamp(path))) or '-'} {path}"
