"""Passes what playback tells on to its listeners: the front end, and followers such as remote control or MPRIS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from tui_pod.core.actions import ACTIONS, Action, render_keys
from tui_pod.core.playback.ports import PlaybackListener
from tui_pod.core.playback.snapshot import Playback

if TYPE_CHECKING:
    from tui_pod.core.selection.session_planner import Summary


class Follower(Protocol):
    """Is told what changed, on the event loop; it must neither wait nor call the controller."""

    def playback_changed(self, playback: Playback) -> None:
        """Take in this playback."""
        ...

    def queue_changed(self) -> None:
        """Take in that the queue or the session changed."""
        ...

    def told(self, text: str, is_error: bool) -> None:
        """Take in what the listener was told."""
        ...

    async def close(self) -> None:
        """End it."""
        ...


@runtime_checkable
class Notifier(Protocol):
    """A follower that can tell other things too."""

    def notify(self, title: str, body: str = "") -> None:
        """Tell something soon."""
        ...


class Broadcast:
    """A `PlaybackListener` that passes everything on to subscribers.

    Followers are told with the keys of the table `actions`.
    """

    def __init__(self, *listeners: PlaybackListener, actions: Sequence[Action] = ACTIONS) -> None:
        self._listeners = list(listeners)
        self._actions = actions
        self._followers: list[Follower] = []

    def add(self, follower: Follower) -> None:
        """Let another one follow from now on."""
        self._followers.append(follower)

    def notify(self, title: str, body: str = "") -> None:
        """Show a desktop notification if enabled."""
        for follower in self._followers:
            if isinstance(follower, Notifier):
                follower.notify(title, body)

    async def close(self) -> None:
        """End all that follow."""
        while self._followers:
            await self._followers.pop().close()

    def playback_changed(self, playback: Playback) -> None:
        """See `PlaybackListener.playback_changed`."""
        for listener in self._listeners:
            listener.playback_changed(playback)
        for follower in self._followers:
            follower.playback_changed(playback)

    def progress_changed(self, episodes: frozenset[str]) -> None:
        """See `PlaybackListener.progress_changed`."""
        for listener in self._listeners:
            listener.progress_changed(episodes)

    def queue_changed(self) -> None:
        """See `PlaybackListener.queue_changed`."""
        for listener in self._listeners:
            listener.queue_changed()
        for follower in self._followers:
            follower.queue_changed()

    def tell(self, text: str, is_error: bool = False) -> None:
        """See `PlaybackListener.tell`."""
        for listener in self._listeners:
            listener.tell(text, is_error)
        for follower in self._followers:
            follower.told(render_keys(text, self._actions), is_error)

    def session_ended(self, summary: Summary) -> None:
        """See `PlaybackListener.session_ended`."""
        for listener in self._listeners:
            listener.session_ended(summary)
