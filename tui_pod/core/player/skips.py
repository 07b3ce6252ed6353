"""What is left out of the episodes of a podcast: their starts, their ends, and chapters by their titles."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from tui_pod.core.library.podcast_settings import PodcastSettings, has_word
from tui_pod.core.player.snapshot import Chapter

MOST = 0.5
"""Share of an episode that start and end may be; a trailer may be shorter than what the listener leaves out of it."""


def first_position(settings: PodcastSettings | None, duration: float | None) -> float:
    """Return where an episode begins that is played from its start, in seconds."""
    start = settings.skip_start if settings is not None else 0.0
    return start if duration is None or start <= MOST * duration else 0.0


def skipped_end(settings: PodcastSettings, chapters: Sequence[Chapter], duration: float) -> float:
    """Return how many seconds at the end are left out: a fixed time, or chapters up to the end."""
    end = settings.skip_end if settings.skip_end <= MOST * duration else 0.0
    start = inf
    for mark in reversed(chapters if settings.skip_chapters else ()):
        if not is_skipped(mark, settings):
            break
        start = mark.start
    return max(end, duration - start) if MOST * duration <= start < duration else end


def is_skipped(chapter: Chapter, settings: PodcastSettings) -> bool:
    """Return whether a chapter has one of the words in its title."""
    return has_word(chapter.title, settings.skip_chapters)
