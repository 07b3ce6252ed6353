"""The story so far in the running app: tells it, plays its sentences, and leads in to what is resumed after days."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from math import inf
from typing import TYPE_CHECKING

from tui_pod.core.errors import UserError
from tui_pod.core.library.recap import Met, Story, tell_story
from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.text.clean import clock
from tui_pod.integrations.broadcast import Follower
from tui_pod.services.aside import Aside, Clip

if TYPE_CHECKING:
    from tui_pod.audio.excerpt import ExcerptPlayer
    from tui_pod.core.library.episode import Episode
    from tui_pod.services.context import Context
    from tui_pod.services.episode_reader import EpisodeReader

AWAY = timedelta(days=1)
"""How long an episode must have been left for a lead-in, and for its story to come first."""

LEADS = {"off": 0.0, "10 s": 10.0, "30 s": 30.0}
"""Values of the setting, and the most seconds that a lead-in begins before the position."""

RESUMED = 25.0
"""Most seconds before the saved position from which an episode that is resumed plays, by its rewind."""


class RecapService(Follower):
    """Tells who and what was named in an episode up to its position."""

    def __init__(self, context: Context, reader: EpisodeReader, excerpts: ExcerptPlayer) -> None:
        self._context, self._reader, self._excerpts = context, reader, excerpts
        self._aside: Aside | None = None
        self._clip: Clip | None = None  # to play next
        self._going: int | None = None  # the load that plays

    def position(self, episode: Episode) -> float:
        """Return up to where an episode was heard, in seconds."""
        controller = self._context.controller
        if controller.playback.episode == episode.id:
            return controller.playback.position
        progress = controller.progress_index.get(episode.id)
        return 0.0 if progress is None else inf if progress.played else progress.position

    async def story(self, episode: Episode) -> Story:
        """Return the story of an episode so far, or why it cannot be told."""
        transcript, position = await self._reader.transcript_soon(episode), self.position(episode)
        return await asyncio.to_thread(tell_story, transcript, position)

    def is_away(self, episode: Episode) -> bool:
        """Return whether an episode was left for long."""
        controller = self._context.controller
        progress = controller.progress_index.get(episode.id)
        times = (progress.listened, progress.updated) if progress is not None and progress.position > 0 else ()
        return bool(times) and controller.now() - max(filter(None, times)) >= AWAY

    def hear(self, episode: Episode, met: Met) -> None:
        """Play the sentence that introduced a name, while what plays waits."""
        self._clip = Clip(episode, met.start, met.end)
        if self._aside is not None:
            self._aside.enough()
        elif self._context.controller.interlude is None:
            self._context.tasks.run(self._hear())

    async def _hear(self) -> None:
        self._aside = aside = Aside(self._context, self._excerpts, "recap")
        try:
            with aside.waiting():
                while self._clip is not None and not aside.is_over:
                    clip, self._clip = self._clip, None
                    aside.show(f"said at {clock(clip.start)}")
                    if fault := await aside.hear(clip):
                        raise UserError(fault)
        finally:
            self._aside = None

    def playback_changed(self, playback: Playback) -> None:
        """End a sentence once something else plays, and lead in to what is resumed."""
        controller = self._context.controller
        if self._aside is not None and self._aside.is_over:
            self._aside.enough()
        is_going = playback.status in (PlayerStatus.LOADING, PlayerStatus.PLAYING)
        former, self._going = self._going, playback.load if is_going else None
        episode = controller.library.find(playback.episode)
        longest = LEADS[self._context.settings.playback.recap]
        if longest and episode is not None and self._going not in (None, former) and self.is_away(episode):
            progress = controller.progress_index.get(episode.id)
            if progress is not None and 0 <= progress.position - playback.position <= RESUMED:
                self._context.tasks.run(self._lead_in(episode, progress.position, longest))

    async def _lead_in(self, episode: Episode, position: float, longest: float) -> None:
        """Go to the first of the last sentences before a position, but not further back than `longest` seconds."""
        controller = self._context.controller
        transcript, load = await self._reader.transcript_soon(episode), controller.playback.load
        starts = [cue.start or 0.0 for cue in tell_story(transcript, position).lead]
        first = min((start for start in starts if start >= position - longest), default=position)
        if first < position and controller.playback.load == load and self._going == load:
            controller.lead_in(first)
