"""Cards: questions that are repeated after days and then months, so that the answers stay known."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, Self, TypeVar

from tui_pod.core.library.own_lists import ListKey, OwnList
from tui_pod.core.progress.bookmarks import Bookmark, BookmarkKey

OF_EPISODE = -1.0
"""Start of a card that is an episode's own question, not a bookmark."""


class Card(NamedTuple):
    """When a question is asked next, and how well its answer was known."""

    episode: str
    start: float
    """Start of its bookmark, or `OF_EPISODE`."""
    due: datetime
    updated: datetime
    """When this value was made (UTC): the newer of two values wins."""
    stability: float | None = None
    """Days until the chance of knowing it falls to 90 %. None, as for the next two, if it was never asked."""
    difficulty: float | None = None
    """1 to 10."""
    reviewed: datetime | None = None
    """When it was asked last (UTC)."""
    is_removed: bool = False

    @property
    def key(self) -> BookmarkKey:
        """Its key, which is its bookmark's."""
        return BookmarkKey(self.episode, self.start)

    def removed(self, now: datetime) -> Self:
        """Return the card as it is stored once removed."""
        return self._replace(stability=None, difficulty=None, reviewed=None, is_removed=True, updated=now)


class Notebook(NamedTuple):
    """The bookmarks, cards and lists of a listener, removed ones included."""

    bookmarks: tuple[Bookmark, ...] = ()
    cards: tuple[Card, ...] = ()
    lists: tuple[OwnList, ...] = ()

    @property
    def all(self) -> tuple[Bookmark | Card | OwnList, ...]:
        """All of them."""
        return (*self.bookmarks, *self.cards, *self.lists)

    def merged(self, other: "Notebook") -> "Notebook":
        """Return the newest of each in both."""
        both = Notebook._make(_newest((*ours, *theirs)) for ours, theirs in zip(self, other, strict=True))
        lists = {each.name: each for each in both.lists}
        for former in both.lists:
            passed, named = {former.name}, lists.get(former.renamed_to)
            while named is not None and named.renamed_to and named.name not in passed:  # renamed again
                passed.add(named.name)
                named = lists.get(named.renamed_to)
            if named is not None:
                lists[named.name] = named.with_entries_of(former)
        return both._replace(lists=tuple(lists.values()))

    def without(self, other: "Notebook") -> "Notebook":
        """Return what the other one lacks or has with other values."""
        pairs = zip(self, map(frozenset, other), strict=True)
        return Notebook._make(tuple(each for each in ours if each not in theirs) for ours, theirs in pairs)


ThingKey = BookmarkKey | ListKey
"""Identifies a bookmark or a card, or a list."""

Thing = TypeVar("Thing", Bookmark, Card, OwnList)


def newest_of(first: Thing | None, second: Thing) -> Thing:
    """Return the newer of two values of one thing, the same whichever comes first; a list has the entries of both."""
    if first is None:
        return second
    newer = max(first, second, key=_order)
    if isinstance(newer, OwnList):
        older: Any = first if newer is second else second
        return newer.joined(older)
    return newer


def _newest(things: Iterable[Thing]) -> tuple[Thing, ...]:
    """Return the newest of each, in order of first appearance."""
    found: dict[ThingKey, Thing] = {}
    for thing in things:
        found[thing.key] = newest_of(found.get(thing.key), thing)
    return tuple(found.values())


def _order(thing: Bookmark | Card | OwnList) -> tuple[object, ...]:
    values = thing._replace(episodes=(), marks=(), since=None) if isinstance(thing, OwnList) else thing
    return thing.updated, thing.is_removed, repr(values), repr(thing)
