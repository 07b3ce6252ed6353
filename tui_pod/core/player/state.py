"""State shared by the parts of the controller: library, progress, and what is playing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from math import inf

from tui_pod.core.library.library import Library
from tui_pod.core.library.podcast_settings import PodcastSettings
from tui_pod.core.player.changes import PlaybackChanged
from tui_pod.core.player.options import PlaybackOptions, Sound
from tui_pod.core.player.ports import Ports
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.player.version import Version
from tui_pod.core.progress.progress_index import ProgressIndex

MAX_SKIPPED = 0.5
"""Largest share of an episode that may be skipped at its start or end: a trailer may be shorter than either."""


@dataclass(slots=True)
class PlaybackState:
    """The current values; `PlaybackController` makes one for all its parts."""

    library: Library
    progress_index: ProgressIndex
    playback: Playback
    options: PlaybackOptions
    ports: Ports
    sound: Sound = field(default_factory=Sound)
    """How the recording sounds that plays."""
    is_chosen: bool = True
    """Whether the listener chose what plays, by starting or queueing it or in a session, and no list merely went on."""
    version: Version | None = None
    """Of the recording that is open; None if that is not known."""
    has_others: bool = False
    """Whether other machines may have newer progress."""
    answered_at: datetime | None = None
    """When they last reported what they have; None if they never did."""

    def settings_of(self, episode: str | None) -> PodcastSettings | None:
        """Return the settings of an episode's podcast; None if it has none of its own."""
        index = self.library.index(episode)
        return self.library.podcast_settings(index) if index is not None else None

    def skipped_end(self, episode: str | None, duration: float | None) -> float:
        """Return the seconds skipped at the end of an episode: a fixed time, or its last chapters."""
        settings = self.settings_of(episode)
        if settings is None or not duration:
            return 0.0
        end = settings.skip_end if settings.skip_end <= MAX_SKIPPED * duration else 0.0
        start = inf
        for chapter in reversed(self.playback.chapters if episode == self.playback.episode else ()):
            if not settings.skips(chapter.title):
                break
            start = chapter.start
        return max(end, duration - start) if MAX_SKIPPED * duration <= start < duration else end

    def played_from(self, episode: str | None, duration: float | None) -> float:
        """Return the position in seconds from which an episode counts as played; infinite if its length is unknown."""
        if not duration or duration < 0:
            return inf
        return min(self.options.played.starts_at(duration), duration - self.skipped_end(episode, duration))

    def show(self, playback: Playback, is_wished: bool = False) -> None:
        """Replace what is playing, and notify the listener if it changed, or was wished as it is."""
        if is_wished or playback != self.playback:
            self.playback = playback
            self.ports.listener.show(PlaybackChanged(playback))
