"""What other threads and tasks tell the app. Posting these is all they may do with it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from tui_pod.core.playback import Event, PositionChanged


@dataclass
class ListeningEvent(Message):
    """The player, the sources or the recorder report something."""

    event: Event

    def can_replace(self, message: Message) -> bool:
        """Let a newer position take the place of one that still waits."""
        return (
            isinstance(message, ListeningEvent)
            and isinstance(self.event, PositionChanged)
            and isinstance(message.event, PositionChanged)
            and message.event.load == self.event.load
        )


@dataclass
class SavingChanged(Message):
    """Saving fails for a reason, or works again (None)."""

    reason: str | None
