"""Read the tags of an audio file and a key of its content. Tags are not trusted."""

from __future__ import annotations

import hashlib
import io
import os
from typing import Any, NamedTuple

from tinytag import TinyTag, TinyTagException

from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.core.text.clean import SUMMARY_LIMIT, clean
from tui_pod.runtime.files import open_regular

SAMPLE = 8 * 1024
"""Bytes at the start, in the middle and at the end of a file that are hashed for its key."""

MAX_READS = 20_000
"""Most reads of one file for its tags; a valid file takes 50 to 5,000, and 100 MB of junk would take a minute."""

MAX_TAG = 32 * 1024 * 1024
"""Most bytes of a tag that are read at once; tags contain pictures."""

MAX_TRACK = 100_000
"""Highest number of a track or disc."""

_DESCRIPTIONS = ("description", "synopsis", "podcastdesc")


class Tags(NamedTuple):
    """The tags of a file, cleaned; empty or None if missing."""

    title: str = ""
    album: str = ""
    artist: str = ""
    disc: int | None = None
    track: int | None = None
    duration: float | None = None
    """Seconds."""
    description: str = ""


def read_file(path: str) -> tuple[str, Tags]:
    """Return a file's key and tags; the key survives renaming and moving.

    Raises:
        OSError: it cannot be read.
    """
    descriptor = open_regular(path, os.O_RDONLY | os.O_NOFOLLOW)
    with open(descriptor, "rb", buffering=0) as file:
        return _key(descriptor), _tags(file, path)


class _BoundedReader(io.BufferedReader):
    """A file that stops a reader from scanning all of it for a missing tag."""

    _reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1 + (size or 0) // SAMPLE
        if self._reads > MAX_READS or size is None or not -1 < size <= MAX_TAG:
            raise OSError("more than a tag")
        return super().read(size)


def _key(descriptor: int) -> str:
    size = os.fstat(descriptor).st_size
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    for start in sorted({0, max(0, size // 2 - SAMPLE // 2), max(0, size - SAMPLE)}):
        digest.update(os.pread(descriptor, SAMPLE, start))
    return digest.hexdigest()


def _tags(file: io.FileIO, path: str) -> Tags:
    try:
        found = TinyTag.get(filename=path, file_obj=_BoundedReader(file))
    except (TinyTagException, OSError):
        try:
            file.seek(0)
            found = TinyTag.get(filename=path, file_obj=_BoundedReader(file), duration=False)
        except (TinyTagException, OSError):
            return Tags()
    other = found.other
    described = next((text for name in _DESCRIPTIONS for text in other.get(name) or () if text), found.comment)
    return Tags(
        _line(found.title),
        _line(found.album),
        _line(found.artist or found.albumartist),
        _number(found.disc),
        _number(found.track),
        found.duration if found.duration and 0 < found.duration <= DURATION_FAULT else None,
        _line(described, SUMMARY_LIMIT),
    )


def _line(value: Any, limit: int = 300) -> str:
    return clean(value[: 4 * limit], limit) if isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 < value <= MAX_TRACK else None
