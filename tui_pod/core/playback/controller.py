"""Listening: the one owner of what plays, of the queue and of the progress.

The app asks, this decides, the player does; what the player did comes back through `handle`. All calls
come from one thread. It knows its surroundings only through the ports, and its clock is given to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from tui_pod.core.library.library import Library
from tui_pod.core.playback.options import PlaybackOptions
from tui_pod.core.playback.ports import Ports
from tui_pod.core.playback.snapshot import Playback, PlayerStatus
from tui_pod.core.playback.undo import (
    Change,
    ExternalChange,
    ProgressChange,
    QueueChange,
    SeekChange,
    SessionChange,
    UndoHistory,
)
from tui_pod.core.playback.up_next import PlayContext, UpNext
from tui_pod.core.progress.progress import Progress, Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.progress.records import ProgressRecord, SettingRecord
from tui_pod.core.selection.list_query import ListQuery
from tui_pod.core.selection.queue import Queue
from tui_pod.core.selection.session_planner import Plan, Wish
from tui_pod.core.text.clean import clock as clock_text
from tui_pod.core.text.clean import counted

WORTH_UNDOING = 1.0
"""Seconds that a seek must lead away to be taken back."""


class PlaybackController(UpNext):
    """What the listener does with episodes: play them in a row, mark them, queue them, and take it back."""

    def __init__(
        self,
        library: Library,
        progress_index: ProgressIndex,
        ports: Ports,
        options: PlaybackOptions | None = None,
        queue: Queue | None = None,
        playback: Playback | None = None,
    ) -> None:
        super().__init__(
            library, progress_index, ports, options or PlaybackOptions(), playback or Playback(), queue or Queue()
        )
        self._undo = UndoHistory()

    # -- playing ---------------------------------------------------------------------------------------

    def play(self, episode: str, context: PlayContext | None = None) -> None:
        """Play an episode from where it was left; afterwards, what follows it in `context`."""
        if context is not None:
            self._context = context
        if episode == self.playback.episode:
            self.set_paused(False)
            return
        self._play(episode)

    def play_from(self, episode: str, position: float) -> None:
        """Play an episode from a place in it."""
        self._play(episode, position)

    def restart(self, episode: str, context: PlayContext | None = None) -> None:
        """Play an episode from its start."""
        if context is not None:
            self._context = context
        if episode == self.playback.episode and self.playback.status is not PlayerStatus.LOADING:
            self.seek_to(0.0)
            self._player.set_paused(False)
        else:
            self._play(episode, position=0.0)

    def seek_to(self, position: float) -> None:
        """Go to `position` seconds, as far as the rules let it; can be taken back."""
        before, episode = self.playback.position, self.playback.episode
        super().seek_to(position)
        after = self.playback.position
        if episode is not None and abs(after - before) >= WORTH_UNDOING:
            label = f"seek from {clock_text(before)} to {clock_text(after)}"
            self._undo.add(SeekChange(label, episode, before, after, self._clock()))

    def now(self) -> datetime:
        """Return the local time."""
        return self._clock().astimezone()

    def remember(self, table: str, key: str, value: str) -> None:
        """Remember a choice of the listener."""
        self._writer.save(SettingRecord(table, key, value))

    def remember_view(self, view: ListQuery) -> None:
        """Remember what is looked at, for the next start."""
        records = [SettingRecord("ui", "sort", str(view.sort)), SettingRecord("ui", "filter", str(view.filter))]
        if view.place >= 0:
            records.append(SettingRecord("ui", "topic", self.library.topics.key(view.place)))
        self._writer.save(*records)

    def start_session(self, wish: Wish, plan: Plan) -> None:
        """Begin a session; can be taken back, and what plays goes on."""
        before, queue = self.session, self.queue
        super().start_session(wish, plan)
        session = self.session
        if session is not None and session is not before:
            label = f"a session of {counted(len(session.episodes))}"
            self._undo.add(SessionChange(label, before, session, queue, self.queue))

    def end_session(self) -> None:
        """End the session under way; can be taken back, and what plays goes on."""
        session, queue = self.session, self.queue
        if session is not None:
            super().end_session()
            self._undo.add(SessionChange("the end of the session", session, None, queue, self.queue))

    # -- marking ---------------------------------------------------------------------------------------

    def toggle_played(self, episodes: Sequence[str]) -> str:
        """Mark episodes as played, or as unplayed when all of them are played; return what was done, as `mark` does."""
        are_played = all(self.progress_index.status(ident) is Status.PLAYED for ident in episodes)
        return self.mark(episodes, played=not are_played)

    def mark(self, episodes: Sequence[str], played: bool) -> str:
        """Mark episodes as played or unplayed, which can be taken back; return what that did, such as `2 episodes…`."""
        word = "played" if played else "unplayed"
        wanted = Status.PLAYED if played else Status.UNPLAYED
        changed = [ident for ident in episodes if self.progress_index.status(ident) is not wanted]
        after = {ident: self._fresh(ident).marked(played, self._stamp(ident)) for ident in changed}
        label = f"{counted(len(after))} marked {word}"
        self._change_progress(label, after)
        return label

    def dismiss(self, episodes: Sequence[str]) -> None:
        """Take episodes off Continue until they are played again; can be taken back."""
        after = {i: replace(self._fresh(i), is_dismissed=True, updated=self._stamp(i)) for i in episodes}
        self._change_progress(f"{counted(len(episodes))} taken off Continue", after)

    # -- the queue -------------------------------------------------------------------------------------

    def queue_last(self, episodes: Sequence[str]) -> None:
        """Put episodes at the end of the queue."""
        self._change_queue(f"{counted(len(episodes))} queued", self.queue.add_last(episodes))

    def queue_next(self, episodes: Sequence[str]) -> None:
        """Make episodes the next to play."""
        self._change_queue(f"{counted(len(episodes))} queued next", self.queue.add_next(episodes))

    def unqueue(self, episodes: Sequence[str]) -> None:
        """Take episodes out of the queue."""
        self._change_queue(f"{counted(len(episodes))} taken out of the queue", self.queue.remove(episodes))

    def move_in_queue(self, episode: str, by: int) -> None:
        """Move an episode within what is upcoming, down when `by` is positive."""
        self._change_queue("a move in the queue", self.queue.move(episode, by))

    def add_external_change(self, change: ExternalChange) -> None:
        """Keep something done outside listening, so that it can be taken back in its turn."""
        self._undo.add(change)

    # -- taking back -----------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take back the last change, and say which."""
        change = self._undo.undo()
        while change is not None and self._is_over(change):
            change = self._undo.undo()
        if change is None:
            self._listener.tell("Nothing to take back.")
        else:
            self._put_back(change, is_undo=True)
            self._listener.tell(f"Taken back: {change.label}")

    def redo(self) -> None:
        """Do again what was taken back last, and say which."""
        change = self._undo.redo()
        while change is not None and self._is_over(change):
            change = self._undo.redo()
        if change is None:
            self._listener.tell("Nothing to do again.")
        else:
            self._put_back(change, is_undo=False)
            self._listener.tell(f"Done again: {change.label}")

    def _is_over(self, change: Change) -> bool:
        """Return whether a change no longer matters: a seek in an episode that was heard to its end since."""
        if not isinstance(change, SeekChange) or change.episode == self.playback.episode:
            return False
        return self.progress_index.status(change.episode) is Status.PLAYED

    def _put_back(self, change: Change, is_undo: bool) -> None:
        """Put back the values before a change, or those after it."""
        match change:
            case ProgressChange():
                self._set_progress(change.before if is_undo else change.after)
            case QueueChange(before=before, after=after):
                queue = self.queue
                self._set_queue(queue.changed_as(after, before) if is_undo else queue.changed_as(before, after))
            case SessionChange(queue_before=before, queue_after=after):
                queue = self._unplanned()
                self.session = change.before if is_undo else change.after
                self._set_queue(queue.changed_as(after, before) if is_undo else queue.changed_as(before, after))
            case ExternalChange():
                (change.take_back if is_undo else change.do_again)()
            case SeekChange():
                self._put_seek_back(change.episode, change.before if is_undo else change.after)

    def _put_seek_back(self, episode: str, position: float) -> None:
        if episode == self.playback.episode:
            self._go_to(position)
        elif self.library.index(episode) is not None:
            progress = self._fresh(episode)
            self._set_progress({episode: progress.at(position, progress.duration, self._stamp(episode))})

    def _change_progress(self, label: str, after: dict[str, Progress]) -> None:
        if not after:
            return
        before = {ident: self.progress_index.get(ident) for ident in after}
        self._undo.add(ProgressChange(label, dict(before), dict(after)))
        self._set_progress(after)

    def _set_progress(self, values: dict[str, Progress] | dict[str, Progress | None]) -> None:
        for ident, value in values.items():
            stamp = self._stamp(ident)
            progress = replace(value or Progress(stamp), updated=stamp).with_history(self.progress_index.get(ident))
            self.progress_index.put(ident, progress)
            self._writer.save(ProgressRecord(ident, progress))
            if ident == self.playback.episode:
                self._tracker.set_done(progress.played)
        self._writer.compact()
        self._listener.progress_changed(frozenset(values))
        if self.session is not None and any(ident in self.session.episodes for ident in values):
            self._replan()

    def _change_queue(self, label: str, queue: Queue) -> None:
        if queue != self.queue:
            self._undo.add(QueueChange(label, self.queue, queue))
            self._set_queue(queue)

    def _fresh(self, episode: str) -> Progress:
        return self.progress_index.get(episode) or Progress(updated=self._clock())

    def _stamp(self, episode: str) -> datetime:
        return self._tracker.stamp(self.progress_index.get(episode))
