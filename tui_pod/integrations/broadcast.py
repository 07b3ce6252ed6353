"""Passes playback events to the front end, and to followers such as remote control or MPRIS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_pod.core.actions import ACTIONS, Action, render_keys
from tui_pod.core.library.library import Library
from tui_pod.core.player.ports import PlaybackListener
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.progress.progress_index import ProgressIndex

if TYPE_CHECKING:
    from tui_pod.core.selection.session_planner import Summary


class Follower:
    """Receives changes on the event loop, and ignores them by default. Must neither wait nor call the controller."""

    def playback_changed(self, playback: Playback) -> None:
        """Handle changed playback."""

    def progress_changed(self, episodes: frozenset[str]) -> None:
        """Handle changed progress of these episodes."""

    def queue_changed(self) -> None:
        """Handle a changed queue or session."""

    def bookmarks_changed(self, episodes: frozenset[str]) -> None:
        """Handle changed bookmarks of these episodes."""

    def sync_ended(self) -> None:
        """Handle the end of a sync."""

    def notice_shown(self, text: str, is_error: bool) -> None:
        """Handle a notice that was shown to the listener."""

    def notify(self, title: str, body: str = "") -> None:
        """Show a desktop notification soon."""

    async def close(self) -> None:
        """Stop following."""


class Broadcast:
    """A `PlaybackListener` that passes everything on. In notices for followers, keys are those of `actions`."""

    def __init__(self, listener: PlaybackListener, actions: Sequence[Action] = ACTIONS) -> None:
        self._listener = listener
        self._actions = actions
        self._followers: list[Follower] = []

    def add(self, follower: Follower) -> None:
        """Add a follower."""
        self._followers.append(follower)

    def notify(self, title: str, body: str = "") -> None:
        """Show a desktop notification if enabled."""
        for follower in self._followers:
            follower.notify(title, body)

    def sync_ended(self) -> None:
        """Tell the followers that a sync has ended."""
        for follower in self._followers:
            follower.sync_ended()

    async def close(self) -> None:
        """Close all followers."""
        while self._followers:
            await self._followers.pop().close()

    def playback_changed(self, playback: Playback) -> None:
        """See `PlaybackListener.playback_changed`."""
        self._listener.playback_changed(playback)
        for follower in self._followers:
            follower.playback_changed(playback)

    def progress_changed(self, episodes: frozenset[str]) -> None:
        """See `PlaybackListener.progress_changed`."""
        self._listener.progress_changed(episodes)
        for follower in self._followers:
            follower.progress_changed(episodes)

    def queue_changed(self) -> None:
        """See `PlaybackListener.queue_changed`."""
        self._listener.queue_changed()
        for follower in self._followers:
            follower.queue_changed()

    def bookmarks_changed(self, episodes: frozenset[str]) -> None:
        """See `PlaybackListener.bookmarks_changed`."""
        self._listener.bookmarks_changed(episodes)
        for follower in self._followers:
            follower.bookmarks_changed(episodes)

    def library_changed(self, library: Library, progress_index: ProgressIndex) -> None:
        """See `PlaybackListener.library_changed`."""
        self._listener.library_changed(library, progress_index)

    def session_ended(self, summary: Summary) -> None:
        """See `PlaybackListener.session_ended`."""
        self._listener.session_ended(summary)

    def tell(self, text: str, is_error: bool = False) -> None:
        """See `PlaybackListener.tell`."""
        self._listener.tell(text, is_error)
        for follower in self._followers:
            follower.notice_shown(render_keys(text, self._actions), is_error)
