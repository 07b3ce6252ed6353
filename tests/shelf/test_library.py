"""The feeds' part of the library, and what is published of a feed and said about folders."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.present import present
from tests.sources.folders.shelf import Shelf
from tui_pod.config.paths import embedded_catalog
from tui_pod.core.library.catalog import Catalog
from tui_pod.core.library.library import Library
from tui_pod.core.library.podcast_settings import COURSE, PodcastSettings
from tui_pod.library import catalog_files
from tui_pod.library.cache import load_cached, load_library
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.library import read_notes
from tui_pod.shelf.match import episode_id
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import AudioFile, Kinds, Published, PublishedItem, Recording, Tags
from tui_pod.shelf.shelves import FullEntry, ItemTopic, ServerLibrary, finish, read_known, store_found

A, B, C = (f"https://{name}.example.org/f" for name in "abc")
DAY = 86_400.0
NOW = 20_000 * DAY

CATALOG = """version = 1
title = "Course"
[[topics]]
name = "Science"
[[episodes]]
id = "one"
title = "One"
tags = ["Science"]
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path, Path]:
    catalog = tmp_path / "catalog.toml"
    catalog.write_text(CATALOG)
    return catalog, tmp_path / "cache", tmp_path / "data"


def make_item(number: int, day: float | None, **changes: object) -> PublishedItem:
    item = PublishedItem(guid=f"g{number}", title=f"E{number}", published=None if day is None else NOW - day * DAY)
    return item._replace(**changes)  # type: ignore[arg-type]


def fill(data: Path) -> FeedStore:
    store = FeedStore(data)
    store.subscribe([
        Entry(A, "", (("Science", "Physics"), ("News",))),
        Entry(B, "", (("World", "News"),)),
        Entry(C, ""),
    ])  # fmt: skip
    store.store(A, Published("Quarks", (make_item(1, 1), make_item(2, 3))), now=NOW)
    store.store(B, Published("Science", (make_item(1, 2), make_item(2, 3)), categories=(("Arts", "Books"),)), now=NOW)
    return store


def test_previewed_episode_is_in_no_topic(folders: tuple[Path, Path, Path]) -> None:
    store = FeedStore(folders[2])
    feed = Published("Quarks", (make_item(1, 1), make_item(2, 3)))
    ident = store.store_preview(A, feed, feed.items[0])
    for _ in range(2):  # the second is read from the cache
        library = load(folders)
        assert library.ids == ["one", ident]
        assert (library.is_unlisted(0), library.is_unlisted(1)) == (False, True)
        assert library.topics.names == ("All Topics", "Science")
        assert library.episode(1).tags == ("Quarks",)
    store.subscribe([Entry(A, "Quarks")])
    library = load(folders)
    assert not library.is_unlisted(1)
    store.remove(A)
    assert load(folders).ids == ["one"]


def load(folders: tuple[Path, Path, Path]) -> Library:
    catalog, cache, data = folders
    loaded = load_library([catalog], cache, data)
    again = present(load_cached([catalog], cache, data)).library
    assert again.topics == loaded.library.topics
    assert again.ids == loaded.library.ids
    return again


def test_podcast_has_its_settings_and_is_not_listed_while_it_is_hidden(folders: tuple[Path, Path, Path]) -> None:
    store = fill(folders[2])
    store.configure(A, {"speed": "1.2", "keep": ""})
    library = load(folders)
    found = {ident: library.podcast_settings(index) for index, ident in enumerate(library.ids)}
    assert library.podcasts == {A: {"speed": "1.2"}}
    assert found[episode_id(A, "g1")] == PodcastSettings(speed=1.2)
    assert (found["one"], found[episode_id(B, "g1")]) == (None, None)
    store.configure(A, {"hidden": "yes"})
    library = load(folders)
    assert (library.topics.find("Quarks"), library.index(episode_id(A, "g1")), len(library)) == (None, None, 3)
    store.configure(A, {"hidden": ""})
    assert len(load(folders)) == 5


