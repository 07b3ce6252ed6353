"""A recording on the disk of which any bytes may be missing, with a note beside it of those that are there."""

from __future__ import annotations

import contextlib
import os
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_pod.feeds.media.partial import write_json
from tui_pod.runtime.files import sync_data

IN_MEMORY = 300 * 1000**2
"""Bytes that are kept in memory where the disk takes no more."""


class Intervals:
    """Which bytes are there: runs of them, in order and apart, each from its first to the one after its last. Pure."""

    def __init__(self, runs: Iterable[tuple[int, int]] = ()) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in runs:
            self.add(start, end)

    def add(self, start: int, end: int) -> None:
        """Add a run, and join it with those it touches."""
        if end <= start:
            return
        first, last = bisect_left(self._ends, start), bisect_right(self._starts, end)
        if first < last:
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
        self._starts[first:last], self._ends[first:last] = [start], [end]

    def end_from(self, offset: int) -> int:
        """Return the first byte from `offset` on that is not there."""
        place = bisect_right(self._starts, offset) - 1
        return max(offset, self._ends[place]) if place >= 0 else offset

    def total(self) -> int:
        """Return the number of bytes that are there."""
        return sum(self._ends) - sum(self._starts)

    def runs(self) -> list[tuple[int, int]]:
        """Return the runs in order."""
        return list(zip(self._starts, self._ends, strict=True))


class MovedToMemory(Exception):
    """The disk takes no more: what follows is kept in memory, and nothing is there yet."""


@dataclass(slots=True)
class Content:
    """What is known of a recording beside its bytes."""

    address: str
    """As the feed has it."""
    mark: str = ""
    """Strong ETag or date of the version that is kept; empty when the server gives none."""
    size: int | None = None
    kind: str = ""
    """The media type that the server said."""
    has_end: bool = True
    """Whether `size` is certain: the end of a connection may be that of the recording."""


class SparseFile:
    """The bytes. Who uses it from several threads holds a lock over `have` and `content`."""

    def __init__(self, descriptor: int, about: Path | None, content: Content, have: Intervals) -> None:
        """Take over a file.

        Args:
            descriptor: of the file, which `close` closes.
            about: where it is noted what is there; None: nowhere.
            content: what is known of it.
            have: which bytes are there.
        """
        self.content = content
        self.have = have
        self.is_in_memory = False
        self._descriptor = descriptor
        self._about = about

    def write(self, position: int, chunk: bytes) -> None:
        """Write bytes, which the caller then adds to `have`.

        Raises:
            MovedToMemory: they must be fetched again; a full disk stops no listening.
            OSError: they cannot be kept anywhere.
        """
        done = 0
        try:
            while done < len(chunk):
                done += os.pwrite(self._descriptor, chunk[done:], position + done)
        except OSError:
            if self.is_in_memory or not hasattr(os, "memfd_create"):
                raise
            memory = os.memfd_create("stream")
            os.dup2(memory, self._descriptor, inheritable=False)
            os.close(memory)
            self.is_in_memory, self._about, self.have = True, None, Intervals()
            raise MovedToMemory from None

    def read_into(self, buffer: memoryview, offset: int) -> int:
        """Fill a buffer; return the bytes, 0 where someone has cut the file."""
        return os.preadv(self._descriptor, [buffer], offset)

    def read(self, offset: int, count: int) -> bytes:
        """Return bytes that are there."""
        return os.pread(self._descriptor, count, offset)

    def begin_anew(self) -> None:
        """Forget the present version."""
        self.have, self.content = Intervals(), Content(self.content.address)
        os.ftruncate(self._descriptor, 0)

    def note(self) -> dict[str, Any]:
        """Return what `save` writes."""
        content = self.content
        size = content.size if content.has_end else None
        runs = self.have.runs()
        return {"address": content.address, "mark": content.mark, "size": size, "kind": content.kind, "have": runs}

    def save(self, note: dict[str, Any]) -> None:
        """Note what is there, once it is on the disk; what cannot be noted is fetched again the next time."""
        if self._about is not None:
            with contextlib.suppress(OSError):
                sync_data(self._descriptor)
                write_json(self._about, note)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
