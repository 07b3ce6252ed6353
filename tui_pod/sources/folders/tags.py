"""Read the tags of an audio file and a key of its content. Tags are not trusted."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Iterator
from typing import Any

from tinytag import TinyTag, TinyTagException

from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.core.text.clean import SUMMARY_LIMIT, clean
from tui_pod.runtime.files import open_regular
from tui_pod.shelf.listing import Tags

SAMPLE = 8 * 1024
"""Bytes at the start, in the middle and at the end of the sound of a file that are hashed for its key."""

FACT_BYTES = 192
"""Most bytes of the first frame of an MP3 file with facts on the file: ffmpeg writes its name there as it copies."""

MAX_BOXES = 64
"""Most boxes of an MP4 file, blocks of a FLAC file, or pages of an Ogg file, among which its sound is looked for."""

MAX_READS = 20_000
"""Most reads of one file for its tags; a valid file takes 50 to 5,000, and 100 MB of junk would take a minute."""

MAX_TAG = 32 * 1024 * 1024
"""Maximum number of bytes of a tag that are read at once; tags contain pictures."""

MAX_TRACK = 100_000
"""Highest number of a track or disc."""

HEAD = 512
"""How many bytes at the start identify a file's type."""

MATROSKA = b"\x1aE\xdf\xa3"
_CONTAINERS = {
    (4, b"ftyp"): "mp4.m4a", (0, b"fLaC"): "flac.flac", (0, b"OggS"): "ogg.ogg", (8, b"WAVE"): "wave.wav",
    (8, b"AIFF"): "aiff.aiff", (8, b"AIFC"): "aiff.aiff", (0, bytes.fromhex("3026b275")): "asf.wma",
}  # fmt: skip
"""By where a mark is and its four bytes, a name that makes the reader read this kind. File names may be wrong."""

TS_MARK = b"G"
"""First byte of an MPEG transport stream; files of TypeScript have the same ending."""

BOOK_ENDINGS = (".m4b",)
"""Endings of files that are made for books."""

LONG = 20 * 60.0
"""Seconds from which an MP4 file may have chapters; a library of music is not asked for any."""

_RATED = ("audio/mpeg", "audio/wav", "audio/aiff")
"""Types of files whose stated length and bytes per second give their size, so that a file that was cut off shows it."""

CUT_OFF = 1.02
"""How many times more than its bytes a file must state to be cut off."""

_DESCRIPTIONS = ("description", "synopsis", "podcastdesc")


def read_file(path: str) -> tuple[str, Tags]:
    """Return a file's key, which survives renaming and moving, and its tags. Raises OSError."""
    descriptor = open_regular(path, os.O_RDONLY | os.O_NOFOLLOW)
    with open(descriptor, "rb", buffering=0) as file:
        start = os.pread(descriptor, HEAD, 0)
        if path.lower().endswith(".ts") and not start.startswith(TS_MARK):
            raise OSError("not a recording")
        key, tags = _key(descriptor, start), _tags(file, path, start)
        if start[4:8] == b"ftyp" and (path.lower().endswith(BOOK_ENDINGS) or (tags.duration or 0.0) >= LONG):
            tags = tags._replace(inside=None)
        return key, tags


class _BoundedReader(io.BufferedReader):
    """A file that stops a reader from scanning all of it for a missing tag."""

    _reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not -1 < size <= MAX_TAG or self._reads > MAX_READS:
            raise OSError("more than a tag")
        self._reads += 1 + size // SAMPLE
        return super().read(size)


