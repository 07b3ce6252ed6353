"""A library into which the podcasts that changed were put is the one that all of them make."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.library.test_cache import everything
from tui_pod.config.paths import embedded_catalog
from tui_pod.core.library.episode import numbering
from tui_pod.core.library.library import Library
from tui_pod.library import cache as library_cache
from tui_pod.library.cache import load_library
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem

DAY = 86_400.0


class Shelf:
    """Ten podcasts, and what their library is by way of the cache."""

    def __init__(self, folder: Path, paths: list[Path]) -> None:
        self.folder, self.paths = folder, paths
        self.store = FeedStore(folder / "data")
        self.chance = random.Random(0)
        self.items: list[list[PublishedItem]] = [[] for _ in range(10)]
        self.store.subscribe(Entry(self.address(feed), folders=(("News",),) * (feed > 6)) for feed in range(10))
        for feed in range(10):
            self.publish(feed, 4)

    @staticmethod
    def address(feed: int) -> str:
        return f"https://{feed}.example.org/"

    def publish(self, feed: int, new: int) -> None:
        """Let a podcast have new episodes, some on the same days as those of others, and change one."""
        items = self.items[feed]
        for number in range(len(items), len(items) + new):
            published = self.chance.choice((None, 1.6e9 + self.chance.randrange(5) * DAY))
            duration = self.chance.choice((None, 60.0))
            items.insert(0, PublishedItem(f"{number}", f"{feed} {number}", published=published, duration=duration))
        items[-1] = replace(items[-1], summary=f"Changed {self.chance.random()}")
        self.store.store(self.address(feed), Published(f"Podcast {feed}", tuple(items)), now=1.7e9)

    def load(self, cache: str = "cache") -> Library:
        """Return the library, which is then in the cache."""
        loaded = load_library(self.paths, self.folder / cache, self.folder / "data")
        if loaded.save is not None:
            loaded.save()
        return load_library(self.paths, self.folder / cache, self.folder / "data").library


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of the episodes that are read from the database of podcasts."""
    titles = list[str]()

    def noted(season: int | None, number: int | None, title: str) -> str:
        titles.append(title)
        return numbering(season, number, title)

    monkeypatch.setattr("tui_pod.shelf.library.numbering", noted)
    monkeypatch.setattr(library_cache, "LARGE", 1)
    return titles


@pytest.mark.parametrize("paths", [[], [embedded_catalog()]])
def test_changed_podcasts_are_read_and_others_are_not(tmp_path: Path, read: list[str], paths: list[Path]) -> None:
    shelf = Shelf(tmp_path, paths)
    shelf.load()
    for turn in range(5):
        changed = shelf.chance.sample(range(10), shelf.chance.choice((1, 1, 3)))
        for feed in changed:
            shelf.publish(feed, shelf.chance.randrange(3))
        read.clear()
        library = shelf.load()
        assert {title[0] for title in read} == {str(feed) for feed in changed}
        assert [*everything(library)] == [*everything(shelf.load(f"other {turn}"))]


def test_what_changes_topics_is_read_anew(tmp_path: Path, read: list[str]) -> None:
    shelf = Shelf(tmp_path, [])
    former = shelf.load()
    changes: tuple[Callable[[], object], ...] = (
        lambda: shelf.store.subscribe([Entry("https://new.example.org/", "New")]),
        lambda: shelf.store.remove(shelf.address(2)),
        lambda: shelf.store.configure(shelf.address(3), {"name": "Mine"}),
        lambda: shelf.store.store(shelf.address(4), Published("Podcast 4", tuple(shelf.items[4]), is_serial=True)),
        lambda: shelf.store.set_shows_categories(shelf.address(5), shows=True),
    )
    for turn, change in enumerate(changes):
        change()
        library = shelf.load()
        assert [*everything(library)] == [*everything(shelf.load(f"other {turn}"))]
    assert former.episode(0).title == former.titles[0]  # of which the file is replaced


def test_library_that_is_shown_still_has_its_episodes(tmp_path: Path, read: list[str]) -> None:
    shelf = Shelf(tmp_path, [])
    former = shelf.load()
    titles = former.titles.copy()
    shelf.publish(3, 2)
    shelf.load()
    assert [former.episode(index).title for index in range(len(former))] == titles
    assert len(former.folded) == len(titles)
