"""The commands about episodes: list, mark, status, check. They import neither Textual nor mpv."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable
from datetime import UTC, datetime

from tui_pod.cli.shared import (
    Column,
    episode_json,
    find_episodes,
    find_topics,
    load_config,
    open_library,
    print_json,
    print_table,
    tell,
)
from tui_pod.config.paths import catalog_paths
from tui_pod.core.errors import UserError
from tui_pod.core.library.library import CatalogsError, Library
from tui_pod.core.progress.progress import PlayedRule, Progress, Status, resume_position, stamp_after
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import ProgressRecord
from tui_pod.core.selection.list_query import Orders, list_episodes
from tui_pod.core.selection.queue import Queue
from tui_pod.core.text.clean import clock, length, span
from tui_pod.library.catalog_files import read_catalogs


def run_list(options: Namespace) -> None:
    """Print the episodes."""
    opened = open_library(options)
    library = opened.library
    progress_index = opened.count_progress()
    indexes: Iterable[int] = range(len(library))
    if options.topic is not None:
        topics = find_topics(library, options.topic)
        indexes = sorted({index for topic in topics for index in library.topics.members[topic]})
        if topics[0] in library.lists or library.own_order(topics[0]):  # a series, a serial podcast
            view = Orders(opened.state.strings("ui", "sorts")).view(library, topics[0])
            indexes = list_episodes(library, progress_index, Queue(), view)
    if options.status is not None:
        indexes = [index for index in indexes if progress_index.status(library.ids[index]) == options.status]
    if options.json:
        print_json([episode_json(library, progress_index, index) for index in indexes])
        return
    columns = (Column("id"), Column("title", 24), Column("length", is_right=True), Column("at", is_right=True),
               Column("status"), Column("topics", 8))  # fmt: skip
    print_table(columns, (_list_row(library, progress_index, index) for index in indexes))


def _list_row(library: Library, progress_index: ProgressIndex, index: int) -> tuple[str, ...]:
    episode = library.episode(index)
    progress = progress_index.get(episode.id)
    times = (length(progress_index.length(index)), clock(progress.position if progress else 0.0))
    return episode.id, episode.title, *times, str(progress_index.status(episode.id)), ", ".join(episode.tags)


def run_mark(options: Namespace) -> None:
    """Mark episodes, all or none."""
    opened = open_library(options)
    library, state, file, *_ = opened
    find_episodes(library, options.ids)
    if not state.is_writable:
        raise UserError("nothing was marked.")
    progress_index = opened.count_progress()
    played = options.mark == "played"
    wanted = Status.PLAYED if played else Status.UNPLAYED
    records = []
    for ident in dict.fromkeys(options.ids):
        if progress_index.status(ident) is not wanted:
            now = datetime.now(UTC)
            former = progress_index.get(ident)
            value = (former or Progress(now)).marked(played, stamp_after(former, now))
            records.append(ProgressRecord(ident, value))
    file.save(records)
    tell(f"{len(records)} marked {options.mark}")


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
        catalogs = read_catalogs(paths)
    except CatalogsError as error:
        print(error)
        return 1
    for path, catalog in zip(paths, catalogs, strict=True):
        tell(f"{path}: {len(catalog.episodes)} episodes, no faults")
    return 0
