"""What the app starts with: what the first screen shows, and how to get the rest once it is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from tui_pod.config.settings import Settings, bound_actions
from tui_pod.core.actions import render_keys, show_key
from tui_pod.core.library.library import Library
from tui_pod.core.playback.snapshot import Playback
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.core.selection.queue import Queue

if TYPE_CHECKING:
    from tui_pod.core.library.episode import Episode
    from tui_pod.core.library.show_notes import EpisodeNotes
    from tui_pod.core.library.transcript import Transcript
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.playback.snapshot import Chapter
    from tui_pod.core.progress.statistics import Statistics
    from tui_pod.services.frontend import Frontend


class Feeds(Protocol):
    """What the screen may ask for of podcasts; all of it returns at once, and what comes of it is told."""

    def add(self, typed: str) -> None:
        """Subscribe to the feed that an address means."""
        ...

    def refresh(self, first: str | None = None) -> None:
        """Refresh the feed that was first known by this address; None: all feeds."""
        ...

    def remove_feed(self, first: str) -> None:
        """Unsubscribe from the feed that was first known by this address."""
        ...

    def download(self, episodes: Sequence[str]) -> None:
        """Download recordings, or stop that."""
        ...

    def remove_downloads(self, episodes: Sequence[str]) -> None:
        """Take recordings off the disk."""
        ...


class Services:
    """The values of the first screen. Listening is made when something first needs it: that is after the paint.

    Subclassed by whoever wires the program together.
    """

    def __init__(
        self,
        library: Library,
        progress_index: ProgressIndex,
        queue: Queue | None = None,
        playback: Playback | None = None,
        view: ListQuery | None = None,
    ) -> None:
        self.library = library
        self.progress_index = progress_index
        self.queue = queue or Queue()
        self.playback = playback or Playback()
        self.view = view or ListQuery()
        self.notices: tuple[str, ...] = ()
        """What the listener must be told at once."""
        self.settings = Settings()
        self.is_ascii = False
        self.theme = ""
        self.app: Frontend
        """What shows it all, set by itself."""

    @cached_property
    def controller(self) -> PlaybackController:
        """What is listened to, with the app as its audience."""
        return self.make_controller()

    def make_controller(self) -> PlaybackController:
        """Return the listening, and open what it needs."""
        raise NotImplementedError

    @property
    def feeds(self) -> Feeds:
        """What the app does with podcasts."""
        raise NotImplementedError

    def with_keys(self, text: str, show: Callable[[str], str] = show_key) -> str:
        """Return a text with the listener's keys in it, where `key_of` left places for them."""
        return render_keys(text, bound_actions(self.settings), show)

    async def after_paint(self) -> None:
        """Do what was put off until the first screen was there, with room for keys in between."""

    async def read_transcript(self, episode: Episode) -> Transcript:
        """Return the words of an episode."""
        raise NotImplementedError

    async def read_notes(self, episode: Episode) -> EpisodeNotes:
        """Return what is kept of an episode beside its library entry."""
        raise NotImplementedError

    async def read_chapters(self, episode: Episode) -> tuple[Chapter, ...]:
        """Return the chapters of an episode that does not play; the network may be asked for them."""
        raise NotImplementedError

    async def compute_statistics(self) -> Statistics:
        """Return the statistics of what was heard until now."""
        raise NotImplementedError

    async def close(self) -> None:
        """End what runs on the event loop."""
