"""Divide a planned text into the pieces that the voice makes, without changing the plan."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from tui_pod.core.library.transcript import Transcript
from tui_pod.core.player.timeline import TAIL
from tui_pod.speech.narrator import Script

LEAST, MOST = 60.0, 90.0
"""Seconds of a piece: it ends with the first paragraph after the one, and with a sentence before the other."""

FIRST = 15.0
"""Seconds of the first piece after a start or a jump, so that it is soon there."""


class Piece(NamedTuple):
    """Some sentences that follow each other, with the pause after them; times are seconds into the text."""

    first: int
    last: int
    """Index of the sentence after the last one."""
    start: float
    end: float


class PlannedText:
    """The sentences of a text, each with its time, in pieces."""

    def __init__(self, transcript: Transcript) -> None:
        """Divide the text of a planned transcript, which has words."""
        self.transcript = transcript
        self._cues = cues = transcript.cues
        self.duration = round((cues[-1].end or 0.0) + TAIL, 3)
        self._firsts = [0]
        for index in range(1, len(cues)):
            start = self._start(self._firsts[-1])
            if (cues[index - 1].ends_paragraph and self._start(index) - start >= LEAST) or (
                self._start(index + 1) - start > MOST
            ):
                self._firsts.append(index)

    def at(self, position: float) -> list[Piece]:
        """Return the pieces that may be spoken from a position, the best first; the last one is made most quickly.

        The first has its place in the text whatever is heard of it, so that it is found again.
        """
        index = self.transcript.active(position) or 0
        number = bisect_right(self._firsts, index)
        last = self._last(index)
        early = next((after for after in range(index + 1, last) if self._start(after) - position >= FIRST), last)
        if self._start(last) - self._start(early) < FIRST:
            early = last
        return [self._piece(self._firsts[number - 1], last), self._piece(index, last), self._piece(index, early)]

    def stretch(self, start: float, end: float) -> Piece:
        """Return the sentences between two positions."""
        active = self.transcript.active
        return self._piece(active(start) or 0, (active(max(start, end - 0.01)) or 0) + 1)

    def after(self, piece: Piece) -> Piece | None:
        """Return the piece that follows; None at the end."""
        return self._piece(piece.last, self._last(piece.last)) if piece.last < len(self._cues) else None

    def whole(self) -> list[Piece]:
        """Return all pieces in order."""
        return [self._piece(first, self._last(first)) for first in self._firsts]

    def script(self, piece: Piece, command: tuple[str, ...] = ()) -> Script:
        """Return what to say in a piece, and when."""
        cues = self._cues[piece.first : piece.last]
        times = [(round((cue.start or 0.0) - piece.start, 3), round((cue.end or 0.0) - piece.start, 3)) for cue in cues]
        target = round(piece.end - piece.start, 3)
        return Script(tuple(cue.text for cue in cues), target, times=tuple(times), command=command)

    def _piece(self, first: int, last: int) -> Piece:
        return Piece(first, last, self._start(first), self._start(last))

    def _last(self, index: int) -> int:
        """Return the index after the last sentence of the piece with this sentence."""
        number = bisect_right(self._firsts, index)
        return self._firsts[number] if number < len(self._firsts) else len(self._cues)

    def _start(self, index: int) -> float:
        """Return when what is before a sentence ends: where it starts; the end of the text for the one after it."""
        if index >= len(self._cues):
            return self.duration
        return (self._cues[index].start or 0.0) if index else 0.0
