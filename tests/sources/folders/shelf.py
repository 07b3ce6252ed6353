"""A folder of sound files, and the store that it is a podcast of."""

from pathlib import Path

from tests.sources.folders.sounds import make_mp3
from tui_pod.core.library.episode import Episode
from tui_pod.core.library.library import Library
from tui_pod.library.cache import load_library
from tui_pod.net.access import PUBLIC
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.sources.refresh import refresh_feed
from tui_pod.sources.source import RefreshResult, Subscribed
from tui_pod.sources.table import subscribe


class Shelf:
    """A folder of recordings, and the store that it is added to."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "Shelf"
        self.data = tmp_path / "data"
        self.store = FeedStore(self.data)
        self.done: Subscribed | None = None

    def put(self, name: str, title: str = "", track: str = "", **tags: str) -> Path:
        return make_mp3(self.folder / name, title, track, **tags)

    def add(self) -> Subscribed:
        self.done = subscribe(self.store, str(self.folder))
        return self.done

    def refresh(self) -> RefreshResult:
        (feed,) = self.store.feeds()
        return refresh_feed(self.store, feed, CancelToken(), PUBLIC)

    def put_book(self, folder: str = "Emma", count: int = 3, **tags: str) -> None:
        """Put a book of one second a part."""
        for number in range(1, count + 1):
            self.put(f"{folder}/{number:02}.mp3", f"Chapter {number}", str(number), TALB="Emma", **tags)

    def book(self, title: str = "Emma") -> Episode:
        """Return the only episode of a title."""
        library = self.library()
        return library.episode(library.titles.index(title))

    def library(self) -> Library:
        return load_library([], self.data / "cache", self.data).library

    def course(self, topic: str = "Shelf") -> list[str]:
        """The titles of a topic in the order in which they are meant to be heard."""
        library = self.library()
        (found,) = library.topics.find_all(topic)
        return [library.titles[index] for index in library.topics.paths[found]]

    def ids(self) -> dict[str, str]:
        """The id of each title."""
        library = self.library()
        return dict(zip(library.titles, library.ids, strict=True))
