"""The sleep timer: counts while something plays, fades out at its end, and leads back to where it was set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from tui_pod.core.actions import key_of
from tui_pod.core.outcome import DONE, Outcome, refused
from tui_pod.core.playback.up_next import TABLE
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.records import setting_records
from tui_pod.core.selection.session_planner import parse_budget, parse_end
from tui_pod.core.text.clean import clock, counted
from tui_pod.core.wall_time import local_time

FADE = 10.0
"""Seconds over which the sound fades; playback is rewound by them."""

MORE = 300.0
"""Seconds that are added when the timer is set again."""

AWAKE = 600.0
"""Seconds that play or pause adds while the sound fades."""

BEFORE_NIGHT = timedelta(minutes=15)
"""How long before its time the timer of every night is set, and shown."""


class SleepUnit(StrEnum):
    """What a timer counts."""

    SECOND = "second"
    CHAPTER = "chapter"
    EPISODE = "episode"
    PART = "part"
    """A file of a book."""


@dataclass(frozen=True, slots=True)
class SleepTimer:
    """A number of seconds of playing, or of chapters, parts or episodes to their end; or a time of day."""

    left: float
    unit: SleepUnit = SleepUnit.SECOND
    until: datetime | None = None
    """The time of day at which it ends, whether anything plays or not; None for what `left` counts."""

    @property
    def seconds(self) -> float | None:
        """The seconds left; None if it counts something else."""
        return self.left if self.unit is SleepUnit.SECOND else None

    def passed(self, unit: SleepUnit, count: float = 1.0) -> SleepTimer:
        """Return the timer after seconds of the listener's time, or after the end of a chapter."""
        return replace(self, left=self.left - count) if unit is self.unit else self

    def at(self, now: datetime) -> SleepTimer:
        """Return the timer at a time, which only a time of day is compared with."""
        return replace(self, left=(self.until - now).total_seconds()) if self.until is not None else self

    def ended(self) -> SleepTimer:
        """Return the timer after the end of an episode, which is also that of its last chapter and part."""
        return self.passed(SleepUnit.CHAPTER).passed(SleepUnit.PART).passed(SleepUnit.EPISODE)

    def extended(self, more: float = MORE) -> SleepTimer:
        """Return the timer with five minutes more, or so many seconds, or with one more of what it counts."""
        if self.seconds is None:
            return replace(self, left=self.left + 1)
        until = self.until + timedelta(seconds=more) if self.until is not None else None
        return replace(self, left=max(0.0, self.left) + more, until=until)

    @property
    def more(self) -> str:
        """What `extended` adds, in words."""
        return "5 minutes more" if self.seconds is not None else f"1 {self.unit} more"

    def __str__(self) -> str:
        return f"after {counted(int(self.left), self.unit)}" if self.seconds is None else self.short

    @property
    def short(self) -> str:
        """The remaining time, episodes, parts or chapters, or the time of day, in a few cells."""
        if self.until is not None:
            return f"at {local_time(self.until):%H:%M}"
        return f"{self.left:.0f} {self.unit[:2]}" if self.seconds is None else clock(max(0.0, self.left))

    @property
    def is_over(self) -> bool:
        """Whether it is time to pause."""
        return self.left <= 0

    @property
    def loudness(self) -> float:
        """The share of the volume to play at: 1 until the fade, then down to 0."""
        return 1.0 if self.seconds is None else min(1.0, max(0.0, self.seconds / FADE))


def parse_sleep(text: str, now: datetime) -> SleepTimer | None:
    """Return the timer that a text names: `15`, `1h30m`, `23:30`, or `chapter`, `part` or `episode`; None for `off`.

    Raises ValueError, with a message for the listener, if it names none.
    """
    word = text.strip().lower()
    if word in ("", "0", "off"):
        return None
    for unit in (SleepUnit.CHAPTER, SleepUnit.EPISODE, SleepUnit.PART):
        if word in (unit, unit[0]):
            return SleepTimer(1, unit)
    if (end := parse_end(word, now)) is not None:  # however soon
        return SleepTimer((end - now).total_seconds(), until=end)
    return SleepTimer(parse_budget(word, now, "sleep timer"))


class Bedtime:
    """Says when to set the timer that ends every night at the same time."""

    def __init__(self, text: str) -> None:
        """Take a local time such as `23:30`; empty for never."""
        self._text = text
        self._next: datetime | None = None
        self._is_over = False  # for this night

    def timer(self, now: datetime) -> SleepTimer | None:
        """Return the timer to set now, while something plays; None before its time, and after that once a night."""
        if self._next is None or now >= self._next:
            self._next, self._is_over = parse_end(self._text, now) if self._text else None, False
        if self._next is None or self._is_over or self._next - now > BEFORE_NIGHT:
            return None
        self._is_over = True
        left = (self._next - now).total_seconds()
        return SleepTimer(left, until=self._next) if left >= 60 else None  # else it was started in spite of the time


class SleepPlace:
    """The episode and position at which the listener last set a sleep timer."""

    def __init__(
        self, state: PlaybackState, play_from: Callable[[str, float], None], saved: Mapping[str, object]
    ) -> None:
        """Load the saved place; `play_from` plays an episode from a position."""
        self._state = state
        self._play_from = play_from
        episode, position = saved.get("sleep_episode"), saved.get("sleep_position")
        self._episode = episode if isinstance(episode, str) else ""
        self._position = float(position) if isinstance(position, int | float) else 0.0
        self._has_slept = saved.get("has_slept") is True

    def note(self) -> None:
        """Remember the current place: a timer was set."""
        playback = self._state.playback
        if playback.episode is not None:
            self._episode, self._position, self._has_slept = playback.episode, playback.position, False
            self._save()

    def sleep(self) -> str:
        """Note that the timer has stopped playback; return what to say about going back, if anything."""
        self._has_slept = True
        self._save()
        return f"{key_of('sleep.back')} goes back to {self._text}, where you set it." if self._text else ""

    def wake(self) -> None:
        """Say how to go back when playing for the first time since the timer stopped playback."""
        if self._has_slept and self._text:
            self._has_slept = False
            self._save()
            said = f"{key_of('sleep.back')} goes back to {self._text}, where you set the sleep timer."
            self._state.ports.listener.tell(said)

    def go_back(self) -> Outcome:
        """Play on from the place where the timer was set."""
        if not self._text:
            return refused("No sleep timer was set in an episode that is still in the library.")
        self._has_slept = False
        self._save()
        self._play_from(self._episode, self._position)
        return DONE

    @property
    def _text(self) -> str:
        """The place in words; empty if there is none to go back to."""
        library = self._state.library
        if (index := library.index(self._episode)) is None:
            return ""
        is_here = self._episode == self._state.playback.episode
        return clock(self._position) if is_here else f"{clock(self._position)} in “{library.titles[index]}”"

    def _save(self) -> None:
        values = {"sleep_episode": self._episode, "sleep_position": self._position, "has_slept": self._has_slept}
        self._state.ports.writer.save(*setting_records(TABLE, values))
