"""A feed and its items as values, cleaned and checked, whatever the format."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui_pod.core.errors import UserError
from tui_pod.core.player.snapshot import Chapter
from tui_pod.feeds.net.login import Login


class FeedError(UserError):
    """A document that is no feed, or is refused; the message is for the listener."""


class NotAFeed(FeedError):
    """A document that is neither RSS, Atom nor JSON Feed, such as a web page."""

    def __init__(self) -> None:
        super().__init__("This is not a feed.")


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed."""

    guid: str = ""
    """As the feed gives it, without blanks around it; empty when it gives none."""
    title: str = ""
    summary: str = ""
    notes: str = ""
    """HTML or text as published, cut; unsafe to show before `html_text.to_notes`."""
    link: str | None = None
    published: float | None = None
    """Seconds since 1970 (UTC)."""
    duration: float | None = None
    """Seconds; None when unknown."""
    audio: str | None = None
    """An http(s) address; None: text only."""
    size: int | None = None
    """Bytes of the audio, as the feed states them; None when it states none."""
    transcript: str | None = None
    chapters: str | None = None
    """Address of a Podcasting 2.0 chapters file."""
    marks: tuple[Chapter, ...] = ()
    """Chapters that the feed itself gives."""
    keywords: tuple[str, ...] = ()
    season: int | None = None
    number: int | None = None
    """Of the episode, within its season."""
    type: str = ""
    """`trailer` or `bonus`; empty for a full episode."""
    is_explicit: bool = False
    picture: str | None = None
    """Address of its own cover."""
    login: Login | None = field(default=None, repr=False)
    """For its audio, which is kept apart from it."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as read, its items in its own order."""

    title: str
    items: tuple[Item, ...] = ()
    link: str | None = None
    summary: str = ""
    guid: str = ""
    """`podcast:guid`, the same wherever the feed moves."""
    moved_to: str | None = None
    """Its new address: `itunes:new-feed-url`, or `newLocation` of a document that is nothing else."""
    is_serial: bool = False
    """Whether it is meant to be heard from its first episode on (`itunes:type` serial)."""
    categories: tuple[tuple[str, ...], ...] = ()
    """Each from the general to the special."""
    language: str = ""
    """Such as `en-gb`, in lower case; empty when not stated."""
    ttl: float = 0.0
    """Seconds that it is good for, as it says; 0: it does not say."""
    is_partial: bool = False
    """Whether a part could not be read."""
    picture: str | None = None
    """Address of the cover."""
    next_page: str | None = None
    """Address of the page with older items, if any."""

    @property
    def is_redirect(self) -> bool:
        """Whether the document says nothing but where the feed has moved to."""
        return self.moved_to is not None and not self.items and not self.title
