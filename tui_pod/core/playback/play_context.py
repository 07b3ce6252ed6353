"""The list that an episode was started from, and remembering it over a restart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import Filter, ListQuery, Sort, list_episodes, sort_indexes
from tui_pod.core.selection.queue import Queue

TABLE = "list"
"""Name of the table of the settings."""

ALL = ListQuery()


@dataclass(frozen=True, slots=True)
class PlayContext:
    """The list that an episode was started from, as sorted and filtered then."""

    indexes: Sequence[int] = ()
    row: int = -1
    """Row of the episode last played from the list."""
    view: ListQuery = ALL
    """The topic, order and filter of the list."""

    def moved(self, former: Library, library: Library) -> PlayContext:
        """Return the same list in the library that replaced `former`, without episodes that it lacks."""
        found: list[int] = []
        row = -1
        for number, before in enumerate(self.indexes):
            index = library.index(former.ids[before]) if before >= 0 else None
            if index is not None:
                found.append(index)
            if number == self.row:  # if it is gone, the list goes on after the one before it
                row = len(found) - 1
        entry = former.topics.found_in(library.topics, self.view.entry)
        return PlayContext(found, row, self.view._replace(entry=entry))

    def to_values(self, library: Library) -> dict[str, object]:
        """Return what to save of the list."""
        played = library.ids[self.indexes[self.row]] if 0 <= self.row < len(self.indexes) else ""
        view = self.view
        return {
            "topic": library.topics.key(view.entry), "order": str(view.sort), "filter": str(view.filter),
            "episode": played, "seed": view.seed,
        }  # fmt: skip


def from_values(values: Mapping[str, object], library: Library, progress_index: ProgressIndex) -> PlayContext | None:
    """Return the saved list; None if none is saved, or the library lacks its topic or the episode played from it."""
    texts = {key: value for key, value in values.items() if isinstance(value, str)}
    index, entry = library.index(texts.get("episode")), library.topics.with_key(texts.get("topic", ""))
    order, kind = texts.get("order"), texts.get("filter")
    if index is None or entry is None or order not in list(Sort) or kind not in list(Filter):
        return None
    seed = values.get("seed")
    view = ListQuery(entry, Filter(kind), Sort(order), seed=seed if isinstance(seed, int) else 0)
    all_inside = library.candidates.get(entry, library.topics.members[entry])
    whole = sort_indexes(library, all_inside, view.sort, entry, view.seed, progress_index)
    if index not in whole:
        return None
    inside = {index, *list_episodes(library, progress_index, Queue(), view)}  # playing has changed what it is
    indexes = [one for one in whole if one in inside]
    return PlayContext(indexes, indexes.index(index), view)
