"""Listening: the one owner of what plays, of the queue and of the progress.

The app asks, this decides, the player does; what the player did comes back through `handle`. All calls
come from one thread. It knows its surroundings only through the ports, and its clock is given to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tui_pod.core.book import ProgressBook
from tui_pod.core.browsing import View
from tui_pod.core.library import Library
from tui_pod.core.playback import Playback, PlayerStatus
from tui_pod.core.progress import Progress, Status
from tui_pod.core.queue import Queue
from tui_pod.core.records import ProgressRecord, SettingRecord
from tui_pod.core.text import clock as clock_text
from tui_pod.core.transport import Rules, Surroundings, Transport
from tui_pod.core.undo import Change, ProgressChange, QueueChange, SeekChange, UndoHistory


@dataclass(frozen=True, slots=True)
class Succession:
    """The list that an episode was started from, as sorted and filtered then."""

    indexes: Sequence[int] = ()
    place: int = -1
    """Where in the list the last episode played from it stands."""

    def following(self) -> Iterator[int]:
        """Return the library indexes after that place."""
        return (self.indexes[place] for place in range(self.place + 1, len(self.indexes)))


class Listening(Transport):
    """What the listener does with episodes: play them in a row, mark them, queue them, and take it back."""

    def __init__(
        self,
        library: Library,
        book: ProgressBook,
        around: Surroundings,
        rules: Rules | None = None,
        queue: Queue | None = None,
        playback: Playback | None = None,
    ) -> None:
        super().__init__(library, book, around, rules or Rules(), playback or Playback())
        self.queue = queue or Queue()
        self._succession = Succession()
        self._undo = UndoHistory()

    # -- playing ---------------------------------------------------------------------------------------

    def play(self, episode: str, succession: Succession | None = None) -> None:
        """Play an episode from where it was left; afterwards, what follows it in `succession`."""
        if succession is not None:
            self._succession = succession
        if episode == self.playback.episode:
            if self.playback.status is PlayerStatus.PAUSED:
                self.toggle_pause()
            return
        self._play(episode)

    def restart(self, episode: str, succession: Succession | None = None) -> None:
        """Play an episode from its start."""
        if succession is not None:
            self._succession = succession
        if episode == self.playback.episode and self.playback.status is not PlayerStatus.LOADING:
            self.seek_to(0.0)
            self._player.set_paused(False)
        else:
            self._play(episode, position=0.0)

    def next(self) -> None:
        """Play what comes next; the present episode keeps its place."""
        if self._next() is None:
            self._audience.tell("Nothing comes next. Press e on an episode to queue it.")
        else:
            self._play_next()

    def previous(self) -> None:
        """Play what came before in the queue or the list; else begin the present episode anew."""
        current = self.playback.episode
        if current is not None and current in self.queue.entries:
            place = self.queue.entries.index(current)
            known = [ident for ident in self.queue.entries[:place] if self.library.index(ident) is not None]
            if known:
                self._play(known[-1])
                return
        elif self._succession.place > 0:
            place = self._succession.place - 1
            self._succession = replace(self._succession, place=place)
            self._play(self.library.ids[self._succession.indexes[place]])
            return
        self.seek_to(0.0)

    def seek_to(self, position: float) -> None:
        """Go to `position` seconds, as far as the rules let it; can be taken back."""
        before, episode = self.playback.position, self.playback.episode
        super().seek_to(position)
        after = self.playback.position
        if episode is not None and before != after:
            label = f"seek from {clock_text(before)} to {clock_text(after)}"
            self._undo.add(SeekChange(label, episode, before, after, self._clock()))

    def remember_view(self, view: View) -> None:
        """Remember what is looked at, for the next start."""
        records = [SettingRecord("ui", "sort", str(view.sort)), SettingRecord("ui", "filter", str(view.filter))]
        if view.place >= 0:
            records.append(SettingRecord("ui", "topic", self.library.topics.names[view.place]))
        self._recorder.save(*records)

    # -- marking ---------------------------------------------------------------------------------------

    def toggle_played(self, episodes: Sequence[str]) -> None:
        """Mark episodes as played, or as unplayed when all of them are played."""
        are_played = all(self.book.status(ident) is Status.PLAYED for ident in episodes)
        self.mark(episodes, played=not are_played)

    def mark(self, episodes: Sequence[str], played: bool) -> None:
        """Mark episodes as played or unplayed; can be taken back."""
        word = "played" if played else "unplayed"
        wanted = Status.PLAYED if played else Status.UNPLAYED
        self._change_progress(
            f"{_count(episodes)} marked {word}",
            {ident: self._fresh(ident).marked(played, self._stamp(ident)) for ident in episodes
             if self.book.status(ident) is not wanted},
        )  # fmt: skip

    def dismiss(self, episodes: Sequence[str]) -> None:
        """Take episodes off Continue until they are played again; can be taken back."""
        after = {i: replace(self._fresh(i), is_dismissed=True, updated=self._stamp(i)) for i in episodes}
        self._change_progress(f"{_count(episodes)} taken off Continue", after)

    # -- the queue -------------------------------------------------------------------------------------

    def queue_last(self, episodes: Sequence[str]) -> None:
        """Put episodes at the end of the queue."""
        self._change_queue(f"{_count(episodes)} queued", self.queue.add_last(episodes))

    def queue_next(self, episodes: Sequence[str]) -> None:
        """Make episodes the next to play."""
        self._change_queue(f"{_count(episodes)} queued next", self.queue.add_next(episodes))

    def unqueue(self, episodes: Sequence[str]) -> None:
        """Take episodes out of the queue."""
        self._change_queue(f"{_count(episodes)} taken out of the queue", self.queue.remove(episodes))

    def move_in_queue(self, episode: str, by: int) -> None:
        """Move an episode within what is upcoming, down when `by` is positive."""
        self._change_queue("a move in the queue", self.queue.move(episode, by))

    def clear_queue(self) -> None:
        """Empty the queue."""
        self._change_queue("the queue cleared", Queue())

    # -- taking back -----------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take back the last change, and say which."""
        change = self._undo.undo()
        if change is None:
            self._audience.tell("Nothing to take back.")
        else:
            self._put_back(change, is_undo=True)
            self._audience.tell(f"Taken back: {change.label}")

    def redo(self) -> None:
        """Do again what was taken back last, and say which."""
        change = self._undo.redo()
        if change is None:
            self._audience.tell("Nothing to do again.")
        else:
            self._put_back(change, is_undo=False)
            self._audience.tell(f"Done again: {change.label}")

    def _put_back(self, change: Change, is_undo: bool) -> None:
        match change:
            case ProgressChange():
                self._set_progress(change.before if is_undo else change.after)
            case QueueChange():
                self._set_queue(change.before if is_undo else change.after)
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
        before = {ident: self.book.get(ident) for ident in after}
        self._undo.add(ProgressChange(label, dict(before), dict(after)))
        self._set_progress(after)

    def _set_progress(self, values: dict[str, Progress] | dict[str, Progress | None]) -> None:
        for ident, value in values.items():
            stamp = self._stamp(ident)
            progress = replace(value, updated=stamp) if value else Progress(updated=stamp)
            self.book.put(ident, progress)
            self._recorder.save(ProgressRecord(ident, progress))
            if ident == self.playback.episode:
                self._tracker.forget_done(progress.played)
        self._recorder.compact()
        self._audience.progress_changed(frozenset(values))

    def _change_queue(self, label: str, queue: Queue) -> None:
        if queue != self.queue:
            self._undo.add(QueueChange(label, self.queue, queue))
            self._set_queue(queue)

    def _set_queue(self, queue: Queue) -> None:
        self.queue = queue
        self._recorder.save(
            SettingRecord("queue", "entries", list(queue.entries)), SettingRecord("queue", "cursor", queue.cursor)
        )
        self._audience.queue_changed()
        if self.playback.is_loaded:
            self._prepare_next()

    def _fresh(self, episode: str) -> Progress:
        return self.book.get(episode) or Progress(updated=self._clock())

    def _stamp(self, episode: str) -> datetime:
        return self._tracker.stamp(self.book.get(episode))

    # -- what comes next -------------------------------------------------------------------------------

    def _play(self, episode: str, position: float | None = None) -> None:
        index = self.library.index(episode)
        if index is None:
            self._audience.tell("That episode is no longer in the library.", is_error=True)
            return
        queue = self.queue.started(episode)
        self._start(index, position)
        if queue != self.queue:
            self._set_queue(queue)

    def _next(self) -> str | None:
        """Return what plays next: the queue, else the next not played one of the list."""
        queued = next((ident for ident in self.queue.upcoming if self.library.index(ident) is not None), None)
        if queued is not None:
            return queued
        for index in self._succession.following():
            ident = self.library.ids[index]
            if ident != self.playback.episode and self.book.status(ident) is not Status.PLAYED:
                return ident
        return None

    def _play_next(self) -> None:
        following = self._next()
        if following is None:
            self.stop()
            return
        if following not in self.queue.upcoming:
            place = list(self._succession.following()).index(self.library.index(following) or 0)
            self._succession = replace(self._succession, place=self._succession.place + 1 + place)
        self._play(following)

    def _prepare_next(self) -> None:
        following = self._next()
        index = None if following is None else self.library.index(following)
        if index is not None:
            self._sources.prepare(self.library.episode(index))


def _count(episodes: Sequence[str] | Iterable[str]) -> str:
    number = len(list(episodes))
    return "1 episode" if number == 1 else f"{number} episodes"
