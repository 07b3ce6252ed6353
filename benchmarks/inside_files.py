"""Load catalogues and states and save progress, and tell the CPU time of each.

    inside_files.py WHAT [ARGUMENT…]

Runs in the measured process. Imports are not counted; what is printed is a number of seconds.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

SAVES = 200


def library(catalog: str, cache: str) -> float:
    """Return the CPU time until a catalogue is a library, from the cache where there is one."""
    import sqlite3  # noqa: F401
    import urllib.parse  # noqa: F401

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


def narrowed(catalog: str, cache: str, kind: str) -> float:
    """Return the CPU time of finding unplayed episodes by a word: with a filter and a search, or with a smart list."""
    import locale  # noqa: F401
    from datetime import date

    from tui_pod.core.library.own_lists import OwnList
    from tui_pod.core.progress.progress_index import ProgressIndex
    from tui_pod.core.selection.list_query import Filter, ListQuery, list_episodes
    from tui_pod.core.selection.list_topics import with_lists
    from tui_pod.core.selection.queue import Queue
    from tui_pod.library.cache import load_library

    loaded = load_library([Path(catalog)], Path(cache)).library
    words, now = "model", datetime.now(UTC)
    progress_index = ProgressIndex(loaded, {})
    list_episodes(loaded, progress_index, Queue(), ListQuery(query=words))  # reads the texts that both look at
    gc.disable()
    began = time.process_time()
    if kind == "filter":
        list_episodes(loaded, progress_index, Queue(), ListQuery(0, Filter.UNPLAYED, query=words))
    else:
        rule = OwnList("Rule", now, is_rule=True, words=words, status="unplayed")
        progress_index.moved_to(with_lists(loaded, [rule], date.today()))  # noqa: DTZ011
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


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
