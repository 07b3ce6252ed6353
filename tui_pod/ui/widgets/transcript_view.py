"""Read along: the words of an episode with the one sentence lit that is being spoken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_pod.core.library.transcript import Transcript
from tui_pod.core.playback.snapshot import Playback
from tui_pod.core.text.clean import clean, fold
from tui_pod.ui.actions import bindings
from tui_pod.ui.cells import MARKS, fit, wrap

MARGIN = 2
"""Blank cells on both sides of the words."""

MAX_WIDTH = 76
"""Cells of a line beyond which it is hard to read."""

GLIDE = 0.4
"""Seconds that scrolling to the next sentence takes."""


class TranscriptView(ScrollView, can_focus=True):
    """Sentences in lines. It follows the voice until the reader moves, and again on `f`."""

    BINDINGS = bindings("transcript", "move")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "transcript-view--text",
        "transcript-view--active",
        "transcript-view--cursor",
        "transcript-view--match",
    }
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TranscriptView {
        display: none;
        width: 3fr;
        border: round $foreground 25%;
        background: $background;
        border-title-color: $text-muted;
        scrollbar-size-vertical: 1;
        &:focus { border: round $primary; border-title-color: $primary; }
        &.-open { display: block; }
        .transcript-view--text { color: $text-muted; }
        .transcript-view--active { color: $foreground; text-style: bold; background: $surface-lighten-1; }
        .transcript-view--match { color: $warning; }
        .transcript-view--cursor { text-style: underline; }
    }
    """  # here and not in the stylesheet: the first screen does without, and each rule costs it

    playback: reactive[Playback] = reactive(Playback(), repaint=False)
    is_following = var(True)

    @dataclass
    class Left(Message):
        """The reader wants another pane: the tree (-1) or the list."""

        direction: int

    def __init__(self, follow_hint: str, seek: Callable[[str, float], None], id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._follow_hint = follow_hint
        self._seek = seek  # plays an episode from a position
        self.episode: str | None = None
        """The episode whose words are shown."""
        self._transcript = Transcript()
        self._lines: list[tuple[int, str]] = []
        self._first_line: list[int] = []
        self._cursor = 0
        self._active: int | None = None
        self._words: list[str] = []
        self._empty_text = ""

    def show(self, episode: str, title: str, transcript: Transcript, empty_text: str) -> None:
        """Show the words of an episode."""
        is_same = episode == self.episode
        self.episode, self._transcript, self._empty_text = episode, transcript, empty_text
        if not is_same:
            self._cursor, self._words = 0, []
            self.is_following = True
        self._cursor = max(0, min(self._cursor, len(transcript.cues) - 1))
        self._active = None
        self.border_title = Content(title)
        self._lay_out()
        self._follow(is_gliding=False)
        self._show_state()

    def search(self, query: str) -> None:
        """Light the sentences that have all words of `query` and go to the first from the cursor on."""
        self._words = fold(clean(query)).split()
        self.refresh()
        if self._words:
            self.go_to_match(1, includes_cursor=True)

    def go_to_match(self, by: int, includes_cursor: bool = False) -> bool:
        """Go to the next (1) or previous (-1) match, round and round; return whether there is one."""
        count = len(self._transcript.cues)
        if not count:
            return False
        for step in range(0 if includes_cursor else 1, count + 1):
            cue = (self._cursor + by * step) % count
            if self._is_match(cue):
                self._go(cue)
                return True
        return False

    # -- drawing ---------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Return one screen line."""
        width = self.scrollable_content_region.width
        line = y + self.scroll_offset.y
        text_style = self.get_component_rich_style("transcript-view--text")
        if line >= len(self._lines):
            empty = f"{' ' * MARGIN}{self._empty_text}" if line == 1 and not self._lines else ""
            return Strip([Segment(fit(empty, width), text_style)], width)
        cue, text = self._lines[line]
        name = "active" if cue == self._active else "match" if self._is_match(cue) else "text"
        style = self.get_component_rich_style(f"transcript-view--{name}")
        if cue == self._cursor and not self.is_following and self.has_focus:
            style += self.get_component_rich_style("transcript-view--cursor")
        mark = (
            f"{MARKS['selected']} "
            if cue == self._active
            else "> "
            if cue == self._cursor and not self.is_following
            else "  "
        )
        return Strip([Segment(mark, style), Segment(fit(text, width - MARGIN), style)], width)

    def _lay_out(self) -> None:
        width = min(MAX_WIDTH, max(10, self.scrollable_content_region.width - 2 * MARGIN))
        self._lines, self._first_line = [], []
        for number, cue in enumerate(self._transcript.cues):
            self._first_line.append(len(self._lines))
            self._lines += ((number, line) for line in wrap(cue.text, width))
        self.virtual_size = Size(0, len(self._lines))
        self.refresh()

    def _is_match(self, cue: int) -> bool:
        if not self._words or cue >= len(self._transcript.cues):
            return False
        text = fold(self._transcript.cues[cue].text)
        return all(word in text for word in self._words)

    # -- following -------------------------------------------------------------------------------------

    def watch_playback(self) -> None:
        """Light the sentence that is spoken now."""
        self._follow()

    def _follow(self, is_gliding: bool = True) -> None:
        is_playing = self.playback.is_loaded and self.playback.episode == self.episode
        active = self._transcript.active(self.playback.position) if is_playing else None
        if active == self._active:
            return
        self._active = active
        self.refresh()
        if active is not None and self.is_following:
            self._cursor = active
            self._glide_to(active, is_gliding)

    def _glide_to(self, cue: int, is_gliding: bool) -> None:
        """Bring a sentence to a third of the height, where the eye has room ahead."""
        line = self._first_line[cue] - self.size.height // 3
        self.scroll_to(y=max(0, line), animate=is_gliding, duration=GLIDE if is_gliding else None, force=True)

    def _go(self, cue: int) -> None:
        """Put the reader's cursor on a sentence; the view no longer follows the voice."""
        if not self._transcript.cues:
            return
        self.is_following = False
        self._cursor = max(0, min(cue, len(self._transcript.cues) - 1))
        first = self._first_line[self._cursor]
        following = self._first_line[self._cursor + 1 :] or [len(self._lines)]
        top, height = self.scroll_offset.y, self.size.height
        if first < top or following[0] > top + height:
            self.scroll_to(y=max(0, first - height // 3), animate=False, force=True)
        self.refresh()
        self._show_state()

    def _show_state(self) -> None:
        if not self._transcript.cues:
            self.border_subtitle = ""
        elif not self._transcript.is_timed:
            self.border_subtitle = "no times"
        else:
            self.border_subtitle = "following" if self.is_following else self._follow_hint

    # -- events and actions ----------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._lay_out()
        self._active = None
        self._follow(is_gliding=False)

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Show no cursor."""
        self.refresh()

    def on_mouse_scroll_down(self) -> None:
        """Stop following: the reader reads on."""
        self.is_following = False
        self._show_state()

    def on_mouse_scroll_up(self) -> None:
        """Stop following: the reader reads back."""
        self.is_following = False
        self._show_state()

    def on_click(self, event: events.Click) -> None:
        """Hear the sentence that was clicked on."""
        offset = event.get_content_offset(self)  # None: on the border
        line = offset.y + self.scroll_offset.y if offset is not None else -1
        if 0 <= line < len(self._lines):
            self._cursor = self._lines[line][0]
            self.action_choose()

    def action_move(self, by: int) -> None:
        """Move by sentences."""
        self._go(self._cursor + by)

    def action_move_to(self, cue: int) -> None:
        """Move to a sentence; -1 is the last."""
        self._go(cue if cue >= 0 else len(self._transcript.cues) - 1)

    def action_move_page(self, pages: float) -> None:
        """Move by pages or parts of one."""
        if not self._lines:
            return
        line = self._first_line[self._cursor] + int(pages * self.size.height)
        self._go(self._lines[max(0, min(line, len(self._lines) - 1))][0])

    def action_choose(self) -> None:
        """Hear the sentence at the cursor."""
        if not self._transcript.is_timed or self.episode is None:
            self.notify("These words have no times, so they cannot be sought.", markup=False)
            return
        self.is_following = True
        self._show_state()
        self._seek(self.episode, self._transcript.cues[self._cursor].start or 0.0)

    def action_follow(self) -> None:
        """Follow the voice again."""
        self.is_following = True
        self._active = None
        self._follow()
        self._show_state()

    def action_copy(self) -> None:
        """Copy the sentence at the cursor."""
        if self._transcript.cues:
            self.app.copy_to_clipboard(self._transcript.cues[self._cursor].text)
            self.notify("Copied.", timeout=2, markup=False)

    def action_left(self) -> None:
        """Go to the tree."""
        self.post_message(self.Left(-1))

    def action_right(self) -> None:
        """Go to the list."""
        self.post_message(self.Left(1))
