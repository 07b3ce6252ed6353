"""The library comes from its cache while nothing changes; one into which changed podcasts were put is the same."""

import contextlib
import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import tomli_w

from tests.hostile import HOSTILE_TITLES
from tests.present import present
from tests.sources.folders.sounds import make_mp3
from tui_pod.config.paths import embedded_catalog
from tui_pod.core.library.episode import numbering
from tui_pod.core.library.library import CatalogsError, Library
from tui_pod.core.text.clean import without_surrogates
from tui_pod.library import cache as library_cache
from tui_pod.library import catalog_files
from tui_pod.library.cache import Loaded, library_stamp, load_cached, load_library
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import Published, PublishedItem
from tui_pod.sources.table import subscribe

EPISODES = [
    {"id": f"hostile-{name}", "title": title, "summary": title * 2, "tags": [title[:50], "Hostile"]}
    for name, title in HOSTILE_TITLES.items()
    if without_surrogates(title) == title
] + [
    {
        "id": "full",
        "title": "Full",
        "duration": 105.5,
        "audio": "a.mp3",
        "transcript": "t.txt",
        "tags": ["A", "B"],
        "question": "Why?",
        "answer": "Because.",
        "rewording": "For what reason?",
        "sources": ["A paper, 2017", "A page"],
    },
    {"id": "dated", "title": "Dated", "tags": ["A"]},
    {"id": "bare", "title": "Bare"},
]

TOPICS = [
    {"name": "Above", "summary": "All above."},
    {"name": "A", "parent": "Above"},
    {"name": "Path", "episodes": ["bare", "full"]},
]


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.toml"
    data = {"version": 1, "title": "Some", "topics": TOPICS, "episodes": EPISODES}
    path.write_text(tomli_w.dumps(data).replace('title = "Dated"', 'title = "Dated"\npublished = 0999-02-01'), "utf-8")
    return path


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def parsed(paths: list[Path], cache: Path) -> Loaded:
    """Load what must be parsed, which is then in the cache."""
    assert load_cached(paths, cache) is None
    return load_library(paths, cache)


def from_cache(paths: list[Path], cache: Path) -> Loaded:
    """Load what must come from the cache."""
    return present(load_cached(paths, cache))


def everything(library: Library) -> Iterator[object]:
    """Yield all that a library holds."""
    table = library.topics
    yield library.ids, library.titles, list(library.durations), library.folded
    yield table.names, table.parents, [list(members) for members in table.members], table.seconds
    yield table.paths, table.summaries, list(library.days)
    yield [library.episode(index) for index in range(len(library))]
    yield [library.index(ident) for ident in library.ids], [library.duration(index) for index in range(len(library))]


