"""What other threads and tasks tell the app. Posting these is all they may do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui_pod.core.events import Event


class ListeningEvent(Message):
    """The player, the sources or the recorder report something."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def can_replace(self, message: Message) -> bool:
        """Let a newer position take the place of one that still waits."""
        from tui_pod.core.events import PositionChanged  # not for start-up

        return (
            isinstance(message, ListeningEvent)
            and isinstance(self.event, PositionChanged)
            and isinstance(message.event, PositionChanged)
            and message.event.load == self.event.load
        )


class SavingChanged(Message):
    """Saving fails for a reason, or works again (None)."""

    def __init__(self, reason: str | None) -> None:
        super().__init__()
        self.reason = reason
