"""Tell whether the database of feeds has changed, without opening it. Imports nothing: it runs at start-up."""

from __future__ import annotations

from pathlib import Path

DATABASE = "feeds.sqlite"
BACKUP = "feeds.opml"


def generation(file: Path) -> tuple[int, int] | None:
    """Return a value that changes with the library of feeds, from the SQLite header; None: no database."""
    try:
        with file.open("rb") as opened:
            head = opened.read(72)
    except OSError:
        return None
    return int.from_bytes(head[60:64], "big"), int.from_bytes(head[68:72], "big")
