"""What is left of a session or the queue, from values alone: the first screen shows it before anything can play."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tui_pod.core.library.library import Library
from tui_pod.core.library.speed import SpeedRule
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.session_planner import Session


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """What is left of the session, and what follows."""

    number: int | None
    """The number of the session's episode that is playing, from 1, with skipped ones; None outside a session."""
    count: int
    """Episodes of the session, skipped ones included."""
    left: float
    """Seconds of the listener's time until the session ends, or the queue if there is no session."""
    next: str | None
    """What starts automatically when the current episode ends; None if nothing does."""
    waiting: int = 0
    """Episodes of a session that waits because something else plays; 0 if none waits."""


@dataclass(frozen=True, slots=True)
class ComingTimes:
    """Computes how long episodes will take."""

    library: Library
    progress_index: ProgressIndex
    current: str | None
    """The loaded episode."""
    speed: float
    """The speed of the loaded episode; `speed_rule` is for the others."""
    speed_rule: SpeedRule

    def of(self, indexes: Iterable[int]) -> Iterator[float]:
        """Yield the seconds of the listener's time that each of these episodes will take.

        The tail of a playing one that counts as played takes no time; another played one starts over.
        """
        for index in indexes:
            if self.library.ids[index] == self.current:
                yield self.progress_index.remaining(index) / self.speed
            else:
                yield self.progress_index.playing_time(index) / self.speed_rule(index)

    def total(self, episodes: Iterable[str]) -> float:
        """Return the seconds of the listener's time that these episodes will take; unknown ones take none."""
        return sum(self.of(index for ident in episodes if (index := self.library.index(ident)) is not None))


def session_status(
    session: Session | None, upcoming: Sequence[str], following: str | None, times: ComingTimes
) -> SessionStatus:
    """Return what is left.

    Args:
        session: The session under way or waiting; if None, what is left of the queue.
        upcoming: the queue without what plays.
        following: see `SessionStatus.next`.
    """
    current = times.current
    if session is None:
        return SessionStatus(None, 0, times.total([*([current] if current else []), *upcoming]), following)
    coming = [ident for ident in upcoming if ident in session.episodes]
    skipped = len(session.skipped.difference(session.episodes))
    count = len(session.episodes) + skipped
    if current not in session.episodes:
        return SessionStatus(None, count, times.total(coming), following, len(coming))
    number = session.episodes.index(current) + 1 + skipped
    return SessionStatus(number, count, times.total([current, *coming]), following)
