"""A recording on the disk that may have gaps, and a note beside it that lists the bytes that are there."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui_pod.runtime.files import read_bytes, replace, sync_data
from tui_pod.runtime.log import log_error

IN_MEMORY = 300 * 1000**2
"""Maximum number of bytes that are kept in memory when the disk is full."""

MAX_NOTE = 100_000
"""Largest note that is read (bytes)."""


class Intervals:
    """Half-open ranges of bytes, sorted and apart. Pure."""

    def __init__(self, runs: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in runs:
            self.add(start, end)

    def add(self, start: int, end: int) -> None:
        """Add a range, and merge it with those that it touches."""
        if end <= start:
            return
        first, last = bisect_left(self._ends, start), bisect_right(self._starts, end)
        if first < last:
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
        self._starts[first:last], self._ends[first:last] = [start], [end]

    def end_from(self, offset: int) -> int:
        """Return the first missing byte at or after `offset`."""
        place = bisect_right(self._starts, offset) - 1
        return max(offset, self._ends[place]) if place >= 0 else offset

    def total(self) -> int:
        """Return the number of bytes that are there."""
        return sum(self._ends) - sum(self._starts)

    def runs(self) -> list[tuple[int, int]]:
        """Return the ranges in order."""
        return list(zip(self._starts, self._ends, strict=True))


class MovedToMemory(Exception):
    """The disk is full: from now on bytes are kept in memory, which is empty."""


@dataclass(slots=True)
class Content:
    """What is known about a recording besides its bytes."""

    address: str
    """As in the feed."""
    mark: str | None = None
    """Strong ETag or date of this version; None if the server gives neither."""
    size: int | None = None
    """Bytes; None if unknown."""
    kind: str | None = None
    """The media type that the server stated; None if unknown."""
    has_end: bool = True
    """Whether `size` is certain. It is not if only the end of the connection showed it, which may have been a drop."""


@dataclass(eq=False, repr=False)
class SparseFile:
    """The bytes of a recording. Threads that share it hold a lock to use `have` and `content`."""

    _descriptor: int
    """Closed by `close`."""
    _path: Path | None
    """Where the file is, with its note beside it; None for a file without a name, which has no note."""
    content: Content
    have: Intervals
    """The bytes that are there."""
    is_download: bool = False
    """Whether a download wants all of it, so that it is not deleted to make room for streams."""
    is_in_memory: bool = field(default=False, init=False)
    _naming: threading.Lock = field(default_factory=threading.Lock, init=False)
    """Held so that no note is written once the file is moved or deleted."""

    def write(self, position: int, chunk: bytes) -> None:
        """Write bytes; the caller then adds them to `have`.

        Raises:
            MovedToMemory: the disk is full. Everything must be fetched again, but listening continues.
            OSError: they cannot be stored anywhere.
        """
        done = 0
        try:
            while done < len(chunk):
                done += os.pwrite(self._descriptor, chunk[done:], position + done)
        except OSError:
            if self.is_in_memory or not hasattr(os, "memfd_create"):
                raise
            memory = os.memfd_create("recording")
            os.dup2(memory, self._descriptor, inheritable=False)
            os.close(memory)
            self.is_in_memory, self._path, self.have = True, None, Intervals()
            raise MovedToMemory from None

    def read_into(self, buffer: memoryview, offset: int) -> int:
        """Fill a buffer; return the number of bytes, 0 if someone truncated the file."""
        return os.preadv(self._descriptor, [buffer], offset)

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes that are there; fewer if someone truncated the file."""
        return os.pread(self._descriptor, count, offset)

    def begin_anew(self) -> None:
        """Discard this version."""
        self.have, self.content = Intervals(), Content(self.content.address)
        os.ftruncate(self._descriptor, 0)

    def note(self) -> dict[str, Any]:
        """Return what `save` writes."""
        content = self.content
        return {
            "address": content.address,
            "mark": content.mark,
            "size": content.size if content.has_end else None,
            "kind": content.kind,
            "have": self.have.runs(),
            "download": self.is_download,
        }

    def save(self, note: dict[str, Any]) -> None:
        """Write the note once the bytes are on the disk. If that fails, they are fetched again after a restart."""
        with self._naming, contextlib.suppress(OSError):
            if self._path is not None:
                sync_data(self._descriptor)
                replace(self._path.with_suffix(".json"), json.dumps(note))

    def move_to(self, target: Path) -> None:
        """Give the file another name, which nobody sees before all of it is there. It can still be read.

        Raises OSError if it cannot be moved; it stays where it was.
        """
        sync_data(self._descriptor)
        path, temp = self._path, target.with_name(f".{target.name}.tmp")
        try:
            if path is None or not os.path.samestat(path.stat(follow_symlinks=False), os.fstat(self._descriptor)):
                raise OSError("no name")
            os.rename(path, target)
        except OSError:  # on another disk, or deleted by someone
            try:
                temp.unlink(missing_ok=True)
                with open(self._descriptor, "rb", closefd=False) as source, temp.open("xb") as copy:
                    source.seek(0)
                    shutil.copyfileobj(source, copy, 1024 * 1024)
                    copy.flush()
                    os.fsync(copy.fileno())
                os.rename(temp, target)
            finally:
                temp.unlink(missing_ok=True)
        self.delete()

    def delete(self) -> None:
        """Delete the file and its note; what is there can still be read until `close`."""
        with self._naming, contextlib.suppress(OSError):
            path, self._path = self._path, None
            if path is not None:
                path.with_suffix(".json").unlink(missing_ok=True)
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def read_note(path: Path) -> dict[str, Any]:
    """Return the table in a note; empty if the file is missing or damaged."""
    try:
        data = json.loads(read_bytes(path, MAX_NOTE))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def text_of(note: Mapping[str, Any], key: str) -> str | None:
    """Return a value of a note if it is text and not empty; None if not."""
    value = note.get(key)
    return value if isinstance(value, str) and value else None


def read_content(note: Mapping[str, Any], address: str, size: int) -> tuple[Content, Intervals]:
    """Return what a note says of a file of `size` bytes; nothing if it is damaged or of another recording."""
    total, runs = note.get("size"), note.get("have")
    if not is_same(text_of(note, "address") or "", address) or not isinstance(total, int):
        return Content(address), Intervals()  # without a length, nobody could tell if the server has another version
    try:
        have = Intervals((int(start), int(end)) for start, end in runs or () if 0 <= int(start) <= int(end) <= size)
    except (TypeError, ValueError) as error:
        log_error(error, "a partial recording begins anew")
        return Content(address), Intervals()
    return Content(address, text_of(note, "mark"), total, text_of(note, "kind")), have


def is_same(one: str, other: str) -> bool:
    """Return True if two addresses lead to one recording: what follows the `?` is often a token of the day."""
    return one.partition("?")[0] == other.partition("?")[0]
