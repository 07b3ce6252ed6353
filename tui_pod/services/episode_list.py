"""The model of the episode list in both front ends: its rows, cursor, selection and commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.progress import Status
from tui_pod.core.selection.list_query import (
    SORT_NAMES,
    Filter,
    ListQuery,
    SmartList,
    Sort,
    first_row,
    list_episodes,
    narrow,
    new_seed,
)
from tui_pod.core.text.clean import counted
from tui_pod.services.hints import why_empty

if TYPE_CHECKING:
    from tui_pod.core.library.library import Library
    from tui_pod.core.playback.controller import PlaybackController
    from tui_pod.core.playback.up_next import PlayContext
    from tui_pod.core.progress.progress_index import ProgressIndex
    from tui_pod.core.selection.queue import Queue
    from tui_pod.core.selection.session_planner import SessionRequest
    from tui_pod.services.first_screen import FirstScreen
    from tui_pod.services.podcasts.troubles import Trouble


LOOKED_AT = 20
"""How many selected episodes are examined to find out which keys apply."""


class _Remembered(NamedTuple):
    """Rows to find again, by the ids of their episodes."""

    cursor: str | None
    range_start: str | None
    selected: list[str]


class EpisodeListModel:
    """The listed episodes. A queue entry that is no longer in the library has a negative index.

    It is made for the first paint, before there is a controller; so it gets functions that return what it uses then.
    """

    cursor = 0

    def __init__(self, first: FirstScreen, controller: Callable[[], PlaybackController]) -> None:
        self._controller = controller
        self.library = first.library
        self.progress_index = first.progress_index
        self.queue = first.queue
        self._orders = first.orders
        self.query = first.query
        self.topic = max(0, self.query.entry)
        """The topic listed last, while a smart list is shown."""
        self.indexes: Sequence[int] = ()
        self.selected: set[int] = set()
        self.range_start: int | None = None
        self.pointed_at: str | None = None
        """The episode to which the listener last moved the cursor on purpose; None if something was played since."""
        self.troubles: Mapping[str, Trouble] = {}
        """What is wrong with podcasts, by the ids of their feeds."""
        self.unsearched: Sequence[int] = ()
        """What the list would have without the search."""
        self._numbers: tuple[Queue | None, dict[str, int]] = (
            None,
            {},
        )  # a queue, and the number of each upcoming entry
        self._list()

    @property
    def trouble(self) -> Trouble | None:
        """What is wrong with the podcast that is listed, if anything."""
        return self.troubles.get(self.podcast(self.query.entry) or "") if self.troubles else None

    @property
    def why_empty(self) -> str:
        """Why the list is empty, and what to press: the page of a podcast in trouble that has no episodes."""
        is_narrowed = self.query.query.strip() or self.query.filter is not Filter.ALL
        trouble = None if is_narrowed else self.trouble
        if trouble is not None:
            return trouble.page
        return why_empty(self.query, not len(self.library), self.left_out)

    @property
    def left_out(self) -> str:
        """What Continue leaves out; empty if it has all that was begun, or if something else is listed."""
        count = self.progress_index.left_out if self.query.entry == SmartList.CONTINUE else 0
        return f"{counted(count)} only just begun {'is' if count == 1 else 'are'} not listed." if count else ""

    # -- entries ---------------------------------------------------------------------------------------

    @property
    def is_queue(self) -> bool:
        """Whether the queue is listed."""
        return self.query.entry == SmartList.QUEUE

    @property
    def index(self) -> int | None:
        """The library index at the cursor; None when the list is empty or the episode is gone."""
        index = self.indexes[self.cursor] if self.cursor < len(self.indexes) else -1
        return index if index >= 0 else None

    @property
    def previewed(self) -> str | None:
        """The id at the cursor if the podcast of that episode is not subscribed to; None otherwise."""
        index = self.index
        return self.library.ids[index] if index is not None and self.library.is_unlisted(index) else None

    @property
    def episode(self) -> str | None:
        """The id at the cursor; None when the list is empty."""
        return self.ident(self.indexes[self.cursor]) if self.cursor < len(self.indexes) else None

    @property
    def is_downloadable(self) -> bool:
        """Whether the episode at the cursor, or one of the first that are selected, has a recording on a server."""
        rows = sorted(self.selected.union(self._range))[:LOOKED_AT] or [self.cursor]
        indexes = [index for row in rows for index in self.indexes[row : row + 1] if index >= 0]
        return any("://" in (self.library.episode(index).audio or "") for index in indexes)

    def to_read(self) -> str | None:
        """Return the episode whose transcript to show: what plays, unless the listener moved the cursor to another."""
        playing = self._controller().playback.episode
        is_chosen = self.episode is not None and self.pointed_at == self.episode
        return self.episode if is_chosen or self.library.index(playing) is None else playing

    def ident(self, index: int) -> str:
        """Return the id of a listed episode."""
        return self.library.ids[index] if index >= 0 else self.queue.entries[-1 - index]

    def number_in_queue(self, ident: str) -> int | None:
        """Return an episode's number among the upcoming ones, from 1; None if it is not queued."""
        if self._numbers[0] is not self.queue:
            self._numbers = self.queue, {queued: number for number, queued in enumerate(self.queue.upcoming, 1)}
        return self._numbers[1].get(ident)

    def came_by_itself(self, ident: str) -> bool:
        """Return whether the list is the queue, which an episode has joined because its podcast says so."""
        return self.is_queue and ident in self._controller().queue_notes.arrived

    @property
    def own_list(self) -> OwnList | None:
        """The list of the listener's own that is shown; None if it is none."""
        return self.library.lists.get(self.query.entry)

    @property
    def is_by_hand(self) -> bool:
        """Whether this is one of the listener's own lists in which episodes can be moved and removed."""
        own = self.own_list
        return own is not None and not own.is_rule

    @property
    def shows_a_status(self) -> bool:
        """Whether an episode may enter or leave the list when its status changes."""
        return self.query.filter is not Filter.ALL or self.query.entry in self.library.candidates

    @property
    def order_name(self) -> str:
        """The name of the order of a topic's list."""
        return self.name_of(self.query.sort)

    def name_of(self, sort: Sort) -> str:
        """Return the name of an order, as it is for what is listed."""
        if sort is not Sort.COURSE:
            return SORT_NAMES[sort]
        return "your order" if self.is_by_hand else "by number" if self.podcast(self.query.entry) else SORT_NAMES[sort]

    def as_rule(self) -> OwnList:
        """Return what is listed as a rule without a name: topic, words, filter and order."""
        query, topics = self.query, self.library.topics
        now, entry = self._controller().now(), max(0, self.query.entry)
        if self.own_list is not None:
            return self.own_list._replace(name="", episodes=(), is_rule=True, updated=now)
        return OwnList(
            "",
            now,
            is_rule=True,
            words=query.query.strip(),
            topics=(topics.feed(entry) or topics.path_text(entry),) if entry else (),
            status="" if query.filter is Filter.ALL else str(query.filter),
            sort="" if query.sort is Sort.NEWEST else str(query.sort),
        )

    def name(self, entry: int) -> str:
        """Return the name of a topic or smart list."""
        return SmartList(entry).name.title() if entry < 0 else self.library.topics.names[entry]

    def feed(self, entry: int) -> str | None:
        """Return the first address of the feed that a topic stands for; None if it is not a feed."""
        return self.library.topics.feed(entry) if entry > 0 else None

    def podcast(self, entry: int) -> str | None:
        """Return the first address of the feed that a topic stands for or is part of; None if there is none."""
        return self.library.topics.podcast(entry) if entry > 0 else None

    def episodes_of(self, entry: int) -> list[str]:
        """Return the episodes of a topic or smart list, in its current order."""
        query = self._orders.view(self.library, entry)
        indexes = list_episodes(self.library, self.progress_index, self.queue, query)
        return [self.library.ids[index] for index in indexes if index >= 0]

    # -- listing ---------------------------------------------------------------------------------------

    def change(self, query: ListQuery, keeps_cursor: bool = False) -> None:
        """List something else and remember it; the cursor keeps its episode, or goes to the first unfinished one."""
        kept = self._keep() if keeps_cursor else None
        if query.entry != self.query.entry:
            view = self._orders.view(self.library, query.entry)
            query = query._replace(sort=view.sort, seed=view.seed)
        elif (query.sort, query.seed) != (self.query.sort, self.query.seed) and query.entry >= 0:
            self._orders.choose(self.library, query)
            self._controller().remember("ui", "sorts", self._orders.texts)
        self.query = query
        self.topic = query.entry if query.entry >= 0 else self.topic
        self._list(kept)
        self._controller().remember_view(query)

    def search(self, words: str) -> None:
        """Filter the list by what is being typed, without remembering it."""
        former, self.query = self.query.query, self.query._replace(query=words)
        is_longer = words.startswith(former) and bool(former.strip())
        self.indexes = narrow(self.library, self.indexes if is_longer else self.unsearched, words)
        self.cursor = 0
        self.clear_selection()

    def update(self, queue: Queue | None = None) -> bool:
        """Update the rows, with the same cursor and selection; return whether they or the queue have changed."""
        kept, former = self._keep(), (self.indexes, self.queue)
        self.queue = queue or self.queue
        self._list(kept)
        return former != (self.indexes, self.queue)

    def take_queue(self, queue: Queue) -> bool:
        """Take over a changed queue; return True if the rows have changed with it."""
        if self.is_queue:
            return self.update(queue)
        self.queue = queue
        return False

    def adopt(self, library: Library, progress_index: ProgressIndex) -> None:
        """Show the same list of a reloaded library; cursor and selection stay on episodes that still exist."""
        kept, former, order = self._keep(), self.library.topics, self.library.own_order(self.query.entry)
        self.library, self.progress_index = library, progress_index
        self.topic = former.found_in(library.topics, self.topic)
        if (entry := self.query.entry) >= 0:
            there = former.found_in(library.topics, entry)
            is_reordered = library.own_order(there) != order
            if is_reordered and former.feed(entry) == library.topics.feed(there):  # in the podcast's settings
                self._orders.forget(library, there)
            is_other = former.keys[entry] != library.topics.keys[there]
            view = self._orders.view(library, there) if is_reordered or is_other else self.query
            self.query = self.query._replace(entry=there, sort=view.sort, seed=view.seed)
        self._list(kept)

    def next_filter(self) -> ListQuery:
        """Return the query with the next filter."""
        return self.query._replace(filter=self.query.filter.following)

    @property
    def sorts(self) -> list[Sort]:
        """The orders to choose from."""
        return [sort for sort in Sort if sort is not Sort.AUTHOR or self.library.authors or sort is self.query.sort]

    def next_sort(self) -> ListQuery:
        """Return the query with the next order."""
        return self.sorted_by(self.sorts[(self.sorts.index(self.query.sort) + 1) % len(self.sorts)])

    def sorted_by(self, sort: Sort) -> ListQuery:
        """Return the query with an order; a list that is shuffled already keeps its seed."""
        is_shuffled = sort is self.query.sort and self.query.seed
        seed = self.query.seed if is_shuffled else new_seed() if sort is Sort.SHUFFLE else 0
        return self.query._replace(sort=sort, seed=seed)

    @property
    def planned_from(self) -> int:
        """The entry that a session is of: the one that is shown, or the topic before if that is an empty smart list."""
        return self.query.entry if self.query.entry >= 0 or len(self.indexes) else self.topic

    def request(self, budget: float, topic: int) -> SessionRequest:
        """Return a session of a topic or smart list, in the order of its sessions."""
        from tui_pod.core.selection.session_planner import make_request  # after the first paint

        return make_request(self.library, self._orders, budget, topic)

    def go_to(self, index: int) -> bool:
        """Move the cursor to an episode: in this list, in that of all, or in Continue.

        Returns False if none lists it: its podcast is not subscribed to, and it has only begun.
        """
        if index not in self.indexes:
            wider = (ListQuery(), ListQuery(SmartList.CONTINUE), ListQuery(SmartList.OLDER))
            lists = ((each, list_episodes(self.library, self.progress_index, self.queue, each)) for each in wider)
            query = next((each for each, indexes in lists if index in indexes), None)
            if query is None:
                return False
            self.change(query)
        self.cursor, self.pointed_at = list(self.indexes).index(index), None
        return True

    def move_on(self, ended: str, following: str | None) -> None:
        """Move the cursor from an episode that has ended to the following one."""
        index = self.library.index(following)
        is_here = self.episode == ended and self.progress_index.status(ended) is Status.PLAYED
        if is_here and index is not None and index in self.indexes:
            self.cursor = list(self.indexes).index(index)

    def _list(self, kept: _Remembered | None = None) -> None:
        everything = list_episodes(self.library, self.progress_index, self.queue, self.query._replace(query=""))
        self.unsearched = everything
        self.indexes = narrow(self.library, everything, self.query.query) if self.query.query.strip() else everything
        if kept is None:
            self.cursor, self.pointed_at = first_row(self.progress_index, self.indexes), None
            self.clear_selection()
            return
        wanted = {self.library.index(ident) for ident in (kept.cursor, kept.range_start, *kept.selected) if ident}
        rows = {self.ident(index): row for row, index in enumerate(self.indexes) if index < 0 or index in wanted}
        self.selected = {rows[ident] for ident in kept.selected if ident in rows}
        self.range_start = rows.get(kept.range_start or "")
        self.cursor = rows.get(kept.cursor or "", min(self.cursor, max(0, len(self.indexes) - 1)))

    def _keep(self) -> _Remembered:
        start = self.ident(self.indexes[self.range_start]) if self.range_start is not None else None
        return _Remembered(self.episode, start, [self.ident(self.indexes[row]) for row in self.selected])

    # -- selection -------------------------------------------------------------------------------------

    @property
    def chosen(self) -> list[str]:
        """The selected episodes in list order, or the one at the cursor if none is selected."""
        if rows := sorted(self.selected.union(self._range)):
            return [self.ident(self.indexes[row]) for row in rows]
        return [self.episode] if self.episode is not None else []

    @property
    def has_selection(self) -> bool:
        """Whether rows are selected, or a range is open."""
        return bool(self.selected) or self.range_start is not None

    def is_selected(self, row: int) -> bool:
        """Return True if a row is selected, or in the open range."""
        return row in self.selected or row in self._range

    def select_range(self) -> None:
        """Open a range at the cursor, or select the open one."""
        if self.range_start is None:
            self.range_start = self.cursor
        else:
            self.selected.update(self._range)
            self.range_start = None

    def clear_selection(self) -> None:
        """Select nothing."""
        self.selected.clear()
        self.range_start = None

    @property
    def _range(self) -> range:
        if self.range_start is None:
            return range(0)
        low, high = sorted((self.range_start, self.cursor))
        return range(low, high + 1)

    # -- playing ---------------------------------------------------------------------------------------

    def play(self, episode: str, is_restart: bool = False) -> None:
        """Play an episode of the list, and then the ones after it."""
        controller = self._controller()
        self.pointed_at = None
        (controller.restart if is_restart else controller.play)(episode, self._context(episode))

    def _context(self, episode: str) -> PlayContext:
        """Return the list that playing goes on in: this one, but no queue, smart list or result of a search."""
        from tui_pod.core.playback.up_next import PlayContext  # after the first paint
        from tui_pod.core.selection.play_order import playing_list

        controller = self._controller()
        if self.is_queue:
            return controller.context
        if self.query.entry < 0 or self.query.query.strip():
            return controller.home_context(episode)
        view, around = playing_list(self.library, self.progress_index, self.query, self.indexes)
        row = self.cursor if around is self.indexes else list(around).index(self.indexes[self.cursor])
        return PlayContext(around, row, view)
