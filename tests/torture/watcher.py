"""What a listener saw on the screen and when, held against what the state says afterwards.

The screen tells what was seen, and the program when the fsync of each save had returned: a mark that was acknowledged
so must be there. How long that takes depends on the disk; it is reported, and no loss.
"""

import json
import math
import time
from collections import deque
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tests.torture.ledger import MOST_LOST
from tests.torture.terminal import Bar, Terminal
from tui_pod.core.progress.progress import PlayedRule, Progress
from tui_pod.state.store import State

SEEKS = ",.<>\r^ u"
"""Keys after which the place is another one than was seen."""

JUST_BEFORE = 0.5
"""Seconds before a kill in which a key may be typed whose effect was not seen any more."""


class Seen(NamedTuple):
    """What the bar said, and from when on."""

    when: float
    bar: Bar


class Watcher:
    """Watches a running app."""

    def __init__(self, terminal: Terminal, before: State, saves: Path | None = None) -> None:
        """Watch; `saves` is what `driven --saves` writes."""
        self._terminal = terminal
        self._saves = saves
        self._before = before.progress
        """What the app began with."""
        self._bars: list[Seen] = []
        self._rows: dict[str, tuple[str, float]] = {}
        """The mark of each episode in the list, and since when it has stood there."""
        self._keys: deque[tuple[float, str]] = deque(maxlen=20)
        self._is_marked = False

    def press(self, keys: str) -> None:
        """Type keys."""
        self._keys.append((time.monotonic(), keys))
        self._is_marked = self._is_marked or "m" in keys
        self._terminal.press(keys)

    def look(self, seconds: float) -> None:
        """Watch for so many seconds."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._terminal.look(min(left, 0.02)):
                self._note()

    def _note(self) -> None:
        now = time.monotonic()
        bar = self._terminal.bar()
        if bar is not None and (not self._bars or self._bars[-1].bar != bar):
            self._bars.append(Seen(now, bar))
        rows = self._terminal.rows()
        for title, mark in rows.items():
            if self._rows.get(title, ("", 0.0))[0] != mark:
                self._rows[title] = (mark, now)
        for title in set(self._rows) - set(rows):
            del self._rows[title]

    def judge(self, state: State, killed: float) -> tuple[list[str], dict[str, float]]:
        """Return what was seen and is lost, and the worst of what was measured."""
        losses: list[str] = []
        worst = {"s of playing lost": 0.0}
        acknowledged = self._acknowledged()
        for when, episode, updated in acknowledged:
            progress = state.progress.get(episode)
            if progress is None or progress.updated < updated:
                losses.append(f"{episode} of {updated}, acknowledged {killed - when:.2f} s before, is {progress}")
        marks = [when for when, keys in self._keys if "m" in keys]
        after = (min((when for when, *_ in acknowledged if when > mark), default=mark) - mark for mark in marks)
        worst["s from key to disk"] = max(after, default=0.0)
        for title in {seen.bar.title for seen in self._bars}:
            lost = self._lost(title, state.progress.get(ident_of(title)), killed)
            worst["s of playing lost"] = max(worst["s of playing lost"], lost)
            if lost > MOST_LOST:
                keys = [f"{keys!r} {killed - when:.2f} s before" for when, keys in self._keys if killed - when < 5]
                losses.append(f"{lost:.1f} s of {title}, last seen at {self._last(title)}, "
                              f"found {state.progress.get(ident_of(title))}; keys: {', '.join(keys)}")  # fmt: skip
        return losses, worst

    def _acknowledged(self) -> list[tuple[float, str, datetime]]:
        """Return when the fsync of each save had returned, its episode, and the time of its value."""
        if self._saves is None or not self._saves.exists():
            return []
        lines = self._saves.read_text("ascii").split("\n")[:-1]  # the last may be torn
        return [(when, episode, datetime.fromisoformat(updated)) for when, episode, updated in map(json.loads, lines)]

    def _last(self, title: str) -> Bar:
        return next(seen.bar for seen in reversed(self._bars) if seen.bar.title == title)

    def _lost(self, title: str, progress: Progress | None, killed: float) -> float:
        """Return how long before the end the saved place was left for others; 0 when it is newer than what was seen."""
        places = [number for number, seen in enumerate(self._bars) if seen.bar.title == title]
        after = self._bars[places[-1] + 1 :]
        end = after[0].when if after else killed  # another episode's turn loses nothing of this one
        was_marked = any("m" in keys and when > self._bars[places[-1]].when for when, keys in self._keys)
        if was_marked and progress is not None and progress.position == 0:
            return 0.0  # it was played, and the mark was taken off its row, or the other way round
        for number, later in zip(reversed(places), [None, *reversed(places[1:])], strict=True):
            seen = self._bars[number]
            is_next = later == number + 1
            if _is_at(seen.bar, progress, self._is_marked) or (
                is_next and _is_between(seen, self._bars[number + 1], progress)
            ):
                return max(0.0, end - self._bars[later].when) if later is not None else 0.0
        if self._has_pressed(SEEKS, killed):
            return 0.0
        is_as_before = progress == self._before.get(ident_of(title))
        return end - self._bars[places[0]].when if is_as_before else math.inf

    def _has_pressed(self, keys: str, killed: float) -> bool:
        """Return whether one of these keys was typed just before the end."""
        return any(killed - when < JUST_BEFORE and set(typed) & set(keys) for when, typed in self._keys)


def _is_at(bar: Bar, progress: Progress | None, is_marked: bool) -> bool:
    """Return whether a saved place is what the bar showed, give or take what it rounds and draws late."""
    if progress is None:
        return bar.position <= 1
    if progress.played:
        length = progress.duration or 0.0
        return is_marked or bar.position + 2 >= PlayedRule().starts_at(length)
    return abs(progress.position - bar.position - 0.5) <= 0.5 + 0.8 * bar.speed


def _is_between(seen: Seen, following: Seen, progress: Progress | None) -> bool:
    """Return whether a saved place was passed between two looks at the bar: a busy machine draws seldom."""
    first, last = seen.bar.position, following.bar.position
    is_playing = first < last <= first + 2 + (following.when - seen.when) * max(seen.bar.speed, following.bar.speed)
    return progress is not None and is_playing and first <= progress.position <= last + 1


def ident_of(title: str) -> str:
    """Return the id of an episode of a trial by its title."""
    return title.lower().replace(" ", "-")
