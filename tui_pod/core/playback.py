"""What is playing, as one value, and the events by which a player and its helpers report.

Each event carries the number of the load it belongs to, so that one that comes late can never be
taken for the next episode's. Times within an episode are seconds. The events are named tuples, which cost
an eighth of a dataclass at start-up; that counts for a program that is to open at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class PlayerStatus(StrEnum):
    """What the player does."""

    STOPPED = "stopped"
    LOADING = "loading"
    PLAYING = "playing"
    PAUSED = "paused"


class Mark(NamedTuple):
    """A point to jump to: the start of a chapter or of a sentence."""

    start: float
    title: str = ""


class Source(NamedTuple):
    """Audio that can be given to the player now."""

    location: str
    """An absolute path, or a checked http(s) address."""
    is_narrated: bool = False
    is_stream: bool = False
    duration: float | None = None
    """Seconds, when known for certain: a narration's."""
    marks: tuple[Mark, ...] = ()


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
    marks: tuple[Mark, ...] = ()
    load: int = 0

    @property
    def is_loaded(self) -> bool:
        """Whether an episode is playing, paused or about to."""
        return self.status is not PlayerStatus.STOPPED


class SourceReady(NamedTuple):
    """The audio that a load asked for can be played."""

    load: int
    source: Source


class FileLoaded(NamedTuple):
    """The player opened the file and stands at `position`."""

    load: int
    position: float
    duration: float | None
    is_exact: bool = True
    """Whether `duration` is the file's own and not an estimate from its first bytes."""


class PositionChanged(NamedTuple):
    """Playing came to `position`."""

    load: int
    position: float


class SeekFinished(NamedTuple):
    """A seek arrived at `position`."""

    load: int
    position: float


class DurationKnown(NamedTuple):
    """The player learnt the length, or learnt it better."""

    load: int
    duration: float


class MarksKnown(NamedTuple):
    """The file has chapters."""

    load: int
    marks: tuple[Mark, ...]


class PauseChanged(NamedTuple):
    """The player paused or went on."""

    load: int
    is_paused: bool


class BufferingChanged(NamedTuple):
    """The player waits for the network, or no longer does."""

    load: int
    is_buffering: bool


class FileEnded(NamedTuple):
    """The player came to the end of what it could read; whether that is the episode's end is not its matter."""

    load: int
    position: float


class LoadFailed(NamedTuple):
    """The audio could not be found, made, opened or played on."""

    load: int
    reason: str
    """What is wrong and what to do, for the listener."""
    is_fatal: bool = False
    """Whether no other episode can be played either: no libmpv, no sound device."""


class RecordsSaved(NamedTuple):
    """All records up to `ticket` are on the disk."""

    ticket: int


Event = (
    SourceReady
    | FileLoaded
    | PositionChanged
    | SeekFinished
    | DurationKnown
    | MarksKnown
    | PauseChanged
    | BufferingChanged
    | FileEnded
    | LoadFailed
    | RecordsSaved
)
