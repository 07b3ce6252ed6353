"""The picture of the first screen, kept by the last run: what a client paints while the app loads, if it is true.

It is true for one size, terminal, day and command line, while every file that a start reads is as it was. Anything
else, a damaged picture too, is as if there were none. Imports nothing of the app.
"""

from __future__ import annotations

import contextlib
import os
import time
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import tui_pod
from tui_pod.config.paths import Paths
from tui_pod.feeds.store.generation import DATABASE, generation
from tui_pod.terminal.protocol import VARIABLES

if TYPE_CHECKING:
    from argparse import Namespace

LIMIT = 1_000_000
"""Bytes of a picture at most; one of 200×50 has 40,000."""


def picture_file(paths: Paths) -> Path:
    """Return where the picture of the apps on a state file is kept."""
    return paths.cache / f"first-screen-{zlib.crc32(os.fsencode(paths.state)):08x}"


def read_picture(paths: Paths, options: Namespace, size: tuple[int, int]) -> bytes:
    """Return what paints the first screen at so many columns and rows; empty: nothing is known that is true."""
    try:
        with picture_file(paths).open("rb") as file:
            content = file.read(LIMIT)
        checksum, _, rest = content.partition(b"\n")
        if int(checksum, 16) != zlib.crc32(rest):
            return b""
        head, _, picture = rest.partition(b"\0")
        circumstances, *files = os.fsdecode(head).splitlines()
        known = circumstances == _circumstances(options, size)
        return picture if known and all(stamp(Path(line.partition(" ")[2])) == line for line in files) else b""
    except (OSError, ValueError):
        return b""


def write_picture(paths: Paths, options: Namespace, size: tuple[int, int], stamps: Iterable[str], picture: str) -> None:
    """Keep a picture, which was drawn from files with these stamps; where that fails there is none."""
    rest = os.fsencode("\n".join((_circumstances(options, size), *stamps))) + b"\0" + picture.encode("utf-8", "replace")
    file = picture_file(paths)
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.write_bytes(b"%08x\n" % zlib.crc32(rest) + rest)  # a torn file fails its checksum


def _circumstances(options: Namespace, size: tuple[int, int]) -> str:
    """Return what the first screen depends on besides files, in one line."""
    names = (*VARIABLES, "TZ", *sorted(name for name in os.environ if name.startswith("TEXTUAL")))
    variables = [(name, os.environ.get(name)) for name in names]
    given = [*map(os.path.abspath, options.catalog), options.config and os.path.abspath(options.config)]
    program = tui_pod.__version__, os.stat(tui_pod.__file__).st_mtime_ns
    return ascii((*program, *size, given, variables, time.strftime("%Y-%m-%d %z")))


def stamp(path: Path) -> str:
    """Return a line that changes with a file; of the feeds, with what is shown of them."""
    if path.name == DATABASE:
        return f"{generation(path)} {path}".replace(", ", ",")
    try:
        found = os.stat(path)
    except OSError:
        return f"- {path}"
    return f"{found.st_mtime_ns}:{found.st_size}:{found.st_ino} {path}"
