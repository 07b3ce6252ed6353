"""The commands about episodes: list, mark, status, check. They import neither Textual nor mpv."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from tui_pod.cli.queue import read_queue
from tui_pod.cli.shared import (
    Opened,
    episode_json,
    find_topics,
    load_config,
    open_library,
    print_episodes,
    print_json,
    tell,
)
from tui_pod.config.paths import catalog_paths
from tui_pod.core.library.library import CatalogsError
from tui_pod.core.progress.progress import PlayedRule, resume_position
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import ListQuery, Orders, SmartList, list_episodes
from tui_pod.core.selection.queue import Queue
from tui_pod.core.text.clean import clock, span
from tui_pod.library.catalog_files import check_catalogs, read_apart

SMART = {entry.name.title(): entry for entry in SmartList}
"""Lists of the app that are no topics; a topic of the same name is listed instead."""


def run_list(options: Namespace) -> None:
    """Print the episodes."""
    opened = open_library(options)
    library = opened.library
    progress_index = opened.count_progress()
    indexes: Iterable[int] = range(len(library))
    if options.topic is not None:
        indexes = listed(opened, progress_index, options.topic)
    if options.status is not None:
        indexes = [index for index in indexes if progress_index.status(library.ids[index]) == options.status]
    print_episodes(library, progress_index, indexes, options.json)


def listed(opened: Opened, progress_index: ProgressIndex, name: str) -> Sequence[int]:
    """Return the episodes of a topic, or of a list of the app. Raises UserError if there is none of this name."""
    smart = SMART.get(name.capitalize())
    if smart is not None and opened.library.topics.find(name) is None:
        return _smart_list(opened, progress_index, smart)
    library = opened.library
    topics = find_topics(library, name)
    if topics[0] in library.lists or library.own_order(topics[0]):  # a series, a serial podcast
        view = Orders(opened.state.strings("ui", "sorts")).view(library, topics[0])
        return list_episodes(library, progress_index, Queue(), view)
    return sorted({index for topic in topics for index in library.topics.members[topic]})


def _smart_list(opened: Opened, progress_index: ProgressIndex, smart: SmartList) -> Sequence[int]:
    queue = Queue()
    if smart is SmartList.QUEUE:
        queue = Queue(read_queue(opened).upcoming)
    elif smart is SmartList.NEW:
        find_new(opened, progress_index)
    found = list_episodes(opened.library, progress_index, queue, ListQuery(smart))
    return [index for index in found if index >= 0]


def find_new(opened: Opened, progress_index: ProgressIndex) -> None:
    """Tell the index which episodes are new."""
    from tui_pod.shelf.feed_store import FeedStore  # few commands need the database
    from tui_pod.shelf.marks import read_news  # likewise

    store = FeedStore(opened.paths.data)
    if not store.is_empty:
        came = read_news(store.db, datetime.now(UTC).timestamp())
        progress_index.set_new(came.difference(read_queue(opened).upcoming))
    store.db.close()


def run_status(options: Namespace) -> None:
    """Print what would be resumed, and totals."""
    opened = open_library(options)
    library, settings = opened.library, opened.settings
    progress_index = opened.count_progress()
    stats = progress_index.topic_stats[0]
    unfinished = progress_index.resumable()
    if options.json:
        print_json(
            {
                "resume": episode_json(library, progress_index, unfinished[0]) if unfinished else None,
                "episodes": len(library),
                "played": stats.played,
                "started": stats.started,
                "left": max(0.0, round(stats.left, 1)),
            }
        )
        return
    if unfinished:
        index = unfinished[0]
        progress = progress_index.get(library.ids[index])
        rewinds, rule = settings.resume.rewind, PlayedRule(**settings.played.values())
        position = resume_position(progress, library.duration(index), datetime.now(UTC), rewinds, rule)
        print(f"resume\t{library.ids[index]}\t{library.titles[index]}\t{clock(position)}")
    print(f"played\t{stats.played} of {len(library)}")
    print(f"started\t{stats.started}")
    print(f"left\t{span(stats.left)}")


def run_check(options: Namespace) -> int:
    """Validate catalogues; faults go to standard output."""
    paths = [options.file]
    if options.file is None:
        paths = catalog_paths(options.catalog, load_config(options).settings.catalogs)
    try:
        counts, faults = read_apart(check_catalogs, paths)
    except CatalogsError as error:
        counts, faults = [], error.lines
    for fault in faults:
        print(fault)
    for path, count in zip(paths, counts, strict=not faults):
        tell(f"{path}: {count} episodes, no faults")
    return 1 if faults else 0
