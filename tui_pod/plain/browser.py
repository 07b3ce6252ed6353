"""What the plain program looks at: the topics, or the episodes of one, and the one entry it is at.

Every move returns what to say. It plays nothing and changes no progress.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui_pod.core.library.download_state import DownloadState
from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import Filter, ListQuery, SmartList, Sort, first_place, list_episodes
from tui_pod.core.selection.queue import Queue
from tui_pod.plain.spoken import say_episode, say_topic, say_view
from tui_pod.services.hints import why_empty

PAGE = 10
"""Entries of a page, which has no height here."""


class Browser:
    """Two lists, of which one is gone through."""

    def __init__(
        self, library: Library, progress_index: ProgressIndex, queue: Callable[[], Queue], view: ListQuery
    ) -> None:
        self._library = library
        self._progress_index = progress_index
        self._queue = queue
        self.view = view
        self.topic = max(0, view.place)
        """The topic that was listed last, while Continue or the queue is."""
        self.is_on_topics = False
        self.indexes: Sequence[int] = ()
        self.downloads: dict[str, DownloadState] = {}
        """What is on the disk or on its way there, by id."""
        self._cursor = 0
        self._topics: tuple[int, ...] = (SmartList.CONTINUE, SmartList.QUEUE, *range(len(library.topics.names)))
        self._topic_cursor = self._topics.index(view.place)
        self._list()

    def adopt(self, library: Library, progress_index: ProgressIndex) -> None:
        """Look at another library: the same topic and the same episode in it, where they are still there."""
        former, topics = self._library.topics, library.topics
        kept, cursor, was_on_topics, at = self.episode, self._cursor, self.is_on_topics, self._topic
        self._library, self._progress_index = library, progress_index
        self._topics = (SmartList.CONTINUE, SmartList.QUEUE, *range(len(topics.names)))
        self._topic_cursor = self._topics.index(at if at < 0 else former.found_in(topics, at))
        self.topic = former.found_in(topics, self.topic)
        place = self.view.place
        self.look(self.view._replace(place=place if place < 0 else former.found_in(topics, place)))
        self.is_on_topics = was_on_topics
        index = library.index(kept) if kept is not None else None
        if index is not None and index in self.indexes:
            self._cursor = list(self.indexes).index(index)
        elif self.episode != kept:
            self._cursor = min(cursor, max(0, len(self.indexes) - 1))

    # -- what is there ---------------------------------------------------------------------------------

    @property
    def place(self) -> int:
        """Where in the list it is."""
        return self._cursor

    @property
    def index(self) -> int | None:
        """The library index of the episode it is at; None when the list is empty or the episode is gone."""
        if self._cursor < len(self.indexes) and self.indexes[self._cursor] >= 0:
            return self.indexes[self._cursor]
        return None

    @property
    def episode(self) -> str | None:
        """The id of the episode it is at, in a queue also of one that is gone; None when the list is empty."""
        if self.index is not None:
            return self._library.ids[self.index]
        if self.view.place == SmartList.QUEUE and self._cursor < len(self.indexes):
            return self._queue().entries[-1 - self.indexes[self._cursor]]
        return None

    def say_here(self) -> str:
        """Return the entry it is at, and which one of how many."""
        if self.is_on_topics:
            number, total = self._topic_cursor + 1, len(self._topics)
            topic = say_topic(self._library, self._progress_index, self._queue().upcoming, self._topic)
            return f"{number} of {total}. {topic}"
        if not self.indexes:
            return why_empty(self.view)
        where = f"{self._cursor + 1} of {len(self.indexes)}."
        if self.index is None:
            return f"{where} {self.episode}, which is gone from the library."
        download = self.downloads.get(self._library.ids[self.index])
        kept = "" if download is None else " Downloaded." if download.is_whole else f" Downloading, {download.text}."
        return f"{where} {say_episode(self._library, self._progress_index, self.index)}{kept}"

    def say_list(self) -> str:
        """Return what is listed."""
        return say_view(self._library, self.view, len(self.indexes))

    @property
    def _topic(self) -> int:
        return self._topics[self._topic_cursor]

    @property
    def feed(self) -> str | None:
        """The first address of the feed whose topic it is at, or whose episodes are listed; None: it is none."""
        place = self._topic if self.is_on_topics else self.view.place
        return self._library.topics.feed(place) if place > 0 else None

    # -- going ------------------------------------------------------------------------------------------

    def move(self, by: int) -> str:
        """Go so many entries down, or up, as far as there are any."""
        return self.go((self._topic_cursor if self.is_on_topics else self._cursor) + by)

    def go(self, place: int) -> str:
        """Go to an entry; a place past either end is that end."""
        if self.is_on_topics:
            self._topic_cursor = min(max(0, place), len(self._topics) - 1)
        else:
            self._cursor = min(max(0, place), max(0, len(self.indexes) - 1))
        return self.say_here()

    def go_last(self) -> str:
        """Go to the last entry."""
        return self.go(len(self._topics if self.is_on_topics else self.indexes))

    def go_to_episode(self, index: int) -> None:
        """Go to an episode, among all when the present list does not have it."""
        self.is_on_topics = False
        if index not in self.indexes:
            self.look(ListQuery(sort=self.view.sort))
        self._cursor = list(self.indexes).index(index)

    def show_topics(self) -> str:
        """Go through the topics, from the one whose episodes were listed."""
        self.is_on_topics = True
        self._topic_cursor = self._topics.index(self.view.place)
        return f"Topics. {self.say_here()}"

    def go_to_parent(self) -> str:
        """Go to the topic above."""
        if self._topic > 0:
            self._topic_cursor = self._topics.index(self._library.topics.parents[self._topic])
        return self.say_here()

    def open_topic(self) -> ListQuery:
        """Return the view of the topic it is at."""
        return self.view._replace(place=self._topic, query="")

    def look(self, view: ListQuery, keeps_cursor: bool = False) -> None:
        """List something else; the cursor starts where listening goes on, or stays on its episode."""
        kept = self.episode if keeps_cursor else None
        self.view = view
        self.topic = view.place if view.place >= 0 else self.topic
        self.is_on_topics = False
        self._list()
        if kept is not None:
            index = self._library.index(kept)
            if index is not None and index in self.indexes:
                self._cursor = list(self.indexes).index(index)

    def update(self) -> None:
        """List anew what progress and queue have changed; the cursor stays near."""
        cursor, kept = self._cursor, self.episode
        was_on_topics = self.is_on_topics
        self.look(self.view, keeps_cursor=True)
        self.is_on_topics = was_on_topics
        if self.episode != kept:
            self._cursor = min(cursor, max(0, len(self.indexes) - 1))

    def next_filter(self) -> ListQuery:
        """Return the view with the next kind of episodes."""
        kinds = list(Filter)
        return self.view._replace(filter=kinds[(kinds.index(self.view.filter) + 1) % len(kinds)])

    def next_sort(self) -> ListQuery:
        """Return the view in the next order."""
        kinds = list(Sort)
        return self.view._replace(sort=kinds[(kinds.index(self.view.sort) + 1) % len(kinds)])

    def _list(self) -> None:
        self.indexes = list_episodes(self._library, self._progress_index, self._queue(), self.view)
        self._cursor = first_place(self._progress_index, self.indexes)
