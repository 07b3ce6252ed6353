"""What commands share: the library and the state that their options name, and printing.

Standard output is data, standard error is messages.
"""

from __future__ import annotations

import json
import shutil
import sys
import unicodedata
from argparse import Namespace
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.config.paths import Paths, catalog_paths, find_paths
from tui_pod.config.reader import read_config
from tui_pod.config.settings import Config, Settings
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import date_text
from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_topics import with_lists
from tui_pod.core.text.clean import clock, length, visible
from tui_pod.core.text.escapes import CLEAR_LINE
from tui_pod.core.wall_time import local_date
from tui_pod.library.cache import library_stamp, load_library
from tui_pod.runtime.files import reason
from tui_pod.runtime.output import write_control
from tui_pod.state.store import State, StateFile

if TYPE_CHECKING:
    from threading import Timer

SAID_AFTER = 0.3
"""What takes longer than this is said (seconds)."""

GAP = 2
"""Blank cells between two columns."""

_timers: list[Timer] = []


class Opened(NamedTuple):
    """What a command works on."""

    library: Library
    state: State
    file: StateFile
    paths: Paths
    stamp: str
    """Identifies the library."""
    settings: Settings

    def count_progress(self) -> ProgressIndex:
        """Return the library's progress, counted by the listener's settings."""
        ages, now = self.settings.resume, datetime.now(UTC)
        return ProgressIndex(self.library, self.state.progress, ages.fragment_age, now, ages.rest_age)


class Column(NamedTuple):
    """How a column looks."""

    title: str
    least: int = 0
    """Width in cells to which it may be cut in a narrow terminal; 0 if it is never cut."""
    is_right: bool = False
    """Whether its texts are aligned to the right."""


def load_config(options: Namespace) -> Config:
    """Return the settings that the options name; faults go to standard error."""
    paths = find_paths(options.state, options.config)
    config = read_config(paths.config, options.config is not None, paths.chosen)
    warn(*config.notices)
    return config


def tell(text: str) -> None:
    """Print a message to standard error, replacing the progress bar if there is one."""
    if sys.stderr.isatty():
        write_control(sys.stderr, CLEAR_LINE)
    print(visible(text), file=sys.stderr)


def report(text: str) -> None:
    """Print what a command has done, if a terminal shows it: cron mails whatever is printed."""
    if sys.stderr.isatty():
        tell(text)


def warn(*faults: str) -> None:
    """Print faults, one per line."""
    for fault in faults:
        tell(f"tui-pod: {fault}")


def is_someone_there() -> bool:
    """Return True if someone can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(prompt: str) -> str | None:
    """Return the line that is typed after a prompt; None at the end of the input."""
    _end_waiting()
    print(prompt, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    return line.strip() if line else None


def ask_password(prompt: str) -> str:
    """Return a password typed without echo, or a line of the input if that is no terminal."""
    return getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def ask_yes(question: str, usual: bool = False) -> bool:
    """Return True if the listener says yes, or presses enter where that is `usual`; False if nobody can be asked."""
    answer = ask(f"{question} {'[Y/n]' if usual else '[y/N]'} ") if is_someone_there() else None
    return answer is not None and (answer.lower() in ("y", "yes") or (usual and not answer))


def open_library(options: Namespace) -> Opened:
    """Return the library, state and settings that the options name; faults go to standard error.

    Raises:
        CatalogsError: a catalogue has faults, which the message lists.
    """
    paths, settings = find_paths(options.state, options.config), load_config(options).settings
    catalogs = catalog_paths(options.catalog, settings.catalogs)
    stamp = library_stamp(catalogs, paths.data)
    loaded = load_library(catalogs, paths.cache, paths.data)
    file = StateFile(paths.state)
    state = file.load()
    warn(*loaded.notices, *state.notices)
    settings = settings._replace(sync=settings.sync.or_chosen(state.setting))
    library = with_lists(loaded.library, state.notebook.lists, local_date(datetime.now(UTC)))
    if library.moves or library.aliases:
        from tui_pod.core.progress.moves import moved_notebook  # few libraries have books

        state = state._replace(notebook=moved_notebook(state.notebook, library.moves, library.aliases))
    return Opened(library, state, file, paths, stamp, settings)


def find_topics(library: Library, name: str) -> list[int]:
    """Return the topics with this name or path; folders of podcasts may share a name.

    Raises:
        UserError: there is no such topic.
    """
    topics = library.topics.find_all(name)
    if not topics:
        raise UserError(f"no topic “{name}”. The topics are: {', '.join(library.topics.names)}")
    return topics


def find_episodes(library: Library, ids: Iterable[str]) -> list[int]:
    """Return the indexes of the episodes with these ids, each once. Raises UserError if an id is unknown."""
    found = {ident: library.index(ident) for ident in ids}
    if unknown := [ident for ident, index in found.items() if index is None]:
        raise UserError(f"no episode {quoted(unknown)}; nothing was done. See: tui-pod list")
    return [index for index in found.values() if index is not None]


def quoted(names: Iterable[str]) -> str:
    """Return names in quotation marks, separated by commas."""
    return ", ".join(f"“{name}”" for name in names)


def make_folder(folder: Path) -> None:
    """Make a folder, unless it exists. Raises UserError if that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder} cannot be created: {reason(error)}") from None


