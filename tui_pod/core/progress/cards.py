"""A card: something that is asked again, after days and then months, so that it stays known."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Self, TypeVar

from tui_pod.core.progress.bookmarks import Bookmark, BookmarkKey

OF_EPISODE = -1.0
"""Start of a card that is an episode's own question, not a bookmark."""


class Card(NamedTuple):
    """When something is asked next, and how well it was known."""

    episode: str
    start: float
    """That of its bookmark, or `OF_EPISODE`."""
    due: datetime
    updated: datetime
    """When this value was made (UTC): the newer of two values wins."""
    stability: float | None = None
    """Days until it is known with nine in ten chances; None, as the next two: it was never asked."""
    difficulty: float | None = None
    """1 to 10."""
    reviewed: datetime | None = None
    """When it was asked last (UTC)."""
    is_removed: bool = False

    @property
    def key(self) -> BookmarkKey:
        """What it is found by: its bookmark's key."""
        return BookmarkKey(self.episode, self.start)

    def removed(self, now: datetime) -> Self:
        """Return what stays of it when it is removed."""
        return self._replace(stability=None, difficulty=None, reviewed=None, is_removed=True, updated=now)


class Notebook(NamedTuple):
    """The bookmarks and cards of a listener, removed ones included."""

    bookmarks: tuple[Bookmark, ...] = ()
    cards: tuple[Card, ...] = ()

    def merged(self, other: "Notebook") -> "Notebook":
        """Return the newest of each in both."""
        return Notebook(_newest((*self.bookmarks, *other.bookmarks)), _newest((*self.cards, *other.cards)))

    def without(self, other: "Notebook") -> "Notebook":
        """Return what the other one has not, or has otherwise."""
        bookmarks, cards = frozenset(other.bookmarks), frozenset(other.cards)
        return Notebook(
            tuple(each for each in self.bookmarks if each not in bookmarks),
            tuple(each for each in self.cards if each not in cards),
        )


Thing = TypeVar("Thing", Bookmark, Card)


def newest_of(first: Thing | None, second: Thing) -> Thing:
    """Return the newer of two values of one thing, the same whichever comes first."""
    return second if first is None else max(first, second, key=_order)


def _newest(things: Iterable[Thing]) -> tuple[Thing, ...]:
    """Return the newest of each, in the order in which they come."""
    found: dict[BookmarkKey, Thing] = {}
    for thing in things:
        found[thing.key] = newest_of(found.get(thing.key), thing)
    return tuple(found.values())


def _order(thing: Bookmark | Card) -> tuple[object, ...]:
    return thing.updated, thing.is_removed, repr(thing)
