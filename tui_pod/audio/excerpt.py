"""Play excerpts of episodes and other short sounds on a second player; the loaded episode is not touched."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tui_pod.audio.levels import LevelMeter
from tui_pod.audio.mpv_player import MpvPlayer
from tui_pod.core.errors import UserError
from tui_pod.core.library.episode import Episode
from tui_pod.core.player.events import DeviceChanged, Event, FileEnded, LoadFailed
from tui_pod.core.player.options import Sound
from tui_pod.core.player.snapshot import Playback, Source, recording_at
from tui_pod.runtime.log import log

Ended = Callable[[str | None], None]
"""Takes what went wrong, or None at the end."""


NO_SOUND = "It has no sound yet."


class ExcerptPlayer:
    """Plays one sound at a time."""

    def __init__(
        self,
        find: Callable[[Episode, float, float], Awaitable[Source | None]],
        ao: str | None,
        meter: LevelMeter | None = None,
        like: Callable[[], Playback] = Playback,
        device: Callable[[], str] = lambda: "",
        lost: Callable[[str], None] = lambda _: None,
        output: Callable[[], Sound] = Sound,
    ) -> None:
        """Play nothing yet.

        Args:
            ao: the audio output that mpv uses; None for the usual one.
            like: returns the playback whose volume is used.
            device: returns the sound device that is chosen; empty if the system chooses.
            output: returns what the device changes in the sound.
            lost: called with the name of a device that disappeared while it played; the sound is paused then.
        """
        self._find = find
        self._sound = ao, meter
        self._like, self._lost = like, lost
        self._device, self._output = device, output
        self._player: MpvPlayer | None = None
        self._ended: Ended | None = None
        self._wish = 0  # counts requests: a later one cancels an earlier one that still waits for its audio

    async def play(
        self, episode: Episode, start: float, end: float, ended: Ended = lambda _: None, speed: float = 1.0
    ) -> None:
        """Play an episode between two positions in seconds, and then call `ended`; at once if it has no audio."""
        self._wish = wish = self._wish + 1
        try:
            recording, offset = recording_at(episode, start)
            source = await self._find(recording, start, end)
        except UserError as error:
            log(f"no excerpt of {episode.id}: {error}")
            ended(str(error))
            return
        if source is None:
            ended(NO_SOUND)
        elif wish == self._wish:
            offset = source.part.start if source.part is not None else offset
            self._load(source, start - offset, end - offset, speed=speed)
            self._ended = ended

    def play_file(self, path: str, is_paused: bool, ended: Ended) -> None:
        """Play a whole file, and then call `ended` on the event loop."""
        self._wish += 1
        self._load(Source(path), 0.0, None, is_paused)
        self._ended = ended

    def set_paused(self, is_paused: bool) -> None:
        """Pause or go on."""
        if self._player is not None:
            self._player.set_paused(is_paused)

    def stop(self) -> None:
        """Stop playing; nothing more is reported."""
        self._wish += 1
        self._ended = None
        if self._player is not None:
            self._player.stop()

    def close(self) -> None:
        """Close the player."""
        if self._player is not None:
            self._player.close()

    def _load(
        self, source: Source, start: float, end: float | None, is_paused: bool = False, speed: float = 1.0
    ) -> None:
        self._ended = None
        if self._player is None:
            loop = asyncio.get_running_loop()
            self._player = MpvPlayer(lambda event: self._pass_on(loop, event), *self._sound, self._device())
            self._player.open()
        if self._player.device != self._device():
            self._player.set_device(self._device())
        self._player.set_sound(self._output())
        self._player.set_volume(min(self._like().volume, 100))
        self._player.set_muted(self._like().is_muted)
        self._player.set_speed(speed)
        self._player.set_end(end)
        self._player.load(source, start, self._wish, is_paused)

    def _pass_on(self, loop: asyncio.AbstractEventLoop, event: Event) -> None:
        """Pass an end or a failure to the loop, from one of the player's threads."""
        if isinstance(event, FileEnded | LoadFailed | DeviceChanged) and not loop.is_closed():
            loop.call_soon_threadsafe(self._handle, event)

    def _handle(self, event: FileEnded | LoadFailed | DeviceChanged) -> None:
        ended = self._ended
        if ended is None or event.load != self._wish:
            return
        match event:
            case FileEnded():
                ended(None)
            case LoadFailed():
                ended(event.reason)
            case DeviceChanged() if not event.is_back:
                self._lost(event.name)
