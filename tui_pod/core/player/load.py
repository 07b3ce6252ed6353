"""One attempt to play an episode: what was requested, and what is known of its audio so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from math import ceil, inf, isclose

from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.parts import Part, arrange, part_at
from tui_pod.core.player.events import (
    BufferingChanged,
    ChaptersKnown,
    DeviceChanged,
    DurationKnown,
    FileEnded,
    FileLoaded,
    FiltersMissing,
    LoadEvent,
    LoadFailed,
    PauseChanged,
    PositionChanged,
    SeekFinished,
    SourceReady,
)
from tui_pod.core.player.load_watch import MAX_WAIT, LoadWatch, Retry, fetching, is_estimated, missing
from tui_pod.core.player.snapshot import (
    Chapter,
    ChapterOrigin,
    FetchStatus,
    NextAttempt,
    Playback,
    Source,
    recording_at,
    with_chapters,
)
from tui_pod.core.progress.progress import Progress, is_whole

SAVE_GRACE = timedelta(milliseconds=250)
"""How long a load waits for the former episode's save: a full disk must not stop playback."""

SAME_LENGTH = 0.005
"""Share by which two narrations of one episode may differ and still be the same."""

LENGTH_TOLERANCE = 1.0
"""Seconds by which the length of a part may differ from its tags."""

SAME_STATED = 0.1
"""Share by which a stated length may be off and still be that of this recording."""

MAX_FAULTY = 10
"""How many faulty parts in a row are skipped before playback stops: then the disk is gone, not a part faulty."""

END_TOLERANCE = 0.5
"""Seconds by which the player may miss the position at which it was told to stop."""


ALWAYS = ChaptersKnown, DeviceChanged, FiltersMissing, PauseChanged
"""Events that change nothing which a load must have first."""

PLAYING = BufferingChanged, DurationKnown, PositionChanged
"""Events of a source that the player has."""


class Phase(Enum):
    """What a load waits for."""

    REQUESTED = 1
    """Its source, which was requested."""
    READY = 2
    """The save of the episode that played before."""
    LEAD = 3
    """The end of the sound that parts it from the narration before."""
    OPENING = 4
    """The player, which was given the source."""
    OPEN = 5
    """Nothing: the player has opened the source."""
    RETRYING = 6
    """The time of the next attempt, after a stream failed."""
    HELD = 7
    """The listener: the episode was restored or stopped."""


TAKES: Mapping[Phase, frozenset[type]] = {
    Phase.REQUESTED: frozenset((SourceReady, LoadFailed, *ALWAYS)),
    Phase.READY: frozenset((SourceReady, LoadFailed, *ALWAYS)),
    Phase.LEAD: frozenset((SourceReady, LoadFailed, *ALWAYS)),
    Phase.OPENING: frozenset((SourceReady, LoadFailed, FileLoaded, FileEnded, SeekFinished, *PLAYING, *ALWAYS)),
    Phase.OPEN: frozenset((SourceReady, LoadFailed, FileLoaded, FileEnded, SeekFinished, *PLAYING, *ALWAYS)),
    Phase.RETRYING: frozenset(ALWAYS),
    Phase.HELD: frozenset((ChaptersKnown,)),
}
"""The events that a load takes in each phase. Any other comes too late: the player reports from its own threads."""


class Accuracy(Enum):
    """How reliable the length is that the player measured."""

    EXACT = 1
    ESTIMATE = 2
    """It was estimated from the first bytes."""
    GROWING = 3
    """It is how far the player has read a stream that it got before the size was known."""


BEFORE_END = 15.0
"""Seconds before the end of a shorter version at which to go on at the latest."""

ROUNDED = 0.01
"""Seconds by which a saved position may be before the sentence that it is the start of."""


