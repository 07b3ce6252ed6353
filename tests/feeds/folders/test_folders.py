"""A folder as a podcast: what is in it, in which order, and what stays when it changes."""

import os
import shutil
from pathlib import Path

import pytest

from tests.feeds.folders.sounds import make_mp3
from tui_pod.core.library.library import Library
from tui_pod.feeds.folders import podcast, tags
from tui_pod.feeds.folders.address import to_address
from tui_pod.feeds.formats.model import FeedError
from tui_pod.feeds.net.access import PUBLIC
from tui_pod.feeds.refresh import RefreshResult, refresh_feed
from tui_pod.feeds.store.feed_store import FeedStore
from tui_pod.feeds.store.marks import read_news
from tui_pod.feeds.subscribe import Subscribed, subscribe
from tui_pod.library.cache import load_library
from tui_pod.runtime.threads import Cancelled, CancelToken


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


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_folder_has_its_files_by_name_with_numbers_counted(shelf: Shelf) -> None:
    for name in ("Part 10.mp3", "Part 2.mp3", "part 1.mp3"):
        shelf.put(name)
    assert shelf.add().feed.episodes == 3
    assert shelf.course() == ["part 1", "Part 2", "Part 10"]
    assert shelf.library().titles == ["part 1", "Part 2", "Part 10"]  # newest first: all came together


def test_folder_whose_files_have_tracks_is_in_their_order(shelf: Shelf) -> None:
    shelf.put("a.mp3", "Last", "1", TPOS="2")
    shelf.put("b.mp3", "Second", "2/9", TPOS="1")
    shelf.put("c.mp3", "First", "1", TPOS="1")
    shelf.add()
    assert shelf.course() == ["First", "Second", "Last"]


def test_titles_that_are_the_same_in_a_folder_give_way_to_names(shelf: Shelf) -> None:
    for number in (1, 2):
        shelf.put(f"0{number}_The_Voyage.mp3", "The Book")
    shelf.add()
    assert shelf.course() == ["01 The Voyage", "02 The Voyage"]


def test_subfolders_are_topics_below_the_folder(shelf: Shelf) -> None:
    shelf.put("intro.mp3", "Intro")
    shelf.put("Books/Ships/one.mp3", "One")
    shelf.put("Books/Harbours/two.mp3", "Two")
    shelf.add()
    topics = shelf.library().topics
    assert [topics.path_text(topic) for topic in range(1, len(topics.names))] == [
        "Shelf", "Shelf/Books", "Shelf/Books/Harbours", "Shelf/Books/Ships",
    ]  # fmt: skip
    assert shelf.course() == ["Intro", "Two", "One"]
    assert shelf.course("Shelf/Books/Ships") == ["One"]
    assert topics.feed(1) == shelf.store.feeds()[0].feed_id


def test_tags_are_read_and_cleaned(shelf: Shelf) -> None:
    shelf.put("a.mp3", "Evil \x1b[2J title", TPE1="Ann", TALB="Tales")
    shelf.add()
    episode = shelf.library().episode(0)
    assert (episode.title, episode.summary) == ("Evil [2J title", "Ann · Tales")
    assert episode.audio == str(shelf.folder / "a.mp3")
    assert episode.duration == pytest.approx(1.0, abs=0.1)


def test_renamed_and_moved_files_keep_their_episodes(shelf: Shelf) -> None:
    path = shelf.put("old.mp3", "One")
    shelf.put("other.mp3", "Two")
    shelf.add()
    before = shelf.ids()
    (shelf.folder / "Sub").mkdir()
    path.rename(shelf.folder / "Sub" / "new.mp3")
    assert shelf.refresh().new == 0
    assert shelf.ids() == before
    audio = shelf.library().episode(shelf.library().index(before["One"]) or 0).audio
    assert audio == str(shelf.folder / "Sub" / "new.mp3")


def test_file_with_other_tags_keeps_its_episode(shelf: Shelf) -> None:
    shelf.put("a.mp3", "Before")
    shelf.add()
    (ident,) = shelf.ids().values()
    shelf.put("a.mp3", "Afterwards")
    assert shelf.refresh().has_changed
    assert shelf.ids() == {"Afterwards": ident}


def test_new_file_is_among_what_is_new_and_those_of_the_first_time_are_not(shelf: Shelf) -> None:
    shelf.put("1.mp3")
    shelf.add()
    assert read_news(shelf.store.db) == set()
    shelf.put("2.mp3")
    shelf.refresh()
    assert read_news(shelf.store.db) == {shelf.ids()["2"]}


