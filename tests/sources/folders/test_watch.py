import os
from pathlib import Path

import pytest

from tests.sources.folders.sounds import make_mp3
from tui_pod.net.file_address import to_address
from tui_pod.runtime.threads import CancelToken
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.sources.folders.scan import FolderChanges
from tui_pod.sources.table import subscribe


class Watched:
    """A folder with one file in a subfolder, in a store, looked at once."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "Shelf"
        make_mp3(self.folder / "Sub" / "one.mp3")
        self.store = FeedStore(tmp_path / "data")
        self.feed_id = subscribe(self.store, str(self.folder)).feed.feed_id
        self.changes = FolderChanges(self.store)
        assert self.look() == [self.feed_id]

    def look(self) -> list[str]:
        return self.changes.look(CancelToken())

    def put(self, name: str) -> None:
        """Write a file, at another time than the last, however coarse the clock of the file system is."""
        path = make_mp3(self.folder / name)
        os.utime(path.parent, ns=(1, os.stat(path.parent).st_mtime_ns + 1_000))


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_change_is_seen_in_any_subfolder_and_once(watched: Watched) -> None:
    assert watched.look() == []
    watched.put("Sub/two.mp3")
    assert watched.look() == [watched.feed_id]
    assert watched.look() == []
    watched.put("New/three.mp3")
    os.utime(watched.folder, ns=(1, 1))
    assert watched.look() == [watched.feed_id]
    watched.put("New/four.mp3")
    assert watched.look() == [watched.feed_id]


def test_look_asks_folders_and_no_file(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    stat = os.stat

    def asking(path: str) -> os.stat_result:
        asked.append(path)
        return stat(path)

    monkeypatch.setattr(os, "stat", asking)
    assert watched.look() == []
    assert [path for path in asked if str(path).startswith(str(watched.folder))] == [
        str(watched.folder), str(watched.folder / "Sub"),
    ]  # fmt: skip


def test_folder_is_looked_at_again_after_a_change_and_after_it_was_away(watched: Watched) -> None:
    watched.changes.look_again(watched.feed_id)
    assert watched.look() == [watched.feed_id]
    watched.folder.rename(watched.folder.with_name("Away"))
    assert watched.look() == [watched.feed_id]
    assert watched.look() == []
    watched.folder.with_name("Away").rename(watched.folder)
    assert watched.look() == [watched.feed_id]


def test_removed_folder_is_no_longer_watched(watched: Watched) -> None:
    watched.store.remove(watched.feed_id)
    watched.put("Sub/two.mp3")
    assert watched.look() == []


def test_folder_that_has_a_new_path_is_looked_at_again(watched: Watched, tmp_path: Path) -> None:
    make_mp3(tmp_path / "Other" / "one.mp3")
    watched.store.move(watched.feed_id, to_address(str(tmp_path / "Other")))
    assert watched.look() == [watched.feed_id]
    assert watched.look() == []


def test_podcast_of_the_network_is_not_watched(watched: Watched) -> None:
    watched.store.subscribe([Entry("https://a.example.org/f")])
    assert watched.look() == []


def test_cost_of_a_look_is_that_of_known_folders_alone(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter((1.0, 1.25))
    monkeypatch.setattr("tui_pod.sources.folders.scan.time.thread_time", lambda: next(times))
    watched.look()
    assert watched.changes.cost == 0.25
