"""Find the words that were just said when the listener sets a bookmark."""

from __future__ import annotations

from tui_pod.core.library.transcript import Cue, Transcript
from tui_pod.core.progress.bookmarks import Stretch

WITHOUT_WORDS = 30.0
"""Seconds of a bookmark if the words are not known."""

REACTION = 1.5
"""Seconds that it takes to react and find the key: a sentence that began since is not the one meant."""


def just_said(transcript: Transcript, position: float, speed: float = 1.0) -> Stretch:
    """Return the sentence that was just said at `position` seconds, else the last half minute without words."""
    index = transcript.active(max(0.0, position - REACTION * speed))
    if index is None:
        index = transcript.active(position)
    if (
        index is not None
        and (found := of_cue(transcript.cues[index], transcript.is_recognised)).end > position - WITHOUT_WORDS
    ):
        return found
    end = max(position, 1.0)
    return Stretch(round(max(0.0, end - WITHOUT_WORDS), 2), round(end, 2))


def of_cue(cue: Cue, is_recognised: bool) -> Stretch:
    """Return the stretch of a timed sentence."""
    start = cue.start or 0.0
    return Stretch(round(start, 2), round(max(cue.end or start, start), 2), cue.text, is_recognised)
