"""The header, the playback bar and the key line: a few lines of text, drawn when what they say changes."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from types import MappingProxyType
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tui_pod.core.player.snapshot import Playback, PlayerStatus
from tui_pod.core.text.clean import clock, length
from tui_pod.ui.look.cells import ASCII_MARKS, MARKS, fit, spread

MIN_NOTE = 12
"""Least cells for a note at the right of the title."""

_STATUS = {PlayerStatus.PLAYING: "playing", PlayerStatus.PAUSED: "paused", PlayerStatus.LOADING: "loading"}


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


class PlaybackBar(Widget):
    """What plays, where in it, and how."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"playback-bar--done", "playback-bar--rest", "playback-bar--title"}
    ALLOW_SELECT = False

    playback: reactive[Playback] = reactive(Playback(), repaint=False)
    note = reactive("")
    """Text at the right of the title: the session and what is next."""
    extra = reactive("")
    """Text at the right of the bar: the sleep timer."""
    bookmarks: reactive[tuple[float, ...]] = reactive(())
    """Seconds at which something was kept."""

    class SeekRequested(Message):
        """The bar was clicked at a position."""

        def __init__(self, position: float) -> None:
            super().__init__()
            self.position = position

    def __init__(self, hint: str, is_ascii: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._hint = hint
        self._is_ascii = is_ascii
        self._bar = (0, 0)  # first cell and width of the bar, as last drawn
        self._drawn: tuple[object, object] = ("", ())  # what each line said when playback changed last

    def watch_playback(self) -> None:
        """Redraw a line when its text has changed."""
        former, self._drawn = self._drawn, (self._title_line(), self._parts())
        changed = [y for y, (old, new) in enumerate(zip(former, self._drawn, strict=True)) if old != new]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        """Return one of the two lines."""
        width = self.size.width
        if y == 0:
            return Strip([Segment(self._title_line(), self.get_component_rich_style("playback-bar--title"))], width)
        before, done, rest, after = self._parts()
        base = self.rich_style
        return Strip(
            [
                Segment(before, base),
                Segment(done, self.get_component_rich_style("playback-bar--done")),
                Segment(rest, self.get_component_rich_style("playback-bar--rest")),
                Segment(after, base),
            ],
            width,
        )

    def _title_line(self) -> str:
        playback = self.playback
        width = self.size.width
        if not playback.is_loaded:
            return self._beside(f"   {self._hint}", width)
        said = f" {MARKS[_STATUS[playback.status]]} {playback.title}"
        if playback.fetching is not None:
            said += f" ({playback.fetching})"
        elif playback.is_buffering:
            said += " (buffering)"
        elif playback.status is PlayerStatus.LOADING:
            said += " (loading)"
        if chapter := playback.chapter:
            said += f" · {chapter}"
        return self._beside(said, width)

    def _beside(self, said: str, width: int) -> str:
        """Return a line with the note at its right; of two long ones the note has a third of it."""
        room = max(width - cell_len(said) - 3, width // 3)
        note = self.note if cell_len(self.note) <= room else fit(self.note, room)
        return spread(said, f"{note} " if room >= MIN_NOTE and note else "", width)

    def _parts(self) -> tuple[str, str, str, str]:
        """Return the text before the bar, its done part, its rest, and the text after; in all as wide as the widget."""
        playback = self.playback
        duration = playback.duration
        before = f" {clock(playback.position)} " if playback.is_loaded else " --:-- "
        after = f" {length(duration) if playback.is_loaded else '--:--'}  {self._state()} "
        width = self.size.width - len(before) - len(after)
        if width < 5:
            return fit(before + after.strip(), self.size.width), "", "", ""
        share = min(1.0, playback.position / duration) if duration and playback.is_loaded else 0.0
        self._bar = (len(before), width)
        full, rest, head = ("=", "-", ">") if self._is_ascii else ("━", "─", "╸")
        halves = int(share * width * 2)
        done = full * (halves // 2) + (head if halves % 2 else "")
        cells = list(done + rest * (width - len(done)))
        for cell in self._chapter_cells(width):
            cells[cell] = "|" if self._is_ascii else "╋" if cell < len(done) else "┼"
        marks = ASCII_MARKS if self._is_ascii else MARKS
        for start in self.bookmarks:
            cells[min(width - 1, int(start / (duration or inf) * width))] = marks["bookmark"]
        return before, "".join(cells[: len(done)]), "".join(cells[len(done) :]), after

    def _chapter_cells(self, width: int) -> set[int]:
        """Return the cells of the bar in which a chapter begins; none when they would be most of it."""
        duration, chapters = self.playback.duration, self.playback.chapters
        if not duration or not chapters or not self.playback.is_loaded:
            return set()
        cells = {int(mark.start / duration * width) for mark in chapters if mark.start < duration} - {0}
        return cells if len(cells) <= width // 2 else set()

    def _state(self) -> str:
        playback = self.playback
        said = [f"{playback.speed:g}×"]
        said.append("muted" if playback.is_muted else f"vol {playback.volume}")
        if playback.is_narrated:
            said.append("narrated")
        shorter = [said[0]]
        if self.extra:
            said.append(self.extra)
            shorter.append(self.extra)
        texts = ("  ".join(said), "  ".join(shorter))
        return next((text for text in texts if len(text) < self.size.width // 2), said[0])

    def on_click(self, event: events.Click) -> None:
        """Seek to where the mouse points."""
        first, width = self._bar
        if event.y == 1 and width and self.playback.duration and first <= event.x < first + width:
            self.post_message(self.SeekRequested((event.x - first) / width * self.playback.duration))
