"""What the views of lines have in common: they scroll, show a cursor where the focus is, and take clicks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from textual import events
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView


class LinesView(ScrollView, can_focus=True):
    """A view of lines, of which some can be chosen."""

    ALLOW_SELECT = False

    hint_words: var[Mapping[str, str]] = var(MappingProxyType({}))
    """What the key line says instead of the words of the table of keys; empty: that does nothing now."""

    class HintsChanged(Message):
        """Keys do something else now."""

    def watch_hint_words(self) -> None:
        """Have the key line say so."""
        self.post_message(self.HintsChanged())

    def on_focus(self) -> None:
        """Show the cursor, or no longer."""
        self.refresh()

    on_blur = on_focus

    def clicked(self, event: events.Click, lines: Sequence[object]) -> int | None:
        """Return the number of the line that was clicked on; None: the border, or below all lines."""
        offset = event.get_content_offset(self)
        number = offset.y + self.scroll_offset.y if offset is not None else -1
        return number if 0 <= number < len(lines) else None

    async def action_left(self) -> None:
        """Go back to the library."""
        await self.run_action("screen.view(1)")

    action_right = action_left
