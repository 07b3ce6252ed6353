"""Plays a few seconds of an episode on a player of its own, apart from the loaded episode."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tui_pod.audio.levels import LevelMeter
from tui_pod.audio.mpv_player import MpvPlayer
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.player.part_chapters import recording_at
from tui_pod.core.player.snapshot import Playback, Source
from tui_pod.runtime.log import log


class ExcerptPlayer:
    """Plays one excerpt at a time."""

    def __init__(
        self, find: Callable[[Episode], Awaitable[Source | None]], ao: str | None, meter: LevelMeter | None = None
    ) -> None:
        self._find = find
        self._sound = ao, meter
        self._player: MpvPlayer | None = None
        self._wish = 0  # counts requests: a later one cancels an earlier one that still waits for its audio

    async def play(self, episode: Episode, start: float, end: float, like: Playback) -> None:
        """Play an episode between two positions in seconds, at the volume of `like`; nothing if it has no audio."""
        self._wish = wish = self._wish + 1
        try:
            recording, offset = recording_at(episode, start)
            source = await self._find(recording)
        except UserError as error:
            log(f"no excerpt of {episode.id}: {error}")
            return
        if source is None or wish != self._wish:
            return
        if self._player is None:
            self._player = MpvPlayer(lambda _: None, *self._sound)
            self._player.open()
        self._player.set_volume(like.volume)
        self._player.set_muted(like.is_muted)
        self._player.do(lambda mpv: mpv.command("set", "end", f"{end - offset:.3f}"))
        self._player.load(source, start - offset, 1, is_paused=False)

    def stop(self) -> None:
        """Stop playing."""
        self._wish += 1
        if self._player is not None:
            self._player.stop()

    def close(self) -> None:
        """Close the player."""
        if self._player is not None:
            self._player.close()
