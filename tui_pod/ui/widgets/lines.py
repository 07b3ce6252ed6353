"""The header and the key line: drawn when what they say changes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui_pod.ui.look.cells import spread


class KeyLine(Widget):
    """The most useful keys of the focused pane."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--key"}
    ALLOW_SELECT = False

    hints: reactive[tuple[tuple[str, str, str], ...]] = reactive(())
    """Each hint's key, word and Textual action, the most useful first."""
    key_names: Mapping[int, str] = MappingProxyType({})
    """What keys are called whose sign the terminal does not have, for `str.translate`."""

    def __init__(self, is_ascii: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        if is_ascii:
            from tui_pod.ui.look.ascii_lines import ARROW_KEYS  # only for those who want it

            self.key_names = ARROW_KEYS
        self._hint_ends: list[tuple[int, str]] = []  # the cell before which each shown hint ends, and its action

    def render_line(self, y: int) -> Strip:
        """Return the line, with as many hints as fit."""
        width = self.size.width
        base, bright = self.rich_style, self.get_component_rich_style("key-line--key")
        segments = [Segment(" ", base)]
        used = 1
        self._hint_ends.clear()
        for shown, word, action in self.hints:
            key = shown.translate(self.key_names)
            size = cell_len(key) + cell_len(word) + 3
            if used + size > width:
                continue  # a shorter one may still fit
            segments += [Segment(key, bright), Segment(f" {word}  ", base)]
            used += size
            self._hint_ends.append((used, action))
        return Strip([*segments, Segment(" " * (width - used), base)], width)

    async def on_click(self, event: events.Click) -> None:
        """Do what the key that was clicked on does in the pane that has the focus."""
        action = next((action for end, action in self._hint_ends if event.x < end), None)
        if action is not None:
            await self.app.run_action(action, self.screen.focused or self.screen)


class HeaderLine(Widget):
    """The open topic, and how much is played and left."""

    left = reactive("")
    right = reactive("")

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        width = self.size.width
        return Strip([Segment(spread(f" {self.left}", f"{self.right} ", width), self.rich_style)], width)
