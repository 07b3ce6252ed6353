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
    """A number of seconds of playing, or of episodes to their end."""

    seconds: float | None = None
    episodes: int | None = None

    def played(self, wall: float) -> SleepTimer:
        """Return the timer after some seconds of the listener's time."""
        return self if self.seconds is None else replace(self, seconds=self.seconds - wall)

    def ended(self) -> SleepTimer:
        """Return the timer after the end of an episode."""
        return self if self.episodes is None else replace(self, episodes=self.episodes - 1)

    def extended(self) -> SleepTimer:
        """Return the timer with five minutes more, or one episode more if it counts episodes."""
        if self.seconds is not None:
            return replace(self, seconds=max(0.0, self.seconds) + MORE)
        return replace(self, episodes=(self.episodes or 0) + 1)

    def __str__(self) -> str:
        return f"after {counted(self.episodes or 0)}" if self.seconds is None else clock(max(0.0, self.seconds))

    @property
    def short(self) -> str:
        """The remaining time or episodes, in a few cells."""
        return f"{self.episodes or 0} ep" if self.seconds is None else clock(max(0.0, self.seconds))

    @property
    def is_over(self) -> bool:
        """Whether it is time to pause."""
        return (self.seconds is not None and self.seconds <= 0) or (self.episodes is not None and self.episodes <= 0)

    @property
    def loudness(self) -> float:
        """The share of the volume to play at: 1 until the fade, then down to 0."""
        return 1.0 if self.seconds is None else min(1.0, max(0.0, self.seconds / FADE))
