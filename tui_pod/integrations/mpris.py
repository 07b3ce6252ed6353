"""Media keys, playerctl and desktop widgets: an MPRIS player on the session bus.

Only properties that have changed are sent. As the specification requires, the position is sent only with Seeked.
"""

from __future__ import annotations

import os
import time

from dbus_fast import NameFlag, RequestNameReply
from dbus_fast.aio import MessageBus

from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.integrations.broadcast import Follower
from tui_pod.integrations.mpris_interfaces import PlayerInterface, RootInterface

PATH = "/org/mpris/MediaPlayer2"
NAME = "org.mpris.MediaPlayer2.tui_pod"

JUMP = 0.7
"""Seconds ahead of the expected position that mean a seek: the smallest step is 5 s, and a poll is 0.25 s late."""


class Mpris(Follower):
    """Shows playback on the session bus."""

    def __init__(self, bus: MessageBus, controller: PlaybackController) -> None:
        self._bus = bus
        self._controller = controller
        self._player = PlayerInterface(controller)
        self._announced = self._player.announced()
        self._former, self._at = controller.playback, time.monotonic()

    async def start(self) -> None:
        """Request a name on the bus; only the first of several apps gets the plain name."""
        self._bus.export(PATH, RootInterface())
        self._bus.export(PATH, self._player)
        reply = await self._bus.request_name(NAME, NameFlag.DO_NOT_QUEUE)
        if reply is not RequestNameReply.PRIMARY_OWNER:
            await self._bus.request_name(f"{NAME}.instance{os.getpid()}", NameFlag.DO_NOT_QUEUE)

    def playback_changed(self, playback: Playback) -> None:
        """Send the properties that changed, and Seeked after a jump."""
        former = self._former
        if self._has_jumped(playback):
            self._player.seeked()
        self._former, self._at = playback, time.monotonic()
        if playback._replace(position=former.position) != former:
            self._tell()

    def queue_changed(self) -> None:
        """Send the properties that changed, such as CanGoNext."""
        self._tell()

    async def close(self) -> None:
        """Leave the bus."""
        self._bus.disconnect()

    def _tell(self) -> None:
        if not self._bus.connected:
            return
        values = self._player.announced()
        changed = {name: value for name, value in values.items() if value != self._announced[name]}
        self._announced = values
        if changed:
            self._player.emit_properties_changed(changed)

    def _has_jumped(self, playback: Playback) -> bool:
        """Return True if the position is not where playing on would have led."""
        former = self._former
        if not playback.is_loaded or playback.status is PlayerStatus.LOADING or not self._bus.connected:
            return False
        if playback.load != former.load or former.status is PlayerStatus.LOADING:
            return playback.position > JUMP  # clients assume that a new track begins at its start
        passed = time.monotonic() - self._at if former.status is PlayerStatus.PLAYING else 0.0
        ahead = playback.position - former.position
        return ahead < -0.05 or ahead > passed * former.speed + JUMP
