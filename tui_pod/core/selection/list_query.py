"""Decide which episodes a list shows, and in which order: topic, filter, sort and search words.

Pure and fast: a list is a sequence of library indexes, and narrowing a search looks only at what is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum, StrEnum
from typing import NamedTuple, Self
from zlib import crc32

from tui_pod.core.library.library import Library, split_author_key
from tui_pod.core.progress.progress import Status
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.queue import Queue
from tui_pod.core.text.clean import clean, collation_key, fold
from tui_pod.core.text.names import is_called, rank

RANKED = 500
"""How many episodes are compared by their titles."""


class SmartList(IntEnum):
    """Entries of the tree that are not topics; a topic is its index, from 0."""

    CONTINUE = -1
    OLDER = -4
    NEW = -3
    QUEUE = -2


def smart_lists(library: Library, progress_index: ProgressIndex) -> list[SmartList]:
    """Return the smart lists that have anything to show: New only with podcasts, Older only if it is not empty."""
    hidden = {SmartList.NEW: library.first_of_podcasts == len(library), SmartList.OLDER: not progress_index.older_count}
    return [entry for entry in SmartList if not hidden.get(entry)]


class CyclicEnum(StrEnum):
    """Values that a key cycles through."""

    @property
    def following(self) -> Self:
        """The next one; after the last the first."""
        choices = list(type(self))
        return choices[(choices.index(self) + 1) % len(choices)]


class Filter(CyclicEnum):
    """Which episodes of a topic are shown."""

    ALL = "all"
    UNPLAYED = "unplayed"
    STARTED = "started"
    PLAYED = "played"


class Sort(CyclicEnum):
    """The order of a list."""

    NEWEST = "newest"
    COURSE = "course"
    SHORTEST = "shortest"
    LONGEST = "longest"
    TITLE = "title"
    AUTHOR = "author"
    HEARD = "heard"
    SHUFFLE = "shuffle"


SORT_NAMES = {
    Sort.NEWEST: "newest first",
    Sort.COURSE: "course order",
    Sort.SHORTEST: "shortest first",
    Sort.LONGEST: "longest first",
    Sort.TITLE: "by title",
    Sort.AUTHOR: "by author and series",
    Sort.HEARD: "last heard first",
    Sort.SHUFFLE: "shuffled",
}


SHUFFLES = 2**32
"""Seeds of shuffled orders are below it."""

SCATTER = 2_654_435_761
"""Checksums with two seeds differ in the same bits for all ids; their products with this do not."""

MAX_CHOICES = 500
"""Maximum number of choices of an order that are remembered; the oldest are forgotten."""


class ListQuery(NamedTuple):
    """What to list."""

    entry: int = 0
    """Entry of the tree: a topic's index, or a `SmartList`."""
    filter: Filter = Filter.ALL
    sort: Sort = Sort.NEWEST
    query: str = ""
    """Words that must all occur in title, summary or topics, at least as a part of a word."""
    seed: int = 0
    """Decides the order if it is shuffled: from 1, below `SHUFFLES`."""


OF_SESSIONS = "session of "
"""Before the key of a topic whose sessions have an order of their own."""