def episode_json(library: Library, progress_index: ProgressIndex, index: int) -> dict[str, object]:
    """Return an episode as `list --json` prints it."""
    episode = library.episode(index)
    progress = progress_index.get(episode.id)
    return {
        "id": episode.id,
        "title": episode.title,
        "summary": episode.summary,
        "duration": (progress.duration if progress else None) or episode.duration,
        "position": progress.position if progress else 0.0,
        "status": str(progress_index.status(episode.id)),
        "updated": progress.updated.isoformat() if progress else None,
        "from": (progress.origin or None) if progress else None,
        "topics": list(episode.tags),
        "published": episode.published,
        "year": date_text(episode, "%Y") or None,
        "audio": episode.audio,
    }


def print_episodes(library: Library, progress_index: ProgressIndex, indexes: Iterable[int], is_json: bool) -> None:
    """Print episodes as JSON, or as a table."""
    if is_json:
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


def print_json(value: object) -> None:
    """Print a JSON document; dates and times are text, and an output other than UTF-8 gets ASCII."""
    text = json.dumps(value, ensure_ascii=sys.stdout.encoding.lower() != "utf-8", indent=2, default=str)
    sys.stdout.write(f"{text}\n")


def print_table(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Print rows: as a table that fits the terminal; without a terminal, tab-separated and without titles."""
    if sys.stdout.isatty() and (rows := list(rows)):
        for line in table_lines(columns, rows, shutil.get_terminal_size().columns):
            print(line)
    else:
        for row in rows:
            print(*row, sep="\t")


def cell_width(text: str) -> int:
    """Return the width of cleaned text in terminal cells: two for a wide character, none for a mark."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def cut_cells(text: str, width: int) -> str:
    """Return `text`, cut to `width` cells with an ellipsis if it is longer."""
    if cell_width(text) <= width:
        return text
    used, kept = 0, []
    for character in text:
        used += _width(character)
        if used > width - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def table_lines(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Yield a line of titles and a line for each row, of `width` cells at most.

    If columns cannot be cut enough, the last ones are left out; the first two always stay.
    """
    titles = [column.title for column in columns]
    widths = [max(map(cell_width, texts)) for texts in zip(titles, *rows, strict=True)]
    least = [min(size, column.least) if column.least else size for size, column in zip(widths, columns, strict=True)]
    while len(least) > 2 and _total(least) > width:
        least.pop()
    columns, widths = columns[: len(least)], widths[: len(least)]
    _shrink(widths, columns, _total(widths) - width)
    for row in (titles, *rows):
        yield (" " * GAP).join(map(_cell, row[: len(least)], columns, widths)).rstrip()


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _shrink(widths: list[int], columns: Sequence[Column], excess: int) -> None:
    """Take `excess` cells from the columns that may be cut, from the widest first."""
    for _ in range(excess):
        spare = [place for place, column in enumerate(columns) if column.least and widths[place] > column.least]
        if not spare:
            return
        widths[max(spare, key=widths.__getitem__)] -= 1


def _cell(text: str, column: Column, width: int) -> str:
    text = cut_cells(text, width)
    blank = " " * (width - cell_width(text))
    return blank + text if column.is_right else text + blank


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def show_progress(said: str, share: float | None = None, text: str = "") -> None:
    """Show on the terminal what is done, with a bar unless `share` is None; empty removes it."""
    if not sys.stderr.isatty():
        return
    bar = "" if share is None else f"[{'#' * round(20 * share):.<20}] "
    write_control(sys.stderr, CLEAR_LINE)
    sys.stderr.write(f"{bar}{said} {text}" if said else "")
    sys.stderr.flush()


@contextmanager
def waiting(said: str) -> Iterator[None]:
    """Say on the terminal what a command waits for, once that takes longer than `SAID_AFTER`; a question ends it."""
    from threading import Timer  # few commands wait

    timer = Timer(SAID_AFTER, show_progress, (f"{said} …",))
    timer.daemon = True
    _timers.append(timer)
    timer.start()
    try:
        yield
    finally:
        _end_waiting()


def _end_waiting() -> None:
    for timer in _timers:
        timer.cancel()
    _timers.clear()
    show_progress("")
