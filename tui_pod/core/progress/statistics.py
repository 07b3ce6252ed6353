"""Statistics of listening, from the stretches that were really played. Pure; today comes in as an argument."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType

from tui_pod.core.library.library import Library
from tui_pod.core.library.topics import ROOT, TopicTable
from tui_pod.core.progress.records import HeardRecord
from tui_pod.core.text.clean import span

SESSION_GAP = timedelta(minutes=30)
"""How long a silence separates two sessions of listening."""

LONGEST = 86_400.0
"""Maximum length of a stretch in seconds, since a state edited by hand may claim anything."""

GONE = "No longer in the library"
"""What is called so has no name any more, or is of a removed podcast that is not listed."""

MOST_REMOVED = 12
"""Removed podcasts that are listed."""

RECENT = 20
"""Sessions that are listed."""


@dataclass(frozen=True, slots=True)
class PastSession:
    """Playback without a gap of `SESSION_GAP`."""

    started: datetime
    """Local time."""
    ended: datetime
    heard: float
    """Seconds of episodes heard."""
    episodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Totals in seconds of episodes, unless said otherwise."""

    total: float
    wall: float
    """Seconds of the listener's time."""
    days: Mapping[date, float]
    weeks: Mapping[str, float]
    """By ISO week, such as 2026-W48."""
    months: Mapping[str, float]
    hours: tuple[float, ...]
    """By hour of the listener's day, 24 of them."""
    topics: Mapping[int, float]
    """By index of the topic, those above it included."""
    sessions: tuple[PastSession, ...]
    """The newest first."""
    removed: Mapping[str, float] = field(default_factory=dict)
    """By name of a podcast that was removed."""

    @property
    def saved(self) -> float:
        """Seconds of the listener's time that speed and shorter silence saved; negative when it was slowed down."""
        return self.total - self.wall

    def periods(self, today: date, has_month: bool = True) -> Iterator[tuple[str, float]]:
        """Yield the name and the sum of each period up to today, but none with the same sum as a shorter one.

        The longest has the year in its name if it began before this one.
        """
        begun = min(self.days, default=today)
        sums = [("today", self.days.get(today, 0.0)), ("this week", self.weeks.get(f"{today:%G-W%V}", 0.0))]
        if has_month:
            sums.append(("this month", self.months.get(f"{today:%Y-%m}", 0.0)))
        sums.append((f"since {begun.year}" if begun.year < today.year else "in all", self.total))
        shown = ""
        for name, seconds in sums:
            if (now := span(seconds)) != shown:
                yield name, seconds
            shown = now

    def listed_topics(self, topics: TopicTable) -> tuple[list[int], list[int]]:
        """Return the topics by listening time: the lowest ones, and those above that have sums of their own.

        The sum of a topic above with all that was heard, or with what was heard in one topic below, says nothing new.
        Of the lowest ones with all that was heard, one says it.
        """
        heard = self.topics
        below: defaultdict[int, list[int]] = defaultdict(list)
        for topic in heard.keys() - {ROOT}:
            below[topics.parents[topic]].append(topic)
        above = [
            topic
            for topic in heard.keys() & below.keys() - {ROOT}
            if span(heard[topic]) not in {span(heard.get(other, 0.0)) for other in (ROOT, *below[topic])}
        ]
        lowest = sorted(heard.keys() - below.keys() - {ROOT}, key=self._rank)
        whole = [topic for topic in lowest if span(heard[topic]) == span(heard.get(ROOT, 0.0))]
        return [topic for topic in lowest if topic not in whole[1:]], sorted(above, key=self._rank)

    def _rank(self, topic: int) -> tuple[float, int]:
        return -self.topics[topic], topic

    @property
    def elsewhere(self) -> Iterator[tuple[str, float]]:
        """Yield what is in no topic: the removed podcasts that were heard most, and the sum of all else."""
        named = sorted(self.removed.items(), key=lambda pair: -pair[1])[:MOST_REMOVED]
        yield from ((f"{name} (removed)", seconds) for name, seconds in named)
        if (rest := self.gone - sum(seconds for _, seconds in named)) >= 1.0:
            yield GONE, rest

    @property
    def gone(self) -> float:
        """Seconds of episodes that are no longer in the library, such as those of podcasts that were removed."""
        seconds = self.total - self.topics.get(ROOT, 0.0)
        return seconds if seconds >= 1.0 else 0.0  # sums in another order differ by a little


