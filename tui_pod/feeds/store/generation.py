"""Tell whether the library of feeds has changed, without opening its database. Imports nothing: start-up asks."""

from __future__ import annotations

from pathlib import Path

DATABASE = "feeds.sqlite"
BACKUP = "feeds.opml"


def generation(file: Path) -> tuple[int, int] | None:
    """Return what changes whenever the library of feeds does; None when there is no database.

    Read from the file's head (bytes 60 and 68 of the SQLite format), which costs nothing beside opening it.
    """
    try:
        with file.open("rb") as opened:
            head = opened.read(72)
    except OSError:
        return None
    return int.from_bytes(head[60:64], "big"), int.from_bytes(head[68:72], "big")
