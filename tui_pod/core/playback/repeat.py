"""Repeat a sentence, a chapter, the episode or a stretch of it. The player does it; here is what is repeated.

What is repeated never becomes played, and another episode, a stop or a seek out of a stretch ends it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import inf

from tui_pod.core.outcome import Outcome
from tui_pod.core.player.episode_player import EpisodePlayer
from tui_pod.core.player.snapshot import RepeatKind, Repetition
from tui_pod.core.player.state import PlaybackState

TAIL = 0.2
"""Seconds of silence after a sentence that belong to it: times of recognised words end early."""

Sentence = tuple[float, float]
"""Where a sentence starts and ends, in seconds."""


class Repeater:
    """Decides what is repeated."""

    def __init__(self, state: PlaybackState, player: EpisodePlayer) -> None:
        self._state = state
        self._player = player
        self._sentences: Sequence[Sentence] = ()

    def turn(self, sentences: Sequence[Sentence] | None = None, position: float | None = None) -> Outcome:
        """Repeat the next larger thing: the sentence, the chapter, the episode; after that, nothing.

        Args:
            sentences: those of the episode, if it was not repeated; None for those known.
            position: where the sentence is, in seconds; None for the listener's position.
        """
        self._sentences = self._sentences if sentences is None else sentences
        playback = self._state.playback
        kinds = [RepeatKind.SENTENCE, RepeatKind.CHAPTER, RepeatKind.EPISODE]
        if position is None and playback.repeat is not None:
            kinds = [kind for kind in kinds if kind > playback.repeat.kind]
        for kind in kinds:
            if (found := self._find(kind, playback.position if position is None else position)) is not None:
                return self.start(found)
        return self.end()

    def start(self, repeat: Repetition) -> Outcome:
        """Repeat something of the loaded episode."""
        self._player.set_repeat(repeat)
        return Outcome(f"Repeat: {repeat.kind.name.lower()}")

    def start_episode(self) -> Outcome:
        """Repeat the loaded episode, if any."""
        return self.start(Repetition(RepeatKind.EPISODE, 0.0, inf)) if self._state.playback.is_loaded else self.end()

    def end(self) -> Outcome:
        """Play on."""
        self._player.set_repeat(None)
        return Outcome("Repeat: off")

    def neighbour(self, direction: int) -> float | None:
        """Return where the next (1) or previous (-1) sentence starts, if sentences are repeated."""
        repeat = self._state.playback.repeat
        if repeat is None or repeat.kind is not RepeatKind.SENTENCE:
            return None
        number = self._number(repeat.start) + direction
        return self._sentences[number][0] if 0 <= number < len(self._sentences) else repeat.start

    def follow(self, position: float) -> None:
        """Repeat the sentence or chapter to which the listener has sought; outside a stretch, end."""
        repeat = self._state.playback.repeat
        if repeat is None:
            return
        found = self._find(repeat.kind, position) or repeat
        if repeat.kind is RepeatKind.STRETCH and not repeat.start <= position < repeat.end:
            self._state.ports.listener.tell(self.end().sentence)
        else:
            self._player.set_repeat(repeat if found.start == repeat.start else found)

    def _number(self, position: float) -> int:
        return max(0, bisect_right(self._sentences, position + 0.001, key=lambda sentence: sentence[0]) - 1)

    def _find(self, kind: RepeatKind, position: float) -> Repetition | None:
        """Return what of this kind is at a position; None if there is nothing."""
        playback = self._state.playback
        if kind is RepeatKind.EPISODE:
            return Repetition(kind, 0.0, inf)
        if kind is RepeatKind.CHAPTER and (number := playback._replace(position=position).chapter_number):
            start, *following = (mark.start for mark in playback.chapters[number - 1 : number + 1])
            return Repetition(kind, start, following[0] if following else inf)
        if kind is RepeatKind.SENTENCE and self._sentences:
            number = self._number(position)
            (start, end), *later = self._sentences[number : number + 2]
            return Repetition(kind, start, max(end, min(end + TAIL, later[0][0])) if later else end + TAIL)
        return None
