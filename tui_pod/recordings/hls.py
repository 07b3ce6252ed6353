"""Read recordings in HLS (RFC 8216) as one file: the segments of a list, one after the other.

Only whole sound: no encryption, no broadcast, no segments that do not belong together. Each segment is fetched as any
other address is. Those of MPEG-TS make one file as they are; those of fragmented MP4 get an index before them, in
which players look up where a time is.

A long list would take long to ask how long each segment is. Only some are asked; each other one gets room for the
largest that is likely, and what players pass over fills what it leaves of that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from typing import NamedTuple

from tui_pod.net.address import absolute
from tui_pod.net.fetch import FetchError, Limits, Request, Response, opened
from tui_pod.recordings.range_answer import WRONG_PART, AskAgain, read_range_answer
from tui_pod.runtime.threads import CancelToken

MOST_SEGMENTS = 10_000
AT_ONCE = 12
"""How many segments are asked for their sizes at once."""
ASKED = 24
"""How many segments of a list are asked for their sizes before it plays."""
SLACK = 0.05
"""Share of its likely size that a segment gets in addition: durations are often rounded."""
TS_PACKET = 188
_EMPTY_PACKET = b"G\x1f\xff\x10".ljust(TS_PACKET, b"\xff")
LEAST_BOX = 8
"""Bytes of the smallest box of MP4, which has no content."""
MAX_HEAD = 256 * 1024
"""Maximum number of bytes before the first segment of MP4."""
BEFORE_SOUND = 4096
"""Bytes within which the sound of a segment of MP4 begins."""
LIMITS = Limits(size=2 * 1000**3, seconds=86_400.0, idle=15.0, head=20.0)
"""Of one segment, which may be all of the recording."""

_ATTRIBUTE = re.compile(r'([A-Z0-9-]{1,64})=("[^"]*"|[^",]*)')
_SOUND = re.compile(r"\s*(?:mp4a|ac-3|ec-3|opus|flac|mp3|alac)", re.IGNORECASE)
_NOT_PLAYED = {
    "#EXT-X-DISCONTINUITY": "its parts do not belong together", "#EXT-X-GAP": "parts of it are missing",
    "#EXT-X-I-FRAMES-ONLY": "it has no sound",
}  # fmt: skip

Ask = Callable[[str, dict[str, str]], Request]
"""Returns the request for an address with headers, within what the listener allows."""


class HlsPart(NamedTuple):
    """A stretch of the recording: a part of what an address has, or bytes that are here."""

    address: str
    start: int = 0
    size: int = 0
    """0 if unknown, which is asked for first."""
    seconds: float = 0.0
    data: bytes = b""
    is_rough: bool = False
    """Whether the size is only the room that it has, in which what it leaves is filled."""


def is_hls(lines: Sequence[str]) -> bool:
    """Return whether a list is one of HLS."""
    return any(line.startswith("#EXT-X-") for line in lines)


def sound_of(lines: Sequence[str], address: str) -> str | None:
    """Return the address of the list of the best sound that a master list names; None for a list of another kind.

    Raises FetchError if it has none without pictures.
    """
    found: list[tuple[int, str]] = []
    is_master = False
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        tag, said = _read(line)
        is_master = is_master or tag in ("#EXT-X-STREAM-INF", "#EXT-X-MEDIA")
        named = following if tag == "#EXT-X-STREAM-INF" else said.get("URI", "")
        if not named or (there := absolute(named, address)) is None:
            continue  # sound that is in another stream has no address
        if tag == "#EXT-X-MEDIA" and said.get("TYPE") == "AUDIO":
            found.append((2 << 40 if said.get("DEFAULT") == "YES" else 1 << 40, there))
        elif tag == "#EXT-X-STREAM-INF":
            rate = said.get("BANDWIDTH", "")
            if "RESOLUTION" not in said and all(map(_SOUND.match, said.get("CODECS", "mp4a").split(","))):
                found.append((int(rate) if re.fullmatch(r"\d{1,9}", rate) else 0, there))
    if is_master and not found:
        raise _refused("it has no sound without pictures")
    return max(found)[1] if found else None


def read_pieces(
    lines: Sequence[str], address: str, ask: Ask, cancel: CancelToken, is_exact: bool, known: int | None
) -> list[HlsPart]:
    """Return the pieces of the recording whose segments a list names.

    Args:
        lines: of the list.
        address: of the list.
        ask: returns the request for an address.
        cancel: ends the wait for answers.
        is_exact: whether each segment is asked for its size, which takes long for many.
        known: the size of what is here of the recording; it decides instead, so that this goes on. None for nothing.

    Raises FetchError if it is not played.
    """
    segments, head = _segments(lines, address)
    is_long = len(segments) > ASKED and all(each.seconds and not each.size for each in segments)
    with ThreadPoolExecutor(AT_ONCE, "segments") as pool:
        measure = partial(_measured, ask=ask, cancel=cancel)
        if is_long and (known or not is_exact):
            places = [round(number * (len(segments) - 1) / (ASKED - 1)) for number in range(ASKED)]
            asked = dict(zip(places, pool.map(measure, map(segments.__getitem__, places)), strict=True))
            pieces = _joined(_estimated(segments, asked), head, ask, cancel)
            if known in (None, _size(pieces)):
                return pieces
        return _joined([*pool.map(measure, segments)], head, ask, cancel)


def _estimated(segments: Sequence[HlsPart], asked: dict[int, HlsPart]) -> list[HlsPart]:
    """Return the segments with the sizes that are known by their place, and the room for each other one."""
    rates = [each.size / each.seconds for each in list(asked.values())[:-1]]  # the last one may be a moment
    rate = max(rates) * (1 + SLACK) + max(rates) - min(rates)
    rooms = (TS_PACKET * int(each.seconds * rate / TS_PACKET + 2) for each in segments)
    rough = [each._replace(size=room, is_rough=True) for each, room in zip(segments, rooms, strict=True)]
    return [asked.get(place, each) for place, each in enumerate(rough)]


def _joined(segments: list[HlsPart], head: HlsPart | None, ask: Ask, cancel: CancelToken) -> list[HlsPart]:
    """Return the pieces of a recording by its segments and what is before them. Raises FetchError if it is not played.

    Neighbours at one address become one.
    """
    if head is not None:
        head = _measured(head, ask, cancel)
        data = b"".join(_chunks([head._replace(size=min(head.size, MAX_HEAD))], 0, ask, cancel))
        first = segments[0]
        begin = b"".join(_chunks([first._replace(size=min(first.size, BEFORE_SOUND))], 0, ask, cancel))
        before = max(0, begin.find(b"moof") - 4)  # may be an index of this segment, which would stand for that of all
        segments[0] = first._replace(start=first.start + before, size=first.size - before)
        data += _index(data, segments)
        head = HlsPart("", 0, len(data), 0.0, data)
    elif b"".join(_chunks([segments[0]._replace(size=1)], 0, ask, cancel)) != b"G":
        raise _refused("its parts are neither MPEG-TS nor MP4")
    pieces = [head] if head is not None else []
    for each in segments:
        last = pieces[-1] if pieces else each
        if (last.address, last.start + last.size) == (each.address, each.start):
            pieces[-1] = last._replace(size=last.size + each.size)
        else:
            pieces.append(each)
    return pieces


def _segments(lines: Sequence[str], address: str) -> tuple[list[HlsPart], HlsPart | None]:
    """Return the segments, and what is before the first one. Raises FetchError if they are not played."""
    segments, heads, ends = list[HlsPart](), set[HlsPart](), dict[str, int]()
    seconds, part = 0.0, ""
    if "#EXT-X-ENDLIST" not in lines:
        raise _refused("it is a broadcast")
    for line in lines:
        tag, said = _read(line)
        if tag in _NOT_PLAYED:
            raise _refused(_NOT_PLAYED[tag])
        if tag == "#EXT-X-KEY" and said.get("METHOD") != "NONE":
            raise _refused("it is encrypted")
        if tag == "#EXTINF" and (number := re.match(r"#EXTINF:\s*(\d{1,6}(?:\.\d{1,9})?)", line)):
            seconds = float(number[1])
        elif tag == "#EXT-X-BYTERANGE":
            part = line.partition(":")[2]
        elif tag == "#EXT-X-MAP":
            heads.add(_piece(said.get("URI", ""), address, said.get("BYTERANGE", ""), {}, 0.0))
        elif line and not line.startswith("#"):
            segments.append(_piece(line, address, part, ends, seconds))
            part = ""
    if not 0 < len(segments) <= MOST_SEGMENTS or len(heads) > 1:
        raise _refused("its format changes" if segments and heads else "it has no parts, or too many")
    return segments, next(iter(heads), None)


def _piece(named: str, base: str, part: str, ends: dict[str, int], seconds: float) -> HlsPart:
    """Return a piece; a part without a place follows the last one of the same address, whose end is in `ends`."""
    address, found = absolute(named, base), re.fullmatch(r"\s*(\d{1,12})(?:@(\d{1,12}))?\s*", part)
    if not named or address is None or (part and found is None):
        raise _refused("its list has faults")
    if found is None:
        return HlsPart(address, seconds=seconds)
    start = int(found[2]) if found[2] else ends.get(address, 0)
    ends[address] = start + int(found[1])
    return HlsPart(address, start, int(found[1]), seconds)


def _measured(piece: HlsPart, ask: Ask, cancel: CancelToken) -> HlsPart:
    """Return a piece with its size, for which its server is asked if the list does not say. Raises FetchError."""
    if piece.size:
        return piece
    with opened(ask(piece.address, {"Range": "bytes=0-0"}), LIMITS, cancel) as response:
        if not (size := read_range_answer(response, 0).size):
            raise _refused("its server does not say how long its parts are")
    return piece._replace(size=size)


def _index(head: bytes, segments: Sequence[HlsPart]) -> bytes:
    """Return a box `sidx` (ISO 14496-12, 8.16.3) of the segments that follow it, for the first track of their head."""
    track, scale = _number_in(head, b"tkhd"), _number_in(head, b"mdhd")  # libavformat takes no other scale
    box = b"sidx" + bytes(4) + track + scale + bytes(10) + len(segments).to_bytes(2, "big")
    time, rate = 0.0, int.from_bytes(scale, "big")
    for each in segments:
        units = round((time + each.seconds) * rate) - round(time * rate)
        box += (each.size & 0x7FFFFFFF).to_bytes(4, "big") + min(units, 0xFFFFFFFF).to_bytes(4, "big") + b"\x90\0\0\0"
        time += each.seconds
    return (len(box) + 4).to_bytes(4, "big") + box


def _number_in(head: bytes, kind: bytes) -> bytes:
    """Return the number behind the two times of a box, which have eight bytes in version 1. Raises FetchError."""
    place = head.find(kind)
    found = head[place + (24 if head[place + 4 : place + 5] == b"\1" else 16) :][:4]
    if place < 0 or len(found) < 4:
        raise _refused("its head has faults")
    return found


@contextmanager
def opened_pieces(pieces: list[HlsPart], start: int, ask: Ask, cancel: CancelToken) -> Iterator[Response]:
    """Open the recording from a byte on, as `opened` opens an address."""
    total = _size(pieces)
    headers = {
        "content-type": "audio/mp4" if pieces[0].data else "video/mp2t",
        "content-length": str(total - start),
        "content-range": f"bytes {start}-{total - 1}/{total}",
    }
    with closing(_chunks(pieces, start, ask, cancel)) as chunks:
        yield Response(206, pieces[-1].address, None, headers, chunks)


def _size(pieces: Sequence[HlsPart]) -> int:
    return sum(piece.size for piece in pieces)


def _chunks(pieces: list[HlsPart], start: int, ask: Ask, cancel: CancelToken) -> Generator[bytes]:
    """Yield the recording from a byte on.

    Raises FetchError if it cannot be fetched, or if a segment has more bytes than there is room for; `pieces` then say
    how many it has, so that the recording has another size.
    """
    for number, piece in enumerate(pieces):
        skipped, start = min(start, piece.size), max(0, start - piece.size)
        first, left, filling = piece.start + skipped, piece.size - skipped, b""
        if piece.data:
            yield piece.data[skipped:]
        elif left:
            with opened(ask(piece.address, {"Range": f"bytes={first}-{first + left - 1}"}), LIMITS, cancel) as response:
                answer = read_range_answer(response, first)
                if piece.is_rough:
                    size = answer.size or _measured(piece._replace(size=0), ask, cancel).size
                    if size != piece.size and size > piece.size - LEAST_BOX:
                        pieces[number] = piece._replace(size=size)
                        raise AskAgain("The parts of this recording are longer than they seemed.")
                    filling = _filling(piece.size - size, bool(pieces[0].data))[max(0, first - size) :]
                    left = max(0, size - first)
                if left and answer.is_wrong_part:
                    raise FetchError(WRONG_PART)
                before = first - answer.start
                for chunk in response.chunks if left else ():
                    kept = chunk[before : before + left]
                    before, left = max(0, before - len(chunk)), left - len(kept)
                    yield kept
                    if not left:
                        break
            if left:
                raise FetchError("The connection broke off before the end.")
            if filling:
                yield filling


def _filling(size: int, is_mp4: bool) -> bytes:
    """Return so many bytes that players pass over: a box `free`, or empty packets of MPEG-TS."""
    if is_mp4:
        return (size.to_bytes(4, "big") + b"free").ljust(size, b"\0") if size else b""
    return (_EMPTY_PACKET * (size // TS_PACKET + 1))[:size]


def _read(line: str) -> tuple[str, dict[str, str]]:
    """Return the tag of a line, and its attributes."""
    tag, _, rest = line.partition(":")
    return tag, {name: value.strip('"') for name, value in _ATTRIBUTE.findall(rest)}


def _refused(reason: str) -> FetchError:
    return FetchError(f"This recording is a stream in HLS that tui-pod does not play: {reason}.", is_final=True)
