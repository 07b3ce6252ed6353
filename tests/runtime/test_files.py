"""Reading what is no file of ours, or endless: nothing waits, and nothing of it gets into memory.

What is written into a folder of the listener's replaces and removes only what was written there before.
What an error of SQLite means: damage, or something that passes.
"""

import contextlib
import errno
import fcntl
import json
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest

from tui_pod.core.errors import UserError
from tui_pod.runtime import files
from tui_pod.runtime.database_errors import explain_database_error, is_damage, is_passing, stored_json
from tui_pod.runtime.own_files import HEAD, LIST, OwnFiles
from tui_pod.state.store import modified


@pytest.mark.parametrize("read", [files.read_bytes, files.read_text, files.read_start])
def test_read_pipe_does_not_wait_for_a_writer(read: Callable[[Path], object], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    for name in ("file", "none", "file/within"):
        files.check_regular(tmp_path / name)
    for check in (read, files.check_regular):
        with pytest.raises(files.Unreadable, match="not a regular file"):
            check(tmp_path / "pipe")
    assert files.read_text(tmp_path / "nothing") is None


@pytest.mark.parametrize("read", [files.read_bytes, files.read_text, files.read_start])
def test_read_folder_says_so_and_leaves_nothing_open(read: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        read(tmp_path)
    opened = (Path("/dev/fd", each) for each in os.listdir("/dev/fd"))
    assert tmp_path not in [each.resolve() for each in opened]


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
    ("exists", "is_first", "is_synced", "syncs", "calls"),
    [
        (False, False, True, 1, ["fsync"]),
        (True, True, True, 1, ["fsync"]),
        (True, False, True, 0, ["fdatasync"]),
        (False, True, False, 0, []),
    ],
)
def test_append_syncs_the_folder_of_a_file_that_may_be_new(
    exists: bool, is_first: bool, is_synced: bool, syncs: int, calls: list[str],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    path = tmp_path / "file"
    if exists:
        path.write_text("whole\nhal")
    synced, done = list[Path](), list[str]()
    monkeypatch.setattr(files, "sync_folder", synced.append)
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda _, name=name: done.append(name), raising=False)
    assert files.append(path, "next\n", is_first, is_synced) == (15 if exists else 5)
    assert path.read_text() == ("whole\nhal\nnext\n" if exists else "next\n")
    assert (synced, done) == ([tmp_path] * syncs, calls)


def test_lock_that_is_busy_is_tried_again_until_the_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries, clock = list[int](), iter((0.0, 1.0, 2.0, 3.0))

    def flock(descriptor: int, operation: int) -> None:
        tries.append(operation)
        raise BlockingIOError

    monkeypatch.setattr(files, "time", Mock(monotonic=lambda: next(clock)))
    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.raises(RuntimeError), files.locked(tmp_path / "lock", RuntimeError(), wait=2.0):
        pass
    assert tries == [fcntl.LOCK_EX | fcntl.LOCK_NB] * 3


def test_lock_makes_a_private_file_and_follows_no_link(tmp_path: Path) -> None:
    with files.locked(tmp_path / "new" / "lock") as descriptor:
        assert os.fstat(descriptor).st_mode & 0o777 == 0o600
    (tmp_path / "link").symlink_to(tmp_path / "new" / "lock")
    with pytest.raises(OSError, match="Too many levels"), files.locked(tmp_path / "link"):
        pass


@pytest.mark.parametrize(("is_synced", "left"), [(True, "whole\n"), (False, "whole\nne")])
def test_append_to_a_full_disk_leaves_no_half_record_unless_others_may_append(
    is_synced: bool, left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, write = tmp_path / "file", os.write
    path.write_text("whole\n")
    monkeypatch.setattr("os.write", lambda descriptor, content: write(descriptor, content[:2]))
    with pytest.raises(OSError, match="No space left"):
        files.append(path, "next\n", is_synced=is_synced)
    assert path.read_text() == left


def test_replaced_file_is_private_and_leaves_nothing_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    (tmp_path / ".file.tmp").write_text("left by a killed program, and longer")
    monkeypatch.setattr(files, "sync_folder", Mock(side_effect=OSError))  # which no longer matters
    files.replace(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)
    assert list(tmp_path.glob("*file*")) == [path]


@pytest.mark.parametrize("write", [files.append, files.replace])
def test_error_of_writing_names_the_file(
    write: Callable[[Path, str], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.fsync", Mock(side_effect=OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(OSError, match="No space") as caught:
        write(tmp_path / "file", "text")
    assert caught.value.filename == str(tmp_path / "file")


def test_reason_says_what_to_do_where_this_user_may_not_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    error = PermissionError(errno.EACCES, "Permission denied", str(tmp_path / "missing" / "file"))
    assert files.reason(error) == f"Permission denied (make it writable: chmod u+rwx {tmp_path})"
    assert files.reason(OSError(errno.ENOSPC, "No space left", str(tmp_path))) == "No space left"
    monkeypatch.setattr("os.geteuid", lambda: 54321)
    monkeypatch.setenv("HOME", str(tmp_path / "other"))
    assert "; use a folder of yours, with --state or HOME)" in files.reason(error)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert f"; take it back with: sudo chown -R 54321 {tmp_path})" in files.reason(error)
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", Mock(side_effect=KeyError))
    assert "; use a folder of yours, with --state or HOME)" in files.reason(error)


def test_file_that_cannot_be_replaced_stays_and_leaves_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    monkeypatch.setattr("os.replace", Mock(side_effect=OSError("no space")))
    with pytest.raises(OSError, match="no space"):
        files.replace(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.glob("*file*")) == [path]


@pytest.mark.parametrize("has_links", [True, False])
def test_second_name_of_a_file_is_a_copy_only_without_links(
    has_links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("text")
    if not has_links:
        monkeypatch.setattr("os.link", Mock(side_effect=OSError))
    files.link_or_copy(tmp_path / "file", tmp_path / "link")
    assert (tmp_path / "link").read_text() == "text"
    assert (tmp_path / "link").stat().st_nlink == (2 if has_links else 1)


def test_stamp_changes_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    stamps = [files.stamp(path)]
    path.write_text("one")
    os.utime(path, ns=(1, 1))
    stamps.append(files.stamp(path))
    os.utime(path, ns=(2, 2))
    stamps.append(files.stamp(path))
    path.write_text("longer")
    os.utime(path, ns=(2, 2))
    stamps.append(files.stamp(path))
    assert stamps[0] == ()
    assert len({*stamps}) == 4
    assert files.stamp(path) == stamps[-1]


def test_file_that_is_not_there_is_empty_and_old(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.empty(path)
    assert (files.size(path), modified(path)) == (0, datetime(1970, 1, 1, tzinfo=UTC))
    path.write_text("12345")
    os.utime(path, (60, 60))
    assert (files.size(path), modified(path)) == (5, datetime(1970, 1, 1, 0, 1, tzinfo=UTC))
    files.empty(path)
    assert files.size(path) == 0


def test_what_was_written_is_replaced_and_removed_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "theirs.opus").write_text("theirs")
    own = OwnFiles(out)
    for name in ("a.opus", "b.opus"):
        own.claim(name).write_text("ours")
    again = OwnFiles(out)
    again.claim("a.opus").write_text("newer")
    again.remove_others({"a.opus"})
    assert {path.name: path.read_text() for path in out.iterdir() if path.name != LIST} == {
        "theirs.opus": "theirs", "a.opus": "newer",
    }  # fmt: skip
    assert OwnFiles(out).names == {"a.opus": ""}


@pytest.mark.parametrize("kind", ["file", "folder", "link", "dead link"])
def test_what_is_there_already_is_named_and_stays(tmp_path: Path, kind: str) -> None:
    there, other = tmp_path / "a.opus", tmp_path / "other"
    other.write_text("theirs")
    match kind:
        case "file":
            there.write_text("theirs")
        case "folder":
            there.mkdir()
        case _:
            there.symlink_to(other if kind == "link" else tmp_path / "gone")
    with pytest.raises(UserError, match=r"a\.opus was not written by this command"):
        OwnFiles(tmp_path).claim("a.opus")
    assert (other.read_text(), there.is_dir()) == ("theirs", kind == "folder")
    assert not (tmp_path / LIST).exists()


def test_folder_in_place_of_an_own_file_stays(tmp_path: Path) -> None:
    OwnFiles(tmp_path).claim("a.opus").mkdir()
    with pytest.raises(UserError, match="is a folder"):
        OwnFiles(tmp_path).claim("a.opus")
    OwnFiles(tmp_path).remove_others(())
    assert (tmp_path / "a.opus").is_dir()


def test_name_that_leads_elsewhere_is_refused_and_ignored_in_a_list(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "victim").write_text("theirs")
    (tmp_path / "in" / "link").symlink_to(tmp_path)
    for name in ("../victim", "", "..", "a/../../victim", "/etc/passwd", "a//b", "./a", "link/victim"):
        with pytest.raises(UserError):
            OwnFiles(tmp_path / "in").claim(name, "one")
    (tmp_path / "in" / LIST).write_text(f"{HEAD}\n../victim\n/etc/passwd\nlink/victim\na/../../victim\nmine\n")
    own = OwnFiles(tmp_path / "in")
    assert own.names == {"mine": "", "link/victim": ""}
    own.remove_others(())
    assert (tmp_path / "victim").exists()


def test_name_is_free_and_stays_with_its_id_when_the_wish_changes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "Ships").mkdir(parents=True)
    (out / "Ships" / "ROPES.opus").write_text("theirs")
    own = OwnFiles(out)
    for ident, name in (("one", "Ships/Ropes 2.opus"), ("two", "Ships/Ropes 3.opus")):
        assert own.name_for(ident, "Ships/Ropes", ".opus") == name
        own.claim(name, ident).write_text("ours")
    again = OwnFiles(out)
    assert again.name_for("one", "Boats/Knots", ".vtt") == "Ships/Ropes 2.vtt"
    again.claim("Boats/Knots.vtt", "three").write_text("ours")
    again.remove_others(["Ships/Ropes 2.opus"])
    assert [path.relative_to(out).as_posix() for path in sorted(out.rglob("*"))] == [
        LIST, "Ships", "Ships/ROPES.opus", "Ships/Ropes 2.opus",
    ]  # fmt: skip
    assert OwnFiles(out).names == {"Ships/Ropes 2.opus": "one"}


def test_empty_list_of_a_full_disk_goes_on(tmp_path: Path) -> None:
    (tmp_path / LIST).touch()
    OwnFiles(tmp_path).claim("a.opus")
    assert OwnFiles(tmp_path).names == {"a.opus": ""}


@pytest.mark.parametrize("content", ["theirs.opus\n", "\n", f" {HEAD}\ntheirs.opus\n", None])
def test_list_of_somebody_else_is_named_and_stays(tmp_path: Path, content: str | None) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "theirs.opus").write_text("theirs")
    if content is None:
        (out / LIST).mkdir()
    else:
        (out / LIST).write_text(content)
    with pytest.raises(UserError, match=f"{LIST} was not written by tui-pod; move it"):
        OwnFiles(out)
    assert {path.name for path in out.iterdir()} == {"theirs.opus", LIST}


def failed(name: str, message: str = "text of the file") -> sqlite3.Error:
    error = sqlite3.OperationalError(message)
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("error", "said", "passes", "damages"),
    [
        (failed("SQLITE_BUSY_SNAPSHOT"), "another program is using it", True, False),
        (failed("SQLITE_FULL"), "the disk is full", True, False),
        (failed("SQLITE_INTERRUPT"), "it took too long", True, False),
        (failed("SQLITE_READONLY_DBMOVED"), "it cannot be written", False, False),
        (failed("SQLITE_IOERR_READ"), "the disk reports an error", False, False),
        (failed("SQLITE_CORRUPT_INDEX"), "it is damaged", False, True),
        (failed("SQLITE_NOTADB"), "it is damaged", False, True),
        (failed("SQLITE_ERROR", "no such table: feeds"), "it is damaged", False, True),
        (failed("SQLITE_ERROR"), "an unexpected error (OperationalError)", False, False),
        (sqlite3.OperationalError("Could not decode to UTF-8"), "it is damaged", False, True),
        (ValueError("no date"), "it is damaged", False, True),
    ],
)
def test_error_is_explained_in_our_words(error: Exception, said: str, passes: bool, damages: bool) -> None:
    assert explain_database_error(error, "a.db") == said
    assert (is_passing(error), is_damage(error)) == (passes, damages)


def test_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database" * 100)
    with pytest.raises(sqlite3.Error) as raised:
        sqlite3.connect(tmp_path / "a.db").execute("SELECT * FROM sqlite_master")
    assert is_damage(raised.value)


@pytest.mark.parametrize("value", [None, b"[]", 7, 0.5, "[["])
def test_value_that_damage_has_left_is_no_json(value: object) -> None:
    with pytest.raises(json.JSONDecodeError):
        stored_json(value)
