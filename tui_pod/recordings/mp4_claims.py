"""Recognise an MP4 whose index claims more samples than the file can hold.

A player allocates memory for each: FFmpeg 7.1 takes 1.5 GB for a file of 4 kB that claims 60 million (measured).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from tui_pod.recordings.mp3_head import ENDLESS_TAG, MAX_TAG, has_endless_tag
from tui_pod.runtime.files import reading

REFUSED = "Its index claims more than the file can hold."

UNKNOWN = 64 * 1024 * 1024
"""Size that is assumed if it is unknown (bytes)."""

MAX_BOXES = 100_000
"""Maximum number of boxes of a file that are read."""

MAX_BOX = 64 * 1024 * 1024
"""Maximum number of bytes of one box that are read."""

_HEAD = 16
"""A box's kind and its claim fit into this many bytes."""


class Mp4Claims:
    """What the boxes of one file claim; its bytes may come in any order."""

    def __init__(self) -> None:
        self._end = b"", 0  # the last bytes that came, and where they ended
        self._claims: dict[int, int] = {}  # bytes that each box claims, by its offset

    def are_false(self, data: bytes, offset: int, size: int | None) -> bool:
        """Read bytes of the file as they come, from `offset` on; return True if boxes claim more than its `size`."""
        before, end = self._end
        if end == offset:
            data, offset = before + data, offset - len(before)
        self._end = data[-_HEAD:], offset + len(data)
        for kind, read in _CLAIMS.items():
            place = data.find(kind)
            while place >= 0:
                if len(data) - place >= _HEAD and (claim := read(data[place : place + _HEAD])):
                    self._claims[offset + place] = claim
                place = data.find(kind, place + 4)
        most = UNKNOWN if size is None else size
        return sum(self._claims.values()) > most or len(self._claims) > MAX_BOXES


def _number(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 4], "big")


def _sizes(box: bytes) -> int:
    """Return the bytes of samples that share one size; others have a number each, which takes room in the file."""
    return _number(box, 8) * _number(box, 12)


def _run(box: bytes) -> int:
    """Return the fewest bytes of a fragment's samples that have no numbers of their own."""
    return 0 if box[6] & 0x0F else _number(box, 8)


def _packed(box: bytes) -> int:
    """Return more than any file has if the index is compressed; no program has written one for twenty years."""
    return 1 << 63 if box[8:12] == b"dcom" else 0


_CLAIMS: dict[bytes, Callable[[bytes], int]] = {b"stsz": _sizes, b"trun": _run, b"cmov": _packed}


def fault_of(path: Path) -> str | None:
    """Return why a recording on the disk would take minutes or gigabytes to open; None if not. Raises OSError."""
    with reading(path) as file:
        if has_endless_tag(file.read(MAX_TAG)):
            return ENDLESS_TAG
        return REFUSED if _has_false_claims(file) else None


def _has_false_claims(file: BinaryIO) -> bool:
    claims, place, size = Mp4Claims(), 0, os.fstat(file.fileno()).st_size
    for _ in range(MAX_BOXES):
        file.seek(place)
        head = file.read(16)
        length = _number(head, 0)
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        length = length or size - place
        if len(head) < 8 or length < 8:
            break
        if head[4:8] in (b"moov", b"moof"):
            file.seek(place)
            if claims.are_false(file.read(min(length, MAX_BOX)), place, size):
                return True
        place += length
    return False
