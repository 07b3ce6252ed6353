"""Make topics of the listener's lists, which then play, queue, plan and count like any other.

A rule costs as much as the filters it consists of. `ProgressIndex` evaluates the part about the status, which it knows;
the rest is evaluated once for a library.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date

from tui_pod.core.library.library import Library, day_of
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.library.topics import TopicTable, list_key
from tui_pod.core.selection.list_query import narrow
from tui_pod.core.text.clean import collation_key


def with_lists(library: Library, lists: Iterable[OwnList], today: date) -> Library:
    """Return a library with these lists as its last topics, in place of those that it has.

    Removed lists are left out; the age of episodes is counted from `today`.
    """
    shown = sorted((each for each in lists if not each.is_removed), key=lambda each: collation_key(each.name))
    if not shown and not library.lists:
        return library
    base, durations = library.base_topics, library.durations
    first = len(base.keys)
    paths = {first + number: _ordered(library, each) for number, each in enumerate(shown)}
    found = [
        _matching(library, base, each, today) if each.is_rule else array("I", sorted(paths[first + number]))
        for number, each in enumerate(shown)
    ]
    made = copy(library)  # with what was computed of it
    made.base_topics = base
    made.lists = {first + number: each for number, each in enumerate(shown)}
    made.candidates = {topic: found[topic - first] for topic, each in made.lists.items() if each.status}
    known = [array("I") if each.status else inside for each, inside in zip(shown, found, strict=True)]
    made.topics = base._replace(
        names=(*base.names, *(each.name for each in shown)),
        parents=(*base.parents, *(0 for _ in shown)),
        members=(*base.members, *known),
        seconds=[*base.seconds, *(sum(map(durations.__getitem__, inside)) for inside in known)],
        keys=(*base.keys, *(list_key(each.name) for each in shown)),
        paths={**base.paths, **{topic: path for topic, path in paths.items() if path}},
    )
    return made


def _ordered(library: Library, wanted: OwnList) -> Sequence[int]:
    """Return the course order of a list: its own, without what the library lacks; of a rule that of its only topic."""
    if wanted.is_rule:
        found = _find(library.base_topics, wanted)
        return library.base_topics.paths.get(found[0], ()) if len(found) == 1 else ()
    known = (library.index(ident) for ident in wanted.episodes)
    return tuple(dict.fromkeys(index for index in known if index is not None))


def _find(topics: TopicTable, rule: OwnList) -> list[int]:
    """Return the topics that a rule names: by a name, a path, or the address of a podcast."""
    return [topic for wanted in rule.topics
            for topic in (topics.of_feed(wanted) if "://" in wanted else topics.find_all(wanted))]  # fmt: skip


def _matching(library: Library, topics: TopicTable, rule: OwnList, today: date) -> array[int]:
    """Return the episodes that match a rule, in ascending order; its status is not checked."""
    indexes: Sequence[int] = range(len(library))
    if rule.topics:
        indexes = sorted({index for topic in _find(topics, rule) for index in topics.members[topic]})
    if rule.max_age is not None:
        indexes = _published_since(library, indexes, today.toordinal() - rule.max_age)
    if rule.min_length is not None or rule.max_length is not None:
        low, high, durations = rule.min_length or 0.0, rule.max_length or float("inf"), library.durations
        indexes = [index for index in indexes if low <= durations[index] <= high and durations[index]]
    return array("I", narrow(library, indexes, rule.words))


def _published_since(library: Library, indexes: Sequence[int], day: int) -> Sequence[int]:
    days = library.days
    if days:
        return [index for index in indexes if days[index] >= day]
    end = bisect_left(indexes, True, key=lambda index: day_of(library.episode(index)) < day)  # they are by date
    return indexes[:end]
