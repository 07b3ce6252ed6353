"""An episode and a topic as a catalogue or a feed describes them."""

from datetime import date
from typing import NamedTuple

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
    """An http(s) address, or a path beside the catalogue; None: it is narrated."""
    transcript: str | None = None
    """An http(s) address, or a path beside the catalogue."""
    question: str = ""
    """A question that the episode answers."""
    answer: str = ""
    sources: str = ""
    """Papers and pages behind the episode, one a line."""


class Topic(NamedTuple):
    """A node of the topic tree; without a parent it is under All Topics."""

    name: str
    parent: str | None = None
    summary: str = ""
    episodes: tuple[str, ...] = ()
    """Ids of the topic's course, in its own order. They belong to the topic, as do episodes tagged with it."""
