"""Skips what was heard before: by a key, or by itself in the podcasts for which the listener asked for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from tui_pod.core.outcome import Outcome, changed, refused
from tui_pod.core.playback.undo import Change, UndoHistory
from tui_pod.core.player.episode_player import EpisodePlayer
from tui_pod.core.player.events import PassagesKnown
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.passages import RETURNED, Passage, Returned, find_passage, load_returned, target_of, times
from tui_pod.core.progress.records import SettingRecord
from tui_pod.core.text.clean import spoken_time

PRESSES = "passage_keys"
"""The table of the state that says how often the key was used, by podcast."""

LEAST = 1.0
"""Seconds of a passage that must be left for it to be skipped by itself: a seek may end a little early."""

NOTHING_RECURS = "Nothing that you have heard before plays here."


class PassageSkips:
    """Skips passages, and remembers which ones the listener went back into."""

    def __init__(
        self,
        state: PlaybackState,
        player: EpisodePlayer,
        history: UndoHistory,
        put_seek: Callable[[str, float], None],
    ) -> None:
        """Know no passage yet; `put_seek` takes an episode to a position."""
        self._state, self._player, self._history, self._put_seek = state, player, history, put_seek
        self._wanted: tuple[str | None, set[float]] = (None, set())  # an episode, and where the listener went in it
        self._presses: dict[str, int] = {}
        self.returned: list[Returned] = []
        """Where the listener went back into passages that are skipped by themselves."""

    def load(self, tables: Mapping[str, Mapping[str, object]]) -> None:
        """Add what was saved, here or by a sync, to what is known."""
        self.returned += [place for place in load_returned(tables.get(RETURNED, {})) if place not in self.returned]
        presses = tables.get(PRESSES, {}).items()
        self._presses |= {feed: max(count, self.presses(feed)) for feed, count in presses if isinstance(count, int)}

    def presses(self, feed: str) -> int:
        """Return how often the key has skipped something in a podcast."""
        return self._presses.get(feed, 0)

    def show(self, event: PassagesKnown) -> None:
        """Show the passages of what plays, if they are still those of this load."""
        playback = self._state.playback
        if (event.load, event.episode) == (playback.load, playback.episode):
            self._state.show(playback._replace(passages=tuple(map(self._as_wanted, event.passages))))

    def skip(self) -> Outcome:
        """Go to the end of the passage that plays."""
        playback, library = self._state.playback, self._state.library
        passage = find_passage(playback.passages, playback.position)
        if passage is None:
            return refused(NOTHING_RECURS)
        index = library.index(playback.episode)
        if index is not None and (feed := library.feed_of(index)) is not None:
            count = self._presses[feed] = self.presses(feed) + 1
            self._state.ports.writer.save(SettingRecord(PRESSES, feed, count))
        self._player.tracker.decide()
        return changed(self._pass_over(passage))

    def reached(self, passage: Passage) -> None:
        """Skip a passage by itself, and say so."""
        left = target_of(passage) - self._state.playback.position
        if left >= LEAST and not self._player.is_out_of_reach(target_of(passage)):
            self._state.ports.listener.tell(changed(self._pass_over(passage)).notice)

    def went_to(self, position: float, is_back: bool) -> None:
        """Play the passage at a position to which the listener went.

        Whoever goes back into one that was skipped does not want it skipped again: see `mark_passages`.
        """
        playback = self._state.playback
        episode = playback.episode
        if episode is None:
            return
        former, places = self._wanted
        self._wanted = episode, {*(places if former == episode else ()), position}
        passage = find_passage(playback.passages, position)
        if passage is None or not passage.is_skipped:
            return
        if is_back:
            self.returned.append(Returned(episode, round(position, 2)))
            places_here = " ".join(f"{one.place:.10g}" for one in self.returned if one.episode == episode)
            self._state.ports.writer.save(SettingRecord(RETURNED, episode, places_here))
        self._state.show(playback._replace(passages=tuple(map(self._as_wanted, playback.passages))))

    def _as_wanted(self, passage: Passage) -> Passage:
        """Return a passage, which is played if the listener went into it."""
        episode, places = self._wanted
        is_wanted = episode == self._state.playback.episode and any(find_passage((passage,), place) for place in places)
        return passage._replace(is_skipped=passage.is_skipped and not is_wanted)

    def _pass_over(self, passage: Passage) -> str:
        """Skip a passage, which undo takes back; return what was done."""
        playback, target = self._state.playback, target_of(passage)
        before, episode = playback.position, playback.episode or ""
        said = spoken_time(round(target - before))
        record = self._player.pass_over(passage)

        def go_back() -> None:
            self._put_seek(episode, before)
            self.went_to(before, is_back=True)
            if record is not None:  # no time was saved
                self._state.ports.writer.save(record._replace(seconds=0.0))

        self._history.add(Change(f"a skip of {said}", go_back, partial(self._put_seek, episode, target), episode))
        return f"Skipped {said}, heard {times(passage.heard)}"
