"""The list of episodes: virtual, on the line API, so that its cost does not depend on its length.

It draws what its model lists, moves the model's cursor and selection, and posts commands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from tui_pod.core.actions import BY_ID, MOVING_ON
from tui_pod.core.library.episode import Episode, date_text, has_only_teaser
from tui_pod.core.library.library import Library
from tui_pod.core.player.snapshot import Playback
from tui_pod.core.text.clean import clean, counted, fold, length
from tui_pod.services.episode_list import EpisodeListModel
from tui_pod.services.hints import why_empty
from tui_pod.ui.keys import bindings
from tui_pod.ui.look.cells import MARKS, wrap
from tui_pod.ui.look.parts import FAULT, PLAIN, QUIET, Part, message, width_of
from tui_pod.ui.widgets.episode_rows import (
    INDENT,
    below_title,
    mark_and_time,
    state_marks,
    time_part,
    title_parts,
    wrap_summary,
)
from tui_pod.ui.widgets.rows import RowPane

if TYPE_CHECKING:
    from tui_pod.core.library.row_states import DownloadState, RecognitionState

ROOM_FOR_DATE = 44
"""From this width on, a row shows a date (cells)."""

LOOKED_AT = 1_000
"""Most rows that are looked at for whether they need a second line."""


class EpisodeList(RowPane):
    """Rows of two lines, title and summary; the row at the cursor also has topics, date and more of the summary."""

    BINDINGS = bindings("list", "move", "episodes")
    row_height = cursor_height = 2
    chosen_by = "episode.play"
    playback: reactive[Playback] = reactive(Playback(), repaint=False)
    empty_text = gone_text = ""
    """Texts for an empty list and for an episode that is no longer in the library."""
    ends: reactive[dict[int, str]] = reactive({})
    """The end time shown in each upcoming row of the queue, by library index."""

    class CursorMoved(Message):
        """The cursor moved to another row."""

    class CommandChosen(Message):
        """An action on episodes was requested, by its id."""

        def __init__(self, ident: str, episodes: list[str]) -> None:
            super().__init__()
            self.ident, self.episodes = ident, episodes

    class SelectionChanged(Message):
        """The selection changed, or the room for what is said of it."""

    def __init__(self, model: EpisodeListModel) -> None:
        super().__init__("list")
        self._model = model
        self._downloads: dict[str, DownloadState] = {}
        self.words: dict[str, RecognitionState] = {}
        """Progress of recognition by episode id; call `refresh_episodes` after a change."""
        self._everywhere = _topics_of_all(model.library)
        self._full_height = self.cursor_height
        self._told = model.episode  # the one at the cursor

    # -- what is shown ---------------------------------------------------------------------------------

    @property
    def cursor(self) -> int:  # the model has it
        """The row at the cursor."""
        return self._model.cursor

    @cursor.setter
    def cursor(self, row: int) -> None:
        self._model.cursor = row

    def show(self, is_centred: bool = False) -> None:
        """Show what the model lists now."""
        self.count_rows()
        self.go(self.cursor, is_centred)
        self.refresh()

    def go(self, row: int, is_centred: bool = False) -> None:
        """Move the cursor; this redraws all rows while a range is being selected, or if they shift."""
        height = self._height_at(max(0, min(row, self.row_count() - 1)))
        if height != self.cursor_height:
            self.cursor_height = height
            super().count_rows()
            self.refresh()
        super().go(row, is_centred)
        if self._model.episode != self._told:  # another one has come into the same row
            self.on_cursor_moved()
        if self._model.range_start is not None:
            self.refresh()
            self.post_message(self.SelectionChanged())

    def point_at(self, row: int) -> None:
        """Move the cursor to a row; the model remembers the episode."""
        super().point_at(row)
        self._model.pointed_at = self._model.episode

    def on_cursor_moved(self) -> None:
        """Tell the screen that another episode is at the cursor."""
        self._told = self._model.episode
        self.post_message(self.CursorMoved())

    def on_resize(self) -> None:
        """Let the title be fitted to the new room; Textual calls `RowPane.on_resize` too."""
        self.post_message(self.SelectionChanged())

    def row_count(self) -> int:
        """Return the number of episodes."""
        return len(self._model.indexes)

    def adopt(self, line: int) -> None:
        """Show the model's new library, with the cursor on the same line of the pane if possible.

        A list that was at its top stays there, where new episodes are.
        """
        self._everywhere = _topics_of_all(self._model.library)
        self.count_rows()
        top = self.top_of(self.cursor) - line if self.scroll_offset.y else 0
        self.scroll_to(y=top, animate=False, force=True, immediate=True)
        self.go(self.cursor)
        self.refresh()

    @property
    def hint_words(self) -> dict[str, str]:
        """Other words in the key line: what is downloaded is not downloaded again."""
        download = self._downloads.get(self._model.episode or "")
        return {"download.start": ""} if download is not None and download.is_whole else {}

    def show_downloads(self, downloads: Mapping[str, DownloadState | None]) -> None:
        """Show the progress of downloads by episode id; None if there is no download."""
        for ident, download in downloads.items():
            if download is None:
                self._downloads.pop(ident, None)
            else:
                self._downloads[ident] = download
        self.refresh_episodes(frozenset(downloads))

    def refresh_episodes(self, episodes: frozenset[str]) -> None:
        """Redraw the first lines, with marks and times, of the visible rows of these episodes."""
        first, last = self.row_at(self.scroll_offset.y), self.row_at(self.scroll_offset.y + self.size.height)
        for row in range(first, min(last + 1, len(self._model.indexes))):
            if self._model.ident(self._model.indexes[row]) in episodes:
                self.refresh_row(row, lines=1)

    def count_rows(self) -> None:
        """Adapt the pane to its rows, which have one line if none has anything to show on a second one."""
        rows = self._model.indexes[:LOOKED_AT]
        self.row_height = 2 if not rows or any(map(self._has_more, rows)) else 1
        self.cursor_height = self._height_at(self.cursor)
        super().count_rows()

    def set_cursor_height(self, height: int) -> None:
        """Set how many lines the row at the cursor may have."""
        self._full_height = height
        super().set_cursor_height(self._height_at(self.cursor))

    def _height_at(self, row: int) -> int:
        """Return how many lines a row needs at the cursor."""
        indexes = self._model.indexes
        if self.row_height == 1 or row >= len(indexes) or indexes[row] < 0:
            return self.row_height
        episode = self._model.library.episode(indexes[row])
        is_told = bool(self._about(episode))
        lines = len(wrap(episode.summary, self.text_width - len(INDENT))) if episode.summary else 0
        return max(self.row_height, 1 + min(lines, self._full_height - 1 - is_told) + is_told)

    def _about(self, episode: Episode) -> str:
        """Return topics and date, which the row at the cursor has on a line of their own if there is room for it."""
        facts = (*self._distinguishing_topics(episode), date_text(episode)) if self._full_height > 3 else ()
        return " · ".join(filter(None, facts))

    def _has_more(self, index: int) -> bool:
        if index < 0:
            return True
        episode = self._model.library.episode(index)
        return bool(episode.summary or (date_text(episode) and index >= self._model.library.first_of_podcasts))

    # -- drawing ---------------------------------------------------------------------------------------

    def draw_blank(self, line: int) -> Strip:
        """Draw an empty line; an empty list shows a hint."""
        if not self._model.indexes and line > 0:
            lines = message(self.empty_text, self.text_width - 1)[line - 1 : line]
            return self.framed([(" ", PLAIN), *(part for parts in lines for part in parts)])
        return super().draw_blank(line)

    def draw_row(self, row: int) -> Sequence[Strip]:
        """Draw the lines of an episode."""
        index = self._model.indexes[row]
        height = self.cursor_height if row == self.cursor else self.row_height
        if index < 0:
            gone = f"{MARKS['missing']} {clean(self._model.ident(index))}"
            lines = [([(gone, FAULT)], list[Part]()), (below_title(self.gone_text, ()), [])]
        else:
            lines = self._lines_of(index, height, is_at_cursor=row == self.cursor)
        lines += [([], [])] * (height - len(lines))
        return [self.framed(left, row, right, self._model.is_selected(row)) for left, right in lines]

    def _lines_of(self, index: int, height: int, *, is_at_cursor: bool) -> list[tuple[list[Part], list[Part]]]:
        """Return the left and right parts of each line of an episode."""
        model, width = self._model, self.text_width
        episode, progress_index = model.library.episode(index), model.progress_index
        ident, progress = episode.id, progress_index.get(episode.id)
        name, time = mark_and_time(self.playback, ident, progress, progress_index.length(index))
        if name in ("unplayed", "started") and ident in progress_index.new:
            parts = progress_index.new_parts(ident)
            name, time = "new", counted(parts, "new part") if parts else time
        if time == length(None) and has_only_teaser(episode):
            time = "teaser"
        if model.is_queue and index in self.ends:
            time = f"{time}  {self.ends[index]}"
        queued = None if model.is_queue else model.number_in_queue(ident)
        marks = state_marks(self._downloads.get(ident), self.words.get(ident), queued, width)
        words = fold(model.query.query).split()
        title = title_parts(episode.title, name, words, episode.numbering), [*marks, time_part(time, name)]
        date = date_text(episode)
        if height == 1:
            return [title]
        is_dated = date and index >= model.library.first_of_podcasts and width >= ROOM_FOR_DATE
        right = [(date, QUIET)] if is_dated else list[Part]()
        about = self._about(episode) if is_at_cursor else ""
        if height == 2 and not about:
            (text,) = wrap_summary(episode.summary, words, width - width_of(right), 1) if words else [episode.summary]
            return [title, (below_title(text, words), right)]
        texts = wrap_summary(episode.summary, words, width, height - 1 - bool(about)) if episode.summary else []
        below = [(below_title(text, words, PLAIN), list[Part]()) for text in texts]
        if about:
            below.append((below_title(about, words), []))
        elif below:
            below[-1] = below[-1][0], right
        return [title, *below]

    def _distinguishing_topics(self, episode: Episode) -> list[str]:
        """Return an episode's topics without those implied by the listed topic."""
        topics = self._model.library.topics
        implied = self._everywhere.union(topics.names[above] for above in topics.path(self._model.query.entry))
        return [tag for tag in episode.tags if tag not in implied and tag != episode.title]

    # -- events ----------------------------------------------------------------------------------------

    def watch_playback(self, former: Playback, playback: Playback) -> None:
        """Redraw the rows of the playing and the last episode."""
        self.refresh_episodes(frozenset(filter(None, (former.episode, playback.episode))))

    async def on_click(self, event: events.Click) -> None:
        """Sort on a click on the title, filter on a click on the lower border."""
        if event.y == 0:
            await self.run_action(BY_ID["list.sort"].action)
        elif event.y == self.outer_size.height - 1 and self.border_subtitle:
            await self.run_action(BY_ID["list.filter"].action)

    # -- actions ---------------------------------------------------------------------------------------

    async def action_left(self) -> None:
        """Go to the tree."""
        await self.run_action(BY_ID["focus.next"].action)

    def action_right(self) -> None:
        """Do nothing: there is no pane to the right."""

    def _has_row(self) -> bool:
        """Return whether there is an episode at the cursor; say why if the list is empty."""
        if not self._model.indexes:
            self.app.notify(why_empty(self._model.query, not len(self._model.library)))
        return self._model.episode is not None

    def action_select_one(self) -> None:
        """Select or deselect the row at the cursor, and move on."""
        if self._has_row():
            self._model.selected ^= {self.cursor}
            self.go(self.cursor + 1)
            self.post_message(self.SelectionChanged())

    def action_select_range(self) -> None:
        """Start selecting a range at the cursor, or finish it."""
        if self._has_row():
            self._model.select_range()
            self.refresh()
            self.post_message(self.SelectionChanged())

    def action_run(self, ident: str) -> None:
        """Choose a command for the selection, or for the episode at the cursor, which may move on."""
        model = self._model
        if not self._has_row() or model.episode is None:
            return
        is_selection = model.has_selection and ident not in (self.chosen_by, "episode.restart")
        self.post_message(self.CommandChosen(ident, model.chosen if is_selection else [model.episode]))
        if is_selection:
            model.clear_selection()
            self.refresh()
        elif ident in MOVING_ON:
            self.go(self.cursor + 1)


def _topics_of_all(library: Library) -> set[str]:
    """Return the topics that contain every episode; they tell nothing about one."""
    topics = library.topics
    named = zip(topics.names, topics.members, strict=True)
    return {name for name, members in named if len(members) == len(topics.members[0])}
