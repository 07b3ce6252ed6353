"""Keep the place that a listener wished for until it is reached: the player may begin elsewhere and say so."""

from __future__ import annotations

EARLY = 1.0
"""Seconds before the place that count as there."""

LATE = 30.0
"""Seconds behind the place that do: some files can only be entered here and there. Further on, too much is missed."""


class WishedPlace:
    """The place that is saved while the player is not there."""

    def __init__(self, place: float = 0.0) -> None:
        self._place = place

    def wish(self, place: float) -> None:
        """Want to be at `place`, in seconds; at the start there is nothing to keep."""
        self._place = place

    def is_reached(self, position: float, before: float | None = None) -> bool:
        """Take in that the player is at `position`; return whether that is where the listener is.

        Args:
            position: in seconds.
            before: from where it was played up to that; None: it came there at once.
        """
        start = position if before is None else before
        if self._place <= 0 or start - LATE <= self._place <= position + EARLY:
            self._place = 0.0
            return True
        return False
