"""The progress of all episodes, with counts by topic that are kept up to date."""

from __future__ import annotations

from array import array
from bisect import insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tui_pod.core.library.library import Library
from tui_pod.core.library.topics import has_member
from tui_pod.core.progress.progress import Progress, Status, is_fragment, newest, remaining

if TYPE_CHECKING:
    from tui_pod.core.library.parts import Move

FEW = 2_000
"""Up to this product of touched episodes and topics, single look-ups are faster than one pass over the topics."""


class TopicStats:
    """How much of one topic is played. Not a dataclass, which would cost each start half a millisecond."""

    __slots__ = ("left", "played", "started")

    def __init__(self, left: float) -> None:
        """Nothing is played; `left` are the seconds left to play."""
        self.played = self.started = 0
        self.left = left


class ProgressIndex:
    """Progress by episode id. Ids that are not in the library stay, and are not counted."""

    def __init__(
        self,
        library: Library,
        progress: Mapping[str, Progress],
        fragment_age: timedelta | None = None,
        now: datetime | None = None,
        rest_age: timedelta | None = None,
    ) -> None:
        """Count the progress as of `now` (see `age`).

        Continue keeps a fragment for `fragment_age`, and anything else for `rest_age`, after which it is in Older; None
        for ever.
        """
        self._library = library
        self._fragment_age = fragment_age
        self._rest_age = rest_age
        self._now = now
        self._progress = unite(progress, library.aliases, library.moves)
        self.indexes: dict[Status, set[int]] = {Status.STARTED: set(), Status.PLAYED: set()}
        """Library indexes of the started and of the played episodes."""
        self.topic_stats = list[TopicStats]()
        self._continuing: set[int] = set()
        self._older: set[int] = set()
        self._follow_ups: dict[int, datetime] | None = None  # see `follow_ups`; None if not known
        self._news: frozenset[str] = frozenset()  # what came lately, dealt with or not
        self.new: set[str] = set()
        """The ids of the new episodes."""
        self._new_counts: dict[int, int] = {}
        self._count()

    def __iter__(self) -> Iterator[tuple[str, Progress]]:
        return iter(self._progress.items())

    def moved_to(self, library: Library) -> ProgressIndex:
        """Return the same progress counted for another library."""
        moved = ProgressIndex(library, self._progress, self._fragment_age, self._now, self._rest_age)
        moved.set_new(self._news)
        return moved

    def age(self, now: datetime) -> list[str]:
        """Remove from Continue what has become too old for it, and return the ids."""
        self._now, ids = now, self._library.ids
        former = set(self._continuing)
        for index in former:
            self._sort_in(index, self._progress[ids[index]])
        if old := former - self._continuing:
            self._follow_ups = None
        return [ids[index] for index in old]

    def get(self, ident: str) -> Progress | None:
        """Return the progress of an episode; None when it was never touched."""
        return self._progress.get(ident)

    def status(self, ident: str) -> Status:
        """Return whether an episode is unplayed, started or played."""
        progress = self._progress.get(ident)
        return progress.status if progress else Status.UNPLAYED

    def length(self, index: int) -> float | None:
        """Return the length of the episode at a library index in seconds: the last one measured, or the one stated."""
        progress = self._progress.get(self._library.ids[index])
        return (progress.duration if progress else None) or self._library.duration(index)

    def heard_at(self, index: int) -> float:
        """Return when the episode at a library index was last heard, in seconds since 1970; 0 if never."""
        progress = self._progress.get(self._library.ids[index])
        return progress.listened.timestamp() if progress is not None and progress.listened is not None else 0.0

    def narrated_length(self, ident: str) -> float | None:
        """Return the length in seconds of an episode without a recording; None if it has one, or if it is unknown."""
        index = self._library.index(ident)
        return None if index is None or self._library.episode(index).audio is not None else self.length(index)

    def remaining(self, index: int) -> float:
        """Return the seconds left to play of the episode at a library index."""
        return remaining(self._progress.get(self._library.ids[index]), self._library.duration(index))

    def put(self, ident: str, progress: Progress) -> None:
        """Set the progress of an episode, and bring the counts up to date."""
        former = self._progress.get(ident)
        self._progress[ident] = progress
        index = self._library.index(ident)
        if ident in self._news and (ident in self.new) is not self.is_new(ident):
            self.new ^= {ident}
            self._new_counts.clear()
        if index is None:
            return
        had = index in self._continuing
        if not (self._sort_in(index, progress) and had):
            self._follow_ups = None
        duration = self._library.duration(index)
        was, now = former.status if former else Status.UNPLAYED, progress.status
        gained = remaining(progress, duration) - remaining(former, duration)
        if was is now and not gained:
            return
        for status, inside in self.indexes.items():
            (inside.add if now is status else inside.discard)(index)
        if was is not now and self._library.candidates:
            self._move_in_rules(index, was, now, remaining(former, duration))
        for stats in map(self.topic_stats.__getitem__, self._library.topics_of(index)):
            stats.played += (now is Status.PLAYED) - (was is Status.PLAYED)
            stats.started += (now is Status.STARTED) - (was is Status.STARTED)
            stats.left += gained

    def finished(self) -> int:
        """Return how many episodes were played to their end, also of podcasts that were removed since."""
        return sum(progress.plays > 0 for _, progress in self)

    def removed_played(self) -> int:
        """Return how many episodes of podcasts that were removed are played."""
        return sum(progress.played and self._library.index(ident) is None for ident, progress in self)

    def set_new(self, episodes: Iterable[str]) -> None:
        """Set which episodes came lately: those of the library are new until they are touched, and again after undo."""
        indexes = map(self._library.index, episodes)
        self._news = frozenset(self._library.ids[index] for index in indexes if index is not None)
        self.new = {*filter(self.is_new, self._news)}
        self._new_counts.clear()

    def is_new(self, ident: str) -> bool:
        """Return whether an episode that came lately is neither begun, marked nor dismissed."""
        progress = self._progress.get(ident)
        is_untouched = progress is None or not (progress.is_dismissed or progress.status is not Status.UNPLAYED)
        return is_untouched or self.new_parts(ident) > 0

    def new_parts(self, ident: str) -> int:
        """Return how many parts a book has got since it was played; 0 if it has none, or was touched since."""
        progress, episode = self._progress.get(ident), self._library.find(ident)
        if progress is None or episode is None or progress.played:
            return 0
        from tui_pod.core.library.parts import moved_time  # only of what is new

        times = [moved_time(move) for move in self._library.moves if move.former == ident and move.is_growth]
        starts = [round(part.start, 2) for part in episode.parts]
        is_untouched = progress.updated in times and round(progress.position, 2) in starts
        return sum(start >= progress.position for start in starts) if is_untouched else 0

    def new_indexes(self) -> list[int]:
        """Return the library indexes of the new episodes, in its order."""
        found = (self._library.index(ident) for ident in self.new)
        return sorted(index for index in found if index is not None)

    def new_in(self, topic: int) -> int:
        """Return how many episodes of a topic are new."""
        if topic not in self._new_counts:
            members = self._library.topics.members[topic]
            self._new_counts[topic] = sum(has_member(members, index) for index in self.new_indexes()) if self.new else 0
        return self._new_counts[topic]

    @property
    def continue_count(self) -> int:
        """How many episodes Continue has."""
        return len(self._continuing) + sum(not self._is_older(time) for time in self.follow_ups().values())

    @property
    def older_count(self) -> int:
        """How many episodes Older has."""
        return len(self._older) + len(self.follow_ups()) + len(self._continuing) - self.continue_count

    def to_continue(self, is_older: bool = False) -> list[int]:
        """Return the library indexes of Continue, or of Older, the most recently played first."""
        times = {index: self._time(index) for index in (self._older if is_older else self._continuing)}
        times |= {index: time for index, time in self.follow_ups().items() if self._is_older(time) is is_older}
        return sorted(times, key=lambda index: (times[index], -index), reverse=True)

    def unfinished(self) -> list[int]:
        """Return the library indexes of the started episodes of Continue, the most recently played first."""
        return self._newest_first(self._continuing)

    @property
    def left_out(self) -> int:
        """How many started episodes neither Continue nor Older has, since little of them was heard."""
        return len({*self.resumable()} - self._continuing - self._older)

    def follow_ups(self) -> dict[int, datetime]:
        """Return what to hear next of each course, folder or serial podcast that was begun, and when it was last heard.

        It leaves out those with an episode in Continue or Older, and those heard to their end.
        """
        if self._follow_ups is None:
            paths = self._library.topics.paths
            found = (self._follow_up(topic) for topic in paths if self.topic_stats[topic].played)
            self._follow_ups = dict(filter(None, found))
        return self._follow_ups

    def _follow_up(self, topic: int) -> tuple[int, datetime] | None:
        """Return what follows the played episode of a topic that was heard last; None if Continue lacks nothing."""
        from tui_pod.core.library.course import home_topic  # a first start needs none of it
        from tui_pod.core.library.editions import other_editions

        library, played = self._library, self.indexes[Status.PLAYED]
        path = library.topics.paths[topic]
        if (
            not (self._continuing.isdisjoint(path) and self._older.isdisjoint(path))
            or library.own_order(topic) == "newest"
        ):
            return None
        heard = [(time, row) for row, index in enumerate(path)
                 if index in played and (time := self._progress[library.ids[index]].listened)]  # fmt: skip
        last, row = max(heard, default=(None, 0))
        if last is None or home_topic(library.topics, path[row]) != topic:
            return None
        following = next((index for index in path[row + 1 :] if index not in played
                          and played.isdisjoint(other_editions(library, index))), None)  # fmt: skip
        progress = self._progress.get(library.ids[following]) if following is not None else None
        is_out = progress is not None and (progress.is_dismissed or (progress.position > 0 and not progress.is_brief))
        return None if following is None or is_out else (following, last)

    def resumable(self) -> list[int]:
        """Return the library indexes of all started episodes that were not dismissed, the most recently played first.

        They include those of which too little was heard for Continue.
        """
        started = ((self._progress[self._library.ids[index]], index) for index in self.indexes[Status.STARTED])
        return self._newest_first(index for progress, index in started if not progress.is_dismissed)

    def _newest_first(self, indexes: Iterable[int]) -> list[int]:
        return sorted(indexes, key=lambda index: (self._time(index), -index), reverse=True)

    def _time(self, index: int) -> datetime:
        """Return when the episode at a library index was last played, or touched."""
        progress = self._progress[self._library.ids[index]]
        return progress.listened or progress.updated

    def playing_time(self, index: int) -> float:
        """Return the seconds that playing the episode at a library index would take: a played one starts over."""
        progress = self._progress.get(self._library.ids[index])
        if progress is not None and progress.played:
            return self.length(index) or 0.0
        return self.remaining(index)

    def _count(self) -> None:
        """Count all progress at once, topic by topic if much was touched: that is a hundred times as fast."""
        gained: dict[int, float] = {}
        find, durations = self._library.index, self._library.durations
        started, played = self.indexes[Status.STARTED], self.indexes[Status.PLAYED]
        for ident, progress in self._progress.items():
            index = find(ident)
            if index is None:
                continue
            if progress.played:
                played.add(index)
                gained[index] = -durations[index]
                continue
            if progress.position > 0:
                started.add(index)
                self._sort_in(index, progress)
            gained[index] = remaining(progress, durations[index]) - durations[index]
        if self._library.candidates:
            self._fill_rules()
        self.topic_stats = [TopicStats(seconds) for seconds in self._library.topics.seconds]
        members = self._library.topics.members
        pairs: Iterable[tuple[TopicStats, Collection[int]]]
        if len(gained) * len(members) < FEW:
            pairs = ((stats, (index,)) for index in gained for stats in self._stats_of(index))
        else:
            pairs = zip(self.topic_stats, map(gained.keys().__and__, members), strict=True)
        for stats, inside in pairs:
            stats.played += len(played.intersection(inside))
            stats.started += len(started.intersection(inside))
            stats.left += sum(map(gained.__getitem__, inside))

    def _fill_rules(self) -> None:
        """Make the candidates that have the status of a rule its members."""
        topics, durations = self._library.topics, self._library.durations
        touched = self.indexes[Status.STARTED] | self.indexes[Status.PLAYED]
        for topic, candidates in self._library.candidates.items():
            inside = self.indexes.get(Status(self._library.lists[topic].status))
            if inside is None:
                found = [each for each in candidates if each not in touched] if touched else candidates
            else:
                found = [each for each in candidates if each in inside]
            members: Any = topics.members[topic]  # an array, as the seconds are a list: see `with_lists`
            seconds: Any = topics.seconds
            members[:], seconds[topic] = array("I", found), sum(map(durations.__getitem__, found))

    def _move_in_rules(self, index: int, was: Status, now: Status, left: float) -> None:
        """Move an episode whose status has changed from the rules for the former status to those for the current one.

        It is counted as what it was: `left` are the seconds left to play that it had.
        """
        topics, duration = self._library.topics, self._library.durations[index]
        for topic, candidates in self._library.candidates.items():
            wanted = self._library.lists[topic].status
            if wanted not in (was, now) or not has_member(candidates, index):
                continue
            members: Any = topics.members[topic]
            seconds: Any = topics.seconds
            stats, sign = self.topic_stats[topic], 1 if wanted == now else -1
            if sign > 0:
                insort(members, index)
            else:
                members.remove(index)
            stats.played += sign * (was is Status.PLAYED)
            stats.started += sign * (was is Status.STARTED)
            stats.left += sign * left
            seconds[topic] += sign * duration
        self._new_counts.clear()

    def _sort_in(self, index: int, progress: Progress) -> bool:
        """Put an episode into Continue, Older or neither; return whether Continue has it."""
        time = progress.listened or progress.updated
        is_unfinished = progress.status is Status.STARTED and not (progress.is_dismissed or progress.is_brief)
        if is_unfinished and is_fragment(progress, self._library.duration(index)):
            is_unfinished = self._fragment_age is None or self._now is None or time >= self._now - self._fragment_age
        is_older = self._is_older(time)
        for inside, is_in in ((self._continuing, not is_older), (self._older, is_older)):
            (inside.add if is_unfinished and is_in else inside.discard)(index)
        return index in self._continuing

    def _is_older(self, time: datetime) -> bool:
        """Return whether what was last played at a time rests in Older."""
        return self._rest_age is not None and self._now is not None and time < self._now - self._rest_age

    def _stats_of(self, index: int) -> Iterator[TopicStats]:
        for stats, members in zip(self.topic_stats, self._library.topics.members, strict=True):
            if has_member(members, index):
                yield stats


def unite(
    progress: Mapping[str, Progress],
    aliases: Mapping[str, str],
    moves: Sequence[Move] = (),
) -> dict[str, Progress]:
    """Return progress in which the progress under other ids of an episode counts for the episode."""
    united = dict(progress)
    if moves:
        from tui_pod.core.progress.moves import move_progress  # few libraries have books

        united = move_progress(progress, moves)
    for alias, ident in aliases.items():
        if (other := united.pop(alias, None)) is not None:
            united[ident] = newest(united[ident], other) if ident in united else other
    return united
