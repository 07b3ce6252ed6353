"""Turn the positions of what is playing into progress: ranges, saves, played.

Only playing makes progress; a jump ends one stretch and begins the next. It does not talk to the player and does
not choose what plays.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.progress import Progress, enough_heard, is_whole, newest, stamp_after
from tui_pod.core.progress.records import HeardRecord, ProgressRecord
from tui_pod.core.wall_time import local_date, local_time

SAVE_EVERY = 4.0
"""Seconds between two saves, of the episode and of the listener: a kill may lose at most 5 s of either."""

LARGEST_GAP = 5.0
"""Seconds by which a step of the position may exceed clock and speed on a busy machine.

A larger step is a jump in the file's own timestamps, and was not played.
"""

LONGEST_SILENCE = 60.0
"""The same while silence is shortened, since any of up to this length passes at once."""

EARLY = 1.0
"""Seconds before the requested position that count as having reached it."""

LATE = 30.0
"""Seconds after it that still do: some files can only be entered at certain points."""

UNSENT = timedelta(minutes=1)
"""How long a position of another machine may wait there before it is sent: a sync follows some time after a pause."""

AT_ONCE = 1.0
"""An end after less than this many seconds of playing counts as "at once"."""


class ProgressTracker:
    """The progress of one load of one episode."""

    def __init__(self, state: PlaybackState) -> None:
        self._state = state
        self._writer = state.ports.writer
        self._clock = state.ports.clock
        self._stretches = 0
        self.episode: str | None = None
        self.ticket = 0
        """Ticket of the newest save."""
        self.heard = 0.0
        """Seconds played in this load."""
        self.played_at: datetime | None = None
        """When anything last played; None if nothing did since the start."""
        self.base: datetime | None = None
        """Time of the value that playing continues, until the listener has decided for its position; then None."""
        self.offered: Progress | None = None
        """A newer value of another machine, about which the listener has not decided."""
        self._undecided_from = 0.0

    def begin(self, episode: str, wished: float = 0.0) -> None:
        """Follow a new episode that should play from `wished` seconds; the former one must have been left."""
        self.episode = episode
        self.is_teaser = False
        """Whether what plays is not the episode itself, so that it makes no progress."""
        self.wish(wished)
        self.decide()
        self.duration: float | None = None
        """The length that decides about "played", in seconds; None while it is not known for certain."""
        self.heard = 0.0
        self._last: float | None = None
        self._is_done = False
        self._has_jumped = self._has_played = False
        self._since_save = 0.0
        self._moved_at = self._clock()
        self._start_stretch()

    def arrive(self, position: float) -> None:
        """Continue from `position`, which was reached by loading or a seek."""
        self._is_reached(position, position)
        self._last = position
        self._moved_at = self._clock()
        self._start_stretch()

    def skip_to(self, position: float) -> None:
        """Continue from `position`, the stated end of a part whose recording is a little longer or shorter."""
        self.save()
        self.arrive(position)

    def shift(self, seconds: float) -> None:
        """Count positions from another start: parts before the current one were inserted, removed or corrected."""
        self._wished += seconds if self._wished > 0 else 0.0
        self._last = self._last + seconds if self._last is not None else None

    def become(self, book: str) -> None:
        """Count for the book that the followed file has become a part of."""
        self.episode, self._is_done = book, False

    def pass_over(self, position: float, target: float) -> HeardRecord | None:
        """Count what is skipped from `position` to `target` as heard, in none of the listener's time.

        Return its own record for the statistics, so that it can be taken back; None if nothing is skipped.
        """
        if self.episode is None or position >= target:
            return None
        self._save_heard()
        self._start_stretch()
        self._stretch = target - position
        self._put(self._progress().with_played(position, target, self._stamp(), self._enough), is_saved=False)
        record = self._heard_record(self.episode)
        self.ticket = self._writer.save(record)
        self._start_stretch()
        return record

    def seek(self, position: float) -> None:
        """Save `position`, where a seek goes."""
        if self.episode is not None:
            self.follow(position)
        if self.episode is not None and not self.is_teaser:
            self._put(self._progress().at(position, self.duration, self._stamp(), self._enough), is_saved=True)

    def follow(self, position: float) -> None:
        """Continue from `position`, which another machine saved."""
        self.wish(position)
        self._save_heard()
        self._last = None
        self._is_done = self._has_jumped = self._has_played = False

    def continue_from_known(self) -> None:
        """Save just after the value that playing continues, so that a newer one of another machine wins."""
        if self.episode is not None and self._state.has_others:
            progress, answered_at = self._state.progress_index.get(self.episode), self._state.answered_at
            known_until = answered_at - UNSENT if answered_at is not None else None
            self.base = progress.updated if progress is not None else known_until
            self._undecided_from = self.heard

    def decide(self) -> None:
        """Save as newest from now on: the listener has chosen this position."""
        self.base = self.offered = None

    def settle(self) -> None:
        """Put a value that was offered into the index: it is newer than what played on without a decision."""
        if self.episode is not None and self.offered is not None:
            self._state.progress_index.put(self.episode, newest(self._progress(), self.offered))
        self.decide()

    @property
    def undecided(self) -> float:
        """Seconds that played since `continue_from_known`, until the listener has decided; 0 afterwards."""
        return self.heard - self._undecided_from if self.base is not None else 0.0

    def wish(self, position: float) -> None:
        """Leave the saved position alone until the player has reached this one."""
        self._wished = position

    def move(self, position: float, speed: float) -> bool:
        """Record playing up to `position`; return whether that made the episode played."""
        if self.episode is None or self._last is None:
            self._last = position
            self._moved_at = self._clock()
            return False
        step = position - self._last
        if step <= 0:
            return False
        is_jump, passed = self._is_jump(step, speed), (self._clock() - self._moved_at).total_seconds()
        now = self._moved_at = self.played_at = self._clock()
        if is_jump:
            self._save_heard()
            self.arrive(position)
            self._has_jumped = self._has_jumped or position >= self._state.played_from(self.episode, self.duration)
            return False
        if self.is_teaser:
            self.heard, self._last = self.heard + step, position
            return False
        self._split_at_midnight()
        self._has_played = True
        self._stretch += step
        self._wall += step / speed
        self._passed += min(max(passed, 0.0), step / speed + 1.0)  # not the pause before it
        self.heard += step
        self._since_save += max(step, step / speed)
        is_here = self._is_reached(self._last, position)
        is_now_done = (
            is_here
            and not (self._is_done or self._has_jumped)
            and self._state.playback.repeat is None
            and position >= self._state.played_from(self.episode, self.duration)
        )
        if is_now_done:
            self.decide()
        stamp = self._stamp()
        progress = self._progress().with_played(self._last, position, now, self._enough)._replace(updated=stamp)
        self._last = position
        if is_here and not self._is_done:
            progress = progress.at(position, self.duration, stamp, self._enough)
        if is_now_done:
            self._is_done = True
            progress = progress.finished(stamp)
        is_due = is_now_done or self._since_save >= SAVE_EVERY
        self._put(progress, is_saved=is_due)
        if is_due:
            self._save_heard()
        if is_now_done:
            self._writer.compact()
        return is_now_done

    def finish(self, position: float, speed: float) -> bool:
        """Record that the file ended at `position`; return whether that is the end of the episode.

        That makes it played, whatever jumped in between, unless nothing was played since it began or since a seek.
        """
        if self.episode is None:
            return False
        self.move(position, speed)
        if not is_whole(position, self.duration):
            return False
        if not (self._is_done or self.is_teaser) and self.duration is not None and self._has_played:
            self._is_done = True
            self.decide()
            self._put(self._progress().finished(self._stamp()), is_saved=True)
            self._save_heard()
        return True

    def save(self) -> int:
        """Save the position; return the ticket of the save."""
        if self.episode is not None and self._since_save > 0:
            self._put(self._progress(), is_saved=True)
            self._save_heard()
        return self.ticket

    def note_version(self) -> None:
        """Save the position again with its place in the version that is now known, unless it has one."""
        if self.episode is not None and not (progress := self._progress()).version and progress.position > 0:
            self._put(progress, is_saved=True)

    def unsaved(self, position: float | None, speed: float) -> ProgressRecord | None:
        """Return the progress if playing has reached `position`, without changing it; None without an episode.

        `position` is None if the player does not know it. An episode is never played because of this.
        """
        if self.episode is None or self.is_teaser:
            return None
        progress = self._progress()
        if position is not None and self._last is not None and not (self._is_done or self._wished > 0):
            step = position - self._last
            if step > 0 and not self._is_jump(step, speed):
                stamp = self._stamp()
                progress = progress.with_played(self._last, position, stamp, self._enough)
                progress = progress.at(position, self.duration, stamp, self._enough)
        return ProgressRecord(self.episode, progress)

    def leave(self) -> int:
        """Save and forget the episode; return the ticket of the save."""
        ticket = self.save()
        self.settle()
        self.episode = None
        return ticket

    def furthest(self, position: float) -> float:
        """Return the listener's position when the player stopped at `position`: never before the saved one."""
        return max(position, self._progress().position)

    @property
    def is_done(self) -> bool:
        """Whether this load made the episode played, so that its position stays 0."""
        return self.episode is not None and self._is_done

    def set_done(self, is_done: bool) -> None:
        """Apply a mark that the listener set on the playing episode."""
        self._is_done = is_done

    def _is_jump(self, step: float, speed: float) -> bool:
        """Return whether a step of the position is too large for the time since the last one."""
        passed = max(0.0, (self._clock() - self._moved_at).total_seconds())
        return step > passed * speed + (LONGEST_SILENCE if self._state.sound.skips_silence else LARGEST_GAP)

    def _is_reached(self, start: float, position: float) -> bool:
        """Return whether playing from `start` to `position` reaches the requested position, and remember it."""
        if self._wished <= 0 or start - LATE <= self._wished <= position + EARLY:
            self._wished = 0.0
            return True
        return False

    def _progress(self) -> Progress:
        assert self.episode is not None
        return self._state.progress_index.get(self.episode) or Progress(updated=datetime.fromtimestamp(0, UTC))

    @property
    def _enough(self) -> float:
        return enough_heard(self._state.is_chosen, self.duration)

    def _stamp(self) -> datetime:
        return stamp_after(self._progress(), self.base or self._clock())

    def _put(self, progress: Progress, is_saved: bool) -> None:
        assert self.episode is not None
        if is_saved and progress.position > 0 and not progress.version and self._wished <= 0 and self._state.version:
            progress = progress._replace(version=self._state.version.place(progress.position))
        self._state.progress_index.put(self.episode, progress)
        if is_saved:
            self._since_save = 0.0
            self.ticket = self._writer.save(ProgressRecord(self.episode, progress))

    def _start_stretch(self) -> None:
        self._stretches += 1
        self._stretch = self._wall = self._passed = 0.0
        self._started = self._clock()

    def _split_at_midnight(self) -> None:
        """Begin a new stretch when the local day has changed: statistics are by day."""
        if self._stretch > 0 and local_date(self._clock()) != local_date(self._started):
            self._save_heard()
            self._start_stretch()

    def _save_heard(self) -> None:
        """Save the running stretch under its key; it goes on, and its next save replaces this one."""
        if self._stretch > 0 and self.episode is not None:
            self.ticket = self._writer.save(self._heard_record(self.episode))

    def _heard_record(self, episode: str) -> HeardRecord:
        offset = local_time(self._started).utcoffset() or timedelta()
        return HeardRecord(
            key=f"{self._state.ports.run}-{self._stretches}",
            episode=episode,
            started=self._started,
            offset=round(offset.total_seconds() / 60),
            seconds=round(self._stretch, 2),
            wall=round(min(self._wall, self._passed) if self._state.sound.skips_silence else self._wall, 2),
        )
