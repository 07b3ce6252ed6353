"""Copies of a recording in folders are one episode with several places."""

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.present import present
from tests.sources.folders.shelf import Shelf
from tests.sources.folders.sounds import make_long_mp3
from tests.sources.folders.test_books import BEFORE, noted
from tui_pod.core.library.own_lists import OwnList
from tui_pod.core.progress.moves import moved_notebook
from tui_pod.core.progress.progress import Progress
from tui_pod.core.progress.progress_index import ProgressIndex
from tui_pod.net.access import PUBLIC
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.marks import read_news
from tui_pod.sources.opened import Podcasts
from tui_pod.sources.refresh import refresh_feed
from tui_pod.sources.table import subscribe
from tui_pod.sync.shared_recordings import Recognition


class Shelves(Shelf):
    """Two folders, of which the second is beside the first."""

    def __init__(self, tmp_path: Path) -> None:
        super().__init__(tmp_path)
        self.other = tmp_path / "Backup"

    def add_both(self) -> None:
        self.add()
        subscribe(self.store, str(self.other))

    def refresh_all(self) -> list[str | None]:
        feeds = self.store.feeds()
        return [refresh_feed(self.store, feed, CancelToken(), PUBLIC).error for feed in reversed(feeds)]

    def copy(self, name: str, to: str = "") -> None:
        (self.other / (to or name)).parent.mkdir(parents=True, exist_ok=True)
        take = shutil.copytree if (self.folder / name).is_dir() else shutil.copy2
        take(self.folder / name, self.other / (to or name))


@pytest.fixture
def shelves(tmp_path: Path) -> Shelves:
    return Shelves(tmp_path)


def test_copies_in_one_folder_are_counted_once(shelves: Shelves) -> None:
    for name in ("Talk.mp3", "More/Talk.mp3", "Again/Talk.mp3"):
        shelves.put(name, "A talk")
    shelves.put("Tone.mp3", "A tone")
    assert subscribe(shelves.store, str(shelves.folder)).new == 2
    assert [feed.episodes for feed in shelves.store.feeds()] == [2]
    shelves.put("More/Tone.mp3", "A tone")
    assert shelves.refresh_all() == [None]
    assert [feed.episodes for feed in shelves.store.feeds()] == [2]


def test_file_and_book_in_two_folders_are_one_episode_in_both(shelves: Shelves) -> None:
    shelves.put("Talk.mp3", "A talk")
    shelves.put("Tone.mp3", "A tone")
    shelves.put("Sound/Other.mp3", "A tone")
    shelves.put_book()
    shelves.add()
    before = shelves.ids()
    shelves.copy("Talk.mp3", "More/Renamed.mp3")
    shelves.copy("Emma")
    shutil.copy2(shelves.folder / "Talk.mp3", shelves.folder / "Talk again.mp3")
    assert shelves.refresh().new == 0
    assert subscribe(shelves.store, str(shelves.other)).new == 0
    library = shelves.library()
    assert shelves.ids() == before
    assert sorted(library.titles) == ["A talk", "A tone", "A tone", "Emma"]
    assert shelves.course("Backup") == ["Emma", "A talk"]
    assert shelves.course("More") == ["A talk"]
    assert len(library.topics.members[0]) == 4
    assert read_news(shelves.store.db) == set()


def test_what_was_noted_of_a_copy_is_of_the_episode(shelves: Shelves) -> None:
    shelves.put("Talk.mp3", "A talk")
    shelves.copy("Talk.mp3")
    shelves.add_both()
    library, ((copy, own),) = shelves.library(), shelves.store.copies().items()
    assert (library.ids, library.index(copy)) == ([own], 0)
    progress = {own: Progress(BEFORE, 0.2), copy: Progress(BEFORE + timedelta(days=1), 0.4)}
    index = ProgressIndex(library, progress)
    index.set_new([copy])
    assert (present(index.get(own)).position, index.continue_count, index.new) == (0.4, 1, set())
    notebook = noted(copy, 0.5)._replace(lists=(OwnList("Road", BEFORE, episodes=(copy, own)),))
    (bookmark,), (card,), (listed,) = moved_notebook(notebook, library.moves, library.aliases)
    assert (bookmark.key, card.key, listed.episodes) == ((own, 0.5), (own, 0.5), (own,))
    here = shelves.store.contents()
    assert Recognition(here, progress, (), {copy: own}).whole("elsewhere", {"elsewhere": here[copy]}) == own


def test_copy_plays_while_the_disk_of_the_first_is_away_and_details_name_both(shelves: Shelves) -> None:
    shelves.put_book()
    shelves.copy("Emma", "More/Emma")
    shelves.add_both()
    book, podcasts = shelves.book(), Podcasts(shelves.data, shelves.data / "cache", 0)
    path = book.parts[1].audio
    assert podcasts.documents.notes(book).copies == (str(shelves.other / "More/Emma"),)
    assert podcasts.audio.place_of(book, path) == path
    shelves.folder.rename(shelves.folder.with_name("away"))
    assert podcasts.audio.place_of(book, path) == str(shelves.other / "More/Emma/02.mp3")
    shutil.rmtree(shelves.other)
    assert podcasts.audio.place_of(book, path) == path


