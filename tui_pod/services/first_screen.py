"""The values that the first screen shows. Nothing here is built, opened or imported for what follows it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.config.settings import Settings, bound_actions
from tui_pod.core.actions import render_keys, show_key
from tui_pod.core.library.library import Library
from tui_pod.core.library.speed import make_speed_rule
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import ListQuery, Orders
from tui_pod.core.selection.queue import Queue

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
    """The chosen theme; empty: none, so that dark or light follows the terminal."""
    is_light: bool = False
    """Whether the terminal was light when it was last asked."""
    is_ascii: bool = False
    has_preview: bool = True
    """Whether the episode's pane is shown beside the list where there is room."""
    recent_commands: tuple[str, ...] = ()
    """Names of the palette's commands that were used last, newest first."""
    usual_speed: float = 1.0
    """The speed of episodes whose topic or podcast has none of its own."""
    session: "Session | None" = None
    """The session that goes on or waits."""
    saved_list: Mapping[str, object] = MappingProxyType({})
    """What playing goes on with, as it was saved: its list (see `core/playback/play_context.py`), where the sleep timer
    was set, and the speeds of books."""
    is_session_over: bool = False
    """Whether the end time of the last session has passed since; the queue is without it."""

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
        from tui_pod.core.player.part_chapters import part_chapters  # most starts hold no book

        playback = playback._replace(marks=part_chapters(parts))
    return playback._replace(
        episode=ident,
        title=library.titles[index],
        position=progress.position if progress is not None else 0.0,
        duration=progress_index.length(index),
        speed=make_speed_rule(playback.speed, library, speeds)(index),
    )
