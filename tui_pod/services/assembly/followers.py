"""Followers of playback in the app: the clock of a load, and the questions of episodes that have ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tui_pod.core.playback.controller import PlaybackController
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.integrations.broadcast import Follower

TICK = 0.25
"""Seconds between two ticks."""


class LoadTicker(Follower):
    """Ticks the controller while an episode loads or waits for its stream; at other times an idle app sleeps."""

    def __init__(self, controller: PlaybackController) -> None:
        self._controller = controller
        self._timer: asyncio.TimerHandle | None = None

    def playback_changed(self, playback: Playback) -> None:
        """Start ticking when the wait begins."""
        if self._timer is None and _is_waiting(playback):
            self._timer = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _tick(self) -> None:
        self._timer = None
        if _is_waiting(self._controller.playback):
            self._controller.tick()
            self.playback_changed(self._controller.playback)

    async def close(self) -> None:
        """Stop ticking."""
        if self._timer is not None:
            self._timer.cancel()


def _is_waiting(playback: Playback) -> bool:
    return playback.status is PlayerStatus.LOADING or playback.is_buffering


class QuestionOffer(Follower):
    """Offers the question of an episode that has ended, which the count of its plays shows."""

    def __init__(self, controller: PlaybackController, offer: Callable[[str], None]) -> None:
        self._controller = controller
        self._offer = offer
        self._playing: tuple[str, int, int] | None = None  # episode, load, and how often it had been played

    def playback_changed(self, playback: Playback) -> None:
        """Remember the episode that starts, and offer the question of one that has ended."""
        former, episode = self._playing, playback.episode
        if former is not None and former[1:2] == (playback.load,) and playback.is_loaded:
            return
        if former is not None and self._plays(former[0]) > former[2]:
            asyncio.get_running_loop().call_soon(self._offer, former[0])
        self._playing = (episode, playback.load, self._plays(episode)) if playback.is_loaded and episode else None

    def _plays(self, episode: str) -> int:
        progress = self._controller.progress_index.get(episode)
        return progress.plays if progress is not None else 0
