"""Browsing: which episodes the library screen lists, what it says about them, search, filter and sort."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from textual.content import Content

from tui_pod.core.actions import key_of
from tui_pod.core.playback.snapshot import Playback
from tui_pod.core.progress.progress import Status
from tui_pod.core.selection.list_query import (
    SORT_NAMES,
    Filter,
    ListQuery,
    SmartList,
    Sort,
    first_place,
    list_episodes,
    narrow,
)
from tui_pod.core.text.clean import clock, counted, span
from tui_pod.services.hints import NO_SEARCH, why_empty
from tui_pod.ui.cells import fit
from tui_pod.ui.screens.reading import ReadingScreen
from tui_pod.ui.widgets.episode_list import EpisodeList
from tui_pod.ui.widgets.lines import HeaderLine, KeyLine, PlaybackBar
from tui_pod.ui.widgets.topic_tree import TopicTree

if TYPE_CHECKING:
    from textual.widgets import Input

    from tui_pod.core.library.library import Library
    from tui_pod.core.progress.progress_index import ProgressIndex
    from tui_pod.core.selection.queue import Queue
    from tui_pod.services.services import Services

NEXT_WIDTH = 30
"""Cells of the next episode's title in the bar."""

SPECIAL_NAMES = {SmartList.CONTINUE: "Continue", SmartList.QUEUE: "Queue"}


