"""Bookmarks, as values. Every start imports this; `just_said` finds the stretch to bookmark."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Self

WORDS_LIMIT, NOTE_LIMIT = 2_000, 4_000
"""Longest words and note of a bookmark, in characters; the rest is cut."""


BY_MACHINE = "recognised by machine"
"""Shown wherever recognised words are shown or quoted: they have mistakes."""


class BookmarkKey(NamedTuple):
    """Identifies a bookmark; two with the same start are one."""

    episode: str
    start: float
    """Seconds, rounded to hundredths."""


class Bookmark(NamedTuple):
    """A stretch of an episode, its words, and what the listener noted about it."""

    episode: str
    start: float
    """Seconds, rounded to hundredths."""
    end: float
    """Seconds, rounded to hundredths."""
    created: datetime
    updated: datetime
    """When this value was made (UTC): the newer of two values wins."""
    text: str = ""
    """The words there; empty if not known."""
    note: str = ""
    title: str = ""
    """Title of the episode, in case it leaves the library."""
    is_removed: bool = False
    """Whether it was removed; other machines have to be told."""
    is_recognised: bool = False
    """Whether a machine recognised its words, and nobody has edited them."""

    @property
    def key(self) -> BookmarkKey:
        """Its key."""
        return BookmarkKey(self.episode, self.start)

    @property
    def label(self) -> str:
        """The words, or the note if there are none; may be empty."""
        return self.text or self.note

    @property
    def remark(self) -> str:
        """The note, after the origin of the words if a machine recognised them; may be empty."""
        return " · ".join(filter(None, (BY_MACHINE if self.is_recognised else "", self.note)))

    def removed(self, now: datetime) -> Self:
        """Return the bookmark as it is stored once removed."""
        return self._replace(text="", note="", title="", is_recognised=False, is_removed=True, updated=now)


class Stretch(NamedTuple):
    """A part of an episode, in seconds, and its words."""

    start: float
    end: float
    text: str = ""
    is_recognised: bool = False
    """Whether a machine recognised the words."""


def find_same(bookmarks: Iterable[Bookmark], stretch: Stretch) -> Bookmark | None:
    """Return an episode's bookmark of the same words: more than half of the longer stretch overlaps."""
    for bookmark in bookmarks:
        both = min(bookmark.end, stretch.end) - max(bookmark.start, stretch.start)
        longer = max(bookmark.end - bookmark.start, stretch.end - stretch.start)
        if bookmark.start == stretch.start or both > longer / 2:
            return bookmark
    return None
