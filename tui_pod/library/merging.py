"""Put the podcasts that changed into a library in which the others stay as they are."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any

from tui_pod.core.library.library import Library
from tui_pod.core.library.topics import FEED_MARK, ROOT, TopicTable, ordered, topic_names
from tui_pod.shelf.library import FeedLibrary, read_feeds


def merge(
    old: Library, feeds: tuple[int, int], data: Path, notices: list[str]
) -> tuple[Library, FeedLibrary, list[int]] | None:
    """Put what changed since the generation `feeds` into a library.

    Return the new one, which has whole episodes only as the former has, the podcasts that changed, and for each episode
    its index in the former library, or ~n for number n of these podcasts. None if topics other than those of these
    podcasts change, or if these are books or have an order of their own. What the listener should know is added to
    `notices`.
    """
    table, kept = old.topics, list[int]()
    podcasts = [table.podcast(topic) for topic in range(len(table.keys))]

    def others(changed: Set[str]) -> Sequence[str]:
        inside = (each for feed, each in zip(podcasts, table.members, strict=True) if feed in changed)
        gone = set[int]().union(*inside)
        kept.extend(index for index in range(len(old)) if index not in gone)
        return [old.ids[index] for index in kept]

    new = read_feeds(data, feeds[0], others)
    notices += new.notices
    own = {key for topic, key in enumerate(table.keys) if podcasts[topic] in new.changed}
    if (
        new.generation is None
        or new.generation[1] != feeds[1]
        or any(FEED_MARK not in key for keys in new.keys for key in keys)
        or any(topic.episodes for topic in new.topics)
        or any(episode.author for episode in new.episodes)
        or (old.authors and any(old.authors[index] for index in {*range(len(old))}.difference(kept)))
        or any(table.keys[topic] in own for topic in table.paths)
        or (shape := _shape(table, own, new)) is None
        or (shape is not table and len(table.members[ROOT]) < len(old))  # a preview becomes part of its podcast
    ):
        return None
    numbers = {key: topic for topic, key in enumerate(shape.keys)}
    former = {numbers[key]: topic for topic, key in enumerate(table.keys) if key in numbers}
    origins, at = list[int](), 0
    for number, place in enumerate(new.places):
        origins += (*kept[at:place], ~number)
        at = place
    origins += kept[at:]
    where = [-1] * (len(old) + len(new.episodes))  # the index by origin
    for index, origin in enumerate(origins):
        where[origin] = index
    inside = defaultdict[int, list[int]](list)
    for topic, key in enumerate(table.keys):
        for above in table.path(topic) if key in own else ():
            inside[numbers.get(table.keys[above], ROOT)] = []  # in which fewer may be
    for number, keys in enumerate(new.keys):
        for topic in {above for key in keys for above in shape.path(numbers[key])}:
            inside[topic].append(where[~number])

    def merged(before: Sequence[Any], added: Sequence[Any]) -> list[Any]:
        return list(map([*before, *reversed(added)].__getitem__, origins))

    episodes = new.episodes
    durations = array("d", merged(old.durations, [episode.duration or 0.0 for episode in episodes]))
    members: list[array[int]] = []  # Python 3.11 cannot evaluate `array[int]`
    seconds: list[float] = []
    for topic in range(len(shape.keys)):
        known = table.members[former[topic]] if topic in former else ()
        if topic not in inside and topic in former:
            try:
                members.append(array("I", map(where.__getitem__, known)))
            except OverflowError:  # an episode that is gone was in a topic of a category, too
                return None
            seconds.append(table.seconds[former[topic]])
            continue
        stay = [index for each in known if (index := where[each]) >= 0]
        members.append(array("I", sorted(stay + inside[topic])))
        seconds.append(sum(map(durations.__getitem__, members[topic])))
    topics = shape._replace(
        members=tuple(members),
        seconds=seconds,
        paths={numbers[table.keys[topic]]: [where[index] for index in path] for topic, path in table.paths.items()},
    )
    library = Library(
        merged(old.ids, [episode.id for episode in episodes]),
        merged(old.titles, [episode.title for episode in episodes]),
        durations, topics, old.episode, list,
        merged(old.days, new.days) if old.days else (),
        new.podcasts, new.aliases, new.moves,
        merged(old.authors, [""] * len(episodes)) if old.authors else (),
    )  # fmt: skip
    return library, new, origins


def _shape(table: TopicTable, own: Set[str], new: FeedLibrary) -> TopicTable | None:
    """Return a table that has the topics of the changed podcasts instead of their `own`; None if others change, too.

    Members, seconds and paths are still those of the former one.
    """
    wanted = {topic.name: topic.parent for topic in new.topics}
    if own == {key for key in wanted if FEED_MARK in key}:
        return table
    known = {key: table.keys[parent] if parent > ROOT else None
             for key, parent in zip(table.keys[1:], table.parents[1:], strict=True)}  # fmt: skip
    kept = [key for key in known if key not in own]
    places = {key: place for place, key in enumerate(new.order)}
    parent_of = {**wanted, **{key: known[key] for key in kept}}
    keys, parents = ordered({key: parent_of[key] for key in sorted(
        dict.fromkeys((*kept, *wanted)), key=lambda key: places.get(key, -1))})  # fmt: skip
    around = {known[key] for key in own} | set(wanted.values())
    courses = {table.keys[topic] for topic in table.courses}
    if (
        [key for key in keys[1:] if key in known and key not in own] != kept
        or not around - own - {None} <= places.keys()  # a folder has no podcast any more
        or not around.isdisjoint(courses | {known[key] for key in courses if known[key]})
    ):
        return None
    numbers = {key: topic for topic, key in enumerate(keys)}
    return table._replace(
        names=topic_names(keys),
        parents=parents,
        keys=keys,
        summaries={numbers[table.keys[topic]]: text for topic, text in table.summaries.items()},
        courses=frozenset(map(numbers.__getitem__, courses)),
    )