def test_new_file_takes_its_place_and_nothing_is_read_twice(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put("1.mp3")
    shelf.put("3.mp3")
    shelf.add()
    shelf.put("2.mp3")
    opened = []

    def read(path: str) -> tuple[str, tags.Tags]:
        opened.append(os.path.basename(path))
        return tags.read_file(path)

    monkeypatch.setattr("tui_pod.feeds.folders.scan.read_file", read)
    assert shelf.refresh().new == 1
    assert opened == ["2.mp3"]
    assert shelf.course() == ["1", "2", "3"]
    assert not shelf.refresh().has_changed


def test_folder_moved_by_hand_has_its_files_at_the_new_place(shelf: Shelf) -> None:
    shelf.put("a.mp3", "A")
    feed_id = shelf.add().feed.feed_id
    shelf.folder = shelf.folder.rename(shelf.folder.with_name("Books"))
    shelf.store.move(feed_id, to_address(str(shelf.folder)))
    assert shelf.refresh().has_changed
    assert shelf.library().episode(0).audio == str(shelf.folder / "a.mp3")


def test_many_files_are_read_in_a_process_of_its_own_with_the_same_result(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(podcast, "MANY", 1)
    monkeypatch.setattr("tui_pod.feeds.folders.scan.read_file", None)  # which would fail here
    for number in (1, 2, 3):
        shelf.put(f"Sub/{number}.mp3", f"Part {number}")
    (shelf.folder / "link.mp3").symlink_to(shelf.folder / "Sub" / "1.mp3")
    done = subscribe(shelf.store, str(shelf.folder), [("Mine",)])
    assert (done.feed.episodes, done.is_new, done.has_moved, done.feed.folders) == (3, True, False, (("Mine",),))
    assert shelf.store.take_notices() == [
        f"{shelf.folder}: 1 link not followed. Add what a link leads to as a folder of its own."
    ]
    shelf.put("Sub/4.mp3", "Part 4")
    outcome = shelf.refresh()
    assert (outcome.new, outcome.has_changed, outcome.error) == (1, True, "")
    assert shelf.course("Mine/Shelf/Sub") == ["Part 1", "Part 2", "Part 3", "Part 4"]


def test_what_goes_wrong_in_a_process_of_its_own_is_told(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(podcast, "MANY_BYTES", 1)
    playlist = shelf.folder / "list.m3u"
    shelf.folder.mkdir()
    playlist.write_text("gone.mp3\n")
    with pytest.raises(FeedError, match="There is no sound file in "):
        subscribe(shelf.store, str(playlist))


def test_single_large_file_needs_no_process_of_its_own(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(podcast, "MANY_BYTES", 1)
    monkeypatch.setattr("subprocess.Popen", None)  # which would fail
    assert subscribe(shelf.store, str(shelf.put("one.mp3"))).new == 1


def test_reading_many_files_ends_when_it_is_not_wanted(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(podcast, "MANY", 1)
    for number in (1, 2):
        shelf.put(f"{number}.mp3")
    cancel = CancelToken()
    cancel.set()
    with pytest.raises(Cancelled):
        subscribe(shelf.store, str(shelf.folder), cancel=cancel)


def test_deleted_file_disappears_and_comes_back_as_itself(shelf: Shelf, tmp_path: Path) -> None:
    path = shelf.put("a.mp3", "A")
    shelf.put("b.mp3", "B")
    shelf.add()
    before = shelf.ids()
    shutil.move(path, tmp_path / "away.mp3")
    shelf.refresh()
    assert (list(shelf.ids()), shelf.store.feeds()[0].episodes) == (["B"], 1)
    shutil.move(tmp_path / "away.mp3", path)
    shelf.refresh()
    assert shelf.ids() == before


@pytest.mark.parametrize("is_empty", [True, False])
def test_folder_that_is_not_mounted_keeps_its_episodes(shelf: Shelf, is_empty: bool) -> None:
    shelf.put("a.mp3", "A")
    shelf.add()
    shutil.rmtree(shelf.folder)
    if is_empty:
        shelf.folder.mkdir()
    outcome = shelf.refresh()
    assert ("There is no sound file in " if is_empty else "There is no file or folder ") in outcome.error
    assert list(shelf.ids()) == ["A"]


def test_folder_added_under_another_name_is_the_same(shelf: Shelf) -> None:
    shelf.put("a.mp3", "A")
    shelf.add()
    before = shelf.ids()
    shelf.folder = shelf.folder.rename(shelf.folder.with_name("Books"))
    done = shelf.add()
    assert (done.has_moved, done.is_new, done.new) == (True, False, 0)
    assert shelf.ids() == before
    assert shelf.store.feeds()[0].title == "Shelf"


def test_two_files_of_the_same_content_are_two_episodes(shelf: Shelf) -> None:
    path = shelf.put("a.mp3", "A")
    shutil.copy(path, shelf.folder / "b.mp3")
    assert shelf.add().feed.episodes == 2
    (first,) = (ident for title, ident in shelf.ids().items() if title == "a")
    path.unlink()
    shelf.refresh()
    assert shelf.ids() == {"A": first}


def test_what_is_left_out_is_told_once(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put("good.mp3")
    shelf.put("locked.mp3")
    (shelf.folder / ".hidden.mp3").write_bytes(b"x")
    (shelf.folder / "loop").symlink_to(shelf.folder)
    (shelf.folder / "out.mp3").symlink_to(make_mp3(tmp_path / "secret.mp3"))
    os.mkfifo(shelf.folder / "pipe.mp3")
    Path(os.fsdecode(os.fsencode(shelf.folder) + b"/latin-\xe9.mp3")).write_bytes(b"x")

    def read(path: str) -> tuple[str, tags.Tags]:
        if path.endswith("locked.mp3"):
            raise PermissionError(13, "Permission denied", path)
        return tags.read_file(path)

    monkeypatch.setattr("tui_pod.feeds.folders.scan.MAX_DEPTH", 1)
    (shelf.folder / "deep" / "deeper").mkdir(parents=True)
    monkeypatch.setattr("tui_pod.feeds.folders.scan.read_file", read)
    feed_id = shelf.add().feed.feed_id
    shelf.refresh()
    assert shelf.course() == ["good"]
    root = shelf.folder
    left_out = shelf.store.take_notices()
    assert shelf.store.description(feed_id) == "\n".join(left_out)
    assert left_out == [
        f"{root}: 1 file or folder cannot be read, such as locked.mp3 (Permission denied).",
        f"{root}: 1 file or folder left out, for the name is not UTF-8. Rename such files (convmv does it for many) to"
        " have them.",
        f"{root}: 2 links not followed. Add what a link leads to as a folder of its own.",
        f"{root}: 1 folder below 1 others not looked into. Add what is in there as a folder of its own.",
    ]


def test_folder_with_too_many_files_is_taken_in_part(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pod.feeds.folders.scan.MAX_FILES", 2)
    for number in range(4):
        shelf.put(f"{number}.mp3")
    assert shelf.add().feed.episodes == 2
    (notice,) = shelf.store.take_notices()
    assert "has more than 2 sound files" in notice


def test_path_without_sound_is_refused_and_nothing_kept(shelf: Shelf, tmp_path: Path) -> None:
    shelf.folder.mkdir()
    (tmp_path / "notes.txt").write_text("no sound")
    for path, said in (
        (shelf.folder, "There is no sound file in"),
        (tmp_path / "nowhere", "There is no file or folder"),
        (tmp_path / "notes.txt", "is neither a folder, nor a playlist"),
    ):
        with pytest.raises(FeedError, match=said):
            subscribe(shelf.store, str(path))
    assert shelf.store.feeds() == []


def test_folder_is_rebuilt_from_the_backup_with_its_ids(shelf: Shelf) -> None:
    shelf.put("a.mp3", "A")
    shelf.add()
    before = shelf.ids()
    shelf.store.db.close()
    shelf.store.db.file.unlink()
    shelf.refresh()
    assert shelf.ids() == before


def test_one_sound_file_is_a_podcast_of_one_episode(shelf: Shelf) -> None:
    path = shelf.put("The Book.mp3", "The Book")
    done = subscribe(shelf.store, str(path))
    assert (done.feed.title, shelf.course("The Book")) == ("The Book", ["The Book"])


@pytest.mark.parametrize("junk", [bytes(3_000_000), b"\xff" * 3_000_000, b"ID3\x03\0\0\x7f\x7f\x7f\x7f" + b"a" * 999])
def test_file_that_is_no_sound_has_no_tags(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "junk.mp3"
    path.write_bytes(junk)
    assert tags.read_file(str(path))[1] == tags.Tags()
