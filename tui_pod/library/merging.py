"""Put the podcasts that changed into a library in which the others stay as they are."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any

from tui_pod.core.library.library import Library
from tui_pod.core.library.topics import FEED_MARK
from tui_pod.shelf.library import FeedLibrary, read_feeds


def merge(
    old: Library, feeds: tuple[int, int], data: Path, notices: list[str]
) -> tuple[Library, FeedLibrary, list[int]] | None:
    """Put what changed since the generation `feeds` into a library.

    Return the new one, which has whole episodes only as the former has, the podcasts that changed, and for each episode
    its index in the former library, or ~n for number n of these podcasts. None if podcasts came or went, have other
    topics than before or an order of their own, or are books. What the listener should know is added to `notices`.
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
    own = {key: topic for topic, key in enumerate(table.keys) if podcasts[topic] in new.changed}
    if (
        new.generation is None
        or new.generation[1] != feeds[1]
        or own.keys() != {topic.name for topic in new.topics if FEED_MARK in topic.name}
        or not own.keys() >= {key for keys in new.keys for key in keys}
        or any(topic.episodes for topic in new.topics)
        or any(episode.author for episode in new.episodes)
        or (old.authors and any(old.authors[index] for index in {*range(len(old))}.difference(kept)))
        or not table.paths.keys().isdisjoint(own.values())
    ):
        return None
    origins, at = list[int](), 0
    for number, place in enumerate(new.places):
        origins += (*kept[at:place], ~number)
        at = place
    origins += kept[at:]
    where = [-1] * (len(old) + len(new.episodes))  # the index by origin
    for index, origin in enumerate(origins):
        where[origin] = index
    touched = {above for topic in own.values() for above in table.path(topic)}
    inside = defaultdict[int, list[int]](list)
    for number, keys in enumerate(new.keys):
        for topic in {above for key in keys for above in table.path(own[key])}:
            inside[topic].append(where[~number])

    def merged(former: Sequence[Any], added: Sequence[Any]) -> list[Any]:
        return list(map([*former, *reversed(added)].__getitem__, origins))

    episodes = new.episodes
    durations = array("d", merged(old.durations, [episode.duration or 0.0 for episode in episodes]))
    seconds = list(table.seconds)
    members = [
        array("I", () if topic in touched else map(where.__getitem__, former))
        for topic, former in enumerate(table.members)
    ]
    for topic in touched:
        stay = [index for former in table.members[topic] if (index := where[former]) >= 0]
        members[topic] = array("I", sorted(stay + inside[topic]))
        seconds[topic] = sum(map(durations.__getitem__, members[topic]))
    topics = table._replace(
        members=tuple(members),
        seconds=seconds,
        paths={topic: [where[index] for index in path] for topic, path in table.paths.items()},
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
