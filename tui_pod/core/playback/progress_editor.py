"""Marks, dismissals and other changes of progress that do not come from playing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tui_pod.core.player.progress_tracker import ProgressTracker
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.progress import Progress, Status, newest
from tui_pod.core.progress.records import ProgressRecord


class ProgressEditor:
    """Computes edited progress, and saves it."""

    def __init__(self, state: PlaybackState, tracker: ProgressTracker) -> None:
        self._state = state
        self._tracker = tracker

    def marked(self, episodes: Sequence[str], played: bool) -> dict[str, Progress]:
        """Return new progress, marked played or unplayed, for the episodes where that changes anything."""
        wanted = Status.PLAYED if played else Status.UNPLAYED
        changed = [ident for ident in episodes if self._state.progress_index.status(ident) is not wanted]
        return {ident: self._fresh(ident).marked(played, self._stamp(ident)) for ident in changed}

    def dismissed(self, episodes: Sequence[str]) -> dict[str, Progress]:
        """Return progress that takes episodes off Continue."""
        return {i: self._fresh(i)._replace(is_dismissed=True, updated=self._stamp(i)) for i in episodes}

    def moved(self, episode: str, position: float) -> dict[str, Progress]:
        """Return progress at another position of an episode."""
        progress = self._fresh(episode)
        return {episode: progress.at(position, progress.duration, self._stamp(episode))}

    def put(self, values: Mapping[str, Progress | None]) -> None:
        """Set and save progress, None as if never touched; what was played since, and how often, stays."""
        state = self._state
        for ident, value in values.items():
            stamp = self._stamp(ident)
            former = state.progress_index.get(ident)
            progress = (value or Progress(stamp))._replace(updated=stamp).with_history(former)
            state.progress_index.put(ident, progress)
            state.ports.writer.save(ProgressRecord(ident, progress))
            if ident == state.playback.episode:
                self._tracker.set_done(progress.played)
        state.ports.writer.compact()
        state.ports.listener.progress_changed(frozenset(values))

    def receive(self, values: Mapping[str, Progress], is_saved: bool = True) -> dict[str, Progress | None]:
        """Show progress that others made, and save it if they did not; return what it replaced.

        What is loaded keeps its place, unless it was marked.
        """
        state, before = self._state, dict[str, Progress | None]()
        for ident, value in values.items():
            former = state.progress_index.get(ident)
            progress = value if former is None else newest(former, value)
            is_loaded = ident == state.playback.episode
            if progress != former and not (is_loaded and progress.status is Status.STARTED):
                before[ident] = former
                state.progress_index.put(ident, progress)
                if not is_saved:
                    state.ports.writer.save(ProgressRecord(ident, progress))
            if ident in before and is_loaded:
                self._tracker.set_done(progress.played)
        if before:
            if not is_saved:
                state.ports.writer.compact()
            state.ports.listener.progress_changed(frozenset(before))
        return before

    def _fresh(self, episode: str) -> Progress:
        return self._state.progress_index.get(episode) or Progress(updated=self._state.ports.clock())

    def _stamp(self, episode: str) -> datetime:
        return self._tracker.stamp(self._state.progress_index.get(episode))
