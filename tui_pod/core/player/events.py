"""The events by which a player and its helpers report.

Each carries the number of its load, so that a late event is never applied to the next episode. Times within an
episode are seconds. Named tuples cost a start a fraction of what dataclasses do.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.player.snapshot import Chapter, ChapterOrigin, Source

if TYPE_CHECKING:
    from tui_pod.core.progress.passages import Passage


class SourceReady(NamedTuple):
    """The audio that a load asked for can be played."""

    load: int
    source: Source


class FileLoaded(NamedTuple):
    """The player opened the file at `position`."""

    load: int
    position: float
    duration: float | None
    is_exact: bool = True
    """Whether `duration` is the file's own and not an estimate from its first bytes."""


class PositionChanged(NamedTuple):
    """Playback reached `position`."""

    load: int
    position: float


class SeekFinished(NamedTuple):
    """A seek arrived at `position`."""

    load: int
    position: float


class DurationKnown(NamedTuple):
    """The player knows the length, or a better value of it."""

    load: int
    duration: float


class ChaptersKnown(NamedTuple):
    """The chapters are known."""

    load: int
    marks: tuple[Chapter, ...]
    origin: ChapterOrigin = ChapterOrigin.FILE


class PauseChanged(NamedTuple):
    """The player paused or went on."""

    load: int
    is_paused: bool
    position: float | None = None
    """Where, in seconds; None if the player does not know."""


class BufferingChanged(NamedTuple):
    """The player began or ended waiting for the network."""

    load: int
    is_buffering: bool


class DeviceChanged(NamedTuple):
    """The sound device that played is gone, so the player paused; or it is back."""

    load: int
    name: str
    is_back: bool


class FiltersMissing(NamedTuple):
    """The player cannot change loudness or silence, and plays recordings as they are; reported once."""

    load: int


class FileEnded(NamedTuple):
    """The player reached the end of what it could read, which may not be the end of the episode."""

    load: int
    position: float


class LoadFailed(NamedTuple):
    """The audio could not be found, made or opened, or playback broke off."""

    load: int
    reason: str
    """What is wrong and what to do, for the listener."""
    is_fatal: bool = False
    """Whether no other episode can be played either: no libmpv, no sound device."""
    is_offline: bool = False
    """Whether this machine seems to have no network."""
    passing: str | None = None
    """What failed, in a few words, if another request may succeed; None if it would fail as well."""
    retry_after: float | None = None
    """Seconds that the server asks to wait before it; None if it does not."""


class PassagesKnown(NamedTuple):
    """What was heard before in an episode is known, or has changed."""

    load: int
    episode: str
    passages: tuple[Passage, ...]


class VersionKnown(NamedTuple):
    """Which version of its recording a load has open."""

    load: int
    size: int
    """Bytes."""
    words: bytes = b""
    """Its sound from the start on, as in `Version`; empty if that is not known."""
    found: Mapping[str, float] = MappingProxyType({})
    """Where the sound of each place of another version begins in it, in seconds, by the text of the place."""


class RecordsSaved(NamedTuple):
    """All records up to `ticket` are on the disk."""

    ticket: int


class StateMended(NamedTuple):
    """The state files were repaired while the app ran, and may lack records that are known here."""

    notices: tuple[str, ...]
    """What was done, for the listener."""


LoadEvent = (
    SourceReady
    | FileLoaded
    | PositionChanged
    | SeekFinished
    | DurationKnown
    | ChaptersKnown
    | PauseChanged
    | BufferingChanged
    | DeviceChanged
    | FiltersMissing
    | FileEnded
    | LoadFailed
)
Event = LoadEvent | PassagesKnown | VersionKnown | RecordsSaved | StateMended
