"""Load catalogues and states and save progress, and tell the CPU time of each.

    inside_files.py WHAT REPORT [ARGUMENT…]

Runs in the measured process. Imports are not counted; the report is a number of seconds.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

SAVES = 200


def library(catalog: str, cache: str) -> float:
    """Return the CPU time until a catalogue is a library, from the cache where there is one."""
    import sqlite3  # noqa: F401

    import tui_pod.library.catalog_files  # noqa: F401
    from tui_pod.library.cache import load_library

    gc.disable()  # as in the app, until it has painted
    began = time.process_time()
    load_library([Path(catalog)], Path(cache))
    return time.process_time() - began


def state(catalog: str, cache: str, path: str) -> float:
    """Return the CPU time until a state's progress is counted."""
    import tomllib  # noqa: F401

    from tui_pod.core.progress.progress_index import ProgressIndex
    from tui_pod.library.cache import load_library
    from tui_pod.state.store import StateFile

    loaded = load_library([Path(catalog)], Path(cache))
    gc.disable()
    began = time.process_time()
    ProgressIndex(loaded.library, StateFile(Path(path)).load().progress)
    return time.process_time() - began


def save(path: str, ident: str) -> float:
    """Return the CPU time of one save of one episode."""
    from tui_pod.core.progress.progress import Progress
    from tui_pod.core.progress.records import ProgressRecord
    from tui_pod.state.store import StateFile

    file = StateFile(Path(path))
    file.load()
    now = datetime.now(UTC)
    record = ProgressRecord(ident, Progress(now, 42.3, 105.0, listened=now, played_ranges=((0.0, 42.3),)))
    file.append([record])  # what the first one imports is not counted
    began = time.process_time()
    for _ in range(SAVES):
        file.append([record])
    return (time.process_time() - began) / SAVES


WHATS: dict[str, Callable[..., float]] = {"library": library, "state": state, "save": save}

if __name__ == "__main__":
    seconds = WHATS[sys.argv[1]](*sys.argv[3:])
    Path(sys.argv[2]).write_text(f"{seconds}", "ascii")