class Orders:
    """The order of each topic's list: what the listener chose, or its usual one."""

    def __init__(self, remembered: Iterable[str] = ()) -> None:
        """Start with choices as `texts` returns them; faulty ones are ignored."""
        pairs = (text.partition(" ") for text in remembered)
        found = ((key, *sort.partition(":")[::2]) for sort, _, key in pairs)
        self._chosen = {
            key: (Sort(sort), int(seed) if seed.isdecimal() else 0) for key, sort, seed in found if sort in list(Sort)
        }

    @property
    def texts(self) -> list[str]:
        """The choices as texts to remember: an order, for `shuffle` a colon and its seed, a space, a topic's key."""
        return [f"{sort}{f':{seed}' if seed else ''} {key}" for key, (sort, seed) in self._chosen.items()]

    def view(self, library: Library, entry: int) -> ListQuery:
        """Return the whole list of a topic or smart list, in its order."""
        if entry < 0:
            return ListQuery(entry)
        chosen = self._chosen.get(library.topics.keys[entry]) if self._chosen else None
        sort, seed = (usual_order(library, entry), 0) if chosen is None else chosen
        return ListQuery(entry, sort=sort, seed=seed)

    def seed(self, library: Library, topic: int) -> int:
        """Return the seed of a topic's shuffled order: that of its list if it is shuffled, or a new one."""
        return self.view(library, topic).seed or new_seed()

    def choose(self, library: Library, view: ListQuery) -> None:
        """Remember the order of a topic; its usual one is not worth remembering."""
        key = library.topics.keys[view.entry]
        self._chosen.pop(key, None)
        if view.sort is not usual_order(library, view.entry):
            self._chosen[key] = view.sort, view.seed
            for oldest in list(self._chosen)[:-MAX_CHOICES]:
                del self._chosen[oldest]

    def of_sessions(self, library: Library, topic: int) -> ListQuery:
        """Return the list of a topic in the order of its sessions.

        That is the one chosen for them last, or that of its list if the listener chose it, or if it is a podcast or a
        list of their own; elsewhere course order, in which the shows take turns.
        """
        key, view = library.topics.keys[topic], self.view(library, topic)
        if (chosen := self._chosen.get(OF_SESSIONS + key)) is not None:
            return view._replace(sort=chosen[0], seed=chosen[1])
        follows = key in self._chosen or topic in library.lists or library.topics.podcast(topic) is not None
        return view if follows else view._replace(sort=Sort.COURSE, seed=0)

    def choose_for_sessions(self, library: Library, view: ListQuery) -> None:
        """Remember the order of a topic's sessions."""
        key = OF_SESSIONS + library.topics.keys[view.entry]
        self._chosen.pop(key, None)
        self._chosen[key] = view.sort, view.seed

    def forget(self, library: Library, topic: int) -> None:
        """Return a topic to its usual order."""
        self._chosen.pop(library.topics.keys[topic], None)


def new_seed() -> int:
    """Return a seed for a shuffled order."""
    from random import randrange  # seldom needed

    return randrange(1, SHUFFLES)


def usual_order(library: Library, topic: int) -> Sort:
    """Return the order of a topic unless the listener chose another: courses and serial podcasts start at the first."""
    if (own_list := library.lists.get(topic)) is not None:
        return Sort(own_list.sort) if own_list.sort in list(Sort) else Sort.NEWEST if own_list.is_rule else Sort.COURSE
    own = library.own_order(topic)
    if own is None and topic not in library.topics.courses:
        return Sort.NEWEST
    return Sort.NEWEST if own == "newest" else Sort.COURSE


def list_episodes(library: Library, progress_index: ProgressIndex, queue: Queue, view: ListQuery) -> Sequence[int]:
    """Return the library indexes of a list, in order."""
    if view.entry == SmartList.CONTINUE:
        found: Sequence[int] = progress_index.to_continue()
    elif view.entry == SmartList.OLDER:
        found = progress_index.to_continue(is_older=True)
    elif view.entry == SmartList.NEW:
        found = sort_indexes(library, progress_index.new_indexes(), Sort.NEWEST, 0)
    elif view.entry == SmartList.QUEUE:
        found = [missing(row) if (index := library.index(ident)) is None else index
                 for row, ident in enumerate(queue.entries)]  # fmt: skip
    else:
        members = library.topics.members[view.entry]
        members = list(members) if view.entry in library.candidates else members  # playing changes which they are
        inside = _filtered(members, progress_index, view.filter)
        found = sort_indexes(library, inside, view.sort, view.entry, view.seed, progress_index)
    return narrow(library, found, view.query) if view.query.strip() else found