def _key(descriptor: int, head: bytes) -> str:
    start, end = _sound(descriptor, os.fstat(descriptor).st_size, head)
    digest = hashlib.blake2b(str(end - start).encode(), digest_size=16)
    for at in sorted({start, max(start, (start + end) // 2 - SAMPLE // 2), max(start, end - SAMPLE)}):
        sample = os.pread(descriptor, min(SAMPLE, end - at), at)
        if at == start and (b"Info" in sample[13:40] or b"Xing" in sample[13:40]):
            sample = sample[FACT_BYTES:]
        digest.update(sample)
    return digest.hexdigest()


def _sound(descriptor: int, size: int, head: bytes) -> tuple[int, int]:
    """Return where the sound of a file starts and ends, in bytes, without the tags before and behind it."""
    start, end = 0, size
    if head[4:8] == b"ftyp":
        start, end = max(_mp4_data(descriptor, size), key=lambda found: found[1] - found[0], default=(0, size))
    elif head.startswith(b"fLaC"):
        start = _flac_frames(descriptor)
    elif head.startswith(b"OggS"):
        start = _ogg_sound(descriptor)
    elif head.startswith(b"ID3") and len(head) >= 10:
        first, second, third, fourth = head[6:10]  # of seven bits each
        start = 10 + (first << 21 | second << 14 | third << 7 | fourth)
    if os.pread(descriptor, 3, max(0, size - 128)) == b"TAG":
        end = min(end, size - 128)
    return (start, end) if 0 <= start < end <= size else (0, size)


def _mp4_data(descriptor: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield where the boxes of media data of an MP4 file start and end."""
    at = 0
    for _ in range(MAX_BOXES):
        head = os.pread(descriptor, 16, at)
        if len(head) < 8:
            return
        length, before = int.from_bytes(head[:4]), 8
        if length == 1:
            length, before = int.from_bytes(head[8:]), 16
        after = at + length if length else size
        if after < at + before:
            return
        if head[4:8] == b"mdat":
            yield at + before, min(after, size)
        at = after


def _flac_frames(descriptor: int) -> int:
    """Return where the frames of a FLAC file start, in bytes."""
    at = 4
    for _ in range(MAX_BOXES):
        head = os.pread(descriptor, 4, at)
        at += 4 + int.from_bytes(head[1:])
        if not head or head[0] & 0x80:
            break
    return at


def _ogg_sound(descriptor: int) -> int:
    """Return where the first page with sound of an Ogg file starts, in bytes: pages of headers end at sample 0."""
    at = 0
    for _ in range(MAX_BOXES):
        head = os.pread(descriptor, 27 + 255, at)
        if not head.startswith(b"OggS") or len(head) < 27:
            break
        if head[6:14] not in (bytes(8), b"\xff" * 8):
            return at
        at += 27 + head[26] + sum(head[27 : 27 + head[26]])
    return 0


def _tags(file: io.FileIO, path: str, start: bytes) -> Tags:
    if start.startswith(MATROSKA):
        return Tags()  # the player will be asked
    if not start.startswith(b"ID3"):
        path = next((name for at in (0, 4, 8) if (name := _CONTAINERS.get((at, start[at : at + 4])))), path)
    try:
        found = TinyTag.get(filename=path, file_obj=_BoundedReader(file))
    except (TinyTagException, OSError):
        try:
            file.seek(0)
            found = TinyTag.get(filename=path, file_obj=_BoundedReader(file), duration=False)
        except (TinyTagException, OSError):
            return Tags()
    other = found.other

    def tag(*names: str) -> str:
        return next((text for name in names for text in other.get(name) or () if text), "") if other else ""

    author = _line(found.albumartist or found.artist)
    narrator = _line(tag("narrator", "narrated by", "narratedby", "reader") or found.composer)
    number = _line(tag("series-part", "series_index", "series-index", "movement"), 20)
    series = _line(tag("series", "movement_name"))
    return Tags(
        _line(found.title),
        _line(found.album),
        _line(found.artist or found.albumartist),
        _number(found.disc),
        _number(found.track),
        _duration(found),
        _line(tag(*_DESCRIPTIONS) or found.comment, SUMMARY_LIMIT),
        author=author,
        narrator=narrator if narrator != author else "",
        series=f"{series} {number}" if series and number else series,
        year=_year(found.year),
        genre=_line(found.genre, 100),
    )


def _duration(found: TinyTag) -> float | None:
    """Return the seconds of a file; if it was cut off, those that it has left."""
    duration = found.duration
    if not duration or not 0 < duration <= DURATION_FAULT:
        return None
    stated = 125 * duration * (found.bitrate or 0.0)  # bytes
    is_cut_off = (found.mime_type or "").startswith(_RATED) and stated > CUT_OFF * found.filesize
    return duration * found.filesize / stated if is_cut_off else duration


def _year(text: str | None) -> str:
    found = re.search(r"\d{4}", text[:50]) if text else None
    return found[0] if found else ""


def _line(value: Any, limit: int = 300) -> str:
    return clean(value[: 4 * limit], limit) if value and isinstance(value, str) else ""


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 < value <= MAX_TRACK else None
