"""Decide when to retry a stream that failed or was refused. Pure: it counts, but does not wait."""

from __future__ import annotations

from typing import NamedTuple

PAUSES = (2.0, 5.0, 15.0, 30.0)
"""Seconds before each attempt, unless the server asks for another wait; then the error is shown."""

MAX_WAIT = 60.0
"""Longest wait (seconds) that a server may ask for with `Retry-After`; beyond it, the error is shown at once."""

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