def missing(row: int) -> int:
    """Return the index that stands for the queue's entry at `row` if its episode is not in the library."""
    return -1 - row


def narrow(library: Library, indexes: Sequence[int], query: str) -> Sequence[int]:
    """Return those of `indexes` whose search text has all words of `query`, in the same order."""
    folded = library.folded
    for word in sorted(fold(clean(query)).split(), key=len, reverse=True):
        indexes = [index for index in indexes if index >= 0 and word in folded[index]]
    return indexes


def find_episodes(library: Library, query: str) -> list[int]:
    """Return the episodes that have all words of `query`, those whose titles fit best first."""

    def fit(index: int) -> tuple[bool, int]:
        title = library.titles[index]
        found = rank(query, title)
        return not is_called(title, query), len(title) if found is None else found

    return sorted(narrow(library, range(len(library)), query)[:RANKED], key=fit)


def first_row(progress_index: ProgressIndex, indexes: Sequence[int]) -> int:
    """Return the first row of the cursor: the unfinished episode played last, or else the first unplayed one."""
    inside = set(indexes) if len(progress_index.indexes[Status.STARTED]) else set()
    for index in progress_index.resumable():
        if index in inside:
            return list(indexes).index(index)
    touched = progress_index.indexes[Status.PLAYED] | progress_index.indexes[Status.STARTED]
    return next((row for row, index in enumerate(indexes) if index not in touched), 0)


def _filtered(members: Sequence[int], progress_index: ProgressIndex, wanted: Filter) -> Sequence[int]:
    started, played = progress_index.indexes[Status.STARTED], progress_index.indexes[Status.PLAYED]
    match wanted:
        case Filter.UNPLAYED:
            return [index for index in members if index not in played and index not in started]
        case Filter.STARTED:
            return [index for index in members if index in started]
        case Filter.PLAYED:
            return [index for index in members if index in played]
        case _:
            return members


def sort_indexes(
    library: Library,
    indexes: Sequence[int],
    sort: Sort,
    topic: int,
    seed: int = 0,
    progress_index: ProgressIndex | None = None,
) -> Sequence[int]:
    """Return library indexes of a topic sorted; they must be given ascending, which is the catalogue's order.

    Which of two episodes comes first in a shuffled list depends on their ids and the seed alone, so that the order
    stays when others come and go.
    """
    match sort:
        case Sort.COURSE:
            path = library.topics.paths.get(topic, ())
            wanted, on_path = set(indexes) if path else (), frozenset(path)
            rest = [index for index in reversed(indexes) if index not in on_path] if path else indexes[::-1]
            return [*(index for index in path if index in wanted), *rest]
        case Sort.SHORTEST:  # those of unknown length last
            return sorted(indexes, key=lambda index: library.durations[index] or float("inf"))
        case Sort.LONGEST:
            return sorted(indexes, key=lambda index: -library.durations[index])
        case Sort.TITLE:
            return sorted(indexes, key=lambda index: collation_key(library.titles[index]))
        case Sort.AUTHOR if library.authors:  # those without one last
            return sorted(indexes, key=lambda index: _by_author(library.authors[index]))
        case Sort.HEARD if progress_index is not None:
            return sorted(indexes, key=progress_index.heard_at, reverse=True)
        case Sort.SHUFFLE:
            ids, seed = library.ids, seed % SHUFFLES
            return sorted(indexes, key=lambda i: crc32(ids[i].encode("utf-8", "replace"), seed) * SCATTER % SHUFFLES)
        case _ if library.days:  # stable: within a day the order of the catalogue or feed stays
            return sorted(indexes, key=library.days.__getitem__, reverse=True)
        case _:
            return indexes


def _by_author(key: str) -> tuple[bool, str, bool, str, str]:
    """Return how to sort by an `author_key`: what has no author last, and after an author's series what is in none."""
    author, series, title = split_author_key(key)
    return not author, collation_key(author), not series, collation_key(series), collation_key(title)