@pytest.mark.parametrize("is_hidden", [True, False])
def test_embedded_course_can_be_hidden(folders: tuple[Path, Path, Path], is_hidden: bool) -> None:
    catalog, cache, data = folders
    fill(data).configure(COURSE, {"hidden": "yes" if is_hidden else ""})
    library = load_library([embedded_catalog(), catalog], cache, data).library
    assert (library.index("llm-layers") is None) is is_hidden
    assert library.index("one") is not None
    assert (len(load_library([embedded_catalog()], cache, data).library) > 4) is not is_hidden


def inside(library: Library, name: str) -> list[list[str]]:
    return [[library.titles[i] for i in library.topics.members[topic]] for topic in library.topics.find_all(name)]


def test_feeds_come_after_the_catalogue_newest_first_then_in_their_order(folders: tuple[Path, Path, Path]) -> None:
    fill(folders[2])
    library = load(folders)
    wanted = [(A, "g1"), (B, "g1"), (A, "g2"), (B, "g2")]
    assert library.ids == ["one", *(episode_id(first, guid) for first, guid in wanted)]
    episode = library.episode(1)
    assert (episode.tags, str(episode.published)) == (("Quarks", "Physics", "Science", "News"), "2024-10-03")


@pytest.mark.parametrize(("day", "sorted_as"), [(-900, "2024-10-04"), (1e12, None)])
def test_date_of_publication_years_ahead_is_not_shown_and_sorts_as_the_day_it_was_first_seen(
    folders: tuple[Path, Path, Path], day: float, sorted_as: str | None
) -> None:
    fill(folders[2]).store(C, Published("Early", (make_item(9, day),)), now=NOW)
    library = load(folders)
    index = next(index for index in range(len(library)) if library.episode(index).title == "E9")
    assert library.episode(index).published is None
    found = library.days[index]
    assert (date.fromordinal(found).isoformat() if found else None) == sorted_as


def test_feeds_lie_under_their_folders(folders: tuple[Path, Path, Path]) -> None:
    fill(folders[2])
    library = load(folders)
    assert inside(library, "News") == [["E1", "E2"], ["E1", "E2"]]
    assert inside(library, "World/News") == inside(library, "physics") == [["E1", "E2"]]
    assert (inside(library, "none"), len(library.topics.members[0])) == ([], 5)
    topics = library.topics
    paths = ["/".join(topics.names[index] for index in topics.path(topic)[1:]) for topic in range(1, len(topics.names))]
    assert paths == [
        "Science", "Science/Physics", "Science/Physics/Quarks", "News", "News/Quarks", "World", "World/News",
        "World/News/Science", C,
    ]  # fmt: skip
    assert {path: topics.feed(number) for number, path in enumerate(paths, 1) if topics.feed(number)} == {
        "Science/Physics/Quarks": A,
        "News/Quarks": A,
        "World/News/Science": B,
        C: C,
    }


def test_categories_and_keywords_are_topics_only_when_asked_for(folders: tuple[Path, Path, Path]) -> None:
    store = fill(folders[2])
    store.store(
        B, Published("Science", (make_item(1, 2, keywords=("Quasars",)),), categories=(("Arts", "Books"),)), now=NOW
    )
    assert load(folders).topics.find("Books") is None
    store.set_shows_categories(B, True)
    library = load(folders)
    assert inside(library, "Arts/Books") == [["E1", "E2"]]
    assert inside(library, "Quasars") == [["E1"]]
    assert library.episode(2).tags == ("Science", "News", "World", "Books", "Arts", "Quasars")


def test_cache_is_fresh_until_the_feeds_change(folders: tuple[Path, Path, Path]) -> None:
    store = fill(folders[2])
    load(folders)
    catalog, cache, data = folders
    store.touch(A)
    fresh = present(load_cached([catalog], cache, data))
    assert fresh.feeds == store.generation
    store.store(A, Published("Quarks", (make_item(0, 0),)), now=NOW)
    assert load_cached([catalog], cache, data) is None
    loaded = load_library([catalog], cache, data)
    assert loaded.feeds == store.generation != fresh.feeds
    assert loaded.library.titles[1] == "E0"
    store.remove(A)
    assert len(load(folders)) == 3
    store.restore(A)
    assert len(load(folders)) == 6


