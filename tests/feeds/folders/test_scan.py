"""A folder is scanned for audio files, each read once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.feeds.folders.shelf import Shelf
from tests.feeds.folders.sounds import make_mp3
from tui_pod.feeds.folders import tags
from tui_pod.feeds.folders.scan import folders_in
from tui_pod.runtime.threads import CancelToken


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
        f"{root}: 1 file or folder skipped because their names are not UTF-8. Rename them (convmv can do it for"
        " many) to add them.",
        f"{root}: 2 links not followed. Add the target of a link as a folder of its own.",
        f"{root}: 1 folder not scanned, more than 1 levels deep. Add them as folders of their own.",
    ]


def test_folder_with_too_many_files_is_taken_in_part(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pod.feeds.folders.scan.MAX_FILES", 2)
    for number in range(4):
        shelf.put(f"{number}.mp3")
    assert shelf.add().feed.episodes == 2
    (notice,) = shelf.store.take_notices()
    assert "has more than 2 audio files" in notice


def test_watched_folders_are_neither_linked_nor_hidden(tmp_path: Path) -> None:
    (tmp_path / "shelf" / "inside" / "deeper").mkdir(parents=True)
    (tmp_path / "shelf" / ".hidden").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "shelf" / "link").symlink_to(tmp_path / "elsewhere")
    found = folders_in(str(tmp_path / "shelf"), CancelToken())
    assert sorted(os.path.relpath(path, tmp_path) for path in found) == ["shelf", "shelf/inside", "shelf/inside/deeper"]
    assert folders_in(str(tmp_path / "none"), CancelToken()) == {str(tmp_path / "none"): -1}
