"""What changed, as values: one stream that reaches every front end, and whoever else follows what plays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from tui_pod.core.library.library import Library
    from tui_pod.core.library.row_states import DownloadState, RecognitionState
    from tui_pod.core.player.snapshot import Playback
    from tui_pod.core.progress.progress_index import ProgressIndex
    from tui_pod.core.selection.session_planner import Summary


class PlaybackChanged(NamedTuple):
    """What plays, or its position."""

    playback: Playback


class ProgressChanged(NamedTuple):
    """The progress of these episodes, and the counts."""

    episodes: frozenset[str]


class QueueChanged(NamedTuple):
    """The queue, the session or the sleep timer."""


class BookmarksChanged(NamedTuple):
    """The bookmarks of these episodes."""

    episodes: frozenset[str]


class LibraryChanged(NamedTuple):
    """The library was replaced, such as after a refresh."""

    library: Library
    progress_index: ProgressIndex


class SessionEnded(NamedTuple):
    """A session is over; the listener may go on."""

    summary: Summary


class DownloadsChanged(NamedTuple):
    """The downloads of these episodes; None for an episode without one."""

    downloads: Mapping[str, DownloadState | None]


class TranscriptChanged(NamedTuple):
    """How far an episode is recognised; None if that has ended or the transcript has changed."""

    episode: str
    state: RecognitionState | None


class TroublesChanged(NamedTuple):
    """Which podcasts cannot be refreshed, and why: a `Trouble` of the services, by the ids of their feeds."""

    troubles: Mapping[str, Any]


class WorkChanged(NamedTuple):
    """The work in progress: a `Job` of the services, by its kind; what began last comes last."""

    jobs: Mapping[str, Any]


class EpisodeSampled(NamedTuple):
    """A sample of this episode begins."""

    episode: str


class SyncEnded(NamedTuple):
    """A sync is over."""


class NoticeShown(NamedTuple):
    """A notice was shown to the listener."""

    text: str
    is_error: bool


Change = (
    PlaybackChanged | ProgressChanged | QueueChanged | BookmarksChanged | LibraryChanged | SessionEnded
    | DownloadsChanged | TranscriptChanged | TroublesChanged | WorkChanged | EpisodeSampled | SyncEnded | NoticeShown
)  # fmt: skip


class ChangeReader:
    """Reads the stream: each change goes to the method of its kind, which ignores it by default.

    A method must neither wait nor call the controller.
    """

    def show(self, change: Change) -> None:
        """Read a change."""
        match change:
            case PlaybackChanged(playback):
                self.playback_changed(playback)
            case ProgressChanged(episodes):
                self.progress_changed(episodes)
            case QueueChanged():
                self.queue_changed()
            case BookmarksChanged(episodes):
                self.bookmarks_changed(episodes)
            case LibraryChanged(library, progress_index):
                self.library_changed(library, progress_index)
            case SessionEnded(summary):
                self.session_ended(summary)
            case DownloadsChanged(downloads):
                self.downloads_changed(downloads)
            case TranscriptChanged(episode, state):
                self.transcript_changed(episode, state)
            case TroublesChanged(troubles):
                self.troubles_changed(troubles)
            case WorkChanged(jobs):
                self.work_changed(jobs)
            case EpisodeSampled(episode):
                self.episode_sampled(episode)
            case SyncEnded():
                self.sync_ended()
            case NoticeShown(text, is_error):
                self.notice_shown(text, is_error)

    def playback_changed(self, playback: Playback) -> None:
        """Read what plays."""

    def progress_changed(self, episodes: frozenset[str]) -> None:
        """Read changed progress of these episodes."""

    def queue_changed(self) -> None:
        """Read a changed queue, session or sleep timer."""

    def bookmarks_changed(self, episodes: frozenset[str]) -> None:
        """Read changed bookmarks of these episodes."""

    def library_changed(self, library: Library, progress_index: ProgressIndex) -> None:
        """Read another library."""

    def session_ended(self, summary: Summary) -> None:
        """Read the end of a session."""

    def downloads_changed(self, downloads: Mapping[str, DownloadState | None]) -> None:
        """Read the state of the downloads of these episodes."""

    def transcript_changed(self, episode: str, state: RecognitionState | None) -> None:
        """Read how far an episode is recognised."""

    def troubles_changed(self, troubles: Mapping[str, Any]) -> None:
        """Read which podcasts cannot be refreshed."""

    def work_changed(self, jobs: Mapping[str, Any]) -> None:
        """Read the work in progress."""

    def episode_sampled(self, episode: str) -> None:
        """Read which episode is sampled."""

    def sync_ended(self) -> None:
        """Read the end of a sync."""

    def notice_shown(self, text: str, is_error: bool) -> None:
        """Read a notice that was shown to the listener."""