class BrowsingScreen(ReadingScreen):
    """A screen with a tree, a list and a bar; the list shows what its view says."""

    def __init__(self, start: Services) -> None:
        super().__init__(start)
        self.view = start.view
        self.queue = start.queue
        self._progress_index = start.progress_index
        self._is_ascii = start.is_ascii
        self.key_names: Mapping[int, str] = {}  # of keys whose sign the terminal does not have
        if start.is_ascii:
            from tui_pod.ui.ascii_lines import ARROW_KEYS  # only for those who want it

            self.key_names = ARROW_KEYS
        self._unsearched: Sequence[int] = ()
        self._work = ""
        self._statuses: dict[str, Status] = {}  # as last told, of those that changed
        self._searches_words = False  # whether the search field looks in the transcript
        self._reading: asyncio.Task[object] | None = None  # reads what a search looks at
        self._topic = max(0, start.view.place)  # where `1` goes back to

    def on_mount(self) -> None:
        """Have keys called by what the terminal can show."""
        self.query_one("#keys", KeyLine).key_names = self.key_names

    @property
    def topic_tree(self) -> TopicTree:
        """The tree of topics."""
        return self.query_one("#tree", TopicTree)

    @property
    def episodes(self) -> EpisodeList:
        """The list of episodes."""
        return self.query_one("#list", EpisodeList)

    def episode_at_cursor(self) -> int | None:
        """See `ReadingScreen.episode_at_cursor`."""
        index = self.episodes.index
        return index if index is not None and index >= 0 else None

    def adopt(self, library: Library, progress_index: ProgressIndex) -> None:
        """Show another library: the same topic, search, filter and episode in it, where they are still there."""
        former, topics = self._library.topics, library.topics
        self._library, self._progress_index = library, progress_index
        self._topic = former.found_in(topics, self._topic)
        if self.view.place >= 0:
            self.view = self.view._replace(place=former.found_in(topics, self.view.place))
        self.topic_tree.adopt(library, progress_index)
        self.episodes.adopt(library, progress_index, self._found(), self._shown_queue)
        self.show_title()
        self.show_counts()
        if self.playback.load:
            self.show_outlook()

    def show_work(self, text: str) -> None:
        """Show what is being done in the background."""
        self._work = text
        self.show_counts()

    # -- what is shown ---------------------------------------------------------------------------------

    def change_view(self, view: ListQuery, keeps_cursor: bool = False) -> None:
        """Show something else, and remember it."""
        former, self.view = self.view, view
        if view.place >= 0:
            self._topic = view.place
        if former != view:
            self.list_view(keeps_cursor)
            self.show_counts()
            self.controller.remember_view(view)

    def list_view(self, keeps_cursor: bool = False) -> None:
        """Show what the view asks for; the cursor stays on its episode, or starts where listening goes on."""
        found = self._found()
        if keeps_cursor:
            self.episodes.update(found, self._shown_queue)
        else:
            self.episodes.show(found, first_place(self._progress_index, found), self._shown_queue)
        self.show_title()

    def _found(self) -> Sequence[int]:
        """Return what the view asks for, and say in an empty list why it is empty."""
        everything = list_episodes(self._library, self._progress_index, self.queue, self.view._replace(query=""))
        self._unsearched = everything
        self.episodes.empty_text = self._start.with_keys(why_empty(self.view))
        return narrow(self._library, everything, self.view.query) if self.view.query.strip() else everything

    @property
    def _shown_queue(self) -> Queue | None:
        return self.queue if self.view.place == SmartList.QUEUE else None

    def show_progress(self, episodes: frozenset[str]) -> None:
        """Show changed progress: rows, counts and what is left."""
        self.episodes.refresh_episodes(episodes)
        statuses = {ident: self._progress_index.status(ident) for ident in episodes}
        is_other = not statuses.items() <= self._statuses.items()  # playing on changes the place, each second
        self._statuses.update(statuses)
        if self.view.place == SmartList.CONTINUE or (is_other and self.view.filter is not Filter.ALL):
            self.list_view(keeps_cursor=True)
        self.show_counts()
        if self.playback.load:
            self.show_outlook()

    def show_queue(self) -> None:
        """Show a changed queue."""
        self.queue = self.controller.queue
        if self.view.place == SmartList.QUEUE:
            self.list_view(keeps_cursor=True)
        self.show_counts()
        self.show_outlook()

    def show_counts(self) -> None:
        """Show the counts of the tree and of the header."""
        stats = self._progress_index.topic_stats[0]
        speed = self.playback.speed
        left = f"{span(stats.left)} left"
        if speed != 1.0:
            left += f" ({span(stats.left / speed)} at {speed:g}×)"
        header = self.query_one("#header", HeaderLine)
        is_crowded = bool(self._work) and self.has_class("-narrow")
        header.right = "" if is_crowded else f"{stats.played}/{len(self._library)} played · {left}"
        work = f"({self._work})   " if self._work else ""  # first, since the end is cut
        header.left = f"tui-pod   {work}{self._path()}"
        self.topic_tree.show_counts(self._progress_index.unfinished_count, len(self.queue.upcoming))
        if self.view.place == SmartList.QUEUE:
            self.show_title()  # what the queue takes hangs on progress and speed

    def watch_playback(self, former: Playback, playback: Playback) -> None:
        """Show what comes next, and how much of the session is left."""
        super().watch_playback(former, playback)
        is_going_on = replace(former, position=playback.position) == playback  # shown once its progress is told
        if playback.load and not is_going_on:
            self.show_outlook()
        if former.is_loaded and not playback.is_loaded:
            self._pass(former.episode or "")

    def _pass(self, ended: str) -> None:
        """Move the cursor on from the episode that ended, so that to go on is to play the next."""
        following, here = self.controller.session_status().next, self.episodes.index
        if (
            here is None
            or self._progress_index.status(ended) is not Status.PLAYED
            or self._library.index(ended) != here
        ):
            return
        index = self._library.index(following) if following is not None else None
        if index is not None and index in self.episodes.indexes:
            self.episodes.go(list(self.episodes.indexes).index(index))

    def show_outlook(self) -> None:
        """Show the session, what is next, and the sleep timer."""
        controller = self.controller
        session_status = controller.session_status()
        said = []
        if session_status.place is not None:
            said += [f"session {session_status.place}/{session_status.count}", f"{clock(session_status.left)} left"]
        following = (
            self._library.index(session_status.next) if session_status.next and self.playback.is_loaded else None
        )
        if following is not None:
            said.append(f"next: {fit(self._library.titles[following], NEXT_WIDTH).rstrip()}")
        bar = self.query_one("#bar", PlaybackBar)
        bar.note = " · ".join(said)
        bar.extra = f"sleep {controller.sleep}" if controller.sleep is not None else ""
        if self.view.place == SmartList.QUEUE:
            self.show_title()

    def show_title(self) -> None:
        """Show above the list what it is, how many episodes and how long."""
        indexes, view = self.episodes.indexes, self.view
        names = self._library.topics.names
        name = SPECIAL_NAMES[SmartList(view.place)] if view.place < 0 else names[view.place]
        parts = [name, counted(len(indexes))]
        if view.place == SmartList.QUEUE:
            parts = [name, *self._until()]
        elif view.place == SmartList.CONTINUE:
            parts.append(f"{span(self._progress_index.left_in(indexes))} left")
        else:
            is_whole = len(indexes) == len(self._library.topics.members[view.place])
            durations = self._library.durations
            total = self._library.topics.seconds[view.place] if is_whole else sum(durations[i] for i in indexes)
            parts += [span(total), SORT_NAMES[view.sort]]
            if view.filter is not Filter.ALL:
                parts.append(f"{view.filter} only")
        if view.query.strip():
            parts.append(f"“{view.query.strip()}”")
        self.episodes.border_title = Content(" · ".join(parts))

    def _until(self) -> list[str]:
        """Return how much the queue plays and until when, and give the list the time at which each entry ends."""
        library, controller = self._library, self.controller
        current = library.index(self.playback.episode or "")
        upcoming = [index for ident in self.queue.upcoming if (index := library.index(ident)) is not None]
        first = [] if current is None else [current]
        now, sums = controller.now(), list(accumulate(controller.coming_times([*first, *upcoming])))
        times = [f"{now + timedelta(seconds=total):%H:%M}" for total in sums[len(first) :]]
        self.episodes.ends = dict(zip(upcoming, times, strict=True))
        listed = len(self.episodes.indexes)
        count = counted(listed) if len(self.queue.upcoming) == listed else f"{len(times)} of {listed} to come"
        if not times:
            return [count]
        before = sums[0] if first else 0.0
        return [count, span(sums[-1] - before), f"plays until {times[-1]}"]

    def _path(self) -> str:
        if self.view.place < 0:
            return SPECIAL_NAMES[SmartList(self.view.place)]
        topics = self._library.topics
        return " › ".join(topics.names[topic] for topic in topics.path(self.view.place))

    # -- search, filter, sort --------------------------------------------------------------------------

    async def action_search(self) -> None:
        """Open the search field; the list narrows while one types. In the transcript it searches the words."""
        self._searches_words = self.is_reading and self.focused is self.transcript
        from tui_pod.runtime.threads import in_thread  # not for start-up
        from tui_pod.ui.widgets.search_field import SearchField

        field = next(self.query("#search").results(SearchField), None)
        if field is None:
            field = SearchField()
            await self.mount(field, after="#panes")
        field.value = "" if self._searches_words else self.view.query
        field.add_class("-shown")
        self.set_focus(field)  # at once: the next key is its own
        if self._searches_words:
            return
        library = self._library
        self._reading = asyncio.create_task(in_thread(lambda _: library.folded))

    async def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list to what is typed, or light it in the transcript."""
        if self._searches_words and self.transcript is not None:
            self.transcript.search(event.value)
            return
        if self._reading is not None:
            await self._reading
        former, self.view = self.view.query, self.view._replace(query=event.value)
        is_longer = event.value.startswith(former) and bool(former.strip())
        base = self.episodes.indexes if is_longer else self._unsearched
        self.episodes.empty_text = self._start.with_keys(why_empty(self.view))
        self.episodes.show(narrow(self._library, base, event.value), queue=self._shown_queue)
        self.show_title()

    def on_input_submitted(self) -> None:
        """Close the search field and keep what it found."""
        self.action_keep_search()

    def action_keep_search(self) -> None:
        """Go from the search field to what it found."""
        self.query("#search").remove_class("-shown")
        self.show_list()

    def action_search_next(self, by: int) -> None:
        """Go to the next or previous match of the search, round and round."""
        if self.transcript is not None and self.focused is self.transcript:
            if not self.transcript.go_to_match(by):
                self.app.notify(f"Nothing found: press {key_of('search.start')} and type a word.")
            return
        count = len(self.episodes.indexes)
        if not self.view.query.strip():
            self.app.notify(NO_SEARCH)
        elif count:
            self.episodes.go((self.episodes.cursor + by) % count)
        else:
            self.app.notify(why_empty(self.view))

    def action_clear(self) -> None:
        """Close the search field, then forget the search, then the selection."""
        self.app.clear_notifications()
        for field in self.query("#search"):
            field.remove_class("-shown")
        if self.focused is None or self.focused.id == "search":
            self.show_list()
        if self._searches_words and self.transcript is not None:
            self._searches_words = False
            self.transcript.search("")
        elif self.is_reading and self.focused is self.transcript:
            self.show_words(is_open=False)
            self.show_list()
        elif self.view.query:
            self.change_view(self.view._replace(query=""), keeps_cursor=True)
        else:
            self.episodes.clear_selection()

    def action_filter(self) -> None:
        """Show the next kind of episodes."""
        kinds = list(Filter)
        kind = kinds[(kinds.index(self.view.filter) + 1) % len(kinds)]
        self.change_view(self.view._replace(filter=kind), keeps_cursor=True)

    def action_sort(self) -> None:
        """Show them in the next order."""
        kinds = list(Sort)
        kind = kinds[(kinds.index(self.view.sort) + 1) % len(kinds)]
        self.change_view(self.view._replace(sort=kind), keeps_cursor=True)
