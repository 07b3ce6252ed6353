"""Read what was exported from another player, whatever kind of file it is. Waits for the disk."""

from __future__ import annotations

import os
from pathlib import Path

from tui_pod.core.text.clean import clean
from tui_pod.feeds.formats.model import FeedError
from tui_pod.feeds.formats.opml import MAX_OPML, parse_opml
from tui_pod.feeds.imports.databases import HEAD, read_database
from tui_pod.feeds.imports.model import Imported, ImportFault
from tui_pod.runtime.files import read_bytes, read_start

ENDINGS = (".opml", ".xml", ".db", ".sqlite", ".sqlite3", ".zip")
"""Of files that are exports, or of which it can be said why they are none."""

ARCHIVE = b"PK\3\4"
"""How a zip file begins."""


def is_export(path: str) -> bool:
    """Return whether a file is taken for an export: by its name, or since it is a database."""
    if not os.path.isfile(path):
        return False
    try:
        return path.lower().endswith(ENDINGS) or read_start(Path(path)).startswith(HEAD)
    except OSError:
        return False


def read_export(path: Path) -> Imported:
    """Return what an export holds.

    Raises:
        ImportFault: it is none, or cannot be read.
    """
    shown = clean(str(path), 100)
    try:
        start = read_start(path)
        if start.startswith(HEAD):
            return read_database(path)
        if start.startswith(ARCHIVE):
            raise ImportFault(f"{shown} is an archive. Unpack it, and import the list or the database that is in it.")
        return parse_export(read_bytes(path, MAX_OPML))
    except FeedError as error:
        raise ImportFault(f"{shown}: {error}") from None
    except OSError as error:
        raise ImportFault(f"{shown}: {error.strerror or error}") from None


def parse_export(content: bytes) -> Imported:
    """Return the podcasts in a list. Raises `FeedError` when it is no OPML."""
    outline = parse_opml(content)
    return Imported("", outline.entries, faults=outline.faults)
