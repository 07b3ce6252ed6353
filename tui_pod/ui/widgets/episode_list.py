"""The list of episodes: virtual, on the line API, so that its cost does not grow with its length.

It draws what it is given and says what the listener wants; it changes nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual.message import Message
from textual.reactive import reactive, var
from textual.strip import Strip

from tui_pod.core.library.download_state import DownloadState
from tui_pod.core.library.library import Library
from tui_pod.core.playback.snapshot import Playback, PlayerStatus
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.queue import Queue
from tui_pod.core.text.clean import clean, clock, length
from tui_pod.ui.actions import bindings
from tui_pod.ui.cells import MARKS, meter, spread
from tui_pod.ui.messages import Wish
from tui_pod.ui.widgets.rows import RowContext, RowPane

KEPT_SCREENS = 4
"""How many screens of drawn rows are kept. A row takes 25 kB: Textual keeps with each strip what it cut from it."""

METER_WIDTH = 6
"""Cells of the bar that shows how far a download is."""

ROOM_FOR_METER = 60
"""Cells of a row from which on that bar is shown."""


class _Kept(NamedTuple):
    here: Hashable
    start: Hashable
    selected: frozenset[Hashable]


class EpisodeList(RowPane):
    """Rows of two or three lines: title and time, summary, topics and date."""

    BINDINGS = bindings("list", "move", "episodes")
    COMPONENT_CLASSES: ClassVar[set[str]] = {"episode-list--playing"}

    playback: reactive[Playback] = reactive(Playback(), repaint=False)
    empty_text = var("")
    gone_text = var("")
    """What is said of an episode that is no longer there."""
    ends: var[dict[int, str]] = var({})
    """When each upcoming entry of the queue would end, by library index."""

    class Wished(Message):
        """The listener wants something."""

        def __init__(self, wish: Wish, episodes: list[str], by: int = 0) -> None:
            super().__init__()
            self.wish = wish
            self.episodes = episodes
            self.by = by

    def __init__(
        self,
        library: Library,
        progress_index: ProgressIndex,
        is_ascii: bool = False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._library = library
        self._progress_index = progress_index
        self._is_ascii = is_ascii
        self._downloads: dict[str, DownloadState] = {}
        self._indexes: Sequence[int] = ()
        self._queue: Queue | None = None
        self._selected: set[int] = set()
        self._range_start: int | None = None
        self._everywhere = _topics_of_all(library)
        self._rows: dict[tuple[object, ...], list[Strip]] = {}

    # -- what is shown ---------------------------------------------------------------------------------

    @property
    def indexes(self) -> Sequence[int]:
        """The library indexes shown, in order."""
        return self._indexes

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
        self.count_rows()
        self.go(cursor, is_centred=True)
        self.refresh()

    def update(self, indexes: Sequence[int], queue: Queue | None = None) -> None:
        """Show these episodes; the cursor and what is selected stay on the same ones where they are still there."""
        if indexes == self._indexes and queue == self._queue:
            return

        def mark(index: int) -> int | str:
            return index if index >= 0 else self._ident(index)  # one that is gone has its place in the queue as index

        kept = self._kept(mark)
        self._indexes, self._queue = indexes, queue
        self.go(self._find_again(kept, indexes if queue is None else map(mark, indexes)))
        self.refresh()

    def go(self, row: int, is_centred: bool = False) -> None:
        """See `RowPane.go`; with a range begun, all its rows change."""
        super().go(row, is_centred)
        if self._range_start is not None:
            self.refresh()

    def row_count(self) -> int:
        """See `RowPane.row_count`."""
        return len(self._indexes)

    def adopt(
        self, library: Library, progress_index: ProgressIndex, indexes: Sequence[int], queue: Queue | None = None
    ) -> None:
        """Show these episodes of another library; cursor and selection stay, as in `update`, and what is in sight."""
        line, kept = self.line, self._kept(self._ident)
        self._library, self._progress_index, self._indexes, self._queue = library, progress_index, indexes, queue
        self._everywhere = _topics_of_all(library)
        self._rows.clear()
        self.go_at_line(self._find_again(kept, map(self._ident, indexes)), line)
        self.refresh()

    def _kept(self, mark: Callable[[int], Hashable]) -> _Kept:
        """Return the cursor and the selection by what marks an episode in the list that comes."""
        selected = frozenset(mark(self._indexes[place]) for place in self._selected)
        here = mark(self.index) if self.index is not None else None
        start = mark(self._indexes[self._range_start]) if self._range_start is not None else None
        return _Kept(here, start, selected)

    def _find_again(self, kept: _Kept, marks: Iterable[Hashable]) -> int:
        """Select what was selected, by the marks of all rows, and return the row for the cursor."""
        wanted = {kept.here, kept.start, *kept.selected}
        places = {mark: place for place, mark in enumerate(marks) if mark in wanted}
        self._selected = {places[mark] for mark in kept.selected if mark in places}
        self._range_start = places.get(kept.start)
        self.count_rows()
        return places.get(kept.here, self._cursor)

    def show_downloads(self, downloads: Mapping[str, DownloadState | None]) -> None:
        """Show how far downloads are; None: there is none any more."""
        for ident, download in downloads.items():
            if download is None:
                self._downloads.pop(ident, None)
            else:
                self._downloads[ident] = download
        self.refresh_episodes(frozenset(downloads))

    def refresh_episodes(self, episodes: frozenset[str]) -> None:
        """Draw the rows of these episodes anew, where they are visible."""
        if len(episodes) > 50:
            self._rows.clear()
            self.refresh()
            return
        first = self.scroll_offset.y // self.row_height
        for place in range(first, min(first + self.size.height // self.row_height + 2, len(self._indexes))):
            if self._ident(self._indexes[place]) in episodes:
                self.refresh_row(place)

    def clear_selection(self) -> bool:
        """Select nothing; return whether anything was selected."""
        had_any = bool(self._selected) or self._range_start is not None
        self._selected.clear()
        self._range_start = None
        self.refresh()
        return had_any

    @property
    def _range(self) -> range:
        """The rows from where a range was begun to the cursor."""
        if self._range_start is None:
            return range(0)
        low, high = sorted((self._range_start, self._cursor))
        return range(low, high + 1)

    def _selection(self) -> set[int]:
        return self._selected.union(self._range)

    # -- drawing ---------------------------------------------------------------------------------------

    def draw_blank(self, line: int) -> Strip:
        """See `RowPane.draw_blank`; an empty list says what to do."""
        if not self._indexes and line == 1:
            return self.framed(f" {self.empty_text}", component="rows--dim")
        return super().draw_blank(line)

    def draw_row(self, row: int, context: RowContext) -> Sequence[Strip]:
        """See `RowPane.draw_row`."""
        index = self._indexes[row]
        ident = self._ident(index)
        progress = self._progress_index.get(ident)
        playback = self.playback
        live = (playback.status, int(playback.position)) if playback.episode == ident else None
        state = (progress.status, int(progress.position), progress.duration) if progress else None
        is_selected = row in self._selected or row in self._range
        is_lit = context.has_focus if row == self._cursor else None
        key = (index, ident, is_lit, is_selected, state, live, self._downloads.get(ident))
        lines = self._rows.get(key)
        if lines is None:
            if len(self._rows) > KEPT_SCREENS * self.size.height // self.row_height:
                self._rows.clear()
            lines = self._rows[key] = self._draw(row, index, context.width, is_selected)
        return lines

    def forget_drawn(self) -> None:
        """See `RowPane.forget_drawn`."""
        super().forget_drawn()
        self._rows.clear()

    def _ident(self, index: int) -> str:
        """Return the id at an index; a negative one is an entry of the queue that the library no longer has."""
        if index >= 0:
            return self._library.ids[index]
        return self._queue.entries[-1 - index] if self._queue is not None else ""

    def _draw(self, row: int, index: int, width: int, is_selected: bool) -> list[Strip]:
        if index < 0:
            gone = f" {MARKS['missing']} {clean(self._ident(index))}"
            texts = [gone, f"   {self.gone_text}", ""]
            return [self.framed(text, row, "rows--dim") for text in texts]
        episode = self._library.episode(index)
        name, time = self._mark_and_time(episode.id, index)
        if (download := self._downloads.get(episode.id)) is not None:
            time = f"{self._download_text(download, width)}  {time}"
        if self._queue is not None and index in self.ends:
            time = f"{time}  until {self.ends[index]}"
        left = MARKS["selected"] if is_selected else " "
        title = spread(f"{left}{MARKS[name]} {episode.title}", time, width - 1)
        about = [tag for tag in episode.tags if tag not in self._everywhere]
        if episode.published:
            about.append(f"{episode.published:%-d %b %Y}")
        is_playing = name in ("playing", "paused", "loading")
        return [
            self.framed(title, row, "episode-list--playing" if is_playing else "rows--text"),
            self.framed(f"   {episode.summary}", row, "rows--dim"),
            self.framed("   " + " · ".join(about), row, "rows--dim"),
        ]

    def _download_text(self, download: DownloadState, width: int) -> str:
        mark = MARKS["download"]
        if download.is_whole:
            return mark
        if download.share is None or width < ROOM_FOR_METER:
            return f"{mark} {download.text}"
        return f"{mark} {meter(download.share, METER_WIDTH, self._is_ascii)} {download.text}"

    def _mark_and_time(self, ident: str, index: int) -> tuple[str, str]:
        playback = self.playback
        duration = self._progress_index.length(index)
        if playback.episode == ident and playback.is_loaded:
            name = {PlayerStatus.PLAYING: "playing", PlayerStatus.PAUSED: "paused"}.get(playback.status, "loading")
            return name, f"{clock(playback.position)} / {length(playback.duration or duration)}"
        progress = self._progress_index.get(ident)
        if progress and progress.position > 0:
            return "started", f"{clock(progress.position)} / {length(duration)}"
        return ("played" if progress and progress.played else "unplayed"), length(duration)

    def watch_ends(self) -> None:
        """Draw the times anew."""
        self._rows.clear()
        self.refresh()

    # -- events ----------------------------------------------------------------------------------------

    def watch_playback(self, former: Playback, playback: Playback) -> None:
        """Draw the rows anew whose mark or time changed."""
        is_same = former.episode == playback.episode and former.status == playback.status
        if is_same and int(former.position) == int(playback.position) and former.duration == playback.duration:
            return
        self.refresh_episodes(frozenset(ident for ident in (former.episode, playback.episode) if ident))

    # -- actions ---------------------------------------------------------------------------------------

    def action_left(self) -> None:
        """Go to the pane on the left."""
        self.post_message(self.Wished(Wish.LEFT, []))

    def action_right(self) -> None:
        """Go to the pane on the right."""
        self.post_message(self.Wished(Wish.RIGHT, []))

    def choose(self) -> None:
        """Play the episode at the cursor."""
        if self.index is not None:
            self.post_message(self.Wished(Wish.PLAY, [self._ident(self.index)]))

    def action_restart(self) -> None:
        """Play the episode at the cursor from its start."""
        if self.index is not None:
            self.post_message(self.Wished(Wish.RESTART, [self._ident(self.index)]))

    def action_select_one(self) -> None:
        """Select the row at the cursor, or no longer, and move on."""
        if self.index is not None:
            self._selected ^= {self._cursor}
            self.go(self._cursor + 1)

    def action_select_range(self) -> None:
        """Begin a range at the cursor, or keep the one begun."""
        if self.index is None:
            return
        if self._range_start is None:
            self._range_start = self._cursor
        else:
            self._selected = self._selection()
            self._range_start = None
        self.refresh()

    def action_toggle_played(self) -> None:
        """Mark what is chosen and move on."""
        self._wish(Wish.TOGGLE_PLAYED, moves_on=True)

    def action_queue_last(self) -> None:
        """Queue what is chosen at the end and move on."""
        self._wish(Wish.QUEUE_LAST, moves_on=True)

    def action_queue_next(self) -> None:
        """Queue what is chosen as next and move on."""
        self._wish(Wish.QUEUE_NEXT, moves_on=True)

    def action_download(self) -> None:
        """Download what is chosen, or stop that."""
        self._wish(Wish.DOWNLOAD)

    def action_remove(self) -> None:
        """Remove what is chosen from where it is shown."""
        self._wish(Wish.REMOVE)

    def action_queue_move(self, by: int) -> None:
        """Move the queue entry at the cursor."""
        self._wish(Wish.QUEUE_MOVE, by=by)

    def _wish(self, wish: Wish, moves_on: bool = False, by: int = 0) -> None:
        episodes = self.chosen
        if episodes:
            is_single = not self._selection()
            self.clear_selection()
            self.post_message(self.Wished(wish, episodes, by))
            if moves_on and is_single:
                self.go(self._cursor + 1)


def _topics_of_all(library: Library) -> set[str]:
    """Return the topics that hold every episode: they tell nothing about one."""
    topics = library.topics
    named = zip(topics.names, topics.members, strict=True)
    return {name for name, members in named if len(members) == len(library)}
