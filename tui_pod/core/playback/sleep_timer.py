"""The sleep timer: counts while something plays, fades out at its end, and leads back to where it was set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from tui_pod.core.actions import key_of
from tui_pod.core.outcome import DONE, Outcome, refused
from tui_pod.core.playback.up_next import TABLE
from tui_pod.core.player.state import PlaybackState
from tui_pod.core.progress.records import setting_records
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
