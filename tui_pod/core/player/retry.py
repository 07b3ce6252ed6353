"""Decide when to retry a stream that failed. Pure: it counts and does not wait."""

from __future__ import annotations

from typing import NamedTuple

PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Seconds before each attempt; the error is shown after all of them, about a minute."""

PROGRESS = 5.0
"""Seconds of playback after which the pauses start over."""


class Retry(NamedTuple):
    """How often in a row it was retried, and from where."""

    attempts: int = 0
    position: float = 0.0
    """Seconds into the episode at which it last failed."""

    def after_drop(self, position: float) -> tuple[float, Retry] | None:
        """Return the pause in seconds before the next attempt, and the state then; None to give up.

        `PROGRESS` further than the last time, the count starts over.
        """
        attempts = 0 if position >= self.position + PROGRESS else self.attempts
        if attempts >= len(PAUSES):
            return None
        return PAUSES[attempts], Retry(attempts + 1, max(position, self.position))