@pytest.mark.parametrize("block", [1, 2, 3])
def test_load_from_the_cache_is_what_was_parsed(
    catalog: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(library_cache, "BLOCK", block)
    first, second = parsed([catalog], cache), from_cache([catalog], cache)
    assert len(first.library) == len(EPISODES) > 3
    assert list(everything(second.library)) == list(everything(first.library))
    catalog.write_text('version = 1\n[[episodes]]\nid = "x"\ntitle = "X"')
    parsed([catalog], cache)
    assert not from_cache([catalog], cache).library.days  # none has a date
    catalog.write_text("version = 1")
    parsed([catalog], cache)
    monkeypatch.setattr(catalog_files, "read_catalogs", lambda _: pytest.fail("parsed"))
    library = from_cache([catalog], cache).library
    assert (len(library), library.folded, library.topics.names) == (0, [], ("All Topics",))


@pytest.mark.parametrize(("title", "later"), [("Bore", 1), ("Barer", 0)])
def test_load_catalogue_of_another_time_or_size_is_parsed_again(
    catalog: Path, cache: Path, title: str, later: int
) -> None:
    parsed([catalog], cache)
    stats = catalog.stat()
    catalog.write_text(catalog.read_text("utf-8").replace('"Bare"', f'"{title}"'), "utf-8")
    os.utime(catalog, ns=(stats.st_atime_ns, stats.st_mtime_ns + later))
    assert parsed([catalog], cache).library.titles[-1] == title
    assert from_cache([catalog], cache).library.titles[-1] == title


def test_load_catalogue_that_is_gone_or_faulty_is_not_read_from_the_cache(catalog: Path, cache: Path) -> None:
    parsed([catalog], cache)
    catalog.write_text("version = 9")
    with pytest.raises(CatalogsError, match="newer"):
        load_library([catalog], cache)
    catalog.unlink()
    with pytest.raises(CatalogsError, match="no such file"):
        load_library([catalog], cache)


def test_load_made_by_another_version_is_made_anew(catalog: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed([catalog], cache)
    monkeypatch.setattr(library_cache, "__version__", "0.0")
    parsed([catalog], cache)


def test_load_other_catalogues_have_caches_of_their_own(catalog: Path, cache: Path) -> None:
    other = catalog.with_name("other.toml")
    other.write_text('version = 1\n[[episodes]]\nid = "x"\ntitle = "X"\ntags = ["A"]')
    parsed([catalog], cache)
    parsed([other], cache)
    library = parsed([catalog, other], cache).library
    topic = present(library.topics.find("Above"))
    assert library.topics.members[topic][-1] == len(EPISODES)
    counts = [len(from_cache(paths, cache).library) for paths in ([catalog], [other], [catalog, other])]
    assert counts == [len(EPISODES), 1, len(EPISODES) + 1]


def damage(file: Path, kind: str) -> None:
    content = file.read_bytes()
    match kind:
        case "empty":
            file.write_bytes(b"")
        case "cut":
            file.write_bytes(content[: len(content) // 2])
        case "zeros":
            file.write_bytes(bytes(len(content)))
        case "text":
            file.write_text("not a database")
        case "folder":
            file.unlink()
            file.mkdir()
        case _:
            with sqlite3.connect(file) as connection:
                connection.execute(kind)


@pytest.mark.parametrize(
    "kind",
    [
        "empty",
        "cut",
        "zeros",
        "text",
        "folder",
        "DROP TABLE columns",
        "DELETE FROM columns WHERE name = 'check'",
        "UPDATE columns SET value = NULL WHERE name != 'stamp'",
        "UPDATE columns SET value = 3 WHERE name = 'library'",
        "UPDATE columns SET value = CAST(substr(value, 2) AS BLOB) WHERE name = 'library'",
        "UPDATE columns SET value = x'00000000' WHERE name = 'rows'",
    ],
)
def test_load_damaged_cache_is_made_anew_and_logged(
    catalog: Path, cache: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    expected = list(everything(parsed([catalog], cache).library))
    [file] = cache.glob("library-*")
    damage(file, kind)
    loaded = load_library([catalog], cache)
    assert "cannot be used and is rebuilt" in capfd.readouterr().err
    assert list(everything(loaded.library)) == expected
    if kind != "folder":
        assert list(everything(from_cache([catalog], cache).library)) == expected


@pytest.mark.parametrize("kind", ["file", "device", "loop"])
def test_save_where_nothing_can_be_written_is_done_without(catalog: Path, tmp_path: Path, kind: str) -> None:
    cache = tmp_path / "blocked"
    match kind:
        case "file":
            cache.write_text("here")
        case "device":
            cache = Path(os.devnull) / "cache"
        case _:
            cache.symlink_to(cache)
    for _ in range(2):
        assert len(load_library([catalog], cache).library) == len(EPISODES)


def test_save_leaves_one_file_for_its_owner(catalog: Path, cache: Path) -> None:
    parsed([catalog], cache)
    [file] = cache.iterdir()
    assert file.suffix == ".sqlite"
    assert cache.stat().st_mode & 0o777 == 0o700


def test_save_replaces_a_cache_that_another_program_has_open(catalog: Path, cache: Path) -> None:
    parsed([catalog], cache)
    reader = from_cache([catalog], cache).library
    expected = reader.episode(0)
    catalog.write_text('version = 1\n[[episodes]]\nid = "x"\ntitle = "X"')
    parsed([catalog], cache)
    assert reader.episode(1) != expected
    assert reader.ids[0] == expected.id
    assert len(from_cache([catalog], cache).library) == 1


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM episodes",
        "DELETE FROM episodes WHERE number = 1",
        "DROP TABLE episodes",
        "UPDATE episodes SET number = number + 1000",
        "UPDATE episodes SET id = 'other'",
        "UPDATE episodes SET published = 'some day'",
        "UPDATE episodes SET title = CAST(x'ff' AS TEXT)",
        "DELETE FROM folded",
        "DROP TABLE folded",
        "UPDATE folded SET value = NULL",
        "UPDATE folded SET value = 'one line'",
    ],
)
def test_cache_damaged_in_what_is_read_later_costs_nothing_but_time(catalog: Path, cache: Path, harm: str) -> None:
    expected = parsed([catalog], cache).library
    (file,) = cache.iterdir()
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(harm)
    library = from_cache([catalog], cache).library
    assert library.folded == expected.folded
    assert [library.episode(i) for i in range(len(library))] == [expected.episode(i) for i in range(len(expected))]
    assert not file.exists()  # it is made anew at the next start


def test_cache_whose_rows_are_gone_with_the_catalogue_still_has_ids_and_titles(catalog: Path, cache: Path) -> None:
    expected = parsed([catalog], cache).library
    (file,) = cache.iterdir()
    library = from_cache([catalog], cache).library
    file.write_bytes(file.read_bytes()[:4096])
    catalog.unlink()
    episodes = [library.episode(i) for i in range(len(library))]
    assert [episode.id for episode in episodes] == expected.ids
    assert [episode.title for episode in episodes] == expected.titles


FEED = "https://cast.example.org/f"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with a podcast, and a book of three files."""
    store = FeedStore(tmp_path / "data")
    store.subscribe([Entry(FEED, "Cast")])
    store.store(
        FEED,
        Published(
            "Cast", (PublishedItem("1", "Episode 1", audio="https://cast.example.org/1.mp3"), PublishedItem("2", "Two"))
        ),
    )
    store.configure(FEED, {"speed": "1.5"})
    for number in (1, 2, 3):
        make_mp3(tmp_path / "Shelf" / f"{number}.mp3", f"Chapter {number}", str(number), TALB="Emma", TPE1="Jane")
    subscribe(store, str(tmp_path / "Shelf"))
    store.db.close()
    return tmp_path / "data"


def parts_of(library: Library) -> list[tuple[object, ...]]:
    return [library.episode(index).parts for index in range(len(library))]


def test_podcasts_come_from_the_cache_as_they_were_read(catalog: Path, cache: Path, data: Path) -> None:
    parsed = load_library([catalog], cache, data)
    assert (parsed.notices, parsed.feeds is not None) == ((), True)
    cached = present(load_cached([catalog], cache, data))
    one, two = parsed.library, cached.library
    assert cached.feeds == parsed.feeds
    assert ([*one.ids], one.titles, parts_of(one)) == ([*two.ids], two.titles, parts_of(two))
    assert (one.podcasts, one.aliases, [*one.moves]) == (two.podcasts, two.aliases, [*two.moves])
    assert ([*one.days], [*one.authors]) == ([*two.days], [*two.authors])
    assert one.podcasts[FEED]["speed"] == "1.5"
    assert sum(map(bool, parts_of(two))) == 1
    assert "Episode 1" in one.titles


def test_cache_is_outdated_once_a_podcast_changes(catalog: Path, cache: Path, data: Path) -> None:
    load_library([catalog], cache, data)
    stamp = library_stamp([catalog], data)
    store = FeedStore(data)
    store.configure(FEED, {"name": "Mine"})
    store.db.close()
    assert load_cached([catalog], cache, data) is None
    assert library_stamp([catalog], data) != stamp != library_stamp([catalog], None)


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
        load_library(self.paths, self.folder / cache, self.folder / "data")
        return present(load_cached(self.paths, self.folder / cache, self.folder / "data")).library


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
