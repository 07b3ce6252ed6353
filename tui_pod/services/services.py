"""What a front end gets: the values of its first screen, and the services of the running app."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from tui_pod.config.settings import Settings, bound_actions
from tui_pod.core.actions import key_of, render_keys, show_key
from tui_pod.core.library.library import Library
from tui_pod.core.player.snapshot import LastPlayed, Playback
from tui_pod.core.progress.cards import Kept
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.core.selection.queue import Queue

if TYPE_CHECKING:
    from tui_pod.core.library.episode import Episode
    from tui_pod.core.library.show_notes import EpisodeNotes
    from tui_pod.core.library.transcript import Transcript
    from tui_pod.core.library.words_state import WordsState
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.player.snapshot import Chapter
    from tui_pod.core.progress.statistics import Statistics
    from tui_pod.feeds.podcasts import Podcasts
    from tui_pod.services.bookmarks import BookmarkService
    from tui_pod.services.frontend import Frontend
    from tui_pod.services.podcasts.feeds import FeedService
    from tui_pod.services.recall import RecallService
    from tui_pod.services.recognition import RecognitionService
    from tui_pod.services.search import SearchService
    from tui_pod.services.sync import SyncService
    from tui_pod.services.tasks import BackgroundTasks
    from tui_pod.terminal.host import TerminalHost


MOST_NUDGED = 3600.0
"""Seconds by which words can be moved: more than any advertisement takes."""


class Services:
    """The values of the first screen, and what comes after it. Whatever is not a value is built after the paint."""

    frontend: Frontend
    """The front end; set by the composition root."""

    def __init__(
        self,
        library: Library,
        progress_index: ProgressIndex,
        queue: Queue | None = None,
        playback: Playback | None = None,
        query: ListQuery | None = None,
    ) -> None:
        self.library = library
        self.progress_index = progress_index
        self.queue = queue or Queue()
        self.playback = self._with_last(playback or Playback())
        self.query = query or ListQuery()
        self.notices: tuple[str, ...] = ()
        """Notices to show at once."""
        self.settings = Settings()
        self.kept = Kept()
        """Bookmarks and cards at the start."""
        self.is_ascii = False
        self.theme = ""
        self.terminal: TerminalHost | None = None
        """The way to the client that holds the terminal; None: the app holds it itself."""
        self.nudges: dict[str, float] = {}
        """By how many seconds the listener moved an episode's words."""
        self._failed_save: str | None = None
        self.words_watchers: list[Callable[[str, WordsState | None], None]] = []
        """Told how far recognition of an episode is; None: it has ended, or the words have changed."""
        self.work: dict[str, str] = {}
        """The status of what is being done in the background, by what it is."""

    def _with_last(self, playback: Playback) -> Playback:
        """Return a playback of nothing with the episode that was heard last, to be resumed."""
        index = next(iter(self.progress_index.unfinished()), None)
        if index is None or playback.last is not None:
            return playback
        ident = self.library.ids[index]
        progress = self.progress_index.get(ident)
        position = progress.position if progress is not None else 0.0
        last = LastPlayed(ident, self.library.titles[index], position, self.progress_index.length(index))
        return playback._replace(last=last)

    @property
    def controller(self) -> PlaybackController:
        """What plays; built, with all it needs, when it is first asked for."""
        raise NotImplementedError

    @property
    def feeds(self) -> FeedService:
        """What the app does with podcasts."""
        raise NotImplementedError

    @property
    def recognition(self) -> RecognitionService:
        """What recognises the words of episodes."""
        raise NotImplementedError

    def key_pressed(self) -> None:
        """Let background work yield to a key press."""

    def words_changed(self, episode: str, state: WordsState | None) -> None:
        """Tell the watchers how far recognition of an episode is."""
        for watcher in self.words_watchers:
            watcher(episode, state)

    @cached_property
    def tasks(self) -> BackgroundTasks:
        """Work in the background."""
        from tui_pod.services.tasks import BackgroundTasks  # after the first paint

        return BackgroundTasks(self)

    @cached_property
    def bookmarks(self) -> BookmarkService:
        """What the app does with bookmarks."""
        from tui_pod.services.bookmarks import BookmarkService  # after the first paint

        return BookmarkService(self)

    @cached_property
    def recall(self) -> RecallService:
        """Asks about what was kept."""
        from tui_pod.services.recall import RecallService  # after the first paint

        return RecallService(self)

    @property
    def search(self) -> SearchService:
        """What finds every word."""
        raise NotImplementedError

    @property
    def sync(self) -> SyncService | None:
        """Sync with other devices; None where it is not set up."""
        return None

    async def play_excerpt(self, episode: Episode, start: float, end: float) -> None:
        """Play what is between two seconds of an episode, where its audio can be had; nothing is noted of it."""

    def stop_excerpt(self) -> None:
        """Stop what `play_excerpt` plays."""

    def saving_changed(self, reason: str | None) -> None:
        """Tell that saving fails for a reason, or works again (None)."""
        if reason is not None:
            text = f"Progress cannot be saved now: {reason}. It is kept and tried again."
            self.frontend.tell(text, is_error=True)
        elif self._failed_save is not None:
            self.frontend.tell("Progress is saved again.")
        self._failed_save = reason

    def nudge(self, episode: str, by: float) -> str:
        """Shift an episode's words against its audio, for good; return a sentence that says so."""
        moved = round(max(-MOST_NUDGED, min(self.nudges.get(episode, 0.0) + by, MOST_NUDGED)), 1)
        self.nudges[episode] = moved
        self.controller.remember("nudges", episode, moved)
        return (
            f"Words {abs(moved):g} s {'later' if moved > 0 else 'earlier'}." if moved else "Words at their own times."
        )

    def end_session(self) -> str:
        """End the session under way, and return what became of it; what plays goes on."""
        if self.controller.session is None:
            return f"No session is under way. Press {key_of('session.plan')} to plan one."
        self.controller.sessions.end()
        return f"The session is ended; what plays goes on. Press {key_of('undo')} to undo."

    def with_keys(self, text: str, show: Callable[[str], str] = show_key) -> str:
        """Return a text with the listener's keys in it, where `key_of` left places for them."""
        return render_keys(text, bound_actions(self.settings), show)

    async def after_paint(self) -> None:
        """Build and start the rest, once the first screen is painted."""

    async def open_podcasts(self) -> Podcasts:
        """Return the podcasts, always the same."""
        raise NotImplementedError

    async def read_transcript(self, episode: Episode) -> Transcript:
        """Return the words of an episode."""
        raise NotImplementedError

    async def read_notes(self, episode: Episode) -> EpisodeNotes:
        """Return what is kept of an episode beside its library entry."""
        raise NotImplementedError

    async def read_chapters(self, episode: Episode) -> tuple[Chapter, ...]:
        """Return the chapters of an episode that does not play; the network may be asked for them."""
        raise NotImplementedError

    async def read_cover(self, subject: Episode | str) -> bytes | None:
        """Return an episode's picture, or that at an address, as `audio.cover` makes it; None: there is none."""
        raise NotImplementedError

    async def compute_statistics(self) -> Statistics:
        """Return the statistics of what was heard until now."""
        raise NotImplementedError

    async def close(self) -> None:
        """End what runs on the event loop."""
        if "tasks" in vars(self):
            await self.tasks.close()
        if "bookmarks" in vars(self):
            self.bookmarks.close()
