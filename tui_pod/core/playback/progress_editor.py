"""Change progress other than by playing: marks, dismissals, and progress from other machines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from tui_pod.core.actions import key_of
from tui_pod.core.outcome import Outcome
from tui_pod.core.playback.handover import Handover
from tui_pod.core.playback.undo import Change, UndoHistory
from tui_pod.core.player.changes import ProgressChanged
from tui_pod.core.player.episode_player import EpisodePlayer
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.progress import Progress, Status, newest, stamp_after
from tui_pod.core.progress.progress_index import unite
from tui_pod.core.progress.records import ProgressRecord

NEVER = datetime.fromtimestamp(0, UTC)
"""When an episode that was only dismissed was changed: any position that another machine has is newer."""


@dataclass(eq=False, repr=False)
class ProgressEditor:
    """Edits progress and saves it; the listener's changes can be undone."""

    _state: PlaybackState
    _player: EpisodePlayer
    _undo: UndoHistory
    _handover: Handover
    _changed: Callable[[Iterable[str]], None]
    """Called with the episodes whose progress has changed."""

    def toggle_played(self, episodes: Sequence[str]) -> Outcome:
        """Mark episodes as played, or as unplayed when all of them are played."""
        are_played = all(self._state.progress_index.status(ident) is Status.PLAYED for ident in episodes)
        return self.mark(episodes, played=not are_played)

    def mark(self, episodes: Sequence[str], played: bool) -> Outcome:
        """Mark episodes played or unplayed, as of now also those that are so: another machine may know otherwise."""
        index, wanted = self._state.progress_index, Status.PLAYED if played else Status.UNPLAYED
        changed = [ident for ident in episodes if index.status(ident) is not wanted]
        same = {ident: index.get(ident) for ident in episodes if ident not in changed}
        if renewed := {ident: known for ident, known in same.items() if known is not None}:
            self.put(renewed)
        if not changed:
            return Outcome(f"{self._state.library.named(episodes)} already {wanted}")
        after = {ident: self._fresh(ident).marked(played, self._stamp(ident)) for ident in changed}
        return self._change(f"{self._state.library.named(changed)} marked {wanted}", after)

    def dismiss(self, episodes: Sequence[str], is_new: bool = False) -> Outcome:
        """Remove episodes from Continue, or from New, until they are played again."""
        progress = {ident: self._fresh(ident) for ident in episodes}
        after = {
            ident: each._replace(is_dismissed=not is_new or each.status is Status.UNPLAYED, updated=self._stamp(ident))
            for ident, each in progress.items()
        }
        return self._change(f"{self._state.library.named(episodes)} taken off {'New' if is_new else 'Continue'}", after)

    def note_replay(self, episode: str, former: Progress) -> None:
        """Make it undoable that playing an episode removes its mark as played."""
        unplayed = former.marked(False, former.updated)
        named = self._state.library.named([episode])
        self._note(f"{named} marked unplayed by playing it", {episode: former}, {episode: unplayed})

    def _change(self, label: str, after: Mapping[str, Progress]) -> Outcome:
        if after:
            self._note(label, {ident: self._state.progress_index.get(ident) for ident in after}, after)
            self.put(after)
        return Outcome(label, can_undo=True)

    def _note(self, label: str, before: Mapping[str, Progress | None], after: Mapping[str, Progress | None]) -> None:
        self._undo.add(Change(label, partial(self.put, before), partial(self.put, after)))

    def moved(self, episode: str, position: float) -> dict[str, Progress]:
        """Return progress at another position of an episode."""
        progress = self._fresh(episode)
        return {episode: progress.at(position, progress.duration, self._stamp(episode))}

    def put(self, values: Mapping[str, Progress | None]) -> None:
        """Set and save progress; None stands for untouched. What was played since, and how often, stays."""
        state = self._state
        for ident, value in values.items():
            former = state.progress_index.get(ident)
            is_only_dismissed = former is None and value is not None and value.is_dismissed
            stamp = NEVER if is_only_dismissed else self._stamp(ident)
            progress = (value or Progress(stamp))._replace(updated=stamp, origin="").with_history(former)
            state.progress_index.put(ident, progress)
            state.ports.writer.save(ProgressRecord(ident, progress))
            if ident == state.playback.episode:
                self._player.tracker.set_done(progress.played)
        self._player.follow_progress(values)
        state.ports.writer.compact()
        state.ports.listener.show(ProgressChanged(frozenset(values)))
        self._changed(values.keys())

    def receive(self, values: Mapping[str, Progress], label: str | None = None, is_saved: bool = True) -> bool:
        """Accept progress from other machines; return whether any is new.

        The loaded episode moves to a newer position if it is paused, and is offered it if it plays (`Handover`).

        Args:
            label: Announces them and lets the listener undo them. None for neither.
            is_saved: whether they are in the state file already.
        """
        state, before, others = self._state, dict[str, Progress | None](), list[str]()
        moved: Progress | None = None
        for ident, value in unite(values, state.library.aliases, state.library.moves).items():
            former = state.progress_index.get(ident)
            progress = value if former is None else newest(former, value)
            if progress == former:
                continue
            is_loaded = ident == state.playback.episode
            is_started = is_loaded and progress.status is Status.STARTED
            if is_started and (former is None or value.updated > former.updated):
                if not self._handover.is_movable:
                    self._handover.offer(progress)
                    continue
                moved = progress
            before[ident] = former
            state.progress_index.put(ident, progress)
            if not is_saved:
                state.ports.writer.save(ProgressRecord(ident, progress))
            if not is_started:
                others.append(ident)
                if is_loaded:
                    self._player.tracker.set_done(progress.played)
        if before:
            if not is_saved:
                state.ports.writer.compact()
            state.ports.listener.show(ProgressChanged(frozenset(before)))
        self._player.follow_progress(others)
        if others and label:
            known = {ident: state.progress_index.get(ident) for ident in others}
            self._note(label, {ident: before[ident] for ident in others}, known)
            state.ports.listener.tell(f"{label}. Press {key_of('undo')} to undo.")
        if moved is not None:
            self._handover.move(moved)
        return bool(before)

    def _fresh(self, episode: str) -> Progress:
        return self._state.progress_index.get(episode) or Progress(updated=self._state.ports.clock())

    def _stamp(self, episode: str) -> datetime:
        return stamp_after(self._state.progress_index.get(episode), self._state.ports.clock())
