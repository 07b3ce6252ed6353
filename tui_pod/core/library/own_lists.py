"""The listener's own lists, as values: made by hand, or smart. `selection/list_topics.py` makes topics of them."""

from collections.abc import Container
from datetime import datetime
from typing import NamedTuple, Self

from tui_pod.core.errors import UserError
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

    @property
    def key(self) -> ListKey:
        """Its key."""
        return ListKey(self.name)

    def removed(self, now: datetime) -> Self:
        """Return the list as it is stored once removed."""
        return type(self)(self.name, now, is_removed=True)


def checked_name(name: str, lists: Container[str], topics: Container[str]) -> str:
    """Return the cleaned name of a new or renamed list. Raises UserError if it is empty, or a list or topic has it."""
    name = clean(name, MAX_NAME)
    if not name:
        raise UserError("a list needs a name")
    for kind, names in (("list", lists), ("topic", topics)):
        if name in names:
            raise UserError(f"there is a {kind} “{name}” already; choose another name")
    return name
