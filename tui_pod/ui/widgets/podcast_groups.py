"""Groups of podcasts by the first letters of their names, for a tree with many of them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from tui_pod.core.library.topics import ROOT, TopicTable
from tui_pod.core.text.clean import fold

LEAST = 10
"""How many podcasts a group has at least, unless it is the last one."""


class Groups(NamedTuple):
    """The groups of a tree."""

    names: list[str]
    """The name of each, such as `A–D`."""
    members: list[list[int]]
    """The podcasts of each, as topics, by name."""
    emptied: frozenset[int]
    """Topics that contain only grouped podcasts; they get no row."""


def group_podcasts(topics: TopicTable, podcasts: Iterable[int], has_all: bool) -> Groups:
    """Return the groups of podcasts without a topic or, if `has_all`, of all podcasts."""
    parents, feeds = topics.parents, set(podcasts)
    grouped = [topic for topic in feeds if has_all or parents[topic] == ROOT]
    emptied = {above for topic in feeds if has_all for above in topics.path(topic)[1:-1]}
    for topic in set(range(1, len(parents))).difference(parents):  # those without parts
        path = topics.path(topic)
        if feeds.isdisjoint(path):
            emptied.difference_update(path)
    return Groups(*_by_letter(topics, grouped), frozenset(emptied))


def _by_letter(topics: TopicTable, podcasts: Iterable[int]) -> tuple[list[str], list[list[int]]]:
    named = sorted((_letter(name := fold(topics.names[topic])), name, topic) for topic in podcasts)
    letters, members = list[tuple[str, str]](), list[list[int]]()
    for letter, same in groupby(named, key=lambda each: each[0]):
        if not members or len(members[-1]) >= LEAST:
            members.append([])
            letters.append((letter, letter))
        letters[-1] = letters[-1][0], letter
        members[-1] += (topic for *_, topic in same)
    return [first if first == last else f"{first}–{last}" for first, last in letters], members


def _letter(name: str) -> str:
    """Return the first letter or digit of a folded name, as a capital; a mark if it has none."""
    return next((character.upper() for character in name if character.isalnum()), "#")
