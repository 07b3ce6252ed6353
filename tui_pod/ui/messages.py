"""What other threads and tasks tell the app, which is all they may do with it; and what the listener wishes."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui_pod.core.playback.events import Event


class Wish(StrEnum):
    """What the listener wants of the entry at the cursor, or of what is selected."""

    PLAY = auto()
    RESTART = auto()
    OPEN = auto()
    LEFT = auto()
    """The pane on the left, as the other one that on the right."""
    RIGHT = auto()
    TOGGLE_PLAYED = auto()
    QUEUE_LAST = auto()
    QUEUE_NEXT = auto()
    QUEUE_MOVE = auto()
    DOWNLOAD = auto()
    REMOVE = auto()


class ListeningEvent(Message):
    """The player, the sources or the recorder report something."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def can_replace(self, message: Message) -> bool:
        """Let a newer position take the place of one that still waits."""
        from tui_pod.core.playback.events import PositionChanged  # not for start-up

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
