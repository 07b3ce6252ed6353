"""Play episodes in a row: what comes next, sessions with a time budget, and the sleep timer.

What comes next is the queue, in which a session's episodes stand first, then the list that an episode was
started from. A session ends between episodes and then waits for the listener.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from tui_pod.core.actions import key_of
from tui_pod.core.library.library import Library
from tui_pod.core.playback.options import PlaybackOptions
from tui_pod.core.playback.ports import Ports
from tui_pod.core.playback.sleep_timer import FADE, SleepTimer
from tui_pod.core.playback.snapshot import Playback, PlayerStatus
from tui_pod.core.playback.transport import Transport
from tui_pod.core.progress.progress import Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import SettingRecord
from tui_pod.core.selection.queue import Queue
from tui_pod.core.selection.session_planner import Plan, Session, Summary, Wish, plan_session

MAX_LEFT = 100
"""Episodes that were played before which can be gone back to."""

WORTH_PLANNING = 30.0
"""Seconds of a session left under which nothing more is planned into it."""


@dataclass(frozen=True, slots=True)
class PlayContext:
    """The list that an episode was started from, as sorted and filtered then."""

    indexes: Sequence[int] = ()
    place: int = -1
    """Where in the list the last episode played from it stands."""

    def following(self) -> Iterator[tuple[int, int]]:
        """Yield the places after that one, each with the library index that stands there."""
        return ((place, self.indexes[place]) for place in range(self.place + 1, len(self.indexes)))

    def moved(self, ids: Sequence[str], library: Library) -> PlayContext:
        """Return the same list in another library, without the episodes that this one does not have.

        Args:
            ids: those of the former library, which the indexes are of.
            library: the other one.
        """
        found: list[int] = []
        place = -1
        for number, former in enumerate(self.indexes):
            index = library.index(ids[former]) if former >= 0 else None
            if index is not None:
                found.append(index)
            if number == self.place:  # where it vanished, the list goes on after the one before it
                place = len(found) - 1
        return PlayContext(found, place)


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """What the listener can expect: of the session, and next."""

    place: int | None
    """Which one of the session is playing, from 1; None outside a session."""
    count: int
    """Episodes of the session."""
    left: float
    """Seconds of the listener's time until the session's, else the queue's, end."""
    next: str | None


