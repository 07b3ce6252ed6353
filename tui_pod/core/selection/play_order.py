"""What plays one after the other, and so follows an episode: around it, or from a list."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from tui_pod.core.library.course import home_topic, whole_course, whole_folder
from tui_pod.core.library.library import Library
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.core.selection.list_query import ListQuery, Orders, Sort, list_episodes
from tui_pod.core.selection.queue import Queue


def home_view(library: Library, orders: Orders, index: int) -> ListQuery:
    """Return the list that an episode belongs to if no list was chosen for it; it contains `index`."""
    return orders.view(library, home_topic(library.topics, index))


def playing_list(
    library: Library, progress_index: ProgressIndex, view: ListQuery, listed: Sequence[int]
) -> tuple[ListQuery, Sequence[int]]:
    """Return what plays one after the other if an episode is started from a list: the list.

    For a part of a course or a numbered subfolder, such as `CD 1`, that is the whole course or folder, filtered like
    the list: playing continues from part to part. `view` has no search words.
    """
    topics = library.topics
    course = whole_course(topics, view.entry)
    whole_topic = whole_folder(topics, view.entry) if course is None else course
    if whole_topic == view.entry or view.sort is not Sort.COURSE or not len(listed):
        return view, listed
    around = view._replace(entry=whole_topic)
    whole = list(list_episodes(library, progress_index, Queue(), around))
    first = whole.index(listed[0]) if listed[0] in whole else 0
    return (around, whole) if whole[first : first + len(listed)] == list(listed) else (view, listed)


def ordered_series(library: Library) -> Iterator[Sequence[int]]:
    """Yield what is heard from first to last, in its order: volumes of a series, courses, folders, serial podcasts.

    An episode is in one of them at most, the narrowest except that the parts of a course are not parted.
    """
    topics, volumes, known = library.topics, defaultdict[str, list[int]](list), set[int]()
    for index, key in enumerate(library.authors):
        if key and not (name := key.split("  ")[1]).startswith("~"):
            volumes[key.split("  ")[0] + "  " + re.sub(r"(?<![\d\s.])[\d\s.]++$", "", name)].append(index)
    found: list[Sequence[int]] = [sorted(books, key=library.authors.__getitem__) for books in volumes.values()]
    found += [topics.paths[topic] for topic in sorted(topics.courses) if topic in topics.paths]
    for topic in sorted(topics.paths, reverse=True):
        if library.own_order(topic) == "oldest" and whole_folder(topics, topic) == topic:
            found.append(topics.paths[topic])
    for path in found:
        yield (left := [index for index in path if index not in known])
        known.update(left)
