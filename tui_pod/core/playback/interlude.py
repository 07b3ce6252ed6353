"""What can play besides the loaded episode, and takes the playback keys while it does."""

from __future__ import annotations

from typing import Protocol


class Interlude(Protocol):
    """Questions that are asked aloud while the loaded episode waits."""

    @property
    def is_paused(self) -> bool:
        """Whether it is paused."""

    def set_paused(self, is_paused: bool) -> None:
        """Pause or go on."""

    def answer(self, is_known: bool) -> None:
        """Take the listener's answer: the key for the next episode means known, the one for the previous not known."""
