"""Run a session: its episodes come first in the queue, and are planned again as time is used.

A session ends between episodes and then waits for the listener.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import takewhile

from tui_pod.core.actions import key_of
from tui_pod.core.library.library import Library
from tui_pod.core.playback.undo import Change, UndoHistory
from tui_pod.core.playback.up_next import TABLE, UpNext
from tui_pod.core.player.changes import SessionEnded
from tui_pod.core.player.episode_player import EpisodePlayer
from tui_pod.core.player.mixer import Mixer
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.progress import Status
from tui_pod.core.progress.records import setting_records
from tui_pod.core.selection.offers import KEY, Offers
from tui_pod.core.selection.queue import Queue
from tui_pod.core.selection.session_planner import Plan, Session, SessionRequest, Summary, plan_session
from tui_pod.core.selection.session_records import to_records
from tui_pod.core.selection.session_status import ComingTimes, SessionStatus, session_status
from tui_pod.core.text.clean import counted

WORTH_PLANNING = 30.0
"""With less than this many seconds left, nothing more is planned into a session."""


@dataclass(eq=False, repr=False)
class SessionRunner:
    """Keeps a session and its part of the queue up to date."""

    _state: PlaybackState
    _mixer: Mixer
    _player: EpisodePlayer
    _up_next: UpNext
    _undo: UndoHistory
    _session: Session | None
    _offers: Offers

    @property
    def session(self) -> Session | None:
        """The session under way or waiting, if any."""
        return self._session

    @session.setter
    def session(self, session: Session | None) -> None:
        former, self._session = self._session, session
        if _without_times(session) != _without_times(former):
            self.save()

    def save(self) -> None:
        """Save the session, if any, so that it survives a restart until its end time."""
        session, state = self._session, self._state
        left = (
            self.times.total(ident for ident in session.episodes if ident not in session.finished) if session else 0.0
        )
        ends = state.ports.clock() + timedelta(seconds=left)
        state.ports.writer.save(*to_records(session, state.library.topics, ends))

    def forget(self) -> None:
        """Save that a session ended while the program was not running, and the queue without it."""
        self.save()
        self._up_next.save_queue()

    def adopt(self, former: Library) -> None:
        """Move the session's topic to the library that replaced `former`."""
        if self.session is not None:
            request = self.session.request
            topic = former.topics.found_in(self._state.library.topics, request.topic)
            self.session = replace(self.session, request=replace(request, topic=topic))

    def plan(self, request: SessionRequest, without: Iterable[str] = ()) -> Plan:
        """Return the episodes that fill a session now, leaving out those in `without`."""
        library, progress_index = self._state.library, self._state.progress_index
        refused = self._offers.refused(progress_index)
        queue = self._unplanned().upcoming
        return plan_session(library, progress_index, request, self._mixer.speed_rule, without, refused, queue)

    def _refuse(self, episodes: Iterable[str]) -> None:
        """Note that the listener skipped or removed episodes of the session."""
        self._offers.refuse(episodes, self._state.ports.clock())
        self._state.ports.writer.save(*setting_records(TABLE, {KEY: self._offers.texts}))

    def start(self, request: SessionRequest, plan: Plan) -> None:
        """Play the episodes of a plan before what is queued, in place of a session under way; can be undone.

        The plan is of the current library.
        """
        episodes = tuple(self._state.library.ids[index] for index in plan.indexes)
        if not episodes:
            return
        begun = {self._state.library.ids[index] for index in self._state.progress_index.unfinished()}
        if request.has_started:
            begun_here = [ident for ident in episodes if ident in begun]
            self._offers.offer(begun_here, self._state.progress_index, self._state.ports.clock())
            self._refuse(())
        before, queue, playback = self.session, self._up_next.queue, self._state.playback
        unplanned = self._unplanned()
        queued = frozenset(unplanned.upcoming).intersection(episodes)
        self.session = Session(request, episodes, self._state.ports.clock(), queued=queued)
        self._up_next.set_queue(unplanned.add_next(episodes))
        self._up_next.play(episodes[0])
        interrupted = playback.episode if playback.is_loaded else None
        self._add_change(f"a session of {counted(len(episodes))}", before, queue, interrupted, not playback.is_going)
        if before is not None:
            self._state.ports.listener.tell(
                f"This session replaced the previous one. Press {key_of('undo')} to go back to it."
            )

    def end(self) -> None:
        """End the session under way, if any; can be undone, and playback continues.

        What was planned and not played leaves the queue.
        """
        session, queue = self.session, self._up_next.queue
        if session is not None:
            unplanned = self._unplanned()
            self.session = None
            self._up_next.set_queue(unplanned)
            self._add_change("the end of the session", session, queue)

    def _add_change(
        self, label: str, before: Session | None, queue: Queue, interrupted: str | None = None, is_paused: bool = False
    ) -> None:
        now = self._up_next.queue
        undo = partial(self._put, before, now, queue, interrupted, is_paused)
        redo = partial(self._put, self.session, queue, now)
        self._undo.add(Change(label, undo, redo))

    def _put(
        self, session: Session | None, before: Queue, after: Queue, played: str | None = None, is_paused: bool = False
    ) -> None:
        """Replace the session, with the change of the queue that came with it.

        If an episode of the former session plays, go back to the one that was `played` before, if any.
        """
        queue, former = self._unplanned(), self.session
        self.session = session
        self._up_next.set_queue(queue.changed_as(before, after))
        is_of_session = former is not None and self._state.playback.episode in former.episodes
        if played is not None and is_of_session and played != self._state.playback.episode:
            self._up_next.play(played)
            self._player.set_paused(is_paused)

    def follow(self, before: Queue, after: Queue) -> None:
        """Apply a change that the listener made to the queue: the order, and episodes removed or put back.

        A removed episode shortens the session by its time; nothing else fills it.
        """
        session = self.session
        if session is None:
            return
        removed = [i for i in session.episodes if i in before.upcoming and i not in after.entries]
        members = set(session.episodes).difference(removed)
        leading = takewhile(lambda ident: ident in members or ident in session.dropped, after.upcoming)
        returned = [ident for ident in leading if ident not in members]
        upcoming = [ident for ident in after.upcoming if ident in members or ident in returned]
        done = [ident for ident in session.episodes if ident in members and ident not in after.upcoming]
        self._refuse(removed)
        change = self.times.total(returned) - self.times.total(removed)
        self.session = replace(
            session,
            episodes=(*done, *upcoming),
            dropped=session.dropped.union(removed).difference(returned),
            request=replace(session.request, budget=session.request.budget + change),
        )

    def spend(self, seconds: float) -> None:
        """Record that seconds of the current episode were played."""
        playback = self._state.playback
        if self.session is not None and playback.episode in self.session.episodes:
            self.session = self.session.spent(seconds, playback.speed)

    def finish(self) -> None:
        """Record that the current episode has ended."""
        session, ended = self.session, self._state.playback.episode
        if session is not None and ended is not None:
            self.session = replace(session, finished=session.finished | {ended})

    def skip(self, is_automatic: bool = False) -> bool:
        """Play what comes next, and plan the session again without this episode; return False if nothing does."""
        session, skipped, following = self.session, self._state.playback.episode, self._up_next.next()
        is_of_session = False
        if session is not None and skipped is not None and skipped in session.episodes:
            is_of_session = True
            self.session = replace(session, skipped=session.skipped | {skipped})
            if not is_automatic:
                self._player.save()
                self._refuse([skipped])
            if following not in session.episodes:
                self.replan()
                following = self._up_next.next()
        if following is None:
            return False
        if session is None or is_of_session:
            self._up_next.finish(skipped)
        else:  # it waits: what interrupted it stays in the queue, after the session
            queue = self._up_next.queue
            self._up_next.set_queue(queue.add_next(i for i in queue.upcoming if i in session.episodes))
        self._up_next.advance(is_automatic)
        if is_of_session:
            self.replan()
        return True

    def progress_changed(self, episodes: Iterable[str]) -> None:
        """Plan again when episodes of the session were marked or moved."""
        if self.session is not None and any(ident in self.session.episodes for ident in episodes):
            self.replan()

    def replan(self) -> None:
        """Fill the rest of the session again, with episodes it has not played or skipped."""
        session, playback, library = self.session, self._state.playback, self._state.library
        if session is None:
            return
        current = playback.episode
        gone = session.finished | session.skipped | session.dropped
        left = session.request.budget - session.used
        begun = current if current in session.episodes else self._interrupted(session)
        begun = begun if begun not in gone else None
        index = library.index(begun)
        if index is not None:
            left -= sum(self.times.of([index]))
        planned: tuple[str, ...] = ()
        if left >= WORTH_PLANNING:
            request = replace(session.request, budget=left)
            without = gone | {begun or "", current or ""}
            plan = self.plan(request, without)
            planned = tuple(library.ids[index] for index in plan.indexes)
            rows = {ident: row for row, ident in enumerate(self._up_next.queue.upcoming)}
            planned = tuple(sorted(planned, key=lambda ident: rows.get(ident, len(rows))))  # in the listener's order
        had = tuple(i for i in session.episodes if i in session.finished or i == begun)
        queue = self._unplanned()
        queued = session.queued.union(ident for ident in queue.upcoming if ident in planned)
        first = [begun] if begun is not None and begun in self._up_next.queue.upcoming else []
        self.session = replace(session, episodes=had + planned, queued=queued)
        self._up_next.set_queue(queue.add_next([*first, *planned]))

    def _interrupted(self, session: Session) -> str | None:
        """Return the episode of a session that something else interrupted; None if there is none."""
        head = next((ident for ident in self._up_next.upcoming() if ident in session.episodes), "")
        return head if self._state.progress_index.status(head) is Status.STARTED else None

    def _unplanned(self) -> Queue:
        """Return the queue without the upcoming episodes that only the session put there."""
        session, queue = self.session, self._up_next.queue
        planned = set(session.episodes) - session.queued if session is not None else set[str]()
        return queue.remove(ident for ident in queue.upcoming if ident in planned)

    def status(self) -> SessionStatus:
        """Return what is left of the session, and what follows."""
        return session_status(self.session, list(self._up_next.upcoming()), self.following(), self.times)

    @property
    def times(self) -> ComingTimes:
        """How long episodes will take."""
        state, playback = self._state, self._state.playback
        rule = self._mixer.speed_rule
        return ComingTimes(state.library, state.progress_index, playback.episode, playback.speed, rule)

    def following(self) -> str | None:
        """Return what starts automatically when the current episode ends; None if nothing does."""
        return None if self._is_over() else self._up_next.following(in_session=self.session is not None)

    def _is_over(self) -> bool:
        """Return whether there is a session of which no episode is upcoming."""
        session = self.session
        return session is not None and not any(ident in session.episodes for ident in self._up_next.upcoming())

    def end_if_over(self) -> bool:
        """End the session with its summary if none of its episodes is upcoming; return whether it ended."""
        session = self.session
        if session is None or not self._is_over():
            return False
        self.session = None
        self._player.stop()
        self._state.ports.listener.show(SessionEnded(self._summary(session)))
        return True

    def _summary(self, session: Session) -> Summary:
        library = self._state.library
        indexes = [index for ident in session.finished if (index := library.index(ident)) is not None]
        moved = []
        for name in dict.fromkeys(tag for index in indexes for tag in library.episode(index).tags):
            topic = library.topics.find(name)
            if topic is not None and (count := len(library.topics.members[topic])) < len(library):
                moved.append((name, self._state.progress_index.topic_stats[topic].played, count))
        return Summary(len(session.finished), session.heard, session.used, tuple(moved), self._up_next.next())


def _without_times(session: Session | None) -> Session | None:
    """Return a session without the times that every second of playing changes."""
    return replace(session, heard=0.0, used=0.0) if session is not None else None