def compute_statistics(
    records: Sequence[HeardRecord], library: Library, removed: Mapping[str, str] = MappingProxyType({})
) -> Statistics:
    """Return the statistics of these stretches, which are in the order of their start.

    `removed` has the name of the podcast of each episode whose podcast was removed.
    """
    days: defaultdict[date, float] = defaultdict(float)
    weeks: defaultdict[str, float] = defaultdict(float)
    months: defaultdict[str, float] = defaultdict(float)
    hours = [0.0] * 24
    by_episode: defaultdict[str, float] = defaultdict(float)
    for record in records:
        start = local_start(record)
        days[start.date()] += record.seconds
        by_episode[record.episode] += record.seconds
        _add_to_hours(hours, start, record)
    for day, seconds in days.items():
        weeks[f"{day:%G-W%V}"] += seconds
        months[f"{day:%Y-%m}"] += seconds
    return Statistics(
        total=sum(record.seconds for record in records),
        wall=sum(record.wall for record in records),
        days=dict(days),
        weeks=dict(weeks),
        months=dict(months),
        hours=tuple(hours),
        topics=_by_topic(by_episode, library),
        removed=_by_removed(by_episode, library, removed),
        sessions=tuple(_sessions(records)),
    )


def streak(days: Iterable[date], today: date, free_days: int = 0) -> int:
    """Return on how many days in a row something was played, up to today or yesterday.

    A week may have `free_days` without listening, which do not end the row and are not counted.
    """
    heard = set(days)
    first = min(heard, default=date.max)
    day = today if today in heard else today - timedelta(days=1)
    count = 0
    gaps: list[date] = []
    while True:
        if day in heard:
            count += 1
        else:
            gaps.append(day)
            if sum(gap < day + timedelta(days=7) for gap in gaps[-7:]) > free_days:
                return count
        if day < first:
            return count
        day -= timedelta(days=1)


def _add_to_hours(hours: list[float], start: datetime, record: HeardRecord) -> None:
    """Share what was heard among the hours of the day that it took."""
    first = start.minute * 60.0 + start.second
    if record.wall <= 3600.0 - first:  # nearly all of them
        hours[start.hour] += record.seconds
        return
    last = first + min(record.wall, LONGEST)
    for number in range(int(last // 3600) + 1):
        inside = min(last, (number + 1) * 3600.0) - max(first, number * 3600.0)
        hours[(start.hour + number) % 24] += record.seconds * inside / (last - first)


def _by_topic(by_episode: Mapping[str, float], library: Library) -> dict[int, float]:
    topics = library.topics
    heard = defaultdict[int, float](float)
    for ident, seconds in by_episode.items():
        if (index := library.index(ident)) is not None:
            heard[index] += seconds
    inside = map(heard.keys().__and__, topics.members)
    sums = ((topic, sum(map(heard.__getitem__, indexes))) for topic, indexes in enumerate(inside))
    return {topic: seconds for topic, seconds in sums if seconds > 0}


def _by_removed(by_episode: Mapping[str, float], library: Library, names: Mapping[str, str]) -> dict[str, float]:
    found: defaultdict[str, float] = defaultdict(float)
    for ident, seconds in by_episode.items():
        if ident in names and library.index(ident) is None:
            found[names[ident]] += seconds
    return dict(found)


def _sessions(records: Sequence[HeardRecord]) -> list[PastSession]:
    found: list[PastSession] = []
    for record in reversed(records):
        start = local_start(record)
        end = start + timedelta(seconds=min(record.wall, LONGEST))
        last = found[-1] if found else None
        if last is not None and last.started - end < SESSION_GAP:
            episodes = tuple(dict.fromkeys((record.episode, *last.episodes)))
            found[-1] = PastSession(start, max(end, last.ended), last.heard + record.seconds, episodes)
        elif len(found) == RECENT:
            break
        else:
            found.append(PastSession(start, end, record.seconds, (record.episode,)))
    return found


def local_start(record: HeardRecord) -> datetime:
    """Return when a stretch began, as the clock there and then showed it."""
    return (record.started + timedelta(minutes=record.offset)).replace(tzinfo=None)
