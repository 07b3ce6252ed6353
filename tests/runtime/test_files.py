"""Reading what is no file of ours, or endless: nothing waits, and nothing of it gets into memory."""

from __future__ import annotations

import contextlib
import fcntl
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


def test_lock_that_is_held_raises_what_the_caller_gave(tmp_path: Path) -> None:
    busy = RuntimeError("busy")
    with (
        files.locked(tmp_path / "lock"),
        pytest.raises(RuntimeError, match="busy"),
        files.locked(tmp_path / "lock", busy),
    ):
        pass


def test_lock_without_an_error_waits_until_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    holder = contextlib.ExitStack()
    holder.enter_context(files.locked(tmp_path / "lock"))
    lock = fcntl.flock

    def flock(descriptor: int, operation: int) -> None:
        if not operation & fcntl.LOCK_NB:
            holder.close()  # the wait would never end
        lock(descriptor, operation)

    monkeypatch.setattr("fcntl.flock", flock)
    with files.locked(tmp_path / "lock"):
        pass


@pytest.mark.parametrize(
    ("exists", "is_first", "is_synced", "syncs"),
    [(False, False, True, 1), (True, True, True, 1), (True, False, True, 0), (False, True, False, 0)],
)
def test_append_syncs_the_folder_of_a_file_that_may_be_new(
    exists: bool, is_first: bool, is_synced: bool, syncs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    if exists:
        path.touch()
    synced: list[Path] = []
    monkeypatch.setattr(files, "sync_folder", synced.append)
    assert files.append(path, "line\n", is_first, is_synced) == 5
    assert synced == [tmp_path] * syncs


def test_append_after_half_a_record_begins_a_new_line(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("whole\nhal")
    assert files.append(path, "next\n") == 15
    assert path.read_text() == "whole\nhal\nnext\n"
