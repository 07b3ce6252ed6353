"""One attempt to play an episode: what was asked for, and what is known of its audio by now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.core.library.episode import Episode
from tui_pod.core.player.load_watch import LoadWatch, is_estimated, missing
from tui_pod.core.player.retry import Retry
from tui_pod.core.player.snapshot import ChapterOrigin, Playback, PlayerStatus, Source
from tui_pod.core.progress.progress import Progress, is_whole

SAVE_GRACE = timedelta(milliseconds=250)
"""How long a load waits for the outgoing episode's save: a full disk must not stop playback."""

SAME_LENGTH = 0.005
"""Share by which two narrations of one episode may differ and still be the same."""

SAME_STATED = 0.1
"""Share by which a stated length may be off and still be that of this recording."""


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
    """Ticket of the outgoing episode's save, which comes first."""
    retry: Retry
    is_second_try: bool
    """Whether a new source was requested after the first could not be opened."""
    retry_at: datetime | None = None
    source: Source | None = None
    watch: LoadWatch | None = None
    """Watches how the player opens it; None: the player does not have it yet."""
    chapter_origin: ChapterOrigin = ChapterOrigin.NOTES
    measured: float | None = None
    """Length in seconds, as the player says."""
    is_estimate: bool = False
    is_growing: bool = False
    """Whether the player was given a stream before its size was known: the length it says is how far it has read."""
    paused_at: datetime | None = None
    is_sought: bool = False
    """Whether the listener sought while it loaded: that place is saved once the file is open."""

    @property
    def is_with_player(self) -> bool:
        """Whether the player has it, opened or about to be."""
        return self.watch is not None

    def may_begin(self, saved: int, now: datetime) -> bool:
        """Return whether the outgoing episode is saved, as everything up to `saved` is, or has had long enough."""
        return saved >= self.ticket or not timedelta() <= now - self.asked_at <= SAVE_GRACE

    def choose_way(self, playback: Playback) -> bool:
        """Choose whether the position is counted or estimated; return whether the file must be reopened for that."""
        assert self.source is not None
        former = self.source.is_estimated
        here = None if former or playback.status is PlayerStatus.LOADING else playback.position
        self.source = self.source._replace(
            is_estimated=is_estimated(self.source, self.position, playback.duration, here)
        )
        return self.source.is_estimated != former

    def scale(self, progress: Progress | None) -> None:
        """Keep the position's share of the length in a narration that was made again."""
        source = self.source
        if source is None or not source.is_narrated or not source.duration or progress is None or not progress.duration:
            return
        factor = source.duration / progress.duration
        if abs(factor - 1) >= SAME_LENGTH:
            self.position *= factor

    def why_out_of_reach(self, position: float, duration: float | None) -> str:
        """Return why the player cannot go to a position yet; empty: it can."""
        return missing(self.source, position, duration) if self.source is not None and self.is_with_player else ""

    def durations(self) -> tuple[float | None, float | None]:
        """Return the length to show and the length that may decide about "played", in seconds; None: not known.

        A file's own length is right. An estimate from its first bytes, and a stream's, can only be too short, so the
        longer of it and the stated one is taken; an estimate alone decides nothing.
        """
        measured, stated = self.measured, self.episode.duration
        is_stream = self.source is not None and self.source.is_stream
        if self.is_growing or (measured is not None and not 0 < measured <= DURATION_FAULT):
            measured = None  # a file may claim anything
        longest = max(measured or 0.0, stated or 0.0) or None
        shown = longest if is_stream or self.is_estimate else measured or stated
        is_known = measured is not None and not (self.is_estimate and stated is None)
        return shown, shown if is_known or is_stream else None

    def is_cut(self, position: float) -> bool:
        """Return whether a file ended far before the length that its own start and the catalogue agree on."""
        stated = self.episode.duration
        if not stated or not self.measured or abs(self.measured - stated) > SAME_STATED * stated:
            return False
        return not is_whole(position, min(self.measured, stated) * (1 - SAME_STATED))
