"""The tree of topics and which episodes each topic holds, counted once however many ways lead to it."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from tui_pod.core.library.episode import ROOT_TOPIC, Topic
from tui_pod.core.text.clean import fold

ROOT = 0
"""Index of All Topics in every table."""

FEED_MARK = "feed:"
"""Prefix of the part of a key that names the topic's feed."""

UNLISTED = ("\0unlisted",)
"""The tags of an episode of no topic, not even of All Topics."""

_LIST_MARK = "\0list\0"
"""Prefix of the key of a list of the listener's own; no other key begins with NUL."""


class TopicTable(NamedTuple):
    """Topics by index, parents before their children; index 0 is All Topics."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of each topic's parent; -1 for the root."""
    members: tuple[Sequence[int], ...]
    """Episode indexes of each topic and all below it, ascending and distinct."""
    seconds: Sequence[float]
    """Total length of each topic's episodes, those of unknown length counted as 0."""
    keys: tuple[str, ...]
    """Unique keys (see `topic_key`), by index, which also find topics in another table; names may repeat."""
    paths: Mapping[int, Sequence[int]] = MappingProxyType({})
    """Episode indexes in course order, of each topic that has a path of its own or above others' paths."""
    summaries: Mapping[int, str] = MappingProxyType({})
    courses: frozenset[int] = frozenset()
    """Topics whose usual order is their path: those with a path of their own, those made of courses only, and all
    parts of these. Podcasts are none."""

    def path(self, topic: int) -> list[int]:
        """Return the topics from the root down to `topic`."""
        path = []
        while topic >= 0:
            path.append(topic)
            topic = self.parents[topic]
        return path[::-1]

    def with_key(self, key: str) -> int | None:
        """Return the topic with this key, or of the same podcast under another name or topic; None if there is none."""
        if key in self.keys or f"\0{FEED_MARK}" not in key:
            return self.keys.index(key) if key in self.keys else None
        lasting = [*map(_lasting, self.keys)]
        return lasting.index(_lasting(key)) if _lasting(key) in lasting else None

    def found_in(self, other: "TopicTable", topic: int) -> int:
        """Return a topic's index in another table, or that of its nearest ancestor there; a smart list's stays."""
        if topic < 0:
            return topic
        found = (other.with_key(self.keys[above]) for above in reversed(self.path(topic)))
        return next((there for there in found if there is not None), ROOT)

    def feed(self, topic: int) -> str | None:
        """Return the first address of the feed that a topic stands for; None if it stands for none."""
        mark = self.keys[topic].rpartition("\0")[0].rpartition("\0")[2]
        return mark.removeprefix(FEED_MARK) if mark.startswith(FEED_MARK) else None

    def is_list(self, topic: int) -> bool:
        """Return whether a topic is a list of the listener's own."""
        return self.keys[topic].startswith(_LIST_MARK)

    def of_feed(self, feed: str) -> Iterator[int]:
        """Yield the topics that are this feed's own."""
        return (topic for topic in range(len(self.names)) if self.feed(topic) == feed)

    def podcast(self, topic: int) -> str | None:
        """Return the feed that a topic stands for or is inside of, as a subfolder is; None if there is none."""
        return next(filter(None, map(self.feed, reversed(self.path(topic)))), None)

    def find_all(self, name: str) -> list[int]:
        """Return all topics called `name`, or at a path such as `Science/Physics`, exactly before any other case."""
        for compare in (str, fold):
            wanted = compare(name)
            found = [index for index, other in enumerate(self.names) if compare(other) == wanted]
            found = found or [index for index in range(1, len(self.names)) if compare(self.path_text(index)) == wanted]
            if found:
                return found
        return []

    def path_text(self, topic: int) -> str:
        """Return a topic's path, such as `Science/Physics`."""
        return "/".join(self.names[index] for index in self.path(topic)[1:])

    def find(self, name: str) -> int | None:
        """Return the first topic that `find_all` does; None when there is none."""
        return next(iter(self.find_all(name)), None)


def has_member(members: Sequence[int], index: int) -> bool:
    """Return whether an episode index is among a topic's members, which are ascending."""
    position = bisect_left(members, index)
    return position < len(members) and members[position] == index


def topic_key(parent: str, name: str, feed: str = "") -> str:
    """Return the key of a topic below the key `parent`, empty for All Topics; `feed` is the address it stands for.

    At the top the key is the name, so that a folder and a catalogue's topic of one name are one topic.
    """
    if feed:
        return f"{parent}\0{FEED_MARK}{feed}\0{name}"
    return f"{parent}\0{name}" if parent else name


def list_key(name: str) -> str:
    """Return the key of a list of the listener's own."""
    return f"{_LIST_MARK}{name}"


def _lasting(key: str) -> tuple[str, str]:
    """Return the address and inner path in the key of a podcast's topic, which last; both empty for other topics."""
    address, _, path = key.partition(f"\0{FEED_MARK}")[2].partition("\0")
    return address, path.partition("\0")[2]


