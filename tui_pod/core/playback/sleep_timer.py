"""The sleep timer: counts while something plays, and fades out at its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from tui_pod.core.text.clean import clock, counted

FADE = 10.0
"""Seconds over which the sound fades; playback is rewound by them."""

MORE = 300.0
"""Seconds that are added when the timer is set again."""


class SleepUnit(StrEnum):
    """What a timer counts."""

    SECOND = "second"
    CHAPTER = "chapter"
    EPISODE = "episode"


@dataclass(frozen=True, slots=True)
class SleepTimer:
    """A number of seconds of playing, or of chapters or episodes to their end."""

    left: float
    unit: SleepUnit = SleepUnit.SECOND

    @property
    def seconds(self) -> float | None:
        """The seconds left; None if it counts something else."""
        return self.left if self.unit is SleepUnit.SECOND else None

    def passed(self, unit: SleepUnit, count: float = 1.0) -> SleepTimer:
        """Return the timer after seconds of the listener's time, or after the end of a chapter."""
        return replace(self, left=self.left - count) if unit is self.unit else self

    def ended(self) -> SleepTimer:
        """Return the timer after the end of an episode, which is also the end of its last chapter."""
        return self.passed(SleepUnit.CHAPTER).passed(SleepUnit.EPISODE)

    def extended(self) -> SleepTimer:
        """Return the timer with five minutes more, or with one more of what it counts."""
        return replace(self, left=self.left + 1 if self.seconds is None else max(0.0, self.left) + MORE)

    @property
    def more(self) -> str:
        """What `extended` adds, in words."""
        return "5 minutes more" if self.seconds is not None else f"1 {self.unit} more"

    def __str__(self) -> str:
        return f"after {counted(int(self.left), self.unit)}" if self.seconds is None else clock(max(0.0, self.left))

    @property
    def short(self) -> str:
        """The remaining time, episodes or chapters, in a few cells."""
        return f"{self.left:.0f} {self.unit[:2]}" if self.seconds is None else clock(max(0.0, self.left))

    @property
    def is_over(self) -> bool:
        """Whether it is time to pause."""
        return self.left <= 0

    @property
    def loudness(self) -> float:
        """The share of the volume to play at: 1 until the fade, then down to 0."""
        return 1.0 if self.seconds is None else min(1.0, max(0.0, self.seconds / FADE))
