"""The commands that need no screen: list, mark, status, check. They import neither Textual nor mpv.

Standard output is data, standard error is messages, and every text from outside was cleaned on its way in.
"""

from __future__ import annotations

import json
import shutil
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from tui_pod.catalog_files import read_catalogs
from tui_pod.config import Settings
from tui_pod.config_file import read_config
from tui_pod.core.book import ProgressBook
from tui_pod.core.library import Library
from tui_pod.core.progress import PlayedRule, Progress, Status, resume_position
from tui_pod.core.records import ProgressRecord
from tui_pod.core.tables import Column, table_lines
from tui_pod.core.text import clock, length, span, visible
from tui_pod.library_cache import CatalogsError, load_library
from tui_pod.settings import Paths, catalog_paths, find_paths
from tui_pod.store import SMALL_STATE, State, StateError, StateFile


class CommandError(Exception):
    """A command that cannot be done; the message goes to standard error."""


class Opened(NamedTuple):
    """What a command works on."""

    library: Library
    state: State
    file: StateFile
    paths: Paths
    settings: Settings


def open_library(options: Namespace) -> Opened:
    """Return the library and the state that the options name, and the settings; what is wrong with these is told.

    Raises:
        CommandError: with the faults of the catalogue, a line each.
    """
    paths = find_paths(options.state, options.config)
    config = read_config(paths.config, is_named=options.config is not None)
    try:
        loaded = load_library(catalog_paths(options.catalog, config.settings.catalogs), paths.cache, paths.data)
    except CatalogsError as error:
        raise CommandError(str(error)) from None
    if loaded.save is not None and len(loaded.library) > 1000:
        loaded.save()
    file = StateFile(paths.state)
    state = file.load()
    for notice in (*config.notices, *loaded.notices, *state.notices):
        print(f"tui-pod: {visible(notice)}", file=sys.stderr)
    return Opened(loaded.library, state, file, paths, config.settings)


def command(run: Callable[[Namespace], int | None]) -> Callable[[Namespace], int]:
    """Turn a `CommandError` into a message and exit status 1."""

    def guarded(options: Namespace) -> int:
        try:
            return int(run(options) or 0)
        except CommandError as error:
            print(visible(str(error)), file=sys.stderr)
            return 1

    return guarded


def episode_json(library: Library, book: ProgressBook, index: int) -> dict[str, object]:
    """Return an episode as `list --json` prints it."""
    episode = library.episode(index)
    progress = book.get(episode.id)
    return {
        "id": episode.id,
        "title": episode.title,
        "summary": episode.summary,
        "duration": (progress.duration if progress else None) or episode.duration,
        "position": progress.position if progress else 0.0,
        "status": str(book.status(episode.id)),
        "topics": list(episode.tags),
        "published": episode.published.isoformat() if episode.published else None,
        "audio": episode.audio,
    }


