"""Read from the head of an mp3 how positions in it follow from its size. Pure."""

from __future__ import annotations

from typing import NamedTuple

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
