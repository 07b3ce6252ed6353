"""Files that the disk keeps: reading, writing and naming them so that a kill or a power cut leaves the old or the new.

All of it may wait for the disk, and raises OSError when that fails. It knows nothing of what the files hold.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from datetime import UTC, datetime
from pathlib import Path


def read_text(path: Path, errors: str = "strict") -> str | None:
    """Return a file's text; None when there is no such file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a pipe would wait for a writer
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, f"{path.name} is not a regular file")
        return file.read().decode("utf-8", errors)


def append(path: Path, text: str, is_first: bool = False) -> int:
    """Append to a file and have the disk keep it; return its size. On any error it is cut back to what it was.

    The first time its name is kept too: a program that was killed may have made the file and not come to that.
    """
    is_new = is_first or not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, f"{path.name} is not a regular file")
        size, content = found.st_size, text.encode()
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            content = b"\n" + content  # a killed program left half a record
        try:
            if os.write(descriptor, content) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(descriptor) if is_new else sync_data(descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)
    if is_new:
        sync_folder(path.parent)
    return size + len(content)


def write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, and have the disk keep it; its name is kept by `sync_folder`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def link_or_copy(path: Path, link: Path) -> None:
    """Give a file another name, or copy it where a file can have only one."""
    try:
        os.link(path, link)
    except OSError:  # a file system without hard links
        write_new(link, path.read_text("utf-8"))


def size(path: Path) -> int:
    """Return a file's bytes; 0 when there is no such file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def empty(path: Path) -> None:
    """Take everything out of a file, if there is one, and have the disk keep that."""
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.ftruncate(descriptor, 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_data(descriptor: int) -> None:
    """Have the disk keep what a file holds and how long it is."""
    getattr(os, "fdatasync", os.fsync)(descriptor)  # macOS has no fdatasync


def sync_folder(folder: Path) -> None:
    """Have the disk keep the names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def modified(path: Path) -> datetime:
    """Return when a file was last written; the epoch when that cannot be told."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(0, UTC)
