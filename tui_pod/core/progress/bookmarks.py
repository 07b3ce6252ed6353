"""Bookmarks, as values, and the stretch that a bookmark takes. Every start imports this."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from tui_pod.core.library.transcript import Cue, Transcript

WORDS_LIMIT, NOTE_LIMIT = 2_000, 4_000
"""Maximum length of the words and the note of a bookmark, in characters; the rest is cut."""


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
    """Whether it was removed; it stays here so that other machines learn of it."""
    is_recognised: bool = False
    """Whether a machine recognised its words, and nobody has edited them."""
    version: str = ""
    """A `Place` in the version of the recording that it was made in; empty if that is not known."""

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
        return self._replace(text="", note="", title="", version="", is_recognised=False, is_removed=True, updated=now)


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


WITHOUT_WORDS = 30.0
"""Seconds of a bookmark if the words are not known."""

REACTION = 1.5
"""Seconds that it takes to react and find the key: a sentence that began since is not the one meant."""


def just_said(transcript: "Transcript", position: float, speed: float = 1.0) -> Stretch:
    """Return the sentence that was just said at `position` seconds, or the last half minute without words."""
    index = transcript.active(max(0.0, position - REACTION * speed))
    if index is None:
        index = transcript.active(position)
    if (
        index is not None
        and (found := of_cue(transcript.cues[index], transcript.is_recognised)).end > position - WITHOUT_WORDS
    ):
        return found
    end = max(position, 1.0)
    return Stretch(round(max(0.0, end - WITHOUT_WORDS), 2), round(end, 2))


def between(transcript: "Transcript", start: float, end: float) -> Stretch:
    """Return a stretch that the listener chose, in seconds, with the sentences that begin in it."""
    cues = [cue.text for cue in transcript.cues if cue.start is not None and start - 0.01 <= cue.start < end]
    return Stretch(round(start, 2), round(end, 2), " ".join(cues), transcript.is_recognised)


def of_cue(cue: "Cue", is_recognised: bool) -> Stretch:
    """Return the stretch of a timed sentence."""
    start = cue.start or 0.0
    return Stretch(round(start, 2), round(max(cue.end or start, start), 2), cue.text, is_recognised)