def arrange(
    topics: Iterable[Topic],
    tags: Iterable[tuple[str, ...]],
    durations: Sequence[float],
    indexes: Mapping[str, int] = MappingProxyType({}),
) -> TopicTable:
    """Return the table for episodes with these `tags` and `durations` (seconds, 0 unknown), in their order.

    A tag without a topic becomes a topic under All Topics. Of two entries for one name the first wins. Names may be
    keys made by `topic_key`; the table then has both. `indexes` says where the episodes of topics with a path are, by
    id; missing ids are ignored.
    """
    tags = list(tags)
    parent_of: dict[str, str | None] = {}
    summaries: dict[str, str] = {}
    paths: dict[str, list[int]] = {}
    for topic in topics:
        if topic.name in parent_of:
            continue
        parent_of[topic.name] = topic.parent
        if topic.summary:
            summaries[topic.name] = topic.summary
        path = [index for ident in topic.episodes if (index := indexes.get(ident)) is not None]
        if path:
            paths[topic.name] = path
            for index in path:
                tags[index] = (*tags[index], topic.name)
    for combination in dict.fromkeys(tags):
        for tag in combination if combination != UNLISTED else ():
            parent_of.setdefault(tag, None)
    keys, parents = ordered(parent_of)
    members = _members(keys, parents, tags)
    seconds = tuple(sum(durations[index] for index in inside) for inside in members)
    courses = _courses(parents, [key in paths and FEED_MARK not in key for key in keys])
    return TopicTable(
        names=topic_names(keys),
        parents=parents,
        members=members,
        seconds=seconds,
        keys=keys,
        paths=_paths(keys, parents, paths, members, courses),
        summaries={topic: summaries[key] for topic, key in enumerate(keys) if key in summaries},
        courses=courses,
    )


def _courses(parents: Sequence[int], has_path: list[bool]) -> frozenset[int]:
    """Return `TopicTable.courses`; `has_path` says of each topic whether it has a path of its own, and is changed."""
    parts: defaultdict[int, list[int]] = defaultdict(list)
    for topic in range(len(parents) - 1, ROOT, -1):
        has_path[topic] = has_path[topic] or (topic in parts and all(has_path[part] for part in parts[topic]))
        parts[parents[topic]].append(topic)
    for topic in range(1, len(parents)):
        has_path[topic] = has_path[topic] or (parents[topic] != ROOT and has_path[parents[topic]])
    return frozenset(topic for topic in range(1, len(parents)) if has_path[topic])


def _paths(
    keys: tuple[str, ...],
    parents: tuple[int, ...],
    own: Mapping[str, Sequence[int]],
    members: Sequence[Sequence[int]],
    courses: frozenset[int],
) -> dict[int, tuple[int, ...]]:
    """Return the course order of each topic with a path, of those above, and of the parts of a course.

    A topic's own path comes first. A part without one has the order of the course.
    """
    found: defaultdict[int, dict[int, None]] = defaultdict(dict)
    for topic, key in enumerate(keys):
        path = dict.fromkeys(own.get(key, ()))
        if not path and topic in courses and parents[topic] in courses:
            inside = frozenset(members[topic])
            path = {index: None for index in found[parents[topic]] if index in inside}
        above = topic if path else -1
        while above >= 0:
            found[above].update(path)
            above = parents[above]
    return {topic: tuple(path) for topic, path in found.items() if path}


def topic_names(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the names in keys."""
    return tuple(key.rpartition("\0")[2] for key in keys)


def ordered(parent_of: dict[str, str | None]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return names and parent indexes in tree order: each topic is followed by those under it; podcasts come first."""
    below: dict[str | None, list[str]] = {}
    folders: set[str] = set()  # topics at the top that have podcasts below them
    for name, parent in parent_of.items():
        below.setdefault(parent if parent in parent_of else None, []).append(name)
        if FEED_MARK in name:
            folders.add(name.partition("\0")[0])
    below.get(None, []).sort(key=lambda name: FEED_MARK not in name and name not in folders)
    names, parents = [ROOT_TOPIC], [-1]
    waiting = [(name, ROOT) for name in reversed(below.get(None, []))]
    while waiting:
        name, parent_index = waiting.pop()
        waiting += [(child, len(names)) for child in reversed(below.get(name, []))]
        names.append(name)
        parents.append(parent_index)
    return tuple(names), tuple(parents)


def _members(
    names: tuple[str, ...], parents: tuple[int, ...], tags: Sequence[tuple[str, ...]]
) -> tuple[Sequence[int], ...]:
    index_of = {name: index for index, name in enumerate(names) if index != ROOT}
    members = tuple(array("I") for _ in names)
    known: dict[tuple[str, ...], tuple[array[int], ...]] = {}
    for index, combination in enumerate(tags):
        inside = known.get(combination)
        if inside is None:
            reached = {ROOT} if combination != UNLISTED else set()
            for tag in combination if reached else ():
                topic = index_of.get(tag, ROOT)
                while topic not in reached:
                    reached.add(topic)
                    topic = parents[topic]
            inside = known[combination] = tuple(members[topic] for topic in reached)
        for topic_members in inside:
            topic_members.append(index)
    return members
