"""Detect changes of the feeds' database without opening it by SQLite, which would slow the start down."""

from __future__ import annotations

import os
from _thread import allocate_lock  # importing `threading` takes longer than all of this
from pathlib import Path

DATABASE = "feeds.sqlite"
BACKUP = "feeds.opml"

_lock = allocate_lock()
_held: tuple[tuple[int, int], int] | None = None


def generation(file: Path) -> tuple[int, int] | None:
    """Return a value from the SQLite header that changes with the library of feeds; None if there is no database."""
    try:
        with _lock:
            head = os.pread(_descriptor(file), 72, 0)
    except OSError:
        return None
    return int.from_bytes(head[60:64], "big"), int.from_bytes(head[68:72], "big")


def _descriptor(file: Path) -> int:
    """Return a descriptor that stays open: closing one would drop the locks that SQLite holds on the file."""
    global _held
    found = os.stat(file)
    identity = found.st_dev, found.st_ino
    if _held is None or _held[0] != identity:
        opened = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        if _held is not None:
            os.close(_held[1])
        _held = identity, opened
    return _held[1]
