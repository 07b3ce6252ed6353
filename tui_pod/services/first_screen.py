"""The listener's files, and the values of the first screen. Nothing that only follows it is built or imported."""

import locale
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.config.paths import Paths
from tui_pod.config.settings import AudioSettings, Config, Settings, bound_actions
from tui_pod.core.actions import render_keys, show_key
from tui_pod.core.library.library import Library
from tui_pod.core.library.speed import make_speed_rule
from tui_pod.core.player.options import clamp
from tui_pod.core.player.snapshot import Playback, part_chapters
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import Filter, ListQuery, Orders, SmartList
from tui_pod.core.selection.queue import Queue, QueueNotes
from tui_pod.core.wall_time import local_date, local_time
from tui_pod.library.cache import Loaded
from tui_pod.state.store import State, StateFile

if TYPE_CHECKING:
    from tui_pod.core.selection.session_planner import Session  # few starts have one


class FirstScreen(NamedTuple):
    """What a front end shows before anything else is built."""

    library: Library
    progress_index: ProgressIndex
    orders: Orders
    """The order of each topic's list; shared by all who list or play."""
    queue: Queue = Queue()
    playback: Playback = Playback()
    """It holds the episode played last, at that episode's speed."""
    query: ListQuery = ListQuery()
    notebook: Notebook = Notebook()
    """Bookmarks and cards at the start."""
    settings: Settings = Settings()
    notices: tuple[str, ...] = ()
    """Notices to show at once."""
    theme: str = ""
    """The chosen theme; if empty, dark or light follows the terminal."""
    is_light: bool = False
    """Whether the terminal was light when it was last asked."""
    is_ascii: bool = False
    has_preview: bool = True
    """Whether the episode's pane is shown beside the list where there is room."""
    recent_commands: tuple[str, ...] = ()
    """Names of the palette's commands that were used last, newest first."""
    usual_speed: float = 1.0
    """The speed of episodes whose topic or podcast does not set one."""
    session: "Session | None" = None
    """The session that goes on or waits."""
    saved_list: Mapping[str, object] = MappingProxyType({})
    """What playing goes on with, as it was saved: its list (see `core/playback/up_next.py`), where the sleep timer
    was set, and the speeds of books."""
    is_session_over: bool = False
    """Whether the end time of the last session has passed since; the queue is without it."""
    queue_notes: QueueNotes = QueueNotes()
    """What is saved of the queue besides its entries."""
    folds: tuple[str, ...] = ()
    """What the listener folded and unfolded in the tree; see `TopicTree.FoldsChanged`."""
    knows_places: bool = False
    """Whether the listener was told that keys of other scripts count by their place."""

    def with_keys(self, text: str, show: Callable[[str], str] = show_key) -> str:
        """Return a text in which `show` has filled in the listener's key for each `key_of`."""
        return render_keys(text, bound_actions(self.settings), show)


def with_last_played(
    playback: Playback,
    library: Library,
    progress_index: ProgressIndex,
    speeds: Mapping[str, float] = MappingProxyType({}),
) -> Playback:
    """Return a playback that holds the episode played last, if one is unfinished; `speeds` are those of topics."""
    index = next(iter(progress_index.resumable()), None)
    if index is None or playback.is_loaded:
        return playback
    ident = library.ids[index]
    progress, parts = progress_index.get(ident), library.episode(index).parts
    if parts:
        playback = playback._replace(marks=part_chapters(parts))
    return playback._replace(
        episode=ident,
        title=library.titles[index],
        position=progress.position if progress is not None else 0.0,
        duration=progress_index.length(index),
        speed=make_speed_rule(playback.speed, library, speeds)(index),
    )


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
        return any(os.path.exists(self.paths.data / name) for name in FEED_FILES)

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
    ages = settings.resume
    progress_index = ProgressIndex(library, state.progress, ages.fragment_age, datetime.now(UTC), ages.rest_age)
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
    if library.moves or library.aliases:
        from tui_pod.core.progress.moves import moved_notebook  # few libraries have books

        notebook = moved_notebook(notebook, library.moves, library.aliases)
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
        settings.ui.ascii or _draws_ascii(),
        state.setting("ui", "preview", True),
        tuple(state.strings("ui", "commands")),
        playback.speed,
        saved.session if saved is not None and not over else None,
        saved_list if isinstance(saved_list, dict) else {},
        bool(over),
        QueueNotes(
            state.setting("queue", "seen", ""),
            state.strings("queue", "times"),
            state.strings("queue", "arrived"),
            state.setting("queue", "until", 0.0),
        ),
        tuple(state.strings("ui", "folds")),
        state.setting("ui", "knows_places", False),
    )


def _draws_ascii() -> bool:
    """Return True on the Linux console, whose font has few of our symbols, and in a locale that is not UTF-8.

    One that is not installed, as over ssh, counts by its name.
    """
    named = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "").lower()
    is_utf8 = "utf" in named or locale.getencoding().lower() in ("utf-8", "utf8")
    return os.environ.get("TERM") == "linux" or not is_utf8


def _shorten(notices: tuple[str, ...]) -> tuple[str, ...]:
    """Return the first notices, and how to see the rest."""
    more = len(notices) - SHOWN_NOTICES
    if more <= 0:
        return notices
    return (*notices[:SHOWN_NOTICES], f"{more} more faults in the settings: run tui-pod config to see them.")


def _query(library: Library, state: State, wanted: str, orders: Orders) -> ListQuery:
    """Return the list to show first: the last one shown, the course at the first start, or the top topic."""
    topics = library.topics
    last = topics.with_key(state.setting("ui", "topic", "")) if wanted != "top" else None
    if last is None and wanted != "top":
        last = min(topics.courses, default=None)
    topic = _top_topic(library) if last is None else last
    entry = {"continue": SmartList.CONTINUE, "queue": SmartList.QUEUE}.get(wanted, topic)
    kind = state.setting("ui", "filter", "")
    return orders.view(library, entry)._replace(filter=Filter(kind) if kind in list(Filter) else Filter.ALL)


def _top_topic(library: Library) -> int:
    """Return the first topic of a catalogue, or else of a podcast, or else All Topics."""
    members, first = library.topics.members, library.first_of_podcasts
    found = (topic for topic in range(1, len(members)) if len(members[topic]) and members[topic][0] < first)
    return next(found, min(1, len(members) - 1))
