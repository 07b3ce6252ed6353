"""Read the head of a recording: how positions in an mp3 follow from its size, and what the index of an MP4 claims.

A player allocates memory for each sample that an MP4 claims, even if the file is too small to hold them: FFmpeg 7.1
takes 1.5 GB for a file of 4 kB that claims 60 million (measured).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tui_pod.runtime.files import reading

HEAD = 16 * 1024
"""Bytes that are read, from the first frame on."""

SYNC = 2 * 1024
"""A frame begins within this many bytes; the longest has 1,440."""

MAX_TAG = 1024 * 1024
"""Maximum number of bytes of a tag that are read; it contains the covers."""

ENDLESS_TAG = "Its tag has thousands of entries, which no player reads in time."

MAX_ENTRIES = 5_000
"""Most entries of a tag: 200,000 in 6 MB block the player for a minute (measured); chapters take 1,000 at most."""

_XING_OFFSETS = (36, 21, 13)
"""Where an encoder's header may begin in the first frame: MPEG 1 stereo, mono or MPEG 2 stereo, MPEG 2 mono."""


def tag_size(start: bytes) -> int:
    """Return the size of a file's ID3v2 tag (bytes) from the first ten bytes of the file; 0 if it has none."""
    if len(start) < 10 or not start.startswith(b"ID3"):
        return 0
    size = 0
    for byte in start[6:10]:
        size = size << 7 | byte & 0x7F
    return size + 10 + (10 if start[5] & 0x10 else 0)


def has_endless_tag(start: bytes) -> bool:
    """Return True if an ID3v2 tag, or the part that is here, has so many entries that FFmpeg would take minutes.

    FFmpeg compares each entry with all others.
    """
    end, place, count = min(len(start), tag_size(start)), 10, 0
    while place + 10 <= end and start[place] and count <= MAX_ENTRIES:
        place += 10 + int.from_bytes(start[place + 4 : place + 8], "big")
        count += 1
    return count > MAX_ENTRIES


class Mp3Head(NamedTuple):
    """What the head of an mp3 says."""

    is_constant_rate: bool
    first: int
    """Bytes before the first frame."""
    has_length: bool = False
    """True if it states the number of frames."""
    kilobits: int = 0
    """Bit rate of the first frames (kbit/s); 0 if an encoder's header says more."""


def read_head(head: bytes) -> Mp3Head | None:
    """Return what the head of an mp3, after its tag, says; None if it is no mp3.

    Encoders mark the rate: "Info" in the first frame is constant, "Xing" or "VBRI" is variable. Without a mark the
    rates of the first frames decide: in a variable file they soon differ.
    """
    first = next((place for place in range(min(len(head), SYNC)) if _are_frames(head, place)), None)
    if first is None:
        return None
    frame = head[first:]
    for offset in _XING_OFFSETS:
        mark = frame[offset : offset + 4]
        if mark in (b"Info", b"Xing"):
            return Mp3Head(mark == b"Info", first, bool(frame[offset + 7] & 1))
    if frame[36:40] == b"VBRI":
        return Mp3Head(False, first, True)
    rates = set()
    place = first
    while (found := _frame(head, place)) is not None:
        rates.add(found[0])
        place += found[1]
    return Mp3Head(len(rates) == 1, first, kilobits=max(rates))


def length_frame(frame: bytes, seconds: float, size: int) -> bytes:
    """Return a frame that states the length of a file, to be inserted before its first one; players do not play it.

    The file has `size` bytes from its first `frame` on.
    """
    version, sampling, is_mono = frame[1] >> 3 & 3, frame[2] >> 2 & 3, frame[3] >> 6 == 3
    is_first = version == 3
    head = bytes((0xFF, frame[1] | 1, (5 if is_first else 8) << 4 | sampling << 2, frame[3]))  # 64 kbit/s, no checksum
    room = (144 if is_first else 72) * 64_000 // _SAMPLE_RATES[version][sampling]
    count = round(seconds * _SAMPLE_RATES[version][sampling] / (1152 if is_first else 576))
    offset = _XING_OFFSETS[(not is_first) + is_mono]
    said = b"Xing" + (3).to_bytes(4, "big") + count.to_bytes(4, "big") + (size + room).to_bytes(4, "big")
    return (head + bytes(offset - 4) + said).ljust(room, b"\0")


def _are_frames(data: bytes, place: int) -> bool:
    found = _frame(data, place)
    return found is not None and _frame(data, place + found[1]) is not None


_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _frame(data: bytes, place: int) -> tuple[int, int] | None:
    """Return the bit rate and the size of the layer III frame that begins at `place`; None if none does."""
    if place + 4 > len(data) or data[place] != 0xFF or data[place + 1] & 0xE6 != 0xE2:
        return None
    version, rate, sampling = data[place + 1] >> 3 & 3, data[place + 2] >> 4, data[place + 2] >> 2 & 3
    if version == 1 or rate in (0, 15) or sampling == 3:
        return None
    kilobits = (_RATES_1 if version == 3 else _RATES_2)[rate]
    padding = data[place + 2] >> 1 & 1
    return kilobits, (144 if version == 3 else 72) * kilobits * 1000 // _SAMPLE_RATES[version][sampling] + padding


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
