"""Read the tags of an audio file and a key of its content, in a process with limits: see `ForeignTexts`."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
from collections.abc import Iterator, Sequence
from itertools import repeat
from math import inf
from typing import Any

from tinytag import TinyTag, TinyTagException

from tui_pod.audio.ogg import read_links
from tui_pod.core.library.catalog import DURATION_FAULT
from tui_pod.core.library.values import to_time
from tui_pod.core.text.clean import SUMMARY_LIMIT, clean
from tui_pod.recordings.heads import tag_size
from tui_pod.runtime.files import open_regular
from tui_pod.shelf.published import BOOK_ENDINGS, Tags

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

LONG = 20 * 60.0
"""Seconds from which an MP4 file may have chapters; a library of music is not asked for any."""

_RATED = ("audio/mpeg", "audio/wav", "audio/aiff")
"""Types of files whose stated length and bytes per second give their size, so that a file that was cut off shows it."""

CUT_OFF = 1.02
"""How many times more than its bytes a file must state to be cut off."""

MAX_APE = 1024 * 1024
"""Largest APE tag that is read (bytes)."""

RUSSIAN = 0.6
"""Share of letters beyond ASCII from which on a text in one byte a character is Russian."""

CHINESE = 0.15
"""Share of signs among the bytes beyond ASCII from which on a text may be Chinese (GB 2312)."""

MAX_ARTISTS = 100
"""Maximum number of artists read from a file; each is compared with those before it."""

UNREAD = "\ufffd"
"""Replaces a byte of a tag that is not valid UTF-8, as in old WAV files."""

_DESCRIPTIONS = ("description", "synopsis", "podcastdesc")


def read_file(path: str, *_state: int) -> tuple[str, Tags]:
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
    found = _read(file, path, start)
    other = found.other

    def tag(*names: str) -> str:
        return next((text for name in names for text in other.get(name) or () if text), "") if other else ""

    artists = _artists(list(filter(None, (_line(found.artist), *map(_line, other.get("artist") or ())))))
    author = _line(found.albumartist) or artists
    narrator = _line(tag("narrator", "narrated by", "narratedby", "reader") or found.composer)
    number = _line(tag("series-part", "series_index", "series-index", "movement"), 20)
    series = _line(tag("series", "movement_name"))
    duration = _duration(found, file)
    has_rate = (found.mime_type or "").startswith(_RATED)
    return Tags(
        _line(found.title),
        _line(found.album),
        artists or _line(found.albumartist),
        _number(found.disc),
        _number(found.track),
        duration,
        _line(tag(*_DESCRIPTIONS) or found.comment or tag("_comment"), SUMMARY_LIMIT),
        author=author,
        narrator=narrator if narrator != author else "",
        series=f"{series} {number}" if series and number else series,
        year=_year(found.year),
        genre=_line(found.genre, 100),
        published=_published((tag("tdrl"), found.year or "", *(other.get("year") or ())), tag("tdat")),
        has_lyrics=bool(tag("lyrics")),
        is_cut_off=has_rate and (duration or inf) < (found.duration or 0.0) / CUT_OFF,
    )


def _artists(texts: Sequence[str]) -> str:
    """Return artists, each once: tags of two kinds in a file may write and divide their names differently."""
    kept, names = list[str](), set[str]()
    for text in sorted(texts[:MAX_ARTISTS], key=lambda text: UNREAD in text):
        found = {name.strip() for name in re.split("[;/,]", text.casefold())}
        if not all(any(map(_is_same, repeat(name), names)) for name in found):
            kept.append(text)
            names |= found
    return ", ".join(kept)


def _is_same(name: str, other: str) -> bool:
    return len(name) == len(other) and all(each in (there, UNREAD) for each, there in zip(name, other, strict=True))


def read_lyrics(path: str, *_state: int) -> str | None:
    """Return the text in a recording, as a list with times (LRC) if it has them; None if it has none."""
    try:
        with open(open_regular(path, os.O_RDONLY), "rb", buffering=0) as file:
            start = file.read(HEAD)
            file.seek(0)
            found = _read(file, path, start)
    except OSError:
        return None
    texts = [_mended(text) for text in found.other.get("lyrics") or ()]
    return next((text for text in texts if text.startswith("[")), None) or next(filter(None, texts), None)


def _read(file: io.FileIO, path: str, start: bytes) -> TinyTag:
    """Return the tags in a file that begins with these bytes."""
    if not start.startswith(b"ID3"):
        path = next((name for at in (0, 4, 8) if (name := _CONTAINERS.get((at, start[at : at + 4])))), path)
    reader = _BoundedReader(file)
    try:
        found = TinyTag.get(filename=path, file_obj=reader)
    except (TinyTagException, OSError):
        try:
            reader.detach()  # else the file would be closed with it
            file.seek(0)
            reader = _BoundedReader(file)
            found = TinyTag.get(filename=path, file_obj=reader, duration=False)
        except (TinyTagException, OSError):
            found = TinyTag()  # of Monkey's Audio, WavPack or Musepack, which have APE tags, or of none
    if start.startswith(b"ID3") and start[5:6] >= b"\x80":
        with contextlib.suppress(TinyTagException, OSError):
            tag = io.BytesIO(_synchronised(os.pread(file.fileno(), min(tag_size(start), MAX_TAG), 0)))
            mended = TinyTag.get(filename="tag.mp3", file_obj=tag, duration=False)
            mended.duration, mended.bitrate, mended.filesize = found.duration, found.bitrate, found.filesize
            return mended
    if not start.startswith(b"ID3"):
        _add_ape(found, file)
    return found


def _synchronised(tag: bytes) -> bytes:
    """Return an ID3v2 tag without the zeros that unsynchronisation puts after each byte of 255.

    In version 4 each frame is so by itself, and its size counts the zeros.
    """
    if tag[3] != 4:
        body = tag[10:].replace(b"\xff\0", b"\xff")
        return b"ID3" + tag[3:5] + b"\0" + _seven_bits(len(body)) + body
    frames, place = [], 10
    while place + 10 <= len(tag) and tag[place]:
        size = tag_size(b"ID3\4\0\0" + tag[place + 4 : place + 8]) - 10
        body, flags = tag[place + 10 : place + 10 + size], tag[place + 9]
        if flags & 2:
            body = body.replace(b"\xff\0", b"\xff")
        body = body[4:] if flags & 1 else body  # its former length
        frames.append(tag[place : place + 4] + _seven_bits(len(body)) + b"\0\0" + body)
        place += 10 + size
    whole = b"".join(frames)
    return b"ID3\4\0\0" + _seven_bits(len(whole)) + whole


def _seven_bits(number: int) -> bytes:
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _add_ape(found: TinyTag, file: io.FileIO) -> None:
    """Add the tags of an APE tag (version 2) at the end of a file; an ID3v1 tag may follow, which is shorter."""
    size = os.fstat(file.fileno()).st_size
    for end in (size, size - 128):
        footer = os.pread(file.fileno(), 32, max(0, end - 32))
        length = int.from_bytes(footer[12:16], "little")
        if footer.startswith(b"APETAGEX") and 32 <= length <= min(end, MAX_APE):
            tag = os.pread(file.fileno(), length - 32, end - length)
            break
    else:
        return
    place = 0
    while place + 8 < len(tag) and (after := tag.find(b"\0", place + 8, place + 300)) > 0:
        length, key = int.from_bytes(tag[place : place + 4], "little"), tag[place + 8 : after].decode("latin-1").lower()
        texts = tag[after + 1 : after + 1 + length].decode("utf-8", "replace").split("\0")
        place = after + 1 + length
        if key in ("title", "artist", "album", "year", "genre", "comment", "composer"):
            setattr(found, key, texts[0])
        elif key in ("track", "disc") and (number := texts[0].partition("/")[0]).isdecimal():
            setattr(found, key, int(number[:9]))
        found.other.setdefault(key, texts[1:] if key == "artist" else texts)


def _duration(found: TinyTag, file: io.FileIO) -> float | None:
    """Return the seconds of a file; if it was cut off, those that it has left."""
    duration = found.duration
    if (found.mime_type or "").startswith("audio/ogg") and (links := read_links(file.fileno())):
        duration = sum(seconds for _, _, seconds in links)
    if not duration or not 0 < duration <= DURATION_FAULT:
        return None
    stated = 125 * duration * (found.bitrate or 0.0)  # bytes
    is_cut_off = (found.mime_type or "").startswith(_RATED) and stated > CUT_OFF * found.filesize
    return duration * found.filesize / stated if is_cut_off else duration


def _year(text: str | None) -> str:
    found = re.search(r"\d{4}", text[:50]) if text else None
    return found[0] if found else ""


def _published(texts: Sequence[str], day: str) -> float | None:
    """Return the seconds since 1970 of the first full date; `day` (`DDMM`, ID3v2.3) completes a year."""
    for text in texts:
        full = re.sub(r"^(\d{4})[/.](\d\d)[/.](\d\d)", r"\1-\2-\3", text[:40])
        if re.fullmatch(r"\d{4}", full) and re.fullmatch(r"\d{4}", day):
            full = f"{full}-{day[2:]}-{day[:2]}"
        if re.match(r"\d{4}-\d\d-\d\d(?!\d)", full) and (time := to_time(full)):
            return time
    return None


def _line(value: Any, limit: int = 300) -> str:
    return clean(_mended(value[: 4 * limit]), limit) if value and isinstance(value, str) else ""


def _mended(text: str) -> str:
    """Return a text that was taken for Latin-1 as what it more probably is: UTF-8, Chinese, Windows-1251 or -1252."""
    if text.isascii():
        return text
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        return text
    with contextlib.suppress(UnicodeDecodeError):
        return raw.decode()
    signs, high = len(re.findall(rb"[\xa1-\xbf]", raw)), len(re.findall(rb"[\x80-\xff]", raw))
    if high > 3 and signs > CHINESE * high:
        for whole in (raw, raw[:-1]):  # ID3v1 cuts a text after 30 bytes
            with contextlib.suppress(UnicodeDecodeError):
                return whole.decode("gb2312")
    letters = len(re.findall(rb"[A-Za-z\xa8\xb8\xc0-\xff]", raw))
    is_russian = re.search(rb"[\xc0-\xff]{3}", raw) and len(re.findall(rb"[\xc0-\xff]", raw)) > RUSSIAN * letters
    return raw.decode("cp1251" if is_russian else "cp1252", "replace")


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 < value <= MAX_TRACK else None