def print_json(value: object) -> None:
    """Print one JSON document, in plain ASCII where the output is not Unicode."""
    json.dump(value, sys.stdout, ensure_ascii=sys.stdout.encoding.lower() != "utf-8", indent=2)
    sys.stdout.write("\n")


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Print rows: in columns that fit the terminal, else a line each with tabs between, without titles."""
    if sys.stdout.isatty():
        for line in table_lines(columns, list(rows), shutil.get_terminal_size().columns):
            print(line)
    else:
        for row in rows:
            print(*row, sep="\t")


@command
def run_list(options: Namespace) -> None:
    """Print the episodes."""
    library, state, *_ = open_library(options)
    book = ProgressBook(library, state.progress)
    indexes = topic_members(library, options.topic) if options.topic is not None else range(len(library))
    if options.status is not None:
        indexes = [index for index in indexes if book.status(library.ids[index]) == options.status]
    if options.json:
        print_json([episode_json(library, book, index) for index in indexes])
        return
    columns = (Column("id"), Column("title", 24), Column("length", is_right=True), Column("at", is_right=True),
               Column("status"), Column("topics", 8))  # fmt: skip
    print_table(columns, (_list_row(library, book, index) for index in indexes))


def _list_row(library: Library, book: ProgressBook, index: int) -> tuple[str, ...]:
    episode = library.episode(index)
    progress = book.get(episode.id)
    duration = (progress.duration if progress else None) or library.duration(index)
    times = (length(duration), clock(progress.position if progress else 0.0))
    return episode.id, episode.title, *times, str(book.status(episode.id)), ", ".join(episode.tags)


def topic_members(library: Library, name: str) -> Sequence[int]:
    """Return the library indexes of the topics of this name, or at this path: folders of feeds may share a name.

    Raises:
        CommandError: there is no such topic.
    """
    topics = library.topics.find_all(name)
    if not topics:
        raise CommandError(f"tui-pod: no topic “{name}”. These are there: {', '.join(library.topics.names)}")
    if len(topics) == 1:
        return library.topics.members[topics[0]]
    return sorted({index for topic in topics for index in library.topics.members[topic]})


@command
def run_mark(options: Namespace) -> None:
    """Mark episodes, all or none."""
    library, state, file, *_ = open_library(options)
    unknown = [ident for ident in options.ids if library.index(ident) is None]
    if unknown:
        raise CommandError(f"tui-pod: no episode {', '.join(unknown)}; nothing was changed. See: tui-pod list")
    if not state.is_writable:
        raise CommandError("tui-pod: nothing was marked.")
    book = ProgressBook(library, state.progress)
    played = options.mark == "played"
    wanted = Status.PLAYED if played else Status.UNPLAYED
    records = []
    for ident in dict.fromkeys(options.ids):
        if book.status(ident) is not wanted:
            now = datetime.now(UTC)
            former = book.get(ident) or Progress(updated=now)
            records.append(ProgressRecord(ident, former.marked(played, max(now, former.updated))))
    try:
        if file.append(records) or file.size() <= SMALL_STATE:
            file.compact()
    except StateError as error:
        raise CommandError(f"tui-pod: {error}") from None
    print(f"{len(records)} marked {options.mark}", file=sys.stderr)


@command
def run_status(options: Namespace) -> None:
    """Print what would be resumed, and totals."""
    library, state, _, _, settings = open_library(options)
    book = ProgressBook(library, state.progress)
    tally = book.tallies[0]
    unfinished = book.unfinished()
    resumed = episode_json(library, book, unfinished[0]) if unfinished else None
    if options.json:
        totals = {
            "episodes": len(library),
            "played": tally.played,
            "started": tally.started,
            "left": max(0.0, round(tally.left, 1)),
        }
        print_json({"resume": resumed, **totals})
        return
    if resumed is not None:
        index = unfinished[0]
        progress = book.get(library.ids[index])
        rewinds, rule = settings.resume.rewind, PlayedRule(*settings.played)
        place = resume_position(progress, library.duration(index), datetime.now(UTC), rewinds, rule)
        print(f"resume\t{library.ids[index]}\t{library.titles[index]}\t{clock(place)}")
    print(f"played\t{tally.played} of {len(library)}")
    print(f"started\t{tally.started}")
    print(f"left\t{span(tally.left)}")


def _catalogs_in_use(options: Namespace) -> list[Path]:
    config = read_config(find_paths(options.state, options.config).config, is_named=options.config is not None)
    for notice in config.notices:
        print(f"tui-pod: {visible(notice)}", file=sys.stderr)
    return catalog_paths(options.catalog, config.settings.catalogs)


def run_check(options: Namespace) -> int:
    """Validate catalogues; faults go to standard output."""
    paths = [options.file] if options.file is not None else _catalogs_in_use(options)
    try:
        catalogs = read_catalogs(paths)
    except CatalogsError as error:
        print(visible(str(error)))
        return 1
    for path, catalog in zip(paths, catalogs, strict=True):
        print(f"{visible(str(path))}: {len(catalog.episodes)} episodes, no faults", file=sys.stderr)
    return 0


def run_plan(options: Namespace) -> int:
    """Print the episodes that fit into a time."""
    from tui_pod import session_commands

    return command(session_commands.run_plan)(options)


def run_stats(options: Namespace) -> int:
    """Print what was heard."""
    from tui_pod import session_commands

    return command(session_commands.run_stats)(options)


def run_narrate(options: Namespace) -> int:
    """Render narrations."""
    from tui_pod.narrate import run

    return command(run)(options)


def run_feeds(options: Namespace) -> int:
    """Subscribe to podcasts, list, refresh, remove and move them."""
    from tui_pod import feed_commands  # imports what fetches

    return command(feed_commands.run_feeds)(options)


def run_import(options: Namespace) -> int:
    """Subscribe to the podcasts of an OPML file."""
    from tui_pod import feed_commands

    return command(feed_commands.run_import)(options)


def run_export(options: Namespace) -> int:
    """Print the podcasts as OPML."""
    from tui_pod import feed_commands

    return command(feed_commands.run_export)(options)


def run_doctor(options: Namespace) -> int:
    """Tell what works on this machine."""
    from tui_pod.doctor import run

    return command(run)(options)


def run_keys(options: Namespace) -> int:
    """Print the keys."""
    from tui_pod import shell_commands

    return command(shell_commands.run_keys)(options)


def run_config(options: Namespace) -> int:
    """Print the settings."""
    from tui_pod import shell_commands

    return command(shell_commands.run_config)(options)


def run_completions(options: Namespace) -> int:
    """Print what shells complete."""
    from tui_pod import shell_commands

    return command(shell_commands.run_completions)(options)


def run_remote(options: Namespace) -> int:
    """Ask the running app for something."""
    from tui_pod.remote_commands import run

    return command(run)(options)


run_toggle = run_play = run_pause = run_next = run_previous = run_seek = run_speed = run_volume = run_now = run_remote
