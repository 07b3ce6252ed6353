"""Repeats what the listener wants to hear again. Called on the event loop; the transcript may have to be fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_pod.core.outcome import DONE, Outcome, refused
from tui_pod.core.playback.controller import NOTHING_PLAYS
from tui_pod.core.player.snapshot import RepeatKind
from tui_pod.core.progress.bookmarks import REACTION

if TYPE_CHECKING:
    from tui_pod.services.context import Context
    from tui_pod.services.episode_reader import EpisodeReader


class RepeatService:
    """Finds the sentences of the loaded episode, and repeats one, its chapter or all of it."""

    def __init__(self, context: Context, reader: EpisodeReader) -> None:
        self._context = context
        self._reader = reader

    def turn(self, sentence: float | None = None) -> Outcome:
        """Repeat the sentence that was just said, or is at a position in seconds; then larger things, then nothing."""
        controller = self._context.controller
        playback = controller.playback
        if not playback.is_loaded:
            return refused(NOTHING_PLAYS)
        repeat = playback.repeat
        if repeat is None or (sentence is not None and (repeat.kind, repeat.start) != (RepeatKind.SENTENCE, sentence)):
            self._context.tasks.run(self._begin(playback.episode or "", playback.position, sentence))
            return DONE
        return controller.repeat.turn()

    async def _begin(self, episode: str, position: float, sentence: float | None) -> None:
        controller = self._context.controller
        transcript = await self._reader.transcript_soon(controller.library.find(episode))
        if controller.playback.episode != episode:
            return
        cues = transcript.cues if transcript.is_timed else ()
        times = [(cue.start or 0.0, max(cue.start or 0.0, cue.end or 0.0)) for cue in cues]
        just_said = max(0.0, position - REACTION * controller.playback.speed)
        outcome = controller.repeat.turn(times, just_said if sentence is None else sentence)
        if sentence is not None:
            controller.play_from(episode, sentence)
        self._context.frontend.tell(outcome.sentence)
