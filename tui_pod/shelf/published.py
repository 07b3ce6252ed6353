"""What every source publishes, and the shelf stores: a podcast and its items, cleaned and checked.

Of a folder also its files and their tags, and what the listener said about them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from tui_pod.core.errors import UserError
from tui_pod.core.library.parts import Part
from tui_pod.core.player.snapshot import Chapter
from tui_pod.net.login import Login


class FeedError(UserError):
    """A document is not a feed, or is refused; the message is for the listener."""


class NotAFeed(FeedError):
    """A document is neither RSS, Atom nor JSON Feed, but for example a web page."""

    def __init__(self, message: str = "This is not a feed.") -> None:
        super().__init__(message)


class Recording(NamedTuple):
    """What a folder or a server says about an item, and a feed does not."""

    folder: str = ""
    """Path of the folder whose topic it belongs to, or a server's id of its book or podcast."""
    author: str = ""
    narrator: str = ""
    series: str = ""
    year: str = ""
    parts: tuple[Part, ...] = ()
    """The files of a book; empty for a single file."""
    keys: tuple[str, ...] = ()
    """Identifies the content of each part."""


class PublishedItem(NamedTuple):
    """One episode as published: an entry of a feed, a recording in a folder or on a server."""

    guid: str = ""
    """As in the feed, stripped; empty if it has none."""
    title: str = ""
    summary: str = ""
    notes: str = ""
    """HTML or text as published, cut; pass it through `html_text.to_notes` before showing it."""
    article: str = ""
    """The whole text as HTML, if it has no audio; empty for a teaser. Planned, not stored: see `sources/texts`."""
    link: str | None = None
    published: float | None = None
    """Seconds since 1970 (UTC)."""
    duration: float | None = None
    """Seconds; None if unknown."""
    audio: str | None = None
    """An http(s) address, or the path of a file; None if there is only text."""
    size: int | None = None
    """Bytes of the audio, as stated by the feed; None if it does not."""
    transcript: str | None = None
    chapters: str | None = None
    """Address of a Podcasting 2.0 chapters file."""
    marks: tuple[Chapter, ...] = ()
    """Chapters in the feed itself."""
    keywords: tuple[str, ...] = ()
    season: int | None = None
    number: int | None = None
    """Episode number within its season."""
    type: str | None = None
    """`trailer` or `bonus`; None for a full episode."""
    is_explicit: bool = False
    picture: str | None = None
    """Address of its own cover."""
    login: Login | None = None
    """Login for its audio, which was in its address."""
    recording: Recording | None = None
    """None for an item of a feed."""
    headers: Mapping[str, str] | None = None
    """What is sent to the server of its audio, and of its picture and texts if they are there: kept with the logins."""
    parameters: Mapping[str, str] | None = None
    """What is added to each address at that server, likewise."""


class Published(NamedTuple):
    """A podcast as read from its source, its items in the order of the source."""

    title: str
    items: tuple[PublishedItem, ...] = ()
    link: str | None = None
    summary: str = ""
    guid: str | None = None
    """`podcast:guid`, the same wherever the feed moves."""
    moved_to: str | None = None
    """Its new address: `itunes:new-feed-url`, or `newLocation` of a document that is nothing else."""
    is_serial: bool = False
    """True if it is meant to be played from the first episode on (`itunes:type` serial)."""
    categories: tuple[tuple[str, ...], ...] = ()
    """Each from general to specific."""
    language: str | None = None
    """Such as `en-gb`, in lower case; None if not stated."""
    ttl: float = 0.0
    """How long it says that it is valid (seconds); 0 if it does not say."""
    is_partial: bool = False
    """True if a part could not be read."""
    picture: str | None = None
    """Address of the cover."""
    next_page: str | None = None
    """Address of the page with older items, if any."""

    @property
    def is_redirect(self) -> bool:
        """True if the document contains only the feed's new address."""
        return self.moved_to is not None and not self.items and not self.title


class Tags(NamedTuple):
    """The tags of a file, cleaned; empty or None if missing."""

    title: str = ""
    album: str = ""
    artist: str = ""
    disc: int | None = None
    track: int | None = None
    duration: float | None = None
    """Seconds; 0 if the player does not know it either."""
    description: str = ""
    transcript: str = ""
    """Name of the transcript beside the file."""
    author: str = ""
    """The artist of the album, or of the recording if there is none."""
    narrator: str = ""
    """The tag if present; otherwise the composer, where audiobooks usually name the narrator."""
    series: str = ""
    """With the number in it, if known."""
    year: str = ""
    genre: str = ""
    cue: str = ""
    """Chapters of the cue sheet beside the file, packed: see `cue`."""
    inside: str | None = ""
    """Chapters in the file, packed likewise; None if the player has yet to be asked whether there are any."""
    folder_description: str = ""
    """From a text in the folder, which counts more than the file's own."""
    folder_narrator: str = ""
    published: float | None = None
    """Seconds since 1970; None if no full date is stated."""
    has_lyrics: bool = False
    """Whether there is a text in the file."""
    is_cut_off: bool = False
    """Whether it has fewer bytes than it states."""
    is_by_name: bool = False
    """Whether it was recognised as a part of its book, encoded anew, by name and order alone."""

    @property
    def chapters(self) -> str:
        """The packed chapters that are known."""
        return self.cue or self.inside or ""

    @property
    def best_description(self) -> str:
        """The folder's description, or the file's own if there is none."""
        return self.folder_description or self.description

    @property
    def best_narrator(self) -> str:
        """The folder's narrator, or the file's own if there is none."""
        return self.folder_narrator or self.narrator


class AudioFile(NamedTuple):
    """An audio file."""

    path: str
    """Relative to the folder."""
    size: int
    modified: int
    """Nanoseconds since 1970."""
    key: str
    """Identifies its content, wherever it is moved."""
    tags: Tags


BOOK_ENDINGS = (".m4b",)
"""Endings of files that are made for books."""

BOOK, TALKS = "book", "talks"
"""Values of the setting `kind`."""

RULES = 2
"""Number of the rules by which books are recognised; folders are judged again when they change."""


class Kinds(NamedTuple):
    """What the listener has said about the folders in a folder: each is `BOOK`, `TALKS`, or empty if not said."""

    usual: str = ""
    own: Mapping[str, str] = MappingProxyType({})
    """Of single folders, by the keys of files in them."""
    guessed: frozenset[str] = frozenset()
    """Keys of the files in folders that were guessed to be books."""

    def of(self, files: Sequence[AudioFile]) -> str:
        """Return what was said about the folder of these files: of half of them, since books may share an intro."""
        said = [self.own[file.key] for file in files if file.key in self.own]
        return said[0] if said and 2 * len(said) >= len(files) else self.usual

    @property
    def text(self) -> str:
        """All that was said, and the rules for the rest, as one text to compare."""
        return f"{RULES} {self.usual} {sorted(self.own.items())}"


UNSAID, ALL_TALKS = Kinds(), Kinds(TALKS)


class Listing(NamedTuple):
    """The contents of a folder."""

    title: str
    items: tuple[PublishedItem, ...] | None
    """In playing order; the audio of a file is its path. None: unchanged since the last time."""
    files: tuple[AudioFile, ...]
    """As found, for the next scan."""
    notices: tuple[str, ...] = ()
    kind: str = ""
    """The kinds that it was made for: see `Kinds.text`."""
    guessed: Mapping[str, str] = MappingProxyType({})
    """The names of folders that are books although nobody has said so, by their guids."""
