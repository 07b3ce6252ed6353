"""What an episode has besides its entry in the library: transcript, notes and chapters. Called on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_pod.core.library.show_notes import EpisodeNotes
from tui_pod.core.library.transcript import Transcript
from tui_pod.runtime.log import log_error

if TYPE_CHECKING:
    from pathlib import Path

    from tui_pod.core.library.episode import Episode
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.player.snapshot import Chapter
    from tui_pod.runtime.threads import CancelToken
    from tui_pod.services.narration import EpisodeVoice
    from tui_pod.services.podcasts.shared import SharedPodcasts
    from tui_pod.sources.opened import Podcasts

PATIENCE = 3.0
"""Seconds to wait for a transcript that is useful but not required."""

MAX_NUDGE = 3600.0
"""Most seconds by which a transcript can be moved: longer than any advertisement."""


@dataclass(eq=False, repr=False)
class EpisodeReader:
    """Reads what belongs to an episode, and moves transcripts that are out of step with their audio."""

    _controller: PlaybackController
    _voice: EpisodeVoice
    _podcasts: SharedPodcasts
    _has_podcasts: Callable[[], bool]
    nudges: dict[str, float]
    """Seconds by which the transcripts of episodes are moved, positive if later."""
    _tell: Callable[[str], None]

    async def transcript(self, episode: Episode) -> Transcript:
        """Return the transcript of an episode, moved as the listener chose; empty if there is none."""
        transcript = await self._voice.transcript(episode)
        return transcript.moved(self.nudges.get(episode.id, 0.0))

    async def give_text(self, episode: Episode, file: Path | None) -> str:
        """Give a recording a text, or take it away: see `EpisodeTranscripts.give_text`."""
        return await self._voice.transcripts.give_text(episode, file)

    async def transcript_soon(self, episode: Episode | None) -> Transcript:
        """Return the transcript of an episode; empty if there is none, or not in time."""
        try:
            if episode is not None:
                return await asyncio.wait_for(self.transcript(episode), PATIENCE)
        except Exception as error:  # whatever it was, its words are not needed
            log_error(error, "a transcript is not read")
        return Transcript()

    async def notes(self, episode: Episode) -> EpisodeNotes:
        """Return the show notes of an episode; empty if it has none."""
        if not self._has_podcasts():
            return EpisodeNotes()

        def read(podcasts: Podcasts, _: CancelToken) -> EpisodeNotes:
            is_downloaded = podcasts.downloads.find(episode.id) is not None
            return podcasts.documents.notes(episode)._replace(is_downloaded=is_downloaded)

        return await self._podcasts.ask(read)

    async def chapters(self, episode: Episode) -> tuple[Chapter, ...]:
        """Return the chapters of an episode that is not playing, from the network if need be."""
        if not self._has_podcasts():
            return ()
        found = await self._podcasts.ask(lambda podcasts, cancel: podcasts.documents.chapters(episode, cancel))
        if found.fault:
            self._tell(f"The chapters of “{episode.title}” cannot be read: {found.fault}.")
        return found.marks

    def nudge(self, episode: str, by: float) -> str:
        """Move an episode's transcript against its audio for good, by some seconds; return a sentence that says so."""
        moved = round(max(-MAX_NUDGE, min(self.nudges.get(episode, 0.0) + by, MAX_NUDGE)), 1)
        self.nudges[episode] = moved
        self._controller.remember("nudges", episode, moved)
        if not moved:
            return "Transcript: back in step."
        return f"Transcript: {abs(moved):g} s {'later' if moved > 0 else 'earlier'}."
