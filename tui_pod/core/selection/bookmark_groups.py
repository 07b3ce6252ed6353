"""Group bookmarks by episode, by day or by topic."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tui_pod.core.library.library import Library
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.core.selection.list_query import CyclicEnum
from tui_pod.core.text.clean import clock
from tui_pod.core.wall_time import local_time

GONE = "No longer in the library"
"""Name of the group of bookmarks whose episodes are gone, when grouped by topic."""


class Grouping(CyclicEnum):
    """What bookmarks are grouped by."""

    EPISODE = "episode"
    DATE = "date"
    TOPIC = "topic"


class Group(NamedTuple):
    """Bookmarks that belong together."""

    head: str
    bookmarks: tuple[Bookmark, ...]


def group_bookmarks(library: Library, bookmarks: Iterable[Bookmark], by: Grouping) -> list[Group]:
    """Return the bookmarks in groups, the one with the newest bookmark first.

    Within an episode and a topic they are in the order of the episode's time, within a day the newest is first.
    """
    heads: dict[Grouping, Callable[[Bookmark], str]] = {
        Grouping.EPISODE: lambda bookmark: title_of(library, bookmark),
        Grouping.DATE: lambda bookmark: f"{local_time(bookmark.created):%A %d %B %Y}",
        Grouping.TOPIC: lambda bookmark: topic_of(library, bookmark),
    }
    groups: dict[tuple[str, str], list[Bookmark]] = {}
    for bookmark in sorted(bookmarks, key=lambda each: each.created, reverse=True):
        episode = bookmark.episode if by is Grouping.EPISODE else ""  # two may have one title
        groups.setdefault((heads[by](bookmark), episode), []).append(bookmark)
    if by is not Grouping.DATE:
        for members in groups.values():
            newest = {each.episode: rank for rank, each in reversed(list(enumerate(members)))}
            members.sort(key=lambda each: (newest[each.episode], each.start))
    return [Group(head, tuple(members)) for (head, _), members in groups.items()]


def title_of(library: Library, bookmark: Bookmark) -> str:
    """Return the title of a bookmark's episode, which may be gone from the library."""
    index = library.index(bookmark.episode)
    return library.titles[index] if index is not None else bookmark.title or bookmark.episode


def titled(library: Library, bookmarks: Iterable[Bookmark]) -> list[Bookmark]:
    """Return bookmarks with the current titles of their episodes; one written by hand may have none."""
    return [bookmark._replace(title=title_of(library, bookmark)) for bookmark in bookmarks]


def topic_of(library: Library, bookmark: Bookmark) -> str:
    """Return the first topic of a bookmark's episode."""
    episode = library.find(bookmark.episode)
    return GONE if episode is None else next(iter(episode.tags), library.topics.names[0])


def quote(library: Library, bookmark: Bookmark, podcast: str = "", page: str = "") -> str:
    """Return the words of a bookmark and their source, for the clipboard."""
    source = ", ".join(filter(None, (title_of(library, bookmark), podcast, clock(bookmark.start), page)))
    return "\n".join(filter(None, (bookmark.text and f"“{bookmark.text}”", bookmark.remark, f"— {source}")))
