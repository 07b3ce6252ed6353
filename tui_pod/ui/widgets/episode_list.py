"""The list of episodes: virtual, on the line API, so that its cost does not grow with its length.

It draws what it is given and says what the listener wants; it changes nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_pod.core.book import ProgressBook
from tui_pod.core.library import Library
from tui_pod.core.playback import Playback, PlayerStatus
from tui_pod.core.queue import Queue
from tui_pod.core.text import clean, clock, length
from tui_pod.ui.actions import bindings
from tui_pod.ui.cells import ASCII_MARKS, MARKS, fit, spread

CACHED_ROWS = 400
"""Drawn rows that are kept: several screens."""


class EpisodeList(ScrollView, can_focus=True):
    """Rows of two or three lines: title and time, summary, topics and date."""

    BINDINGS = bindings("list", "move", "episodes")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "episode-list--title",
        "episode-list--dim",
        "episode-list--cursor",
        "episode-list--playing",
        "episode-list--blurred",
    }
    ALLOW_SELECT = False

    playback: reactive[Playback] = reactive(Playback(), repaint=False)
    row_height: reactive[int] = reactive(3, repaint=False)
    empty_text = var("")
    ends: var[dict[int, str]] = var({})
    """When each upcoming entry of the queue would end, by library index."""

    class Wished(Message):
        """The listener wants something: `play`, `restart`, `left` and `right` for another pane, `queue_last`, …"""

        def __init__(self, wish: str, episodes: list[str], by: int = 0) -> None:
            super().__init__()
            self.wish = wish
            self.episodes = episodes
            self.by = by

    def __init__(self, library: Library, book: ProgressBook, is_ascii: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._library = library
        self._book = book
        self._marks = ASCII_MARKS if is_ascii else MARKS
        self._indexes: Sequence[int] = ()
        self._cursor = 0
        self._queue: Queue | None = None
        self._selected: set[int] = set()
        self._range_start: int | None = None
        topics = library.topics
        self._everywhere = {
            name for name, members in zip(topics.names, topics.members, strict=True) if len(members) == len(library)
        }  # topics of every episode tell nothing about one
        self._rows: dict[tuple[object, ...], list[Strip]] = {}

    # -- what is shown ---------------------------------------------------------------------------------

    @property
    def indexes(self) -> Sequence[int]:
        """The library indexes shown, in order."""
        return self._indexes

    @property
    def cursor(self) -> int:
        """Where in the list the cursor stands."""
        return self._cursor

    @property
    def index(self) -> int | None:
        """The library index at the cursor; None in an empty list."""
        return self._indexes[self._cursor] if self._cursor < len(self._indexes) else None

    @property
    def chosen(self) -> list[str]:
        """The selected episodes in list order, else the one at the cursor."""
        places = sorted(self._selection())
        if not places:
            places = [self._cursor] if self.index is not None else []
        return [self._ident(self._indexes[place]) for place in places]

    def show(self, indexes: Sequence[int], cursor: int = 0, queue: Queue | None = None) -> None:
        """Show these episodes with the cursor at a place of the list; a `queue` tells when each would end."""
        self._indexes = indexes
        self._queue = queue
        self._selected.clear()
        self._range_start = None
        self._resize()
        self.go(cursor, is_centred=True)
        self.refresh()

    def update(self, indexes: Sequence[int], queue: Queue | None = None) -> None:
        """Show these episodes, with the cursor still on the same one where it is still there."""
        if indexes == self._indexes and queue == self._queue:
            return
        current, place = self.index, self._cursor
        self._indexes = indexes
        self._queue = queue
        self._selected.clear()
        self._range_start = None
        self._resize()
        if current is not None and current in indexes:
            place = list(indexes).index(current)
        self.go(place)
        self.refresh()

    def go(self, place: int, is_centred: bool = False) -> None:
        """Put the cursor at a place of the list, held within it, and scroll there."""
        former, self._cursor = self._cursor, max(0, min(place, len(self._indexes) - 1))
        if self._range_start is not None:
            self.refresh()
        else:
            self._refresh_row(former)
            self._refresh_row(self._cursor)
        height = self.row_height
        region = Region(0, self._cursor * height, 1, height)
        self.scroll_to_region(region, animate=False, center=is_centred, force=True, immediate=True)

    def refresh_episodes(self, episodes: frozenset[str]) -> None:
        """Draw the rows of these episodes anew, where they are visible."""
        if len(episodes) > 50:
            self._rows.clear()
            self.refresh()
            return
        first = self.scroll_offset.y // self.row_height
        for place in range(first, min(first + self.size.height // self.row_height + 2, len(self._indexes))):
            if self._ident(self._indexes[place]) in episodes:
                self._refresh_row(place)

    def clear_selection(self) -> bool:
        """Select nothing; return whether anything was selected."""
        had_any = bool(self._selected) or self._range_start is not None
        self._selected.clear()
        self._range_start = None
        self.refresh()
        return had_any

    def _selection(self) -> set[int]:
        if self._range_start is None:
            return self._selected
        low, high = sorted((self._range_start, self._cursor))
        return self._selected | set(range(low, high + 1))

    # -- drawing ---------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Return one screen line."""
        width = self.scrollable_content_region.width
        place, line = divmod(y + self.scroll_offset.y, self.row_height)
        if place >= len(self._indexes):
            if y == 1 and not self._indexes:
                style = self.get_component_rich_style("episode-list--dim")
                return Strip([Segment(fit(f" {self.empty_text}", width), style)], width)
            return Strip.blank(width, self.rich_style)
        index = self._indexes[place]
        ident = self._ident(index)
        progress = self._book.get(ident)
        is_current = self.playback.episode == ident
        live = (self.playback.status, int(self.playback.position)) if is_current else None
        state = (progress.status, int(progress.position), progress.duration) if progress else None
        is_selected = place in self._selection()
        key = (index, width, self.row_height, place == self._cursor, self.has_focus, is_selected, state, live)
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) > CACHED_ROWS:
                self._rows.clear()
            row = self._rows[key] = self._draw(index, width, place == self._cursor, is_selected)
        return row[line]

    def _ident(self, index: int) -> str:
        """Return the id at an index; a negative one is an entry of the queue that the library no longer has."""
        if index >= 0:
            return self._library.ids[index]
        return self._queue.entries[-1 - index] if self._queue is not None else ""

    def _draw_missing(self, ident: str, width: int, is_cursor: bool) -> list[Strip]:
        lines = [
            f" {self._marks['missing']} {clean(ident)}",
            "   No longer in the library; it is skipped. x removes it.",
            "",
        ]
        return [self._strip(fit(text, width), 1, "", is_cursor, width) for text in lines[: self.row_height]]

    def _draw(self, index: int, width: int, is_cursor: bool, is_selected: bool) -> list[Strip]:
        if index < 0:
            return self._draw_missing(self._ident(index), width, is_cursor)
        episode = self._library.episode(index)
        name, time = self._mark_and_time(episode.id, index)
        left = self._marks["selected"] if is_selected else " "
        if self._queue is not None and index in self.ends:
            time = f"{time}  until {self.ends[index]}"
        title = spread(f"{left}{self._marks[name]} {episode.title}", f"{time} ", width)
        summary = f"   {episode.summary}"
        about = [tag for tag in episode.tags if tag not in self._everywhere]
        if episode.published:
            about.append(f"{episode.published:%-d %b %Y}")
        lines = [title, fit(summary, width - 1), fit("   " + " · ".join(about), width - 1)]
        return [
            self._strip(line, number, name, is_cursor, width) for number, line in enumerate(lines[: self.row_height])
        ]

    def _mark_and_time(self, ident: str, index: int) -> tuple[str, str]:
        playback = self.playback
        duration = self._library.duration(index)
        if playback.episode == ident and playback.is_loaded:
            name = {PlayerStatus.PLAYING: "playing", PlayerStatus.PAUSED: "paused"}.get(playback.status, "loading")
            return name, f"{clock(playback.position)} / {length(playback.duration or duration)}"
        progress = self._book.get(ident)
        shown = length((progress.duration if progress else None) or duration)
        if progress and progress.position > 0:
            return "started", f"{clock(progress.position)} / {shown}"
        return ("played" if progress and progress.played else "unplayed"), shown

    def watch_ends(self) -> None:
        """Draw the times anew."""
        self._rows.clear()
        self.refresh()

    def _strip(self, text: str, line: int, name: str, is_cursor: bool, width: int) -> Strip:
        component = "title" if line == 0 else "dim"
        if name in ("playing", "paused", "loading") and line == 0:
            component = "playing"
        style = self.get_component_rich_style(f"episode-list--{component}")
        if is_cursor:
            style += self.get_component_rich_style(f"episode-list--{'cursor' if self.has_focus else 'blurred'}")
        return Strip([Segment(fit(text, width), style)], width)

    def _refresh_row(self, place: int) -> None:
        self.refresh_lines(place * self.row_height, self.row_height)

    def _resize(self) -> None:
        self.virtual_size = Size(0, len(self._indexes) * self.row_height)

    # -- events ----------------------------------------------------------------------------------------

    def watch_playback(self, former: Playback, playback: Playback) -> None:
        """Draw the rows anew whose mark or time changed."""
        is_same = former.episode == playback.episode and former.status == playback.status
        if is_same and int(former.position) == int(playback.position) and former.duration == playback.duration:
            return
        self.refresh_episodes(frozenset(ident for ident in (former.episode, playback.episode) if ident))

    def watch_row_height(self) -> None:
        """Keep the cursor in sight when rows become higher or lower."""
        self._rows.clear()
        self._resize()
        self.go(self._cursor, is_centred=True)
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget drawn rows: colours changed."""
        super().notify_style_update()
        self._rows.clear()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._rows.clear()
        self.go(self._cursor)

    def on_focus(self) -> None:
        """Draw the cursor as the active one."""
        self._refresh_row(self._cursor)

    def on_blur(self) -> None:
        """Draw the cursor as an inactive one."""
        self._refresh_row(self._cursor)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse points; a second click plays."""
        place = (event.y + self.scroll_offset.y) // self.row_height
        if place < len(self._indexes):
            self.go(place)
            if event.chain == 2:
                self.action_choose()

    # -- actions ---------------------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self.go(self._cursor + by)

    def action_move_to(self, place: int) -> None:
        """Move the cursor to a place; -1 is the last."""
        self.go(place if place >= 0 else len(self._indexes) - 1)

    def action_move_page(self, pages: float) -> None:
        """Move the cursor by pages or parts of one."""
        rows = max(1, int(abs(pages) * (self.size.height // self.row_height)))
        self.go(self._cursor + (rows if pages > 0 else -rows))

    def action_left(self) -> None:
        """Go to the pane on the left."""
        self.post_message(self.Wished("left", []))

    def action_right(self) -> None:
        """Go to the pane on the right."""
        self.post_message(self.Wished("right", []))

    def action_choose(self) -> None:
        """Play the episode at the cursor."""
        if self.index is not None:
            self.post_message(self.Wished("play", [self._ident(self.index)]))

    def action_restart(self) -> None:
        """Play the episode at the cursor from its start."""
        if self.index is not None:
            self.post_message(self.Wished("restart", [self._ident(self.index)]))

    def action_select_one(self) -> None:
        """Select the row at the cursor, or no longer, and move on."""
        if self.index is not None:
            self._selected ^= {self._cursor}
            self.go(self._cursor + 1)

    def action_select_range(self) -> None:
        """Begin a range at the cursor, or keep the one begun."""
        if self._range_start is None:
            self._range_start = self._cursor
        else:
            self._selected = self._selection()
            self._range_start = None
        self.refresh()

    def action_toggle_played(self) -> None:
        """Mark what is chosen and move on."""
        self._wish("toggle_played", moves_on=True)

    def action_queue_last(self) -> None:
        """Queue what is chosen at the end and move on."""
        self._wish("queue_last", moves_on=True)

    def action_queue_next(self) -> None:
        """Queue what is chosen as next and move on."""
        self._wish("queue_next", moves_on=True)

    def action_remove(self) -> None:
        """Remove what is chosen from where it is shown."""
        self._wish("remove")

    def action_queue_move(self, by: int) -> None:
        """Move the queue entry at the cursor."""
        self._wish("queue_move", by=by)

    def _wish(self, wish: str, moves_on: bool = False, by: int = 0) -> None:
        episodes = self.chosen
        if episodes:
            is_single = not self._selection()
            self.clear_selection()
            self.post_message(self.Wished(wish, episodes, by))
            if moves_on and is_single:
                self.go(self._cursor + 1)
