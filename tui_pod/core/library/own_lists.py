"""The listener's own lists, as values: made by hand, or smart. `selection/list_topics.py` makes topics of them."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, Self

from tui_pod.core.errors import UserError
from tui_pod.core.library.list_entries import EntryMark, listed, marked, merged_marks, renamed_marks, stored
from tui_pod.core.text.clean import clean

MAX_NAME = 100
"""Longest name of a list, in characters."""


class ListKey(NamedTuple):
    """Identifies a list; two of one name are one."""

    name: str


class OwnList(NamedTuple):
    """A list: the episodes that were put on it, or those that a rule finds."""

    name: str
    updated: datetime
    """When this value was made (UTC): the newer of two values wins."""
    is_rule: bool = False
    episodes: tuple[str, ...] = ()
    """Ids of the episodes of a list made by hand, in the listener's order."""
    words: str = ""
    """As `ListQuery.query`."""
    topics: tuple[str, ...] = ()
    """Topics and podcasts, one of which an episode must be in: names, paths, or addresses of feeds. If empty, all."""
    status: str = ""
    """`unplayed`, `started` or `played`; empty for any."""
    min_length: float | None = None
    max_length: float | None = None
    """Seconds; with either of them, episodes of unknown length are left out."""
    max_age: int | None = None
    """Days since publication; episodes without a date are left out."""
    sort: str = ""
    """Its usual order, a value of `Sort`. If empty, the newest first, or the listener's own if it is made by hand."""
    is_removed: bool = False
    """Whether it was removed; it stays here so that other machines learn of it."""
    marks: tuple[EntryMark, ...] = ()
    """When each entry of a list made by hand was put on, taken off or moved last; see `list_entries`."""
    since: datetime | None = None
    """Lists without marks that are not newer than this were known when it got marks; None if it has none."""

    @property
    def key(self) -> ListKey:
        """Its key."""
        return ListKey(self.name)

    def renamed(self, names: Mapping[str, str]) -> Self:
        """Return the list with other ids for those that have one in `names`."""
        marks = renamed_marks(self.marks, names)
        episodes = tuple(dict.fromkeys(names.get(ident, ident) for ident in self.episodes))
        if marks and self.episodes == _listed(self.marks):  # otherwise somebody has changed the entries alone
            episodes = _listed(marks)
        return self._replace(episodes=episodes, marks=marks)

    def removed(self, now: datetime) -> Self:
        """Return the list as it is stored once removed."""
        return self.followed_by(type(self)(self.name, now, is_removed=True), now)

    def followed_by(self, changed: Self, now: datetime) -> Self:
        """Return a change of this list, made at `now`, with the marks of its entries."""
        marks, since = self._all_marks(), self.since
        if not self.is_rule and since is None:
            since = self.updated
        if not (changed.is_rule or (self.is_rule and changed.is_removed)):  # what is removed takes its entries off
            marks, since = marked(marks, changed.episodes, now), since or self.updated
        return changed._replace(updated=now, marks=stored(marks), since=since)

    def joined(self, other: Self) -> Self:
        """Return this list, which is the newer one or as new, with the entries of both.

        If neither has marks, it replaces the other one as a whole, as in older versions.
        """
        if self == other or self.since is None is other.since:
            return self
        if None in (self.since, other.since) and (self.updated, self.is_removed) == (other.updated, other.is_removed):
            return other if self.since is None else self  # an older version has passed it on
        marks = merged_marks(self._marks_since(other.since), other._marks_since(self.since))
        episodes = () if self.is_rule or self.is_removed else listed(marks)
        since = max(filter(None, (self.since, other.since)))
        return self._replace(episodes=episodes, marks=stored(marks), since=since)

    def _marks_since(self, since: datetime | None) -> dict[str, EntryMark]:
        """Return the marks by episode; none if this list has none and is older than another one's, made since then."""
        return {} if self.since is None and since is not None and self.updated <= since else self._all_marks()

    def _all_marks(self) -> dict[str, EntryMark]:
        """Return the marks by episode; a person or an older version may have changed the entries alone."""
        marks = {mark.episode: mark for mark in self.marks}
        return marks if self.is_rule or self.is_removed else marked(marks, self.episodes, self.updated)


def _listed(marks: Iterable[EntryMark]) -> tuple[str, ...]:
    return listed({mark.episode: mark for mark in marks})


def checked_name(name: str, lists: Container[str], topics: Container[str]) -> str:
    """Return the cleaned name of a new or renamed list. Raises UserError if it is empty, or a list or topic has it."""
    name = clean(name, MAX_NAME)
    if not name:
        raise UserError("a list needs a name")
    for kind, names in (("list", lists), ("topic", topics)):
        if name in names:
            raise UserError(f"there is a {kind} “{name}” already; choose another name")
    return name
