"""What the app starts with: the listener's files, and the values of the first screen. Imports nothing that waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_pod.config.paths import Paths, is_console
from tui_pod.config.settings import AudioSettings
from tui_pod.core.library.library import Library
from tui_pod.core.player.options import clamp
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import Filter, ListQuery, Orders, SmartList
from tui_pod.core.selection.queue import Queue
from tui_pod.core.wall_time import local_date, local_time
from tui_pod.library.cache import Loaded
from tui_pod.services.first_screen import FirstScreen, with_last_played
from tui_pod.state.store import State, StateFile

if TYPE_CHECKING:
    from tui_pod.config.settings import Config

SHOWN_NOTICES = 5
"""Most faults in the settings that are shown at start; `tui-pod config` prints them all."""

FEED_FILES = ("feeds.sqlite", "feeds.opml", "downloads")
"""Files in the data folder, present only if the listener has podcasts."""


class AppFiles:
    """The files that a running app works on."""

    def __init__(self, paths: Paths, catalogs: Sequence[Path], state: StateFile, is_writable: bool) -> None:
        self.paths = paths
        self.catalogs = catalogs
        self.state = state
        self.is_writable = is_writable
        """Whether progress can be saved."""

    @property
    def has_podcasts(self) -> bool:
        """Whether the listener has any podcasts; looks at the disk."""
        return any((self.paths.data / name).exists() for name in FEED_FILES)

    @property
    def options(self) -> tuple[str, ...]:
        """The options that name these files to a command in a process of its own."""
        words = ["--state", str(self.state.path), "--config", str(self.paths.config)]
        return (*words, *(word for path in self.catalogs for word in ("--catalog", str(path))))


def make_first_screen(config: Config, loaded: Loaded, state: State) -> FirstScreen:
    """Return what the first screen shows."""
    library, settings = loaded.library, config.settings
    if state.notebook.lists:
        from tui_pod.core.selection.list_topics import with_lists  # most listeners have no list

        library = with_lists(library, state.notebook.lists, local_date(datetime.now(UTC)))
    progress_index = ProgressIndex(library, state.progress, settings.resume.fragment_age, datetime.now(UTC))
    playback = clamp(
        Playback(
            speed=state.setting("player", "speed", settings.playback.speed),
            volume=state.setting("player", "volume", 80),
            is_muted=state.setting("player", "muted", False),
        )
    )
    chosen = {name: state.setting("player", name, usual) for name, usual in settings.audio.values().items()}
    settings = settings._replace(audio=AudioSettings(**chosen), sync=settings.sync.or_chosen(state.setting))
    orders = Orders(state.strings("ui", "sorts"))
    queue = Queue(Queue(state.strings("queue", "entries"), state.setting("queue", "cursor", 0)).upcoming)
    queue = queue.renamed(library.aliases)
    now, over = datetime.now(UTC), tuple[str, ...]()
    saved = None
    if state.strings("session", "episodes"):
        from tui_pod.core.selection.session_records import from_settings  # few starts have a session

        saved = from_settings(state.setting, library.topics, now)
    if saved is not None and saved.ends <= now:
        queue = queue.remove(set(saved.session.episodes) - saved.session.queued)
        over = (f"The session ended at {local_time(saved.ends):%H:%M}; what it had left is no longer in the queue.",)
    saved_list, notebook = state.tables.get("list"), state.notebook
    if library.moves:
        from tui_pod.core.progress.moves import moved_notebook  # few libraries have books

        notebook = moved_notebook(notebook, library.moves)
    return FirstScreen(
        library,
        progress_index,
        orders,
        queue,
        with_last_played(playback, library, progress_index, settings.speeds),
        _query(library, state, settings.start.view, orders),
        notebook,
        settings,
        (*state.notices, *loaded.notices, *over, *_shorten(config.notices)),
        settings.ui.theme or state.setting("ui", "theme", ""),
        state.setting("ui", "light", False),
        settings.ui.ascii or is_console(),
        state.setting("ui", "preview", True),
        tuple(state.strings("ui", "commands")),
        playback.speed,
        saved.session if saved is not None and not over else None,
        saved_list if isinstance(saved_list, dict) else {},
        bool(over),
    )


def _shorten(notices: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first notices, and how to see the rest."""
    more = len(notices) - SHOWN_NOTICES
    if more <= 0:
        return notices
    return (*notices[:SHOWN_NOTICES], f"{more} more faults in the settings: run tui-pod config to see them.")


def _query(library: Library, state: State, wanted: str, orders: Orders) -> ListQuery:
    """Return the list to show first: the last one shown, at the first start the course, else the top topic."""
    topics = library.topics
    last = topics.with_key(state.setting("ui", "topic", "")) if wanted != "top" else None
    if last is None and wanted != "top":
        last = min(topics.courses, default=None)
    topic = _top_topic(library) if last is None else last
    entry = {"continue": SmartList.CONTINUE, "queue": SmartList.QUEUE}.get(wanted, topic)
    kind = state.setting("ui", "filter", "")
    return orders.view(library, entry)._replace(filter=Filter(kind) if kind in list(Filter) else Filter.ALL)


def _top_topic(library: Library) -> int:
    """Return the first topic of a catalogue, else that of a podcast, else All Topics."""
    members, first = library.topics.members, library.first_of_podcasts
    found = (topic for topic in range(1, len(members)) if len(members[topic]) and members[topic][0] < first)
    return next(found, min(1, len(members) - 1))
