"""Durable files: after a kill or a power cut there is the old content or the new.

Every call may block on the disk and raise OSError. Knows nothing of what the files hold.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

MAX_BYTES = 512 * 1024 * 1024
"""Largest file that is read, in bytes: fifteen times a state with progress in 100,000 episodes."""

FULL = errno.ENOSPC, errno.EDQUOT
"""What an error of writing says if there is no room."""

NOT_REGULAR = "not a regular file"

START = 1_000
"""Bytes at the start of a file that contain its version."""


class Unreadable(OSError):
    """The file is not a regular file."""


class TooLarge(Unreadable):
    """The file is larger than the limit."""


def read_text(path: Path, errors: str = "strict") -> str | None:
    """Return a file's text; None if there is no such file. Raises what `read_bytes` raises."""
    try:
        return read_bytes(path).decode("utf-8", errors)
    except FileNotFoundError:
        return None


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """Return a file's content.

    Raises:
        TooLarge: it has more than `limit` bytes.
        Unreadable: it is a pipe or a device, and reading it might never end.
        OSError: it does not exist, or cannot be read.
    """
    with reading(path) as file:
        if os.fstat(file.fileno()).st_size > limit:
            most = f"{limit // 1024**2} MB" if limit >= 1024**2 else f"{limit // 1024} KB"
            raise TooLarge(errno.EFBIG, f"larger than {most}", str(path))
        return file.read()


def read_start(path: Path, count: int = START) -> bytes:
    """Return up to `count` bytes from the start of a file. Raises what `read_bytes` raises."""
    with reading(path) as file:
        return file.read(count)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[BufferedReader]:
    """Open a file for reading. Raises what `read_bytes` raises."""
    with open(open_regular(path, os.O_RDONLY), "rb") as file:
        yield file


def open_regular(path: Path | str, flags: int) -> int:
    """Return a descriptor of a file; create it, private, if the flags say so.

    Every file of ours is opened here. Opening a pipe would wait for a writer, and reading a device might never end.

    Raises:
        Unreadable: it is a pipe or a device.
        OSError: it does not exist, is a folder or a socket, or cannot be opened.
    """
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY, 0o600)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise Unreadable(errno.EINVAL, NOT_REGULAR, str(path))
    return descriptor


def check_regular(path: Path) -> None:
    """Check a file that a library will open. Raises Unreadable if it exists and is not a regular file."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unreadable(errno.EINVAL, NOT_REGULAR, str(path))


def make_folder(folder: Path) -> None:
    """Create a folder and missing ones above it, all closed to others: ``Path.mkdir` does so with the last one only."""
    if not folder.parent.exists():
        make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


@contextlib.contextmanager
def locked(path: Path, busy: Exception | None = None, wait: float = 0.0) -> Iterator[int]:
    """Hold a file's lock during the block, and give its descriptor. Creates the file and its folder.

    If another program still holds the lock after `wait` seconds, `busy` is raised; None waits until it is free.

    Raises:
        OSError: the file does not exist and cannot be created.
    """
    make_folder(path.parent)
    descriptor = open_regular(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW)
    try:
        limit = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX if busy is None else fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > limit:
                    raise (busy or error) from None
                time.sleep(0.01)
        yield descriptor
    finally:
        os.close(descriptor)


def reason(error: OSError, path: Path | None = None) -> str:
    """Return why a file cannot be used, as half a sentence, and what to do about it if this user may not."""
    said, place = error.strerror or str(error), path or error.filename
    return f"{said} ({remedy(Path(place))})" if error.errno in (errno.EACCES, errno.EPERM) and place else said


def remedy(path: Path) -> str:
    """Return what to do so that this user can read and write a file or folder, as half a sentence."""
    from shlex import quote  # only for this

    path = path.absolute()
    nearest = next(place for place in (path, *path.parents) if os.path.exists(place))
    folder = nearest if os.path.isdir(nearest) else nearest.parent
    closed = nearest if os.access(folder, os.R_OK | os.W_OK | os.X_OK) else folder
    if closed.stat().st_uid == os.geteuid():
        return f"make it writable: chmod u+rwx {quote(str(closed))}"
    said = f"{closed} belongs to another account; "
    if closed.is_relative_to(os.path.expanduser("~")):  # Path.home() fails without a name and HOME
        return f"{said}take it back with: sudo chown -R {os.geteuid()} {quote(str(closed))}"
    return f"{said}use a folder of yours, with --state or HOME"


def stamp(path: Path) -> tuple[int, ...]:
    """Return a value that changes whenever a file does; empty if the file cannot be looked up."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def append(path: Path, text: str, is_first: bool = False, is_synced: bool = True) -> int:
    """Append to a file and sync it; return its size. On any error, truncate it to its former size.

    The first time that this program appends to it, sync the folder too: a killed program may have created the file
    without doing so. The text is whole lines. If it is not to be synced, others may append meanwhile, so nothing is
    truncated.
    """
    is_new = is_first or not path.exists()
    descriptor = open_regular(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    try:
        size, content = os.fstat(descriptor).st_size, text.encode()
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            content = b"\n" + content  # a killed program left half a record
        try:
            if os.write(descriptor, content) < len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if is_synced:
                os.fsync(descriptor) if is_new else sync_data(descriptor)
        except OSError as error:
            error.filename = str(path)  # which writing does not name
            with contextlib.suppress(OSError):
                if is_synced:
                    os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)
    if is_new and is_synced:
        sync_folder(path.parent)
    return size + len(content)


def write_new(path: Path, text: str, mode: int = 0o600) -> None:
    """Create a file and sync its content; its name is durable only after `sync_folder`."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with open(descriptor, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def replace(path: Path, text: str, is_ours: bool = True, is_private: bool = False) -> None:
    """Replace a file in one step; on any error the old one stays. Only one program may do so at a time.

    If the folder is not ours, a file of the temporary name may be the listener's, and others may read the file unless
    it is private.
    """
    temp = path.with_name(f".{path.name}.tmp" if is_ours else f".{path.name}.{os.getpid()}.tmp")
    try:
        if is_ours:
            temp.unlink(missing_ok=True)  # left by a killed program
        write_new(temp, text, 0o600 if is_ours or is_private else 0o666)
        os.replace(temp, path)
    except OSError as error:
        if error.errno is not None:
            error.filename, error.filename2 = str(path), None  # not the temporary one
        with contextlib.suppress(OSError):
            temp.unlink(missing_ok=True)
        raise
    with contextlib.suppress(OSError):  # some file systems cannot sync a folder
        sync_folder(path.parent)


def link_or_copy(path: Path, link: Path) -> None:
    """Link a file to another name, or copy it where the file system has no links."""
    try:
        os.link(path, link)
    except OSError:  # a file system without hard links
        write_new(link, read_bytes(path).decode())


def size(path: Path) -> int:
    """Return a file's size in bytes; 0 if there is no such file."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def empty(path: Path) -> None:
    """Truncate a file, if there is one, and sync it."""
    with contextlib.suppress(FileNotFoundError):
        descriptor = open_regular(path, os.O_WRONLY)
        try:
            os.ftruncate(descriptor, 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_data(descriptor: int) -> None:
    """Sync a file's content and size."""
    getattr(os, "fdatasync", os.fsync)(descriptor)  # macOS has no fdatasync


def sync_folder(folder: Path) -> None:
    """Sync the names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
