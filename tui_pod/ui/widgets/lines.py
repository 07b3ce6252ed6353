"""The header and the key line, redrawn when their text changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui_pod.core.actions import BY_ID, PINNED_HINTS
from tui_pod.ui.look.parts import ACCENT, FAULT, NOW, PLAIN, QUIET, TAB, Part, look, spread_parts, width_of

PINNED = frozenset(BY_ID[ident].action for ident in PINNED_HINTS)
WORDLESS = PINNED - {BY_ID["app.help"].action}
"""Pinned hints that lose their words first if the line is narrow."""

MOST = 6
"""Most hints besides those that are pinned."""

MIN_PATH = 14
"""Minimum width of the path, in cells."""

CUT_PATH = "… › "
"""Replaces the first topics of a path that is too long."""


class ActionLine(Widget):
    """A line with clickable parts."""

    ALLOW_SELECT = False

    _ends: Mapping[int, Sequence[tuple[int, str]]] = {}  # is replaced, never changed
    """For each of its lines, the end of each part (exclusive cell), and its action."""

    async def on_click(self, event: events.Click) -> None:
        """Run the action of the clicked part in the focused pane."""
        action = next((action for end, action in self._ends.get(event.y, ()) if event.x < end), None)
        if action is not None:
            await self.app.run_action(action, self.screen.focused or self.screen)


class KeyLine(ActionLine):
    """The most useful keys of the focused pane, and at the right those that lead to all others."""

    hints: reactive[tuple[tuple[str, str, str], ...]] = reactive(())
    """Each hint's key, word and Textual action, the most useful first."""

    def __init__(self, is_ascii: bool) -> None:
        super().__init__(id="keys")
        self.key_names: Mapping[int, str] = {}
        """Names of keys whose symbol the terminal does not have, for `str.translate`."""
        if is_ascii:
            from tui_pod.ui.look.ascii_lines import ARROW_KEYS  # only for those who want it

            self.key_names = ARROW_KEYS

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        base, bright = self.rich_style, self.rich_style + look(self.app, NOW)
        shown, pinned = self._chosen()
        gap = self.size.width - 1 - sum(map(self._size_of, (*shown, *pinned)))
        segments, used, ends = [Segment(" ", base)], 1, list[tuple[int, str]]()
        for hint in (*shown, ("", "", ""), *pinned):
            key, word, action = hint
            if not key:
                segments.append(Segment(" " * gap, base))
                used += max(0, gap)
                continue
            segments += [Segment(key.translate(self.key_names), bright), Segment(f" {word}  " if word else "  ", base)]
            used += self._size_of(hint)
            ends.append((used, action))
        self._ends = {y: ends}
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _chosen(self) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
        """Return the hints that are shown, and those that are pinned, with their words if there is room."""
        words = [hint for hint in self.hints if hint[2] in PINNED]
        pinned = [(key, "" if action in WORDLESS else word, action) for key, word, action in words]
        room, shown = self.size.width - 1 - sum(map(self._size_of, pinned)), list[tuple[str, str, str]]()
        for hint in self.hints:
            if hint[2] not in PINNED and len(shown) < MOST and self._size_of(hint) <= room:
                shown.append(hint)
                room -= self._size_of(hint)
        has_room = sum(map(self._size_of, words)) - sum(map(self._size_of, pinned)) <= room
        return shown, words if has_room else pinned

    def _size_of(self, hint: tuple[str, str, str]) -> int:
        key, word, _ = hint
        return cell_len(key.translate(self.key_names)) + cell_len(word) + (3 if word else 2)


class Tab(NamedTuple):
    """One of the views of the main area."""

    key: str
    name: str
    size: int
    """The number of things in it."""
    action: str
    """What a click on it does: Textual's action string."""
    is_fault: bool = False
    """Whether it is not a view, but leads to what is wrong."""


class HeaderLine(ActionLine):
    """The views as tabs, the open topic, and the totals played and left."""

    tabs: reactive[tuple[Tab, ...]] = reactive(())
    current = reactive(0)
    """The number of the current tab."""
    work = reactive("")
    """The background work; it takes precedence over the names of the other tabs."""
    left = reactive("")
    """The path of the list, before which the totals go; it is cut from its start."""
    right = reactive("")

    def __init__(self) -> None:
        super().__init__(id="header")

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        width, base = self.size.width, self.rich_style
        work = f"({self.work})" if self.work else ""
        tabs = self._tab_parts(is_short=False)
        if sum(map(width_of, tabs)) + cell_len(work) + 3 * bool(work) > width:  # with the spaces around it
            tabs = self._tab_parts(is_short=True)
        used = sum(map(width_of, tabs))
        room = width - used - cell_len(work) - 1  # the names of the tabs come first, then the path, then the numbers
        path = cell_len(self.left) + 2 * bool(self.left)
        wanted = (f"  {text} " for text in (self.right, self.right.rpartition(" · ")[2]) if text)
        right = next((text for text in wanted if path + cell_len(text) <= room), " ")
        left: list[Part] = [(" ", PLAIN), (work, ACCENT)]
        if self.left and room > MIN_PATH:
            left.append((f" {_end_of(self.left, room - cell_len(right) - 2)}", QUIET))
        self._ends = {0: [*zip(accumulate(map(width_of, tabs)), (tab.action for tab in self.tabs), strict=True)]}
        line = [
            *(part for parts in tabs for part in parts),
            *spread_parts(left, [(right, QUIET)], width - used),
        ]
        return Strip([Segment(text, base + look(self.app, name)) for text, name in line]).crop(0, width)

    def _tab_parts(self, is_short: bool) -> list[list[Part]]:
        """Return the parts of each tab; if `is_short`, only the current one has its name."""
        tabs: list[list[Part]] = []
        for number, tab in enumerate(self.tabs):
            is_current = number == self.current
            key, rest, size = (TAB, TAB, TAB) if is_current else (ACCENT, QUIET, ACCENT)
            if tab.is_fault:
                key = size = FAULT
            parts: list[Part] = [(f" {tab.key}", key)]
            if is_current or not is_short or tab.is_fault:
                parts += [(f" {tab.name}", rest), (f" {tab.size}" if tab.size else "", size)]
            parts.append((" ", rest))
            tabs.append(parts)
        return tabs


def _end_of(path: str, room: int) -> str:
    """Return the longest end of a path that fits into `room` cells, but at least its last topic."""
    while cell_len(path) > room and (rest := path.removeprefix(CUT_PATH).partition(" › ")[2]):
        path = f"{CUT_PATH}{rest}"
    return path if cell_len(path) <= room else path.removeprefix(CUT_PATH)
