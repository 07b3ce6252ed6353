"""What the views of lines have in common: they scroll, show a cursor where the focus is, and take clicks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_pod.ui.look.cells import MARKS
from tui_pod.ui.look.parts import RAIL, Part, look


class LinesView(ScrollView, can_focus=True):
    """A view of lines, of which some can be chosen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines-view--cursor"}
    DEFAULT_CSS = """
    LinesView {
        height: 1fr;
        border: round $primary;
        background: $background;
        border-title-color: $text-primary;
        border-subtitle-color: $text-muted;
        scrollbar-size-vertical: 1;
        .lines-view--cursor { background: $cursor; }
    }
    """  # here and not in the stylesheet: the first screen does without, and each rule costs it
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

    def style_of(self, name: str, is_lit: bool = False) -> Style:
        """Return how a part of a line looks; lit: at the cursor."""
        base = self.get_component_rich_style("lines-view--cursor") if is_lit else self.rich_style
        return base + look(self.app, name)

    def draw(self, parts: Iterable[Part], is_lit: bool = False) -> Strip:
        """Return a line, with the cursor's rail and tint when it is lit."""
        segments = [Segment(f"{MARKS['cursor']} " if is_lit else "  ", self.style_of(RAIL, is_lit))]
        segments += [Segment(text, self.style_of(name, is_lit)) for text, name in parts]
        width = self.scrollable_content_region.width
        return Strip(segments).adjust_cell_length(width, segments[0].style)

    def clicked(self, event: events.Click, lines: Sequence[object]) -> int | None:
        """Return the number of the line that was clicked on; None: the border, or below all lines."""
        offset = event.get_content_offset(self)
        number = offset.y + self.scroll_offset.y if offset is not None else -1
        return number if 0 <= number < len(lines) else None

    async def action_left(self) -> None:
        """Go back to the library."""
        await self.run_action("screen.view(1)")

    action_right = action_left