def test_catalogue_that_changes_while_it_is_read_is_read_again(
    folders: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(folders[2])
    catalog, read = folders[0], catalog_files.read_catalogs

    def read_and_change(paths: Sequence[Path], *rest: Any) -> list[Catalog]:
        found = read(paths, *rest)
        catalog.write_text(f'{CATALOG}[[episodes]]\nid = "two"\ntitle = "Two"\n')
        return found

    with monkeypatch.context() as patch:
        patch.setattr(catalog_files, "read_catalogs", read_and_change)
        load_library([catalog], *folders[1:])
    assert "two" in load_library([catalog], *folders[1:]).library.ids


def test_no_feeds_cost_nothing(folders: tuple[Path, Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    load(folders)
    for name in [name for name in sys.modules if name.startswith("tui_pod.sources")]:
        monkeypatch.delitem(sys.modules, name)
    catalog, cache, data = folders
    assert load_cached([catalog], cache, data) is not None
    assert not any(name.startswith("tui_pod.sources") for name in sys.modules)
    assert not data.exists()


def test_damaged_database_still_gives_a_library(folders: tuple[Path, Path, Path]) -> None:
    store = fill(folders[2])
    store.db.close()
    store.db.file.write_bytes(b"noise" * 1000)
    catalog, cache, data = folders
    loaded = load_library([catalog], cache, data)
    assert loaded.library.ids == ["one"]
    assert loaded.library.topics.find("Physics") is not None
    assert "damaged" in loaded.notices[0]
    assert load_library([catalog], cache, data).notices == ()
    store.db.close()
    store.db.file.unlink()
    store.db.file.mkdir()  # is tried again
    loaded = load_library([catalog], cache, data)
    assert (loaded.library.ids, bool(loaded.notices)) == (["one"], True)
    assert load_cached([catalog], cache, data) is None


def test_hostile_folder_and_title_make_no_circle(folders: tuple[Path, Path, Path]) -> None:
    store = FeedStore(folders[2])
    store.subscribe([Entry(A, "", (("X",), ("All Topics", "X"), ("Science", "Science")))])
    store.store(A, Published("X", (make_item(1, 1),)), now=NOW)
    library = load(folders)
    assert inside(library, "All Topics") == [["One", "E1"]]
    assert inside(library, "X") == [["E1"]] * 3
    assert inside(library, "Science/Science") == [["E1"]]


def test_notes_are_read_of_the_episodes_that_have_some(folders: tuple[Path, Path, Path]) -> None:
    store = fill(folders[2])
    store.store(A, Published("Quarks", (make_item(1, 1, notes="<p>One"), make_item(2, 3))), now=NOW)
    ids = [episode_id(A, guid) for guid in ("g1", "g2", "none")]
    assert read_notes(folders[2], ids) == {ids[0]: "<p>One"}
    assert read_notes(folders[2], []) == read_notes(folders[2] / "none", ids) == {}


@pytest.mark.parametrize(("depth", "names"), [(1, "1"), (8, "12345678"), (9, "12345678")])
def test_subfolders_are_topics_eight_levels_deep(tmp_path: Path, depth: int, names: str) -> None:
    shelf = Shelf(tmp_path)
    shelf.put("/".join(str(number) for number in range(1, depth + 1)) + "/talk.mp3", "Talk")
    shelf.add()
    library = shelf.library()
    assert library.topics.names[1:] == ("Shelf", *names)
    assert library.episode(0).tags == (*reversed(names), "Shelf")


def test_folder_in_several_topics_is_whole_in_each(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.put("Sub/talk.mp3", "Talk")
    shelf.put("intro.mp3", "Intro")
    feed_id = shelf.add().feed.feed_id
    shelf.store.subscribe([Entry(feed_id, folders=(("A",), ("B",)))])
    topics = shelf.library().topics
    assert [topics.path_text(topic) for topic in range(1, len(topics.names))] == [
        "A", "A/Shelf", "A/Shelf/Sub", "B", "B/Shelf", "B/Shelf/Sub",
    ]  # fmt: skip
    assert shelf.course("A/Shelf") == shelf.course("B/Shelf") == ["Intro", "Talk"]


def test_server_has_topics_for_libraries_series_and_collections(folders: tuple[Path, Path, Path]) -> None:
    store, address = FeedStore(folders[2]), "audiobookshelf+https://nas.example"
    store.subscribe([Entry(address, "Server")])
    known = read_known(store, address)
    books = ServerLibrary("l1", "Books", collections=[("Best", ["b3", "b1", "gone"])])
    shelves = {
        "b1": [ItemTopic("Saga", 2.0)],
        "b2": [ItemTopic("Saga", 1.0)],
        "b3": [],
        "b4": [ItemTopic("Cast")],
    }
    found = [
        FullEntry(ident, (PublishedItem(ident, ident.upper(), recording=Recording(ident)),), tuple(there), 1000.0)
        for ident, there in shelves.items()
    ]
    store_found(store, address, known, books, [(entry, "mark") for entry in found])
    stored = finish(store, known, [books, ServerLibrary("l2", "Empty")], [], 0, True)
    assert (stored.new, stored.has_changed) == (4, True)
    library = load(folders)
    topics = library.topics
    ordered = {
        topics.path_text(topic): [library.titles[index] for index in topics.paths.get(topic, ())]
        for topic in range(1, len(topics.names))
        if topics.names[topic] != "Science"
    }
    assert ordered == {
        "Server": ["B2", "B1", "B3"], "Server/Books": ["B2", "B1", "B3"], "Server/Books/Cast": [],
        "Server/Books/Saga": ["B2", "B1"],
        "Server/Books/Collections": ["B3", "B1"], "Server/Books/Collections/Best": ["B3", "B1"], "Server/Empty": [],
    }  # fmt: skip
    assert inside(library, "Server/Books/Cast") == [["B4"]]
    assert [sorted(titles) for titles in inside(library, "Server/Books")] == [["B1", "B2", "B3", "B4"]]
    tags = {library.titles[index]: library.episode(index).tags for index in range(1, 5)}
    assert tags["B3"] == ("Best", "Collections", "Books", "Server")
    assert tags["B1"] == ("Best", "Collections", "Books", "Saga", "Server")


def test_book_that_a_server_no_longer_has_is_hidden(folders: tuple[Path, Path, Path]) -> None:
    store, address, library = FeedStore(folders[2]), "audiobookshelf+https://nas.example", ServerLibrary("l1", "Books")
    store.subscribe([Entry(address, "Server")])
    for guids, new, has_changed in (("ab", 2, True), ("ab", 0, False), ("a", 0, True)):
        known = read_known(store, address)
        before = sum(map(len, known.episodes.values()))
        found = [
            (
                FullEntry(guid, (PublishedItem(guid, guid.upper(), recording=Recording(guid)),), (), 1000.0),
                "mark",
            )
            for guid in guids
            if guid not in known.marks
        ]
        store_found(store, address, known, library, found)
        stored = finish(store, known, [library], set("ab") - set(guids), before, bool(found))
        assert (stored.new, stored.has_changed) == (new, has_changed)
        assert load(folders).titles == ["One", *guids.upper()]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({}, True), ({"moved_to": None}, False), ({"title": "Cast"}, False), ({"items": (PublishedItem("g"),)}, False)],
)
def test_feed_is_a_redirect_if_it_has_a_new_address_and_nothing_else(
    changes: dict[str, object], expected: bool
) -> None:
    moved = Published("", moved_to="https://new.example.org/f")
    assert moved._replace(**changes).is_redirect is expected  # type: ignore[arg-type]


def test_listener_said_what_a_folder_is_if_it_has_half_of_the_files() -> None:
    files = [AudioFile(name, 9, 0, name, Tags()) for name in "abcd"]
    kinds = Kinds("talks", {"a": "book", "b": "book"})
    assert [kinds.of(files[:4]), kinds.of(files[1:]), kinds.of(files[2:])] == ["book", "talks", "talks"]
    assert (kinds.text, Kinds("talks").text) == ("2 talks [('a', 'book'), ('b', 'book')]", "2 talks []")
