"""A library into which the podcasts that changed were put is the one that all of them make."""

import random
from collections.abc import Callable
from functools import partial
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
        self.items: list[list[PublishedItem]] = [[] for _ in range(13)]
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
        items[-1] = items[-1]._replace(summary=f"Changed {self.chance.random()}")
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


@pytest.mark.parametrize("paths", [[], [embedded_catalog()]])
def test_podcasts_that_come_and_go_are_read_and_others_are_not(
    tmp_path: Path, read: list[str], paths: list[Path]
) -> None:
    shelf = Shelf(tmp_path, paths)
    former, store, podcasts = shelf.load(), shelf.store, [shelf.address(feed) for feed in range(10)]

    def subscribe(feed: int, *folder: str) -> None:
        store.subscribe([Entry(shelf.address(feed), folders=(folder,) if folder else ())])

    steps: list[tuple[str, *tuple[Callable[[], object], ...]]] = [
        ("", lambda: subscribe(10)),
        ("10", lambda: shelf.publish(10, 3)),
        ("11", lambda: subscribe(11, "News"), lambda: shelf.publish(11, 3)),
        ("12", lambda: subscribe(12, "New", "Inner"), lambda: shelf.publish(12, 2)),
        ("", lambda: store.remove(podcasts[2])),
        ("", lambda: store.remove(podcasts[8])),
        ("2", lambda: store.restore(podcasts[2])),
        ("1 8", lambda: store.restore(podcasts[8]), lambda: shelf.publish(1, 1)),
        ("4", lambda: store.store(podcasts[4], Published("Renamed", tuple(shelf.items[4])))),
        ("10", lambda: subscribe(10, "News")),
        ("", *(partial(store.remove, each) for each in podcasts[:3])),
    ]
    for turn, (those, *changes) in enumerate(steps):
        for change in changes:
            change()
        read.clear()
        library = shelf.load()
        assert {title.split()[0] for title in read} == set(those.split()), turn
        assert [*everything(library)] == [*everything(shelf.load(f"other {turn}"))], turn
    assert former.episode(0).title == former.titles[0]  # of which the file is replaced


def test_what_changes_other_topics_is_read_anew(tmp_path: Path, read: list[str]) -> None:
    shelf = Shelf(tmp_path, [])
    shelf.load()
    store, podcasts = shelf.store, [shelf.address(feed) for feed in range(10)]
    words = [item._replace(keywords=("Deep", "Sea")) for item in shelf.items[5]]
    preview = PublishedItem("seen", "13 seen", published=1.6e9)
    changes: tuple[Callable[[], object], ...] = (
        lambda: store.configure(podcasts[3], {"name": "Mine"}),
        lambda: store.store(podcasts[4], Published("Podcast 4", tuple(shelf.items[4]), is_serial=True)),
        lambda: store.set_shows_categories(podcasts[5], shows=True),
        lambda: store.store(podcasts[5], Published("Podcast 5", tuple(words), categories=(("Water",),))),
        lambda: store.set_shows_categories(podcasts[5], shows=False),
        lambda: store.set_shows_categories(podcasts[5], shows=True),
        lambda: store.remove(podcasts[5]),
        lambda: store.remove(podcasts[4]),
        lambda: store.store_preview(shelf.address(13), Published("Podcast 13", (preview,)), preview),
        lambda: store.subscribe([Entry(shelf.address(13))]),
        *(partial(store.remove, each) for each in podcasts[7:]),  # the only ones of their folder
        lambda: store.restore(podcasts[9]),
        lambda: store.restore(podcasts[7]),  # which comes first
    )
    for turn, change in enumerate(changes):
        change()
        library = shelf.load()
        assert [*everything(library)] == [*everything(shelf.load(f"other {turn}"))], turn


def test_library_that_is_shown_still_has_its_episodes(tmp_path: Path, read: list[str]) -> None:
    shelf = Shelf(tmp_path, [])
    former = shelf.load()
    titles = former.titles.copy()
    shelf.publish(3, 2)
    shelf.load()
    assert [former.episode(index).title for index in range(len(former))] == titles
    assert len(former.folded) == len(titles)
