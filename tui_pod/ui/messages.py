"""Messages: events of playback from other threads, and the commands that panes send to the screen."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tui_pod.core.player.events import Event


class ListCommand(StrEnum):
    """What to do with the entry at the cursor, or with what is selected."""

    CHOOSE = auto()
    """Play the episode, or open the topic."""
    RESTART = auto()
    TOGGLE_PLAYED = auto()
    QUEUE_LAST = auto()
    QUEUE_NEXT = auto()
    QUEUE_MOVE = auto()
    DOWNLOAD = auto()
    REMOVE = auto()


class PlaybackEvent(Message):
    """The player, the sources or the writer report something."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def can_replace(self, message: Message) -> bool:
        """Replace a position that still waits by a newer one."""
        from tui_pod.core.player.events import PositionChanged  # after the first paint

        return (
            isinstance(message, PlaybackEvent)
            and isinstance(self.event, PositionChanged)
            and isinstance(message.event, PositionChanged)
            and message.event.load == self.event.load
        )