@dataclass(slots=True)
class Load:
    """One attempt to play an episode; the library may have dropped it since."""

    episode: Episode
    position: float
    """Where to start, then the target of the last seek, in seconds."""
    is_paused: bool
    """Whether it is paused, or will be once it has loaded."""
    asked_at: datetime
    ticket: int
    """Ticket of the former episode's save, which comes first."""
    retry: Retry
    is_second_try: bool
    """Whether a new source was requested after the first could not be opened."""
    phase: Phase = Phase.REQUESTED
    retry_at: datetime | None = None
    """When to retry; None unless it is retrying."""
    failed: str | None = None
    """What failed before it retries, in a few words; None if nothing has."""
    source: Source | None = None
    """None while it is requested or retrying."""
    watch: LoadWatch | None = None
    """Watches how the player opens the source; None before that."""
    chapter_origin: ChapterOrigin = ChapterOrigin.NOTES
    measured: float | None = None
    """Length in seconds according to the player."""
    accuracy: Accuracy = Accuracy.EXACT
    """Of the measured length."""
    paused_at: datetime | None = None
    is_sought: bool = False
    """Whether the listener sought before the file was open, so that it starts exactly there."""
    follows_narration: bool = False
    """Whether it starts because a narration has just ended."""
    leads: list[str] | None = None
    """Paths of the sounds that are still to play before it, the chime and its spoken name; None if not known yet."""
    awaited_mark: int = 0
    """Direction of the chapter to go to once the chapters are known; 0 for none."""
    awaited_sentence: str | None = None
    """Sentence at the position, which is estimated until the narration is made; None if it is not known."""
    ends: list[float] = field(default_factory=list)
    """Where the player was told to stop, in seconds: it may report one after it was told another."""
    again_at: datetime | None = None
    """When what is repeated plays again; None unless the listener has a pause to say it."""
    left: float = 0.0
    """Where it began, in seconds."""
    made_in: str = ""
    """The `Place` of that position; empty once it is found in the open version, or the listener seeks."""
    found: dict[str, float] = field(default_factory=dict)
    """Where the sound of each place of another version begins in it, in seconds, by the text of the place."""
    marks: tuple[Chapter, ...] = ()
    """The chapters as they were published, once the version is known."""
    part: Part | None = None
    """The part that is loaded, of an episode of several; None for a single recording."""
    faulty: int = 0
    """How many faulty parts were skipped one after the other, with nothing played between them."""
    before_faulty: float = 0.0
    """Where the first of them was reached, in seconds."""
    heard_before: float = 0.0
    """Seconds that had played in this load by then."""

    def __post_init__(self) -> None:
        """Begin in the part at the position."""
        self.left = self.position
        self.part = self.part_at(self.position)

    def part_at(self, position: float) -> Part | None:
        """Return the part at a position; None for a single recording."""
        if self.episode.parts:
            return part_at(self.episode.parts, position)
        return self.part if self.part is not None and self.part.start <= position < self.part.end else None

    def take(self, source: Source) -> bool:
        """Take the source that was requested; return False if it is of another part of a planned text by now."""
        if source.part is not None:
            self.part, self.episode = source.part, self.episode._replace(duration=source.planned)
            if 0.0 < self.part.start - self.position < ROUNDED:
                self.position = self.part.start
            if self.part_at(self.position) is None and not (self.is_last_part and self.position >= self.part.start):
                return False
        self.source = source
        return True

    @property
    def is_last_part(self) -> bool:
        """Whether nothing follows the loaded part, which there is."""
        assert self.part is not None
        if self.episode.parts:
            return all(part.start <= self.part.start for part in self.episode.parts)
        return self.part.end >= (self.episode.duration or 0.0)

    def adopt(self, episode: Episode) -> bool:
        """Replace the episode by its present version; return False if that lacks the part that is loaded.

        A part with another recording is the same if it starts at the same position and is as long.
        """
        if not self.episode.parts:
            if not episode.parts:
                self.episode = episode if self.part is None else episode._replace(duration=self.episode.duration)
            return not episode.parts
        assert self.part is not None
        start, duration = self.part.start, self.part.duration
        part = next((part for part in episode.parts if part.audio == self.part.audio), None) or next(
            (part for part in episode.parts if isclose(part.start, start) and isclose(part.duration, duration)), None
        )
        if part is None:
            return False
        self.position += part.start - self.part.start
        self.episode, self.part = episode, part
        return True

    def correct(self, duration: float) -> bool:
        """Give the current part its real length; return False if it differs by less than a second, or is impossible."""
        part = self.part
        if (
            part is None
            or not self.episode.parts
            or abs(duration - part.duration) <= LENGTH_TOLERANCE
            or not 0 < duration <= DURATION_FAULT
        ):
            return False
        parts = arrange(other._replace(duration=duration) if other == part else other for other in self.episode.parts)
        return self.adopt(self.episode._replace(parts=parts, duration=parts[-1].end))

    def enter(self, position: float) -> None:
        """Go to another part, which has yet to be requested."""
        self.part, self.position = self.part_at(position), position
        self.phase, self.retry_at, self.source, self.watch, self.measured = Phase.REQUESTED, None, None, None, None
        self.follows_narration = False

    def may_skip_faulty(self, position: float, heard: float) -> bool:
        """Return whether to go on after the loaded part, which turned out to be faulty at a position; count it.

        If one after the other is faulty, all of them may be out of reach, on a disk that is gone. `heard` is how many
        seconds have played in this load.
        """
        if not self.faulty or heard > self.heard_before:
            self.faulty, self.before_faulty, self.heard_before = 0, position, heard
        self.faulty += 1
        return bool(self.episode.parts) and not self.is_last_part and self.faulty <= MAX_FAULTY

    def schedule_retry(self, failed_at: float, failed: str, now: datetime, wait: float | None) -> bool:
        """Plan another request for a stream that failed; return False to give up.

        `wait` is how long the server asks to wait, in seconds, if it does; never less than the usual pause.
        """
        again = self.retry.after_drop(failed_at)
        if again is None:
            return False
        pause, self.retry = again
        self.phase, self.failed = Phase.RETRYING, failed
        self.retry_at = now + timedelta(seconds=min(max(pause, wait or 0.0), MAX_WAIT))
        self.source = self.watch = None
        return True

    def is_retry_due(self, now: datetime) -> bool:
        """Return whether it is time for the next request, also if the clock was set back."""
        return self.retry_at is not None and not 0 < (self.retry_at - now).total_seconds() <= MAX_WAIT

    def next_attempt(self, now: datetime) -> NextAttempt | None:
        """Return when a stream that failed is requested again, by us or by its own fetcher; None if nothing failed."""
        failed, left = self.failed, 0.0
        if self.retry_at is not None:
            left = (self.retry_at - now).total_seconds()
        elif self.source is not None and self.source.remote is not None:
            progress = self.source.remote.progress()
            failed, left = progress.failed, progress.retry_in
        return NextAttempt(failed, ceil(left), self.is_paused) if failed is not None and left > 0 else None

    @property
    def recording(self) -> Episode:
        """The episode to request: of several parts, the loaded one with the id of the whole."""
        return recording_at(self.episode, self.offset)[0]

    @property
    def offset(self) -> float:
        """Where the recording starts in the episode, in seconds."""
        return self.part.start if self.part is not None else 0.0

    def in_whole(self, event: LoadEvent, marks: tuple[Chapter, ...]) -> LoadEvent:
        """Return an event of a part with its times in the whole; `marks` are the current chapters."""
        part = self.part
        if part is None:
            return event
        if isinstance(event, ChaptersKnown) and event.origin is ChapterOrigin.FILE:
            return event._replace(marks=with_chapters(marks, part, event.marks))
        if isinstance(event, FileLoaded | PositionChanged | SeekFinished | PauseChanged | FileEnded):
            here = event.position
            return (
                event
                if here is None
                else event._replace(position=part.start + (min(here, part.duration) if self._is_stream else here))
            )
        return event

    @property
    def _is_stream(self) -> bool:
        return self.source is not None and self.source.is_stream

    def reaches(self, position: float, playback: Playback) -> bool:
        """Return whether playing ended at the end of what is repeated, or of the whole before that."""
        assert playback.repeat is not None
        is_end = is_whole(position, playback.duration) and (self.part is None or self.is_last_part)
        return is_end or position >= playback.repeat.end - END_TOLERANCE

    def has_stopped_at(self, position: float, duration: float | None) -> bool:
        """Return whether the player stopped at a position where it was told to."""
        is_told = any(abs(position - end) < END_TOLERANCE for end in self.ends)
        return is_told and not is_whole(position, duration) and (self.part is None or not self.is_part_whole(position))

    def is_longer_than_stated(self, position: float) -> bool:
        """Return whether a part on this machine goes on at a position behind its stated end."""
        return self.part is not None and not self._is_stream and position > self.part.end + LENGTH_TOLERANCE

    def is_part_whole(self, position: float) -> bool:
        """Return whether the part that ended at a position was played to its end, not cut or broken off."""
        assert self.part is not None
        assert self.source is not None
        if self.accuracy is Accuracy.ESTIMATE and not self.source.is_stream:
            return not self.is_cut(position)
        measured = None if self.source.is_stream else self.measured
        return is_whole(position - self.offset, min(measured or inf, self.part.duration))

    def place_in_shorter(self, end: float, heard: float, progress: Progress | None) -> float | None:
        """Return where to go on if the recording is a shorter version than the one that the position was made on.

        That is so if it ended before the position, with nothing `heard` (seconds), and not because it broke off or
        changed while it was read. It is the same share of its length, and `BEFORE_END` before its end at most. None if
        it is no shorter version.
        """
        if self.part is not None or heard > 0 or self.position <= end or end <= 0:
            return None
        remote = self.source.remote.progress() if self.source is not None and self.source.remote is not None else None
        if remote is not None and not remote.is_intact:
            return None
        is_whole_here = remote is not None and remote.total is not None and remote.fetched >= remote.total
        has_length = self.accuracy is Accuracy.EXACT and self.measured is not None and is_whole(end, self.measured)
        ends_there_again = self.retry.attempts > 0 and abs(self.retry.position - end) < 1.0
        if not (is_whole_here or has_length or ends_there_again):
            return None
        former = max((progress.duration if progress is not None else None) or 0.0, self.position)
        return max(0.0, min(self.position / former * end, end - BEFORE_END))

    @property
    def is_with_player(self) -> bool:
        """Whether the player has the source, opened or not."""
        return self.phase in (Phase.OPENING, Phase.OPEN)

    def may_begin(self, saved: int, now: datetime) -> bool:
        """Return True once the former episode is saved, as everything up to ticket `saved` is, or took too long."""
        return saved >= self.ticket or not timedelta() <= now - self.asked_at <= SAVE_GRACE

    def choose_way(self, playback: Playback) -> bool:
        """Choose whether the position is counted or estimated; return whether the file must be reopened for that."""
        assert self.source is not None
        former = self.source.is_estimated
        here = None if former or self.phase is not Phase.OPEN else playback.position - self.offset
        length = self.part.duration if self.part is not None else playback.duration
        self.source = self.source._replace(
            is_estimated=is_estimated(self.source, self.position - self.offset, length, here)
        )
        return self.source.is_estimated != former

    def scale(self, progress: Progress | None) -> None:
        """Find the position in a narration: of the awaited sentence, or of the same share of another length."""
        source = self.source
        if self.part is not None:
            return
        spoken = {mark.title: mark.start for mark in source.marks} if source is not None and source.is_narrated else {}
        if self.awaited_sentence is not None and self.awaited_sentence in spoken:
            self.position = spoken[self.awaited_sentence]
            return
        if source is None or not source.is_narrated or not source.duration or progress is None or not progress.duration:
            return
        factor = source.duration / progress.duration
        if abs(factor - 1) >= SAME_LENGTH:
            self.position *= factor

    def is_at_own_end(self, position: float) -> bool:
        """Return whether a stream ended at a position since its recording does, whatever length its podcast states."""
        remote = self.source.remote if self.source is not None else None
        if remote is None or not self.measured or self.accuracy is not Accuracy.EXACT or self.is_cut(position):
            return False
        fetched = remote.progress()
        return fetched.is_intact and fetched.total is not None and is_whole(position - self.offset, self.measured)

    def why_out_of_reach(self, position: float, duration: float | None) -> str | None:
        """Return why the player cannot go to a position yet; None if it can."""
        if self.source is None or not self.is_with_player or self.part_at(position) != self.part:
            return None
        length = self.part.duration if self.part is not None else duration
        return missing(self.source, position - self.offset, length)

    def fetching(self, duration: float | None) -> FetchStatus | None:
        """Return how much is fetched of what the position needs; None if nothing."""
        length = self.part.duration if self.part is not None else duration
        return fetching(self.source, self.position - self.offset, length) if self.source is not None else None

    def durations(self) -> tuple[float | None, float | None]:
        """Return the length to show and the length that may decide about "played", in seconds; None if unknown.

        A file's own length is right. An estimate from its first bytes, and a stream's, can only be too short, so the
        longer of it and the stated one is taken; an estimate alone decides nothing. That of several parts is stated.
        """
        measured, stated = self.measured, self.episode.duration
        if self.part is not None:
            return stated, stated
        is_stream = self._is_stream
        if self.accuracy is Accuracy.GROWING or (measured is not None and not 0 < measured <= DURATION_FAULT):
            measured = None  # a file may claim anything
        longest = max(measured or 0.0, stated or 0.0) or None
        is_estimate = self.accuracy is Accuracy.ESTIMATE
        shown = longest if is_stream or is_estimate else measured or stated
        is_known = measured is not None and not (is_estimate and stated is None)
        return shown, shown if is_known or is_stream else None

    def is_cut(self, position: float) -> bool:
        """Return whether a file ended far before the length that its own start and the catalogue agree on."""
        stated, position = self.recording.duration, position - self.offset
        if not stated or not self.measured or abs(self.measured - stated) > SAME_STATED * stated:
            return False
        return not is_whole(position, min(self.measured, stated) * (1 - SAME_STATED))
