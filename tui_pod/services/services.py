"""What the running app offers to its front end. `app.services` builds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tui_pod.core.library.episode import Episode
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.progress.statistics import Statistics
    from tui_pod.services.bookmarks import BookmarkService
    from tui_pod.services.episode_reader import EpisodeReader
    from tui_pod.services.first_screen import FirstScreen
    from tui_pod.services.podcasts.feeds import FeedService
    from tui_pod.services.recall import RecallService
    from tui_pod.services.recognition import RecognitionService
    from tui_pod.services.search import SearchService
    from tui_pod.services.sync import SyncService
    from tui_pod.services.tasks import BackgroundTasks
    from tui_pod.terminal.host import TerminalHost


class Services(Protocol):
    """The services of the running app. Only a front end holds them all; each is built when it is first asked for."""

    @property
    def first(self) -> FirstScreen:
        """The values of the first screen, present from the start."""

    @property
    def terminal(self) -> TerminalHost | None:
        """The connection to the client that holds the terminal; None: the app itself holds it."""

    @property
    def controller(self) -> PlaybackController:
        """Playback, queue and progress."""

    @property
    def tasks(self) -> BackgroundTasks:
        """Work in the background."""

    @property
    def reader(self) -> EpisodeReader:
        """Transcripts, notes and chapters of episodes."""

    @property
    def bookmarks(self) -> BookmarkService:
        """Adds bookmarks."""

    @property
    def recall(self) -> RecallService:
        """Asks questions about bookmarks and episodes."""

    @property
    def feeds(self) -> FeedService:
        """Podcasts and their downloads."""

    @property
    def recognition(self) -> RecognitionService:
        """Transcripts by machine."""

    @property
    def search(self) -> SearchService:
        """Full-text search."""

    @property
    def sync(self) -> SyncService | None:
        """Sync with other devices; None: the settings do not ask for it."""

    async def read_cover(self, subject: Episode | str) -> bytes | None:
        """Return the cover of an episode, or the picture at an address, as `audio.cover` makes it; None: no picture."""

    async def compute_statistics(self) -> Statistics:
        """Return the statistics of everything played so far."""

    def key_pressed(self) -> None:
        """Let background work yield to a key press."""

    async def after_paint(self) -> None:
        """Build and start everything else, once the first screen is painted."""

    async def close(self) -> None:
        """End what runs on the event loop."""
