"""What is playing, as one value. Times within an episode are seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from math import inf
from typing import NamedTuple


class PlayerStatus(StrEnum):
    """What the player does."""

    STOPPED = "stopped"
    LOADING = "loading"
    PLAYING = "playing"
    PAUSED = "paused"


class Chapter(NamedTuple):
    """A point to jump to: the start of a chapter or of a sentence."""

    start: float
    title: str = ""


MAX_CHAPTERS = 1_000
"""Chapters of one episode that are kept, wherever they come from."""


class ChapterOrigin(IntEnum):
    """Where chapters come from; the higher one wins."""

    NOTES = 0
    """Time codes in show notes."""
    FILE = 1
    """The recording itself."""
    FEED = 2
    """The feed, or who made the narration."""


class Source(NamedTuple):
    """Audio that can be given to the player now."""

    location: str
    """An absolute path, or a checked http(s) address."""
    is_narrated: bool = False
    is_stream: bool = False
    duration: float | None = None
    """Seconds, when known for certain: a narration's."""
    marks: tuple[Chapter, ...] = ()
    notice: str = ""
    """A notice to show, such as that a text was too long to be read whole."""


@dataclass(frozen=True, slots=True)
class Playback:
    """What is playing; a new value replaces it at every change."""

    status: PlayerStatus = PlayerStatus.STOPPED
    episode: str | None = None
    title: str = ""
    position: float = 0.0
    duration: float | None = None
    speed: float = 1.0
    volume: int = 80
    """Percent, 0 to 100."""
    is_muted: bool = False
    is_narrated: bool = False
    is_buffering: bool = False
    marks: tuple[Chapter, ...] = ()
    load: int = 0

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """The chapters; the marks of a narration are its sentences."""
        return () if self.is_narrated else self.marks

    @property
    def chapter(self) -> str:
        """The title of the chapter that plays; empty where there is none."""
        return next((mark.title for mark in reversed(self.chapters) if mark.start <= self.position + 0.05), "")

    def next_mark(self) -> float | None:
        """Return where the next chapter or sentence starts, in seconds; None in the last one."""
        length = self.duration or inf
        return next((m.start for m in self.marks if self.position + 0.05 < m.start < length), None)

    def previous_mark(self) -> float:
        """Return where the chapter or sentence starts, in seconds; just after its start, that of the one before."""
        length, here = self.duration or inf, self.position - 1.5
        return next((m.start for m in reversed(self.marks) if 0 <= m.start < min(length, here)), 0.0)

    @property
    def is_loaded(self) -> bool:
        """Whether an episode is playing, paused or about to."""
        return self.status is not PlayerStatus.STOPPED

    def looks_like(self, other: Playback) -> bool:
        """Return whether both look the same: only the fraction of a second differs, within one chapter."""
        if int(self.position) != int(other.position) or self.chapter != other.chapter:
            return False
        return replace(self, position=other.position) == other