class UpNext(Transport):
    """Plays one episode after the other."""

    def __init__(
        self,
        library: Library,
        progress_index: ProgressIndex,
        ports: Ports,
        options: PlaybackOptions,
        playback: Playback,
        queue: Queue,
    ) -> None:
        super().__init__(library, progress_index, ports, options, playback)
        self.queue = queue
        self.session: Session | None = None
        self.sleep: SleepTimer | None = None
        self._context = PlayContext()
        self._left: tuple[str, ...] = ()  # what played before, the last one at the end
        self._is_by_itself = False  # whether the present episode began when another had ended

    def adopt(self, library: Library, progress_index: ProgressIndex) -> None:
        """See `EpisodePlayer.adopt`; the list that is played on and the session's topic are found again in it."""
        former = self.library
        super().adopt(library, progress_index)
        self._context = self._context.moved(former.ids, library)
        if self.session is not None:
            wish = self.session.wish
            wish = replace(wish, topic=former.topics.found_in(library.topics, wish.topic))
            self.session = replace(self.session, wish=wish)
        if self.playback.is_loaded:
            self._prepare_next()

    # -- what the listener does ------------------------------------------------------------------------

    def next(self) -> None:
        """Play what comes next; the present episode keeps its place, and a session is planned anew without it."""
        if not self._skip():
            self._listener.tell(f"Nothing comes next. Press {key_of('queue.add_last')} on an episode to queue it.")

    def previous(self) -> None:
        """Play what came before in the queue or the list, else what played before; else begin the episode anew."""
        current, left = self.playback.episode, self._left
        is_queued = current is not None and current in self.queue.entries
        before = self.queue.entries[: self.queue.entries.index(current)] if is_queued and current is not None else ()
        known = [ident for ident in before if self.library.index(ident) is not None]
        if known:
            self._play(known[-1])
        elif not is_queued and self._context.place > 0:
            place = self._context.place - 1
            self._context = replace(self._context, place=place)
            self._play(self.library.ids[self._context.indexes[place]])
        elif left:
            self._play(left[-1])
            self._left = left[:-1]
        else:
            self.seek_to(0.0)

    def start_session(self, wish: Wish, plan: Plan) -> None:
        """Play the episodes of a plan, before what is queued already; it takes the place of a session under way."""
        episodes = tuple(self.library.ids[index] for index in plan.indexes)
        if not episodes:
            return
        queue = self._unplanned()
        self.session = Session(wish, episodes, self._clock(), queued=frozenset(queue.upcoming).intersection(episodes))
        self._set_queue(queue.add_next(episodes))
        self._play(episodes[0])

    def end_session(self) -> None:
        """Forget the session; what was planned and not played leaves the queue."""
        queue = self._unplanned()
        self.session = None
        self._set_queue(queue)

    def go_on(self) -> None:
        """Play on after a session has ended."""
        if self._next() is None:
            self._listener.tell(f"Nothing comes next. Press {key_of('session.plan')} to plan another session.")
        else:
            self._advance()

    def set_sleep(self, timer: SleepTimer | None) -> None:
        """Set the sleep timer; None: off."""
        self.sleep = timer
        self._player.set_volume(self.playback.volume)
        self._listener.queue_changed()

    def session_status(self) -> SessionStatus:
        """Return what can be expected."""
        session, current = self.session, self.playback.episode
        upcoming = [ident for ident in self.queue.upcoming if session is None or ident in session.episodes]
        coming = [index for ident in (current, *upcoming) if ident and (index := self.library.index(ident)) is not None]
        left = sum(self.coming_times(coming))
        place = session.place(current) if session else None
        return SessionStatus(place, len(session.episodes) if session else 0, left, self._next())

    def coming_times(self, indexes: Iterable[int]) -> Iterator[float]:
        """Yield the seconds of the listener's time that each of these episodes takes from now on.

        The tail of a playing one that counts as played takes no time; another that is played starts anew.
        """
        speed_rule = self.speed_rule
        for index in indexes:
            if self.library.ids[index] == self.playback.episode:
                yield self.progress_index.remaining(index) / self.playback.speed
            else:
                yield self.progress_index.playing_time(index) / speed_rule(index)

    # -- what happens ----------------------------------------------------------------------------------

    def _heard(self, seconds: float, is_at_end: bool = False) -> None:
        speed = self.playback.speed
        if self.session is not None and self.playback.episode in self.session.episodes:
            self.session = self.session.spent(seconds, speed)
        if self.sleep is not None and not is_at_end:  # there is nothing left to fade
            self.sleep = self.sleep.played(seconds / speed)
            self._player.set_volume(round(self.playback.volume * self.sleep.loudness))
            if self.sleep.is_over:
                self._fall_silent()

    def _fall_silent(self) -> None:
        """Pause, give the fade back, and forget the timer."""
        self.sleep = None
        self._player.set_paused(True)
        self._go_to(max(0.0, self.playback.position - FADE * self.playback.speed))
        self._player.set_volume(self.playback.volume)
        self._listener.queue_changed()
        self._listener.tell(f"The sleep timer has paused. Press {key_of('playback.toggle')} to go on.")

    def _after_end(self) -> None:
        session, ended = self.session, self.playback.episode
        if session is not None and ended is not None:
            session = self.session = replace(session, finished=session.finished | {ended})
        if self.sleep is not None:
            self.sleep = self.sleep.ended()
            if self.sleep.is_over:
                self.set_sleep(None)
                self.stop()
                self._listener.tell("The sleep timer has ended the listening here. Good night.")
                return
        if session is not None and not any(ident in session.episodes for ident in self._coming()):
            self.session = None
            self.stop()
            self._listener.session_ended(self._summary(session))
        elif not self.options.is_autoplaying and self._queued() is None:
            self.stop()
        else:
            self._advance(is_by_itself=True)

    def _after_failure(self, reason: str) -> None:
        if not self._is_by_itself:
            self._fail(reason)
            return
        told = f"“{self.playback.title}”: {reason}"
        if self._next() is None:
            self._fail(told)
        else:
            self._listener.tell(told, is_error=True)
            self._skip(is_by_itself=True)

    def _skip(self, is_by_itself: bool = False) -> bool:
        """Play what comes next, and plan a session anew without the present episode; return False if nothing does."""
        session, skipped, following = self.session, self.playback.episode, self._next()
        is_of_session = session is not None and skipped in session.episodes
        if session is not None and skipped is not None and is_of_session:
            self.session = replace(session, skipped=session.skipped | {skipped})
            if following not in session.episodes:
                self._replan()
                following = self._next()
        if following is None:
            return False
        self._advance(is_by_itself)
        if is_of_session:
            self._replan()
        return True

    def _prepare_next(self) -> None:
        following = self._next()
        index = None if following is None else self.library.index(following)
        if index is not None:
            self._sources.prepare(self.library.episode(index))

    # -- what comes next -------------------------------------------------------------------------------

    def _play(self, episode: str, position: float | None = None, is_by_itself: bool = False) -> None:
        index = self.library.index(episode)
        if index is None:
            self._listener.tell("That episode is no longer in the library.", is_error=True)
            return
        queue, former = self.queue.started(episode), self.playback.episode
        self._is_by_itself = is_by_itself
        if former is not None and former != episode:
            self._left = (*self._left[1 - MAX_LEFT :], former)
        self._start(self.library.episode(index), position)
        if queue != self.queue:
            self._set_queue(queue)

    def _next(self) -> str | None:
        """Return what plays next: the queue, else the next not played one of the list."""
        queued = self._queued()
        if queued is not None:
            return queued
        place = self._next_place()
        return None if place is None else self.library.ids[self._context.indexes[place]]

    def _queued(self) -> str | None:
        return next(self._coming(), None)

    def _coming(self) -> Iterator[str]:
        """Yield what is upcoming in the queue, without what the library does not have."""
        return (ident for ident in self.queue.upcoming if self.library.index(ident) is not None)

    def _next_place(self) -> int | None:
        for place, index in self._context.following():
            ident = self.library.ids[index]
            if ident != self.playback.episode and self.progress_index.status(ident) is not Status.PLAYED:
                return place
        return None

    def _advance(self, is_by_itself: bool = False) -> None:
        following = self._next()
        if following is None:
            self.stop()
            return
        if following not in self.queue.upcoming:
            self._context = replace(self._context, place=self._next_place() or 0)
        self._play(following, is_by_itself=is_by_itself)

    def _replan(self) -> None:
        """Fill what is left of the session anew, with what has not had its turn in it."""
        session, current = self.session, self.playback.episode
        if session is None:
            return
        gone = session.finished | session.skipped
        left = session.wish.budget - session.used
        is_current = current is not None and current in session.episodes and current not in gone
        index = self.library.index(current) if is_current and current is not None else None
        if index is not None and self.playback.status is not PlayerStatus.STOPPED:
            left -= self.progress_index.remaining(index) / self.playback.speed
        planned: tuple[str, ...] = ()
        if left >= WORTH_PLANNING:
            wish = replace(session.wish, budget=left)
            plan = plan_session(self.library, self.progress_index, wish, self.speed_rule, gone | {current or ""})
            planned = tuple(self.library.ids[index] for index in plan.indexes)
        had = tuple(i for i in session.episodes if i in session.finished or (is_current and i == current))
        queue = self._unplanned()
        queued = session.queued.union(ident for ident in queue.upcoming if ident in planned)
        self.session = replace(session, episodes=had + planned, queued=queued)
        self._set_queue(queue.add_next(planned))

    def _unplanned(self) -> Queue:
        """Return the queue without what the session has planned, has not played, and the listener did not queue."""
        session = self.session
        planned = set(session.episodes) - session.queued if session is not None else set[str]()
        return self.queue.remove(ident for ident in self.queue.upcoming if ident in planned)

    def _summary(self, session: Session) -> Summary:
        indexes = [index for ident in session.finished if (index := self.library.index(ident)) is not None]
        topics = dict.fromkeys(tag for index in indexes for tag in self.library.episode(index).tags)
        moved = []
        for name in topics:
            topic = self.library.topics.find(name)
            if topic is not None and len(self.library.topics.members[topic]) < len(self.library):
                moved.append(
                    (name, self.progress_index.topic_stats[topic].played, len(self.library.topics.members[topic]))
                )
        return Summary(len(session.finished), session.heard, session.used, tuple(moved), self._next())

    def _save_all(self) -> None:
        super()._save_all()
        self._save_queue()

    def _save_queue(self) -> None:
        entries, cursor = list(self.queue.entries), self.queue.cursor
        self._writer.save(SettingRecord("queue", "entries", entries), SettingRecord("queue", "cursor", cursor))

    def _set_queue(self, queue: Queue) -> None:
        self.queue = queue
        self._save_queue()
        self._listener.queue_changed()
        if self.playback.is_loaded:
            self._prepare_next()
