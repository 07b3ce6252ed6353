"""An episode and a topic as a catalogue or a feed describes them."""

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tui_pod.core.library.parts import Part

ROOT_TOPIC = "All Topics"
"""Name of the tree's root: as a parent it means "no parent", as a tag it adds nothing."""


class Episode(NamedTuple):
    """One thing to listen to, as its catalogue or feed describes it."""

    id: str
    title: str
    summary: str = ""
    duration: float | None = None
    """Seconds; None when unknown."""
    published: date | None = None
    tags: tuple[str, ...] = ()
    audio: str | None = None
    """An http(s) address, or a path beside the catalogue; None if the episode is narrated."""
    transcript: str | None = None
    """An http(s) address, or a path beside the catalogue."""
    question: str = ""
    """A question that the episode answers."""
    answer: str = ""
    sources: str = ""
    """Papers and pages behind the episode, one a line."""
    phrases: str = ""
    """What people call its subject, one a line: searched, and shown nowhere."""
    numbering: str = ""
    """Its season and number in its podcast, such as `S3 E1`."""
    parts: tuple["Part", ...] = ()
    """Its recordings if it has several or is a book: see `parts`. `audio` is the first, `duration` that of all."""
    author: str = ""
    narrator: str = ""
    series: str = ""
    """The series of a book, with its number in it."""
    year: str = ""
    rewording: str = ""
    """The question in other words, which has the same answer; empty if there is none."""


def has_only_teaser(episode: Episode) -> bool:
    """Return whether only title and summary of an episode are known, so that nothing but its teaser can be spoken."""
    return episode.audio is None and episode.transcript is None


def date_text(episode: Episode, pattern: str = "%-d %b %Y") -> str:
    """Return when an episode was published: the day, or the year if no more is known; empty if nothing is."""
    return f"{episode.published:{pattern}}" if episode.published else episode.year


def is_book(episode: Episode) -> bool:
    """Return whether an episode is a book: it has parts, or a recording of a format that is made for books."""
    return bool(episode.parts) or (episode.audio or "").lower().endswith(".m4b")


def numbering(season: int | None, number: int | None, title: str) -> str:
    """Return a short text such as `S3 E1`; empty if there is no number, or if the title says it by itself."""
    if season is None and number is not None and re.search(rf"(?<!\d)0*{number}(?!\d)", title):
        return ""
    return " ".join([f"S{season}"] * (season is not None) + [f"E{number}"] * (number is not None))


class Topic(NamedTuple):
    """A node of the topic tree; without a parent it is under All Topics."""

    name: str
    parent: str | None = None
    summary: str = ""
    episodes: tuple[str, ...] = ()
    """Ids of the topic's course, in its own order. Like episodes tagged with it, they belong to the topic."""
