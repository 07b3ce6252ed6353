"""Keep what was streamed: one file for each episode, the oldest deleted first, all of it safe to delete at any time.

Waits for the disk: for a thread.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tui_pod.feeds.media.partial import DownloadRequest, PartialDownload, file_hash, read_json, text_of
from tui_pod.feeds.media.sparse_file import Content, Intervals, SparseFile
from tui_pod.feeds.media.stream_fetcher import Access
from tui_pod.feeds.media.stream_file import StreamFile
from tui_pod.feeds.net.access import PUBLIC

WORTH_KEEPING = 64 * 1024
"""Bytes from the start that a download goes on from; fewer are fetched again as fast."""


class StreamCache:
    """The folder of what was streamed; safe to use from several threads."""

    def __init__(self, folder: Path, quota: int) -> None:
        """Name the folder, and the bytes that are kept in it; nothing is opened yet."""
        self.folder = folder
        self._quota = quota
        self._lock = threading.Lock()
        self._live: dict[str, StreamFile] = {}

    def open(
        self,
        episode: str,
        address: str,
        access: Access = lambda: PUBLIC,
        renew: Callable[[], str | None] = lambda: None,
    ) -> StreamFile:
        """Return the stream of an episode, with what is kept of it; see `StreamFile`."""
        name = file_hash(episode)
        with self._lock:
            found = self._live.get(name)
            if found is not None and _is_same(found.address, address) and found.is_usable:
                return found
            self._trim()
            descriptor, about = self._opened(name)
            content, have = Content(address), Intervals()
            if about is not None:
                content, have = _known(read_json(about), address, os.fstat(descriptor).st_size)
                if not have.total():
                    os.ftruncate(descriptor, 0)
            file = StreamFile(SparseFile(descriptor, about, content, have), access, renew, self._release)
            self._live[name] = file
            return file

    def find(self, episode: str, address: str) -> Path | None:
        """Return the recording of an episode if all of it is here."""
        with contextlib.suppress(OSError):
            path, content, have = self._kept(episode, address)
            if content.size and have.end_from(0) == content.size:
                os.utime(path)
                return path
        return None

    def hand_over(self, request: DownloadRequest, part: PartialDownload) -> bool:
        """Let a download begin with what is here, if that is more than its part; return whether it is all of it."""
        with contextlib.suppress(OSError):
            path, content, have = self._kept(request.episode, request.address)
            size = have.end_from(0)
            if size < WORTH_KEEPING or size <= part.size():
                return False
            is_whole = size == content.size
            _copy(path, part.path, size)
            part.note(content.mark, content.kind)
            if is_whole:
                self._delete(path)
            return is_whole
        return False

    def close(self) -> None:
        """Note what is here, and fetch no more."""
        with self._lock:
            live = list(self._live.values())
        for file in live:
            file.close()
        for file in live:
            file.join(0.5)

    def _kept(self, episode: str, address: str) -> tuple[Path, Content, Intervals]:
        """Return an episode's file and what is in it. Raises OSError when there is none."""
        path = self.folder / f"{file_hash(episode)}.bytes"
        return path, *_known(read_json(path.with_suffix(".json")), address, path.stat().st_size)

    def _opened(self, name: str) -> tuple[int, Path | None]:
        """Return the file for a name and where it is noted what is there; one without a note when it is in use."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path = self.folder / f"{name}.bytes"
            descriptor = os.open(path, flags, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.utime(descriptor)
                return descriptor, path.with_suffix(".json")
            except OSError:
                os.close(descriptor)
        with tempfile.TemporaryFile() as file:
            return os.dup(file.fileno()), None

    def _release(self, file: StreamFile) -> None:
        with self._lock:
            for name in [name for name, live in self._live.items() if live is file]:
                del self._live[name]
            self._trim()

    def _trim(self) -> None:
        """Delete the oldest until the rest is within the quota; what is in use stays."""
        with contextlib.suppress(OSError):
            found = []
            for path in self.folder.glob("*.bytes"):
                state = path.stat()
                found.append((state.st_mtime, state.st_blocks * 512, path))
            used = sum(size for _, size, _ in found)
            for _, size, path in sorted(found):
                if used <= self._quota:
                    return
                if path.stem not in self._live:
                    self._delete(path)
                    used -= size

    def _delete(self, path: Path) -> None:
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def _known(about: Mapping[str, Any], address: str, size: int) -> tuple[Content, Intervals]:
    """Return what a note says of a file of this size; nothing when it is of another recording or torn."""
    nothing = Content(address), Intervals()
    total, runs = about.get("size"), about.get("have")
    if not _is_same(text_of(about, "address"), address) or not isinstance(runs, list):
        return nothing
    try:
        have = Intervals((int(start), int(end)) for start, end in runs if 0 <= int(start) <= int(end) <= size)
    except (TypeError, ValueError):
        return nothing
    mark = text_of(about, "mark")
    if not isinstance(total, int) or not (mark or have.end_from(0) == total):
        return nothing  # nothing would tell whether the rest is of the same version
    return Content(address, mark, total, text_of(about, "kind")), have


def _is_same(one: str, other: str) -> bool:
    """Return whether two addresses are of one recording: what follows the `?` is often a token of the day."""
    return one.partition("?")[0] == other.partition("?")[0]


def _copy(source: Path, target: Path, size: int) -> None:
    with source.open("rb") as reading, target.open("r+b") as writing:
        writing.truncate(0)
        while size > 0 and (chunk := reading.read(min(size, 1024 * 1024))):
            writing.write(chunk)
            size -= len(chunk)
        writing.flush()
        os.fsync(writing.fileno())
    if size:
        raise OSError("it was cut meanwhile")
