"""A folder is scanned for audio files, each read once."""

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import Mock

import pytest

from tests.sources.folders.shelf import Shelf
from tests.sources.folders.sounds import make_mp3
from tui_pod.net.file_address import to_address
from tui_pod.runtime.threads import CancelToken
from tui_pod.services.transcripts import read_transcript
from tui_pod.shelf.feed_store import FeedStore
from tui_pod.shelf.opml import Entry
from tui_pod.shelf.published import AudioFile, FeedError, Tags
from tui_pod.sources.folders.scan import holds_more, scan
from tui_pod.sources.foreign_texts import ForeignTexts
from tui_pod.sources.refresh import FolderChanges, folders_in
from tui_pod.sources.table import subscribe


def test_new_file_takes_its_place_and_nothing_is_read_twice(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put("1.mp3", TPE1="Bo")
    shelf.put("3.mp3", TPE1="Ann")
    shelf.add()
    shelf.put("2.mp3")
    opened, former = list[str](), ForeignTexts.read_each

    def read(texts: ForeignTexts, function: str, calls: Sequence[tuple[str]], *more: CancelToken) -> list[object]:
        opened.extend(os.path.basename(call[0]) for call in calls)
        return former(texts, function, calls, *more)

    monkeypatch.setattr(ForeignTexts, "read_each", read)
    assert shelf.refresh().new == 1
    assert opened == ["2.mp3"]
    assert shelf.course() == ["1", "2", "3"]
    assert not shelf.refresh().has_changed


def test_full_disk_is_not_the_fault_of_the_texts_and_hides_none(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put("good.mp3")
    text = shelf.folder / "Kept.md"
    text.write_text("# Kept\n\nWords that are kept.\n")
    shelf.add()
    before = shelf.ids()
    text.write_text("# Kept\n\nOther words, for which there is no room.\n")
    (shelf.folder / "New.md").write_text("# New\n\nNew words.\n")
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr("tui_pod.sources.folders.beside.write_plan", Mock(side_effect=full))
    shelf.refresh()
    assert shelf.ids() == before
    (said,) = shelf.store.take_notices()
    assert said.startswith(f"{shelf.folder}: 2 texts cannot be kept, such as ")
    assert said.endswith(".md (No space left on device).")


def test_what_is_left_out_is_told_once(shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.put("good.mp3")
    (shelf.folder / "typed.ts").write_text("let a = 1")
    (shelf.folder / "locked empty.mp3").touch()
    (shelf.folder / ".hidden.mp3").write_bytes(b"x")
    (shelf.folder / "loop").symlink_to(shelf.folder)
    (shelf.folder / "out.mp3").symlink_to(make_mp3(tmp_path / "secret.mp3"))
    os.mkfifo(shelf.folder / "pipe.mp3")
    Path(os.fsdecode(os.fsencode(shelf.folder) + b"/latin-\xe9.mp3")).write_bytes(b"x")
    monkeypatch.setattr("tui_pod.sources.folders.scan.MAX_DEPTH", 1)
    (shelf.folder / "deep" / "deeper").mkdir(parents=True)
    feed_id = shelf.add().feed.feed_id
    shelf.refresh()
    assert shelf.course() == ["good"]
    root = shelf.folder
    left_out = shelf.store.take_notices()
    assert shelf.store.description(feed_id) == "\n".join(left_out)
    assert left_out == [
        f"{root}: 2 files or folders cannot be read, such as locked empty.mp3 (it is empty).",
        f"{root}: 1 file or folder skipped because their names are not UTF-8. Rename them (convmv can do it for"
        " many) to add them.",
        f"{root}: 2 links not followed. Add the target of a link as a folder of its own.",
        f"{root}: 1 folder not scanned, more than 1 levels deep. Add them as folders of their own.",
    ]


def test_watched_folders_are_neither_linked_nor_hidden(tmp_path: Path) -> None:
    (tmp_path / "shelf" / "inside" / "deeper").mkdir(parents=True)
    (tmp_path / "shelf" / ".hidden").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "shelf" / "link").symlink_to(tmp_path / "elsewhere")
    found = folders_in(str(tmp_path / "shelf"), CancelToken())
    assert sorted(os.path.relpath(path, tmp_path) for path in found) == ["shelf", "shelf/inside", "shelf/inside/deeper"]
    assert folders_in(str(tmp_path / "none"), CancelToken()) == {str(tmp_path / "none"): -1}
    with pytest.raises(FileNotFoundError):
        scanned(tmp_path / "none")


def test_what_the_player_does_not_open_is_counted_by_ending(shelf: Shelf) -> None:
    shelf.put("good.AIFF")
    for name in ("a.mid", "b.MID", "c.aax", "cover.jpg", "notes.pdf"):
        shelf.put(name)
    shelf.put("code.ts").write_text("import x")
    shelf.add()
    assert shelf.course() == ["good"]
    assert shelf.store.take_notices() == [
        f"{shelf.folder}: 1 file or folder cannot be read, such as code.ts (not a recording).",
        f"{shelf.folder}: 3 files cannot be played (2 .mid, 1 .aax).",
    ]


def test_folder_of_nothing_that_can_be_played_says_what_is_there(shelf: Shelf) -> None:
    shelf.put("a.mid")
    with pytest.raises(FeedError, match=r"There is no audio file in .* 1 file cannot be played \(1 \.mid\)\."):
        shelf.add()


def test_transcript_that_comes_goes_or_changes_is_seen(shelf: Shelf) -> None:
    shelf.put("Talk.mp3")
    words = shelf.folder / "Talk.srt"
    shelf.add()
    assert shelf.library().episode(0).transcript is None
    words.write_text("1\n00:00:01,000 --> 00:00:02,000\nOne.\n")
    assert shelf.refresh().has_changed
    episode = shelf.library().episode(0)
    assert [cue.text for cue in read_transcript(episode, ForeignTexts()).cues] == ["One."]
    assert not shelf.refresh().has_changed
    words.write_text("1\n00:00:01,000 --> 00:00:02,000\nTwo.\n")
    assert [cue.text for cue in read_transcript(episode, ForeignTexts()).cues] == ["Two."]
    words.unlink()
    assert shelf.refresh().has_changed
    assert shelf.library().episode(0).transcript is None


def test_transcript_beside_a_single_file_and_those_of_a_playlist(shelf: Shelf) -> None:
    path = shelf.put("Talk.mp3")
    (shelf.folder / "Talk.vtt").write_text("x")
    (shelf.folder / "all.m3u").write_text("Talk.mp3\n")
    for place in (path, shelf.folder / "all.m3u"):
        subscribe(shelf.store, str(place))
    library = shelf.library()
    found = {library.episode(index).transcript for index in range(len(library))}
    assert found == {str(shelf.folder / "Talk.vtt")}


def scanned(folder: Path, known: tuple[AudioFile, ...] = ()) -> tuple[list[str], tuple[str, ...]]:
    """Return the paths of the recordings below a folder, and what is said about others."""
    files, notices = scan(str(folder), {file.path: file for file in known}, CancelToken())
    return sorted(file.path for file in files), notices


@pytest.mark.parametrize(("depth", "count"), [(40, 1), (41, 0)])
def test_folder_is_scanned_forty_levels_deep(tmp_path: Path, depth: int, count: int) -> None:
    make_mp3((tmp_path / "Shelf").joinpath(*["d"] * depth) / "a.mp3")
    files, notices = scanned(tmp_path / "Shelf")
    assert len(files) == count
    assert len(notices) == 1 - count
    assert len(folders_in(str(tmp_path / "Shelf"), CancelToken())) == 41
    assert holds_more(str(tmp_path / "Shelf"), 0) is bool(count)


def test_folder_holds_more_if_it_has_one_more(tmp_path: Path) -> None:
    for name in ("a", "b/c"):
        make_mp3(tmp_path / f"{name}.mp3")
    assert [holds_more(str(tmp_path), count) for count in (1, 2)] == [True, False]


@pytest.mark.parametrize(("limit", "count"), [("MAX_FILES", 2), ("MAX_ENTRIES", 3)])
def test_folder_is_scanned_up_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, count: int
) -> None:
    for name in ("a.mp3", "b.mp3", "notes.txt"):
        make_mp3(tmp_path / "Shelf" / name)
    for more in (0, -1):
        monkeypatch.setattr(f"tui_pod.sources.folders.scan.{limit}", count + more)
        files, notices = scanned(tmp_path / "Shelf")
        assert (len(notices), len(files) == 2) == (-more, not more)


@pytest.mark.parametrize("is_other", ["size", "time", "neither"])
def test_known_file_is_read_again_if_its_size_or_time_differs(tmp_path: Path, is_other: str) -> None:
    path = make_mp3(tmp_path / "a.mp3", "A")
    stat = path.stat()
    size, modified = stat.st_size + (is_other == "size"), stat.st_mtime_ns + (is_other == "time")
    known = AudioFile("a.mp3", size, modified, "known", Tags("Known"))
    (found,), _ = scan(str(tmp_path), {"a.mp3": known}, CancelToken())
    assert found.tags.title == ("Known" if is_other == "neither" else "A")
    assert (found.size, found.modified) == (stat.st_size, stat.st_mtime_ns)
    (tmp_path / "a.vtt").write_text("x")
    (found,), _ = scan(str(tmp_path), {"a.mp3": found}, CancelToken())
    assert found.tags.transcript == "a.vtt"


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
    monkeypatch.setattr("tui_pod.sources.refresh.time.thread_time", lambda: next(times))
    watched.look()
    assert watched.changes.cost == 0.25
