"""A catalogue in a folder, its index, and searches in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import build_library
from tui_pod.core.progress.bookmarks import Bookmark
from tui_pod.search.fill import fill
from tui_pod.search.lookup import EPISODES, Found, Results, look_up
from tui_pod.search.query import parse_query
from tui_pod.search.sources import WordSources
from tui_pod.search.store import IndexFile

VTT = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Ada Lovelace>The engine weaves
00:00:04.000 --> 00:00:08.000
<v Ada Lovelace>algebraic patterns.

00:00:08.000 --> 00:00:12.500
<v Charles>Numbers carried over.
"""


class Desk:
    """A catalogue in a folder, and its index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data, self.cache = folder / "data", folder / "cache"
        self.episodes: list[Episode] = []
        self.index = IndexFile(self.cache / "search.sqlite")
        self.version = 0
        self._is_filled = True

    def add(self, ident: str, title: str, words: str | None = None, name: str = "", **more: str) -> None:
        """Add an episode that is older than the others, with its words in a file."""
        if words is not None:
            file = self.folder / (name or f"{ident}.vtt")
            file.write_text(words, "utf-8")
            more["transcript"] = str(file)
        self.episodes.append(Episode(ident, title, **more))  # type: ignore[arg-type]
        self._is_filled = False

    def fill(self) -> None:
        """Bring the index up to date; a search does so by itself after `add`."""
        self.version, self._is_filled = self.version + 1, True
        fill(self.index, build_library([], self.episodes), self.sources, self.stamp)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read the index for the block."""
        if not self._is_filled:
            self.fill()
        with self.index.reading() as db:
            yield db

    @property
    def sources(self) -> WordSources:
        return WordSources(self.data, self.cache)

    @property
    def stamp(self) -> str:
        return str(self.version)

    def ask(self, typed: str, *bookmarks: Bookmark, most: int | None = EPISODES) -> Results:
        """Search, in an index that has what was added."""
        ids = {episode.id for episode in self.episodes}
        with self.reading() as db:
            return look_up(db, parse_query(typed), most, bookmarks, ids.__contains__)

    def ids(self, typed: str) -> list[str]:
        return [found.id for found in self.ask(typed).found]


def only(results: Results) -> Found:
    """Return the one episode that was found."""
    (found,) = results.found
    return found
