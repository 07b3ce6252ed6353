"""The transport: what the listener does with the episode that is loaded.

Pause, seek, speed and volume; what comes of it is told by the player and taken in by the deck.
"""

from __future__ import annotations

import math
from dataclasses import replace

from tui_pod.core.library.library import Library
from tui_pod.core.library.speed import MAX_SPEED, MIN_SPEED
from tui_pod.core.playback.episode_player import EpisodePlayer
from tui_pod.core.playback.options import PlaybackOptions, clamp
from tui_pod.core.playback.ports import Ports
from tui_pod.core.playback.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.progress import rewind
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import SettingRecord


class Transport(EpisodePlayer):
    """A deck with its keys."""

    def __init__(
        self,
        library: Library,
        progress_index: ProgressIndex,
        ports: Ports,
        options: PlaybackOptions,
        playback: Playback,
    ) -> None:
        playback = clamp(playback)
        super().__init__(library, progress_index, ports, options, playback)
        self._player.set_speed(playback.speed)
        self._player.set_volume(playback.volume)
        self._player.set_muted(playback.is_muted)

    def toggle_pause(self) -> None:
        """Pause, or go on after a small rewind when the pause was long."""
        if self.playback.status is PlayerStatus.LOADING:
            self._wants_pause = not self._wants_pause
            if self._is_with_player:
                self._player.set_paused(self._wants_pause)
        elif self.playback.status is PlayerStatus.PLAYING:
            self._player.set_paused(True)
        elif self.playback.status is PlayerStatus.PAUSED:
            if self.options.is_rewinding and self._paused_at is not None and not self._tracker.is_done:
                back = rewind(self._clock() - self._paused_at, self.playback.duration)
                if back:
                    self._go_to(max(0.0, self.playback.position - back))
            self._player.set_paused(False)

    @property
    def is_paused(self) -> bool:
        """Whether what is loaded is paused, or will be once it has loaded."""
        if self.playback.status is PlayerStatus.LOADING:
            return self._wants_pause
        return self.playback.status is PlayerStatus.PAUSED

    def set_paused(self, is_paused: bool) -> None:
        """Pause or go on as asked, whatever it did before; with nothing loaded, do nothing."""
        if self.playback.is_loaded and self.is_paused != is_paused:
            self.toggle_pause()

    def seek_to(self, position: float) -> None:
        """Go to `position` seconds; forward no further than where the episode counts as played."""
        here, length = self.playback.position, self.playback.duration
        if length and position > here:
            position = min(position, max(here, self.options.played.starts_at(length)))
            if position == here:
                return
        self._go_to(max(0.0, position))

    def seek_by(self, seconds: float) -> None:
        """Go `seconds` forward, or back when negative."""
        self.seek_to(self.playback.position + seconds)

    def step_back(self, is_small: bool = False) -> None:
        """Go back by the listener's step."""
        self.seek_by(-(self.options.seek_small if is_small else self.options.seek_back))

    def step_forward(self, is_small: bool = False) -> None:
        """Go forward by the listener's step."""
        self.seek_by(self.options.seek_small if is_small else self.options.seek_forward)

    def seek_mark(self, direction: int) -> None:
        """Go to the next (1) or previous (-1) chapter or sentence."""
        here = self.playback.position
        length = self.playback.duration or math.inf
        starts = [mark.start for mark in self.playback.marks if 0 <= mark.start < length]
        if direction > 0:
            place = next((start for start in starts if start > here + 0.05), None)
        else:  # shortly after a start, its own start is no step back
            place = next((start for start in reversed(starts) if start < here - 1.5), 0.0)
        if place is not None:
            self.seek_to(place)

    def set_speed(self, speed: float) -> None:
        """Play at `speed` times the normal rate, held between `MIN_SPEED` and `MAX_SPEED`, and remember it."""
        speed = self._usual_speed = round(min(max(speed, MIN_SPEED), MAX_SPEED), 2)
        self._player.set_speed(speed)
        self._remember("speed", speed)
        self._show(replace(self.playback, speed=speed))

    def set_volume(self, percent: int) -> None:
        """Set the volume, 0 to 100, and remember it."""
        percent = min(max(percent, 0), 100)
        self._player.set_volume(percent)
        self._remember("volume", percent)
        self._show(replace(self.playback, volume=percent))

    def toggle_mute(self) -> None:
        """Silence the sound, or let it be heard again."""
        is_muted = not self.playback.is_muted
        self._player.set_muted(is_muted)
        self._remember("muted", is_muted)
        self._show(replace(self.playback, is_muted=is_muted))

    def _remember(self, key: str, value: float | int | bool) -> None:
        self._writer.save(SettingRecord("player", key, value))
