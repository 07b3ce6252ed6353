"""Skip what a podcast's settings leave out, as playback reaches it."""

from __future__ import annotations

from math import inf

from tui_pod.core.player.snapshot import PlayerStatus
from tui_pod.core.player.state import MAX_SKIPPED, PlaybackState
from tui_pod.core.progress.passages import Passage, find_passage


class Skipper:
    """Follows one load of one episode. A chapter that the listener seeks is played."""

    def __init__(self, state: PlaybackState) -> None:
        self._state = state
        self._former = 0  # number of the chapter that last played or was sought

    def begin(self, episode: str, duration: float | None) -> float:
        """Return the position in seconds at which an episode begins when played from its start."""
        self._former = 0
        settings = self._state.settings_of(episode)
        start = settings.skip_start if settings is not None else 0.0
        return start if duration is None or start <= MAX_SKIPPED * duration else 0.0

    def seek(self, position: float) -> None:
        """Record a seek of the listener: the chapter there is played."""
        self._former = self._state.playback._replace(position=position).chapter_number

    def target(self, duration: float | None) -> float | None:
        """Return the position to skip to, infinite for the end; None to skip nothing.

        Args:
            duration: Length in seconds if the episode already counts as played; None if not.
        """
        playback = self._state.playback
        settings = self._state.settings_of(playback.episode)
        if settings is None or playback.status is not PlayerStatus.PLAYING:
            return None
        skipped = self._state.skipped_end(playback.episode, duration)
        if duration is not None and skipped and playback.position >= duration - skipped:
            return inf
        chapters, number = playback.chapters, playback.chapter_number
        is_new, self._former = number != self._former, number
        if not (number and is_new and settings.skips(chapters[number - 1].title)):
            return None
        return next((mark.start for mark in chapters[number:] if not settings.skips(mark.title)), None)

    def passage(self) -> Passage | None:
        """Return the passage to skip at this position, if any."""
        playback = self._state.playback
        if playback.status is not PlayerStatus.PLAYING or not playback.passages:
            return None
        return find_passage((one for one in playback.passages if one.is_skipped), playback.position)
