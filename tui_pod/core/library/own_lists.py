"""The listener's own lists, as values: made by hand, or smart. `selection/list_topics.py` makes topics of them."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, Self

from tui_pod.core.errors import UserError
from tui_pod.core.library.list_entries import EntryMark, by_episode, listed, marked, merged_marks, renamed_marks, stored
from tui_pod.core.text.clean import clean
from tui_pod.core.wall_time import UNKNOWN, stamp_later

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
    renamed_to: str = ""
    """The name that it was given; then it is removed, and what is put on it elsewhere goes to the list of that name."""

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
        if changed.renamed_to:  # its entries are on the list of that name, each since when it was put on
            return changed._replace(updated=now, marks=stored(marks), since=since or self.updated)
        if not self.is_rule and since is None:
            since = self.updated
        if self.renamed_to and not changed.is_removed:
            since = now  # another list of the same name
        if not (changed.is_rule or (self.is_rule and changed.is_removed)):  # what is removed takes its entries off
            marks, since = marked(marks, changed.episodes, now), since or self.updated
        return changed._replace(updated=now, marks=stored(marks), since=since)

    def renewed(self, episodes: Iterable[str], now: datetime) -> Self:
        """Return this list with a new time for these entries, on or off it: another machine may have changed them."""
        marks = self._all_marks()
        for ident in episodes:
            mark = marks.get(ident) or EntryMark(ident, now, False, now, 0.0)
            marks[ident] = mark._replace(time=stamp_later(mark.time, now))
        return self._replace(marks=stored(marks), since=self.since or self.updated, updated=now)

    def joined(self, other: Self) -> Self:
        """Return this list, which is the newer one or as new, with the entries of both.

        If neither has marks, it replaces the other one as a whole, as in older versions.
        """
        if self == other or self.since is None is other.since:
            return self
        if other.renamed_to and not (self.is_removed or self.is_rule or (self.since or UNKNOWN) >= other.updated):
            return other.joined(self)  # this is the same list, on a machine that did not know
        if None in (self.since, other.since) and (self.updated, self.is_removed) == (other.updated, other.is_removed):
            return other if self.since is None else self  # an older version has passed it on
        marks = merged_marks(self._marks_since(other.since), other._marks_since(self.since))
        episodes = () if self.is_rule or self.is_removed else listed(marks)
        since = max(filter(None, (self.since, other.since)))
        return self._replace(episodes=episodes, marks=stored(marks), since=since)

    def with_entries_of(self, renamed: Self) -> Self:
        """Return this list with what was put on it and taken off under its former name, and not the opposite since."""
        marks = self._all_marks()
        there = {mark.episode: mark for mark in renamed.marks if mark.is_on or mark.time != renamed.updated}
        added = merged_marks(marks, there)
        if self.is_removed or self.is_rule or listed(added) == listed(marks):
            return self
        return self._replace(episodes=listed(added), marks=stored(added))

    def _marks_since(self, since: datetime | None) -> dict[str, EntryMark]:
        """Return the marks by episode; none if this list has none and is older than another one's, made since then."""
        return {} if self.since is None and since is not None and self.updated <= since else self._all_marks()

    def _all_marks(self) -> dict[str, EntryMark]:
        """Return the marks by episode; a person or an older version may have changed the entries alone."""
        marks = by_episode(self.marks)
        return marks if self.is_rule or self.is_removed else marked(marks, self.episodes, self.updated)


def _listed(marks: Iterable[EntryMark]) -> tuple[str, ...]:
    return listed(by_episode(marks))


def checked_name(name: str, lists: Container[str], topics: Container[str]) -> str:
    """Return the cleaned name of a new or renamed list. Raises UserError if it is empty, or a list or topic has it."""
    name = clean(name, MAX_NAME)
    if not name:
        raise UserError("a list needs a name")
    for kind, names in (("list", lists), ("topic", topics)):
        if name in names:
            raise UserError(f"there is a {kind} “{name}” already; choose another name")
    return name
