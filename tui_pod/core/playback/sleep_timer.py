"""The sleep timer: counts while something plays, and fades out at its end."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui_pod.core.text.clean import clock, counted

FADE = 10.0
"""Seconds over which the sound fades; playback is rewound by them."""

MORE = 300.0
"""Seconds that are added when the timer is set again."""


@dataclass(frozen=True, slots=True)
class SleepTimer:
    """A number of seconds of playing, or of episodes or chapters to their end."""

    seconds: float | None = None
    episodes: int | None = None
    chapters: int | None = None

    def played(self, wall: float) -> SleepTimer:
        """Return the timer after some seconds of the listener's time."""
        return self if self.seconds is None else replace(self, seconds=self.seconds - wall)

    def ended(self) -> SleepTimer:
        """Return the timer after the end of an episode, with which its last chapter ends, too."""
        timer = self.chapter_ended()
        return timer if timer.episodes is None else replace(timer, episodes=timer.episodes - 1)

    def chapter_ended(self) -> SleepTimer:
        """Return the timer after the end of a chapter."""
        return self if self.chapters is None else replace(self, chapters=self.chapters - 1)

    def extended(self) -> SleepTimer:
        """Return the timer with five minutes more, or with one more of what it counts."""
        if self.seconds is not None:
            return replace(self, seconds=max(0.0, self.seconds) + MORE)
        if self.chapters is not None:
            return replace(self, chapters=self.chapters + 1)
        return replace(self, episodes=(self.episodes or 0) + 1)

    @property
    def more(self) -> str:
        """What `extended` adds, in words."""
        if self.seconds is not None:
            return "5 minutes more"
        return "1 episode more" if self.chapters is None else "1 chapter more"

    def __str__(self) -> str:
        if self.seconds is not None:
            return clock(max(0.0, self.seconds))
        return f"after {counted(self.episodes or 0) if self.chapters is None else counted(self.chapters, 'chapter')}"

    @property
    def short(self) -> str:
        """The remaining time, episodes or chapters, in a few cells."""
        if self.seconds is not None:
            return clock(max(0.0, self.seconds))
        return f"{self.episodes or 0} ep" if self.chapters is None else f"{self.chapters} ch"

    @property
    def is_over(self) -> bool:
        """Whether it is time to pause."""
        return any(left is not None and left <= 0 for left in (self.seconds, self.episodes, self.chapters))

    @property
    def loudness(self) -> float:
        """The share of the volume to play at: 1 until the fade, then down to 0."""
        return 1.0 if self.seconds is None else min(1.0, max(0.0, self.seconds / FADE))
