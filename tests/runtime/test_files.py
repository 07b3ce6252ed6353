"""Reading what is no file of ours, or endless: nothing waits, and nothing of it gets into memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tui_pod.runtime import files


@pytest.mark.parametrize("read", [files.read_bytes, files.read_text, files.read_start])
def test_read_pipe_does_not_wait_for_a_writer(read: Callable[[Path], object], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(files.Unreadable, match="not a regular file"):
        read(tmp_path / "pipe")


@pytest.mark.parametrize("read", [files.read_bytes, files.read_text, files.read_start])
def test_read_folder_says_so_and_leaves_nothing_open(read: Callable[[Path], object], tmp_path: Path) -> None:
    before = os.listdir("/dev/fd")
    with pytest.raises(IsADirectoryError):
        read(tmp_path)
    assert os.listdir("/dev/fd") == before


def test_read_bytes_up_to_the_limit_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"12345")
    assert files.read_bytes(path, 5) == b"12345"
    with pytest.raises(files.TooLarge):
        files.read_bytes(path, 4)


def test_read_text_with_a_hole_of_gigabytes_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(3 * 1024**3)
    with pytest.raises(files.TooLarge, match="larger than 512 MB"):
        files.read_text(path)
    assert files.read_start(path) == b"\0" * files.START


def test_read_text_without_a_file_is_none(tmp_path: Path) -> None:
    assert files.read_text(tmp_path / "nothing") is None


def test_made_folder_and_those_above_it_are_closed_to_others(tmp_path: Path) -> None:
    files.make_folder(tmp_path / "a" / "b")
    files.make_folder(tmp_path / "a" / "b")
    for folder in (tmp_path / "a", tmp_path / "a" / "b"):
        assert folder.stat().st_mode & 0o777 == 0o700
