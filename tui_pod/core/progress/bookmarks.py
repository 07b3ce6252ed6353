"""What a listener keeps of an episode. Every start reads it: `just_said` tells what is kept."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Self

WORDS_LIMIT, NOTE_LIMIT = 2_000, 4_000
"""Characters of the words and of the note that are kept."""


BY_MACHINE = "recognised by machine"
"""Said wherever recognised words are shown or quoted: they have mistakes."""


class BookmarkKey(NamedTuple):
    """What tells bookmarks apart: two with the same start are one."""

    episode: str
    start: float
    """Seconds, rounded to hundredths."""


class Bookmark(NamedTuple):
    """A stretch of an episode, its words, and what the listener noted about it."""

    episode: str
    start: float
    """Seconds, rounded to hundredths."""
    end: float
    """The same."""
    created: datetime
    updated: datetime
    """When this value was made (UTC): the newer of two values wins."""
    text: str = ""
    """What is said there; empty when that is not known."""
    note: str = ""
    title: str = ""
    """That of the episode, for when it is no longer in the library."""
    is_removed: bool = False
    """Whether it was removed, which other machines must learn."""
    is_recognised: bool = False
    """Whether a machine recognised its words, and nobody has edited them."""

    @property
    def key(self) -> BookmarkKey:
        """What it is found by."""
        return BookmarkKey(self.episode, self.start)

    @property
    def label(self) -> str:
        """The words or, where there are none, the note; may be empty."""
        return self.text or self.note

    @property
    def remark(self) -> str:
        """The note, with where the words are from when that must be said; may be empty."""
        return " · ".join(filter(None, (BY_MACHINE if self.is_recognised else "", self.note)))

    def removed(self, now: datetime) -> Self:
        """Return what stays of it when it is removed."""
        return self._replace(text="", note="", title="", is_recognised=False, is_removed=True, updated=now)


class Stretch(NamedTuple):
    """A part of an episode in seconds, and what is said in it."""

    start: float
    end: float
    text: str = ""
    is_recognised: bool = False
    """Whether a machine recognised the words."""


def find_same(bookmarks: Iterable[Bookmark], stretch: Stretch) -> Bookmark | None:
    """Return the one of an episode's bookmarks that is of the same words: more than half of the longer is in both."""
    for bookmark in bookmarks:
        both = min(bookmark.end, stretch.end) - max(bookmark.start, stretch.start)
        longer = max(bookmark.end - bookmark.start, stretch.end - stretch.start)
        if bookmark.start == stretch.start or both > longer / 2:
            return bookmark
    return None
