import contextlib
import os
import sqlite3
from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w

from tests.hostile import HOSTILE_TITLES
from tests.present import present
from tests.sources.folders.sounds import make_mp3
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
    """Load what must be parsed, and keep it in the cache."""
    loaded = load_library(paths, cache)
    assert loaded.save is not None
    loaded.save()
    return loaded


def from_cache(paths: list[Path], cache: Path) -> Loaded:
    """Load what must come from the cache."""
    loaded = load_library(paths, cache)
    assert loaded.save is None
    return loaded


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
        "DELETE FROM columns WHERE name = 'ids'",
        "UPDATE columns SET value = NULL WHERE name != 'stamp'",
        "UPDATE columns SET value = 3 WHERE name = 'titles'",
        "UPDATE columns SET value = 'abc' WHERE name = 'durations'",
        "UPDATE columns SET value = x'00' WHERE name = 'members'",
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
    assert loaded.save is not None
    loaded.save()
    assert list(everything(loaded.library)) == expected
    if kind != "folder":
        assert list(everything(from_cache([catalog], cache).library)) == expected


@pytest.mark.parametrize(("column", "value"), [("days", array("I", [1]).tobytes()), ("authors", "Ann")])
def test_load_cache_with_a_column_of_fewer_episodes_is_made_anew(
    catalog: Path, cache: Path, column: str, value: object
) -> None:
    parsed([catalog], cache)
    (file,) = cache.iterdir()
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE columns SET value = ? WHERE name = ?", (value, column))
    parsed([catalog], cache)


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
        loaded = load_library([catalog], cache)
        assert loaded.save is not None
        loaded.save()
        assert len(loaded.library) == len(EPISODES)


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
    assert parsed.save is not None
    parsed.save()
    cached = present(load_cached([catalog], cache, data))
    one, two = parsed.library, cached.library
    assert (cached.save, cached.feeds) == (None, parsed.feeds)
    assert ([*one.ids], one.titles, parts_of(one)) == ([*two.ids], two.titles, parts_of(two))
    assert (one.podcasts, one.aliases, [*one.moves]) == (two.podcasts, two.aliases, [*two.moves])
    assert ([*one.days], [*one.authors]) == ([*two.days], [*two.authors])
    assert one.podcasts[FEED]["speed"] == "1.5"
    assert sum(map(bool, parts_of(two))) == 1
    assert "Episode 1" in one.titles


def test_cache_is_outdated_once_a_podcast_changes(catalog: Path, cache: Path, data: Path) -> None:
    parsed = load_library([catalog], cache, data)
    assert parsed.save is not None
    parsed.save()
    stamp = library_stamp([catalog], data)
    store = FeedStore(data)
    store.configure(FEED, {"name": "Mine"})
    store.db.close()
    assert load_cached([catalog], cache, data) is None
    assert library_stamp([catalog], data) != stamp != library_stamp([catalog], None)
