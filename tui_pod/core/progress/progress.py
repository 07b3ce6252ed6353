"""The progress of an episode, and the rules for resuming and for "played".

Each rule is in one place. Pure: times of day come in as arguments.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from tui_pod.core.progress.ranges import Ranges, add_range, join, total
from tui_pod.core.wall_time import UNKNOWN, ago, stamp_later


class Status(StrEnum):
    """Whether an episode was played."""

    UNPLAYED = "unplayed"
    STARTED = "started"
    PLAYED = "played"


class Progress(NamedTuple):
    """How far one episode was played."""

    updated: datetime
    """When this value was made (UTC): the newer of two values wins."""
    position: float = 0.0
    """Seconds; 0 when played."""
    duration: float | None = None
    """Seconds as last measured; None when it never was."""
    played: bool = False
    plays: int = 0
    """How often it was played to the end."""
    listened: datetime | None = None
    """When it last played (UTC), for the order of Continue and the rewind; None if it never did."""
    played_ranges: Ranges = ()
    """Ranges that were actually played, in seconds, merged and in order."""
    is_dismissed: bool = False
    """Whether it was removed from Continue, until it is played again."""
    is_brief: bool = False
    """Whether too little of it was heard so far for Continue."""
    origin: str = ""
    """Name of the machine or server that this value is from; empty if it was made here."""
    version: str = ""
    """A `Place` in the version of the recording that the position was made in; empty if that is not known."""

    @property
    def status(self) -> Status:
        """Unplayed, started or played."""
        if self.played:
            return Status.PLAYED
        return Status.STARTED if self.position > 0 else Status.UNPLAYED

    def at(self, position: float, duration: float | None, now: datetime, enough: float = 0.0) -> Self:
        """Return this progress after playing or seeking to `position`.

        An episode that begins here is brief until `enough` seconds of it were heard.
        """
        is_brief = self._is_brief_with(self.played_ranges, enough)
        return self._replace(
            position=max(0.0, position),
            duration=duration or self.duration,
            played=False,
            updated=now,
            is_brief=is_brief,
            origin="",
            version="",
        )

    def with_played(self, start: float, end: float, now: datetime, enough: float = 0.0) -> Self:
        """Return this progress with the range from `start` to `end` played, which also ends a dismissal.

        An episode that begins here is brief until `enough` seconds of it were heard.
        """
        played_ranges = add_range(self.played_ranges, start, end)
        is_brief = self._is_brief_with(played_ranges, enough)
        heard = self._replace(played_ranges=played_ranges, listened=now, updated=now, is_brief=is_brief)
        return heard._replace(is_dismissed=False, origin="")

    def _is_brief_with(self, played_ranges: Ranges, enough: float) -> bool:
        return (self.is_brief or self.status is not Status.STARTED) and total(played_ranges) < enough

    def with_history(self, other: Self | None) -> Self:
        """Return this progress with what was played, when and how often, in either."""
        if other is None:
            return self
        listened = max((time for time in (self.listened, other.listened) if time is not None), default=None)
        played_ranges, plays = join(self.played_ranges, other.played_ranges), max(self.plays, other.plays)
        return self._replace(played_ranges=played_ranges, plays=plays, listened=listened)

    def marked(self, played: bool, now: datetime) -> Self:
        """Return this progress marked by the listener; either way the position is 0."""
        return self._replace(position=0.0, played=played, updated=now, origin="", version="")

    def dated(self, now: datetime) -> Self:
        """Return this progress, received from another machine, with `now` for times that are unknown."""
        listened = now if self.listened == UNKNOWN else self.listened
        return (
            self._replace(updated=now, listened=listened)
            if self.updated == UNKNOWN
            else self._replace(listened=listened)
        )

    def finished(self, now: datetime) -> Self:
        """Return this progress after its end was reached by playing."""
        return self.marked(True, now)._replace(plays=self.plays + 1)

    def source(self, now: datetime) -> str:
        """Return where and when another machine made this: `from laptop, 2 h ago`; empty if it was made here."""
        return f"from {self.origin}, {ago(self.updated, now)}" if self.origin else ""


def stamp_after(former: Progress | None, now: datetime) -> datetime:
    """Return a time for a new value: `now`, or just after `former` if the clock is wrong or was set back."""
    return now if former is None else stamp_later(former.updated, now)


def is_undecided(progress: Progress) -> bool:
    """Return whether it only played on from an older value, without the listener deciding for its position."""
    return progress.listened is not None and progress.listened > progress.updated


def newest(first: Progress, second: Progress) -> Progress:
    """Return the newer of two values with what was played in either, the same whichever comes first."""
    new, old = (first, second) if _order(first) >= _order(second) else (second, first)
    merged = new.with_history(old)
    return merged._replace(duration=merged.duration or old.duration)


def _order(progress: Progress) -> tuple[object, ...]:
    """Return the sort key by which a value is newer; its last parts only break ties."""
    length = progress.duration or 0.0
    return progress.updated, progress.played, progress.position, progress.is_dismissed, length, progress.version


MAX_SHARE_LEFT = 0.10
"""Largest share of the length that may be left when an episode counts as played, for very short ones."""


class PlayedRule(NamedTuple):
    """When an episode counts as played, by how much of it is left."""

    share: float = 0.03
    """Share of the length."""
    min_left: float = 5.0
    """Seconds: the least that the share comes to."""
    max_left: float = 30.0
    """Seconds: the most that it comes to."""

    def starts_at(self, duration: float) -> float:
        """Return the position in seconds from which on an episode of `duration` seconds counts as played."""
        left = min(max(self.share * duration, self.min_left), self.max_left)
        return duration - min(left, MAX_SHARE_LEFT * duration)

    def is_reached(self, position: float, duration: float | None) -> bool:
        """Return whether playing up to `position` makes an episode played; never with an unknown length."""
        return duration is not None and duration > 0 and position >= self.starts_at(duration)


def told(
    mine: Progress | None,
    time: datetime,
    position: float,
    duration: float | None,
    rule: PlayedRule,
    is_finished: bool = False,
    started: float | None = None,
    grain: float = 0.01,
) -> Progress | None:
    """Return progress after another program told newer one; None if that changes nothing.

    Args:
        mine: what was here before.
        position: where it is, in seconds; 0 if it was not begun, or is unplayed again.
        duration: its length there, in seconds; None if that is not known.
        started: from where it was played to the position, in seconds; None if that was not told.
        grain: seconds from which on two positions differ.
    """
    former = mine or Progress(time)
    former = former._replace(duration=former.duration or duration)
    if is_finished or rule.is_reached(position, duration):
        value = former if former.played else former.marked(True, time)._replace(plays=max(1, former.plays))
    elif position <= 0:
        return None if former.status is Status.UNPLAYED else former.marked(False, time)
    else:
        is_same = not former.played and abs(former.position - position) < grain
        value = former if is_same else former.at(position, None, time)
    return None if value is former else value.with_played(position if started is None else started, position, time)


CHOSEN_HEARD, AUTOMATIC_HEARD = 60.0, 180.0
"""Seconds to hear of an episode for Continue: of one that the listener chose, and of one that started automatically."""

MAX_SHARE_HEARD = 0.5
"""Largest share of the length that Continue asks for."""

FRAGMENT_SHARE = 0.25
"""An episode is a fragment if less than this share of its length is before the position."""


def enough_heard(is_chosen: bool, duration: float | None) -> float:
    """Return how many seconds of an episode must be heard for Continue."""
    seconds = CHOSEN_HEARD if is_chosen else AUTOMATIC_HEARD
    return min(seconds, MAX_SHARE_HEARD * duration) if duration else seconds


def is_fragment(progress: Progress, duration: float | None) -> bool:
    """Return whether an episode was only begun; its length may be unknown."""
    length = progress.duration or duration
    return progress.position < (FRAGMENT_SHARE * length if length else AUTOMATIC_HEARD)


REWINDS = ((timedelta(days=1), 20.0), (timedelta(hours=1), 10.0), (timedelta(minutes=1), 3.0))
"""Minimum pause, and seconds to rewind when resuming after it; longest first."""
MAX_REWIND_SHARE = 0.05
"""Largest rewind, as a share of the length."""


def is_whole(position: float, duration: float | None) -> bool:
    """Return whether a file that ends at `position` was complete, not cut or dropped."""
    return duration is None or duration - position <= max(2.0, 0.02 * duration)


def rewind(pause: timedelta, duration: float | None) -> float:
    """Return how many seconds to go back after a `pause`, more after a longer one."""
    seconds = next((back for least, back in REWINDS if pause >= least), 0.0)
    return min(seconds, MAX_REWIND_SHARE * duration) if duration else seconds


def resume_position(
    progress: Progress | None,
    duration: float | None,
    now: datetime,
    is_rewinding: bool = True,
    rule: PlayedRule = PlayedRule(),  # noqa: B008 - a value
) -> float:
    """Return where to start playing, in seconds: 0 when unplayed or played, otherwise the position minus a rewind."""
    if progress is None or progress.played or progress.position <= 0:
        return 0.0
    length = progress.duration or duration
    position = progress.position
    if length:
        position = min(position, rule.starts_at(length))
    if is_rewinding:
        position -= rewind(now - (progress.listened or progress.updated), length)
    return max(0.0, position)


def remaining(progress: Progress | None, duration: float | None) -> float:
    """Return the seconds of an episode left to play, 0 when played or of unknown length."""
    if progress is None:
        return duration or 0.0
    if progress.played:
        return 0.0
    return max(0.0, (progress.duration or duration or 0.0) - progress.position)
