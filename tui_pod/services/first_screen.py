"""The values that the first screen shows. Nothing here is built, opened or imported for what follows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tui_pod.config.settings import Settings, bound_actions
from tui_pod.core.actions import render_keys, show_key
from tui_pod.core.library.library import Library
from tui_pod.core.player.snapshot import LastPlayed, Playback
from tui_pod.core.progress.cards import Notebook
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import ListQuery, Orders
from tui_pod.core.selection.queue import Queue


@dataclass(frozen=True)
class FirstScreen:
    """What a front end shows before anything else is built."""

    library: Library
    progress_index: ProgressIndex
    queue: Queue = field(default_factory=Queue)
    playback: Playback = field(default_factory=Playback)
    query: ListQuery = field(default_factory=ListQuery)
    orders: Orders = field(default_factory=Orders)
    """The order of each topic's list; shared by all who list or play."""
    notebook: Notebook = field(default_factory=Notebook)
    """Bookmarks and cards at the start."""
    settings: Settings = field(default_factory=Settings)
    notices: tuple[str, ...] = ()
    """Notices to show at once."""
    theme: str = ""
    is_ascii: bool = False

    def with_keys(self, text: str, show: Callable[[str], str] = show_key) -> str:
        """Return a text in which `show` has filled in the listener's key for each `key_of`."""
        return render_keys(text, bound_actions(self.settings), show)


def with_last_played(playback: Playback, library: Library, progress_index: ProgressIndex) -> Playback:
    """Return an idle playback that offers to resume the episode played last, if one is unfinished."""
    index = next(iter(progress_index.resumable()), None)
    if index is None or playback.last is not None:
        return playback
    ident = library.ids[index]
    progress = progress_index.get(ident)
    position = progress.position if progress is not None else 0.0
    return playback._replace(last=LastPlayed(ident, library.titles[index], position, progress_index.length(index)))