def test_book_of_one_file_is_the_episode_of_its_loose_copy(shelves: Shelves) -> None:
    shelves.put("Emma/Emma.mp3", "Emma", TCON="Audiobook")
    shelves.put("Stays.mp3")
    shelves.copy("Emma/Emma.mp3", "Loose.mp3")
    shelves.add_both()
    shelves.store.configure(shelves.store.feeds()[1].feed_id, {"kind": "talks"})
    book = shelves.book()
    shutil.rmtree(shelves.folder / "Emma")
    assert shelves.refresh_all() == [None, None]
    (loose,) = (each for each in shelves.library().ids if each == book.id)
    assert (bool(book.parts), present(shelves.library().find(loose)).parts) == (True, ())


class History:
    """A random history of two folders, one of which is on a disk of its own, and of what was heard meanwhile."""

    def __init__(self, shelves: Shelves, chances: random.Random) -> None:
        self.shelves, self.chances = shelves, chances
        self.away = shelves.other.with_name("away")
        self.places: dict[Path, str] = {}
        self.heard: dict[str, float] = {}
        self.progress: dict[str, Progress] = {}
        self.now = BEFORE
        for folder in (shelves.folder, shelves.other):
            make_long_mp3(folder / "Stays.mp3", 1, str(folder), title=f"{folder.name} stays")
        for sound in ("Ash", "Elm", "Oak"):
            self.write(self.free(shelves.folder), sound)
        shelves.put_book("Emma")
        self.places[shelves.folder / "Emma"] = "Emma"
        shelves.add_both()
        self.shown: dict[Path, set[str]] = {}
        self.rescan()

    def write(self, path: Path, sound: str) -> None:
        make_long_mp3(path, 1, sound, title=f"{sound} {self.chances.random()}")
        self.places[path] = sound

    def free(self, folder: Path) -> Path:
        name = "".join(self.chances.choices("bcdfghklmnp", k=9))
        return folder / self.chances.choice(("", "Below")) / f"{name}.mp3"

    def step(self) -> None:
        folders = [each for each in (self.shelves.folder, self.shelves.other) if each.exists()]
        paths = sorted(path for path in self.places if path.exists())
        match self.chances.choice(
            ("copy", "copy", "move", "retag", "remove", "disk", "source", "rescan", "listen", "listen")
        ):
            case "copy" | "move" as what if paths:
                path = self.chances.choice(paths)
                to = self.free(self.chances.choice(folders))
                to = to.with_suffix("") if path.is_dir() else to
                to.parent.mkdir(exist_ok=True)
                (shutil.copytree if path.is_dir() else shutil.copy2)(path, to)
                self.places[to] = self.places[path]
                if what == "move":
                    self.remove(path)
            case "retag" if paths and not (path := self.chances.choice(paths)).is_dir():
                self.write(path, self.places[path])
            case "remove" if paths:
                self.remove(self.chances.choice(paths))
            case "disk":
                ends = (self.shelves.other, self.away)
                ends[0].rename(ends[1]) if ends[0].exists() else ends[1].rename(ends[0])
            case "source":
                store, feed = self.shelves.store, self.shelves.store.feeds(with_removed=True)[1]
                (store.remove if feed.removed is None else store.restore)(feed.feed_id)
            case "rescan":
                self.rescan()
            case "listen":
                self.listen()

    def remove(self, path: Path) -> None:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        del self.places[path]

    def rescan(self) -> None:
        feeds = self.shelves.store.feeds()
        for feed in self.chances.sample(feeds, len(feeds)):
            refresh_feed(self.shelves.store, feed, CancelToken(), PUBLIC)
        for folder in (self.shelves.folder, self.shelves.other)[: len(feeds)]:
            if folder.exists():
                self.shown[folder] = {sound for path, sound in self.places.items() if folder in path.parents}
        self.check()

    def listen(self) -> None:
        library, self.now = self.shelves.library(), self.now + timedelta(minutes=1)
        index = self.chances.randrange(len(library))
        at = round(self.chances.random() * 0.5, 2)
        self.heard[library.titles[index].split()[0]] = at
        self.progress[library.ids[index]] = Progress(self.now, at)

    def check(self) -> None:
        library = self.shelves.library()
        found = [title.split()[0] for title in library.titles if not title.endswith("stays")]
        assert sorted(found) == sorted(set().union(*[*self.shown.values()][: len(self.shelves.store.feeds())]))
        index = ProgressIndex(library, self.progress)
        for at, title in enumerate(library.titles):
            known = index.get(library.ids[at])
            assert (known.position if known else None) == self.heard.get(title.split()[0]), title


@pytest.mark.parametrize("seed", range(6))
def test_no_history_of_copies_loses_a_place_or_shows_one_twice(shelves: Shelves, seed: int) -> None:
    history = History(shelves, random.Random(seed))
    for _ in range(40):
        history.step()
    history.rescan()
