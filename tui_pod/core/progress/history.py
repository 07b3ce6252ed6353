"""What was heard, day by day, from the stretches that were really played. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.records import HeardRecord
from tui_pod.core.progress.statistics import LONGEST, SESSION_GAP, local_start
from tui_pod.core.text.clean import fold, span
from tui_pod.core.wall_time import local_date, local_time


class Heard(NamedTuple):
    """An episode that was heard without a long gap, within a day."""

    episode: str
    started: datetime
    """Local time, as it was there and then."""
    ended: datetime
    seconds: float
    """Seconds of the episode; 0 if another machine played it, which says only when it ended."""
    machine: str = ""
    """The other machine; empty for this one."""

    @property
    def when(self) -> str:
        """The times of day: `08:10–08:42`."""
        return f"{self.started:%H:%M}–{self.ended:%H:%M}" if self.seconds else f"until {self.ended:%H:%M}"

    @property
    def how_long(self) -> str:
        """The time that was heard, or the machine."""
        return span(self.seconds) if self.seconds else f"on {self.machine}"

    def named(self, library: Library) -> tuple[str, str]:
        """Return the title of the episode and the name of its topic."""
        if (index := library.index(self.episode)) is None:
            return f"{self.episode}, no longer in the library", ""
        return library.titles[index], ", ".join(library.episode(index).tags[:1])


class Day(NamedTuple):
    """A day of listening."""

    date: date
    heard: tuple[Heard, ...]
    """In order of time."""

    @property
    def seconds(self) -> float:
        """Seconds of episodes that were heard, as far as their history is here."""
        return sum(each.seconds for each in self.heard)


def heard_days(records: Sequence[HeardRecord], progress: Iterable[tuple[str, Progress]]) -> list[Day]:
    """Return the days of listening, the newest first.

    `records` are in the order of their start; `progress` says of each episode when another machine heard it last, which
    counts if no record of that machine is here.
    """
    found, ends = list[Heard](), defaultdict[str, list[datetime]](list)
    for record in records:
        start = local_start(record)
        length = timedelta(seconds=min(record.wall, LONGEST))
        ends[record.episode].append(record.started + length)
        end = start + length
        last = found[-1] if found else None
        is_same = last is not None and last.episode == record.episode and last.started.date() == start.date()
        if last is not None and is_same and start - last.ended < SESSION_GAP:
            found[-1] = last._replace(ended=max(end, last.ended), seconds=last.seconds + record.seconds)
        else:
            found.append(Heard(record.episode, start, end, record.seconds))
    for episode, value in progress:
        known = value.listened and any(abs(value.listened - end) < SESSION_GAP for end in ends[episode])
        if value.origin and value.listened is not None and not known:
            time = local_time(value.listened).replace(tzinfo=None)
            found.append(Heard(episode, time, time, 0.0, value.origin))
    found.sort(key=lambda each: each.started)
    days = [Day(day, tuple(heard)) for day, heard in groupby(found, lambda each: each.started.date())]
    return days[::-1]


def only_with(days: Iterable[Day], library: Library, words: Sequence[str]) -> list[Day]:
    """Return the days with what has each of these words in title or topic."""
    wanted = [fold(word) for word in words]

    def is_wanted(heard: Heard) -> bool:
        text = fold(" ".join(heard.named(library)))
        return all(word in text for word in wanted)

    found = (day._replace(heard=tuple(filter(is_wanted, day.heard))) for day in days)
    return [day for day in found if day.heard]


def to_day(text: str, now: datetime) -> date:
    """Return the day that a text means: `today`, `yesterday` or such as 2026-06-03. Raises ValueError."""
    ago = ("today", "yesterday").index(text) if text in ("today", "yesterday") else None
    return date.fromisoformat(text) if ago is None else local_date(now) - timedelta(days=ago)


def to_markdown(days: Iterable[Day], library: Library) -> Iterable[str]:
    """Yield the lines of days as Markdown."""
    for day in days:
        yield from (f"# {day.date:%A, %-d %B %Y}", "", f"{span(day.seconds)} heard.", "")
        for heard in day.heard:
            title, topic = (text.replace("[", "\\[").replace("*", "\\*") for text in heard.named(library))
            yield f"- {heard.when} {title}{f' · {topic}' if topic else ''} ({heard.how_long})"
        yield ""
