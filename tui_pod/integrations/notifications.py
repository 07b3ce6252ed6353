"""Desktop notifications by D-Bus (org.freedesktop.Notifications), opt-in.

Source: Desktop Notifications Specification 1.2. One notification is shown at a time; a new one replaces it.
"""

from __future__ import annotations

import asyncio
from html import escape
from typing import Any

from dbus_fast import DBusFastError, Message, MessageType
from dbus_fast.aio import MessageBus

from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.text.clean import clean, clean_title, spoken_time
from tui_pod.integrations.broadcast import Follower
from tui_pod.runtime.log import log

SERVICE = "org.freedesktop.Notifications"

PATIENCE = 5.0
"""Seconds that the desktop may take to show a notification."""

BODY_LIMIT = 300
"""Longest body of a notification, in characters."""


class Notifications(Follower):
    """Shows what `notify` is given and, if wanted, announces each episode that begins."""

    def __init__(self, bus: MessageBus, controller: PlaybackController, announces_episodes: bool) -> None:
        self._announces_episodes = announces_episodes
        self._bus = bus
        self._controller = controller
        self._episode: str | None = None
        self._shown = 0
        self._capabilities: list[str] | None = None
        self._queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue(maxsize=8)
        self._task = asyncio.get_running_loop().create_task(self._work())

    def notify(self, title: str, body: str = "") -> None:
        """Show a notification soon, as plain text; drop it if many are waiting."""
        if not self._queue.full():
            self._queue.put_nowait((clean_title(title), clean(body, BODY_LIMIT)))

    def playback_changed(self, playback: Playback) -> None:
        """Announce an episode that begins."""
        if self._announces_episodes and playback.status is PlayerStatus.PLAYING and playback.episode != self._episode:
            self._episode = playback.episode
            self.notify(playback.title, self._describe(playback))

    async def close(self) -> None:
        """Show nothing more."""
        self._task.cancel()

    def _describe(self, playback: Playback) -> str:
        episode = self._controller.library.find(playback.episode)
        tags = episode.tags if episode is not None else ()
        length = spoken_time(round(playback.duration)) if playback.duration else ""
        return ", ".join(part for part in (*tags[:1], length) if part)

    async def _work(self) -> None:
        while True:
            title, body = await self._queue.get()
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._show(title, body)
            except (DBusFastError, OSError, EOFError, TimeoutError) as error:
                log(f"desktop notifications are off: {str(error) or type(error).__name__}")
                return

    async def _show(self, title: str, body: str) -> None:
        if self._capabilities is None:
            self._capabilities = list(await self._call("GetCapabilities", "", []))
        if "body-markup" in self._capabilities:  # other desktops would show the escapes
            body = escape(body, quote=False)
        self._shown = await self._call("Notify", "susssasa{sv}i", ["tui-pod", self._shown, "", title, body, [], {}, -1])

    async def _call(self, member: str, signature: str, body: list[Any]) -> Any:
        message = Message(
            destination=SERVICE,
            path="/org/freedesktop/Notifications",
            interface=SERVICE,
            member=member,
            signature=signature,
            body=body,
        )
        reply = await self._bus.call(message)
        if reply.message_type is MessageType.ERROR or not reply.body:
            raise ConnectionError(str(reply.body[0] if reply.body else reply.error_name))
        return reply.body[0]
