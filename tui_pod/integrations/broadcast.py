"""Passes what changes to the front end, and to followers such as remote control or MPRIS."""

from __future__ import annotations

from collections.abc import Sequence

from tui_pod.core.actions import ACTIONS, Action, render_keys
from tui_pod.core.player.changes import Change, ChangeReader, NoticeShown
from tui_pod.core.player.ports import PlaybackListener


class Follower(ChangeReader):
    """Reads what changes, on the event loop, until it is closed."""

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

    async def close(self) -> None:
        """Close all followers."""
        while self._followers:
            await self._followers.pop().close()

    def show(self, change: Change) -> None:
        """Pass a change on."""
        self._listener.show(change)
        self._pass_on(change)

    def tell(self, text: str, is_error: bool = False) -> None:
        """Show a notice, and pass it on."""
        self._listener.tell(text, is_error)
        self._pass_on(NoticeShown(render_keys(text, self._actions), is_error))

    def _pass_on(self, change: Change) -> None:
        for follower in self._followers:
            follower.show(change)
