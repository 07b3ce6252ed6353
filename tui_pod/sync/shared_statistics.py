"""What was heard on the machines that share a folder: each puts its history there, and keeps copies of the others'.

A stretch of listening has the same key everywhere, so it counts once, however often it arrives. The files have an
ending of their own, which older versions do not read. They only grow, when an app ends.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from pathlib import Path
from time import thread_time

from tui_pod.core.progress.records import HeardRecord
from tui_pod.core.text.clean import is_safe
from tui_pod.runtime import files
from tui_pod.runtime.log import log, logged
from tui_pod.state.fields import HEARD
from tui_pod.state.format import read_heard, record_text
from tui_pod.state.store import StateFile
from tui_pod.sync.folder import machine_of

ENDING = ".heard"

MAX_FILES = 50
"""Maximum number of files that are read."""

MAX_BYTES = 16 * 1024 * 1024
"""Largest file that is read: some years of listening."""

MAX_RECORD, BATCH = 4_000, 1_000
"""Longest record that is read, in characters, and how many are read at once."""

PATIENCE = 20.0
"""Seconds of CPU time after which the rest of a file is left out until it changes; 16 MB take 2 to 3."""

MAX_TEXT = 300
"""Longest key or episode id that is accepted, in characters."""


def share_heard(file: StateFile, folder: Path, machine: str, whole: Callable[[str], str], now: datetime) -> None:
    """Put the history of this machine into the folder, and take those of the others, if they have changed.

    `whole` returns the id here of another machine's episode. What cannot be read or written is tried at the next sync.
    """
    with logged("the history is not shared", OSError, ValueError):
        own = folder / f"{machine}{ENDING}"
        if (size := files.size(file.history)) and (not own.exists() or own.stat().st_size < size):
            files.replace(own, files.read_text(file.history, "replace") or "")
    for path in _histories(folder)[:MAX_FILES]:
        copy = file.elsewhere / path.name
        with logged("a history is not read", OSError, ValueError):
            if path != own and not path.is_symlink() and (at := _stamp(path)) != _stamp(copy):
                text = files.read_bytes(path, MAX_BYTES).decode("utf-8", "replace")
                tables = (HEARD.to_table(each._replace(episode=whole(each.episode))) for each in _read(text, now))
                files.make_folder(file.elsewhere)
                files.replace(copy, "".join(record_text("heard", table) for table in tables))
                os.utime(copy, ns=at)


def _read(text: str, now: datetime) -> Iterator[HeardRecord]:
    """Yield the valid records of a history, until that has taken too long: then others get their turn."""
    limit = thread_time() + PATIENCE
    records = [record for record in re.split(r"(?m)^(?=\[\[)", text) if len(record) <= MAX_RECORD]
    for start in range(0, len(records), BATCH):
        if thread_time() > limit:
            log("reading a history takes too long; the rest of it is left out")
            return
        for each in read_heard("".join(records[start : start + BATCH]), now):
            if _is_valid(each.key) and _is_valid(each.episode):
                yield each


def forget_heard(file: StateFile, folder: Path, machines: Collection[str]) -> None:
    """Remove the histories of machines, by the names of their files without ending, and copies of a file syncer."""
    for path in (*_histories(folder), *_histories(file.elsewhere)):
        if machine_of(path.stem) in machines:
            with contextlib.suppress(OSError):
                path.unlink()


def _histories(folder: Path) -> list[Path]:
    """Return the histories in a folder; none if it is gone."""
    with contextlib.suppress(OSError):
        return [path for path in sorted(folder.iterdir()) if path.name.endswith(ENDING) and path.name[0] != "."]
    return []


def _stamp(path: Path) -> tuple[int, int]:
    """Return the times of a file; zeros if there is none."""
    with contextlib.suppress(FileNotFoundError):
        return (path.stat().st_mtime_ns,) * 2
    return 0, 0


def _is_valid(text: str) -> bool:
    return 0 < len(text) <= MAX_TEXT and is_safe(text)
