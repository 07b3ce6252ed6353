"""The contents of a folder as values: its files and their tags, what the listener said about them, and its items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from tui_pod.shelf.published import PublishedItem


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
