"""What follows the playing beside the screen: remote control, the desktop's media keys, the terminal's title.

`Broadcast` stands between listening and its audience and passes everything on to both, so that neither knows
of the other. It knows nothing of what a follower does with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from tui_pod.core.actions import ACTIONS, Action, render_keys
from tui_pod.core.playback.ports import PlaybackListener
from tui_pod.core.playback.snapshot import Playback
from tui_pod.runtime.log import log

if TYPE_CHECKING:
    from tui_pod.config.settings import DesktopSettings
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.selection.session_planner import Summary


class Follower(Protocol):
    """Is told what changed, on the event loop; it must neither wait nor call back into listening."""

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
    """A `PlaybackListener` that passes everything on to one that shows it, and to followers.

    Followers are told with the keys of the table `actions`.
    """

    def __init__(self, listener: PlaybackListener, actions: Sequence[Action] = ACTIONS) -> None:
        self._listener = listener
        self._actions = actions
        self._broadcast: list[Follower] = []
        self._starting: asyncio.Task[None] | None = None

    def add(self, follower: Follower) -> None:
        """Let another one follow from now on."""
        self._broadcast.append(follower)

    def start(
        self, controller: PlaybackController, state: Path, write: Callable[[str], None], settings: DesktopSettings
    ) -> None:
        """Begin to be seen and reached from outside, once there is time for it; to be called on the event loop.

        Args:
            listening: what is followed; this must be its audience.
            state: the state file, by which commands find the app.
            write: sends a control sequence to the terminal.
            settings: what the listener wants of it.
        """
        from tui_pod.integrations.terminal_title import TerminalTitle, has_title

        if settings.title and has_title():
            self.add(TerminalTitle(write))
        self._starting = asyncio.get_running_loop().create_task(self._start(controller, state, settings.notify))

    async def _start(self, controller: PlaybackController, state: Path, notifies: bool) -> None:
        """Start each on its own: one that cannot is off, with a line in the log."""
        from tui_pod.integrations.player_api import PlayerApi
        from tui_pod.integrations.remote_server import RemoteControl
        from tui_pod.integrations.remote_socket import RemoteError
        from tui_pod.integrations.session_bus import DesktopError, follow_desktop

        remote = RemoteControl(PlayerApi(controller), state)
        try:
            await remote.start()
            self.add(remote)
        except RemoteError as error:
            log(f"remote control is off: {error}")
        try:
            for follower in await follow_desktop(controller, notifies):
                self.add(follower)
        except DesktopError as error:
            log(f"media keys are off: {error}")

    async def announce(self, title: str, text: str) -> None:
        """Have the desktop tell something, where the listener wants that."""
        if self._starting is not None:
            await asyncio.wait((self._starting,))  # the desktop takes its time
        for follower in self._broadcast:
            if isinstance(follower, Notifier):
                follower.notify(title, text)

    async def close(self) -> None:
        """End all that follow."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        while self._broadcast:
            await self._broadcast.pop().close()

    def playback_changed(self, playback: Playback) -> None:
        """See `PlaybackListener.playback_changed`."""
        self._listener.playback_changed(playback)
        for follower in self._broadcast:
            follower.playback_changed(playback)

    def progress_changed(self, episodes: frozenset[str]) -> None:
        """See `PlaybackListener.progress_changed`."""
        self._listener.progress_changed(episodes)

    def queue_changed(self) -> None:
        """See `PlaybackListener.queue_changed`."""
        self._listener.queue_changed()
        for follower in self._broadcast:
            follower.queue_changed()

    def tell(self, text: str, is_error: bool = False) -> None:
        """See `PlaybackListener.tell`."""
        self._listener.tell(text, is_error)
        for follower in self._broadcast:
            follower.told(render_keys(text, self._actions), is_error)

    def session_ended(self, summary: Summary) -> None:
        """See `PlaybackListener.session_ended`."""
        self._listener.session_ended(summary)
