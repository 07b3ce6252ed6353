"""Put tags, a cover and chapters into Opus files, join them without re-encoding, and read chained Ogg files.

Source: RFC 3533 (Ogg), RFC 6716 (the length of a packet), RFC 7845 (Opus in Ogg) and Vorbis I.
"""

from __future__ import annotations

import base64
import os
import struct
from collections.abc import Iterator, Sequence
from functools import cache

RATE = 48_000
"""Samples per second that Ogg counts for Opus."""

_PAGE = struct.Struct("<4sBBqIIIB")
_FRAMES = (480, 960, 1920, 2880), (480, 960), (120, 240, 480, 960)
"""Samples of a frame of SILK, hybrid and CELT, by the low bits of its configuration."""
_SERIAL, _SEGMENTS = 1, 200
_CONTINUED, _FIRST, _LAST = 1, 2, 4

MAX_PAGES, MAX_LINKS = 400_000, 500
"""Most pages of a chained file, about 1.6 GB, and most recordings in one: each of them costs memory."""

_TAIL = 65_307
"""Largest size of a page in bytes; the last page of a file begins within this distance of its end."""


def join_opus(files: Sequence[bytes], tags: Sequence[tuple[str, str]], cover: bytes = b"") -> bytes:
    """Return Opus files, which one encoder made, as one with these tags.

    Args:
        files: their contents.
        tags: names and values, such as `("TITLE", "RoPE")`; see `chapter_tags`.
        cover: a PNG; empty for none.

    Raises:
        ValueError: one is no Opus file.
    """
    parts = [list(_packets(data)) for data in files]
    head, audio = parts[0][0], [packet for packets in parts for packet in packets[2:]]
    pages = [_page([head], 0, 0, _FIRST), *_tag_pages(_tags(tags, cover))]
    samples = 0
    for begin in range(0, len(audio), _SEGMENTS // 4):
        packets = audio[begin : begin + _SEGMENTS // 4]  # one of speech takes a segment or two
        samples += sum(map(_samples, packets))
        pages.append(_page(packets, samples, len(pages), _LAST if begin + len(packets) == len(audio) else 0))
    return b"".join(pages)


def length_of(data: bytes) -> float:
    """Return the seconds of an Opus file. Raises ValueError if it is none."""
    return sum(map(_samples, list(_packets(data))[2:])) / RATE


def read_links(descriptor: int) -> list[tuple[int, int, float]]:
    """Return where each recording of a chained Ogg file starts and ends (bytes), and its length in seconds.

    Recorded radio is such a file. The result is empty if the file is not chained, is damaged, or is neither Opus nor
    Vorbis.
    """
    size = os.fstat(descriptor).st_size
    head, tail = os.pread(descriptor, _PAGE.size, 0), os.pread(descriptor, _TAIL, max(0, size - _TAIL))
    last = tail[tail.rfind(b"OggS\0") :]
    if not head.startswith(b"OggS") or len(head) < _PAGE.size or head[14:18] == last[14:18]:
        return []
    links, at, begin, rate, sound, first, newest, was_first = list[tuple[int, int, float]](), 0, 0, 0, 0, 0, 0, False
    for _ in range(MAX_PAGES):
        is_end = at + _PAGE.size > size  # the last page may be cut off
        page = head if is_end else os.pread(descriptor, _PAGE.size + 255 + 16, at)
        mark, _, flags, samples, serial, _, _, count = _PAGE.unpack(page[: _PAGE.size])
        is_first = bool(flags & _FIRST)
        if is_first and not was_first and at:
            if newest <= first or len(links) == MAX_LINKS:
                return []
            links.append((begin, min(at, size), (newest - first) / rate))
            begin, rate, first, newest = at, 0, 0, 0
        if is_end or mark != b"OggS":
            return links if is_end and len(links) > 1 else []
        packet = page[_PAGE.size + count :]
        if is_first and not rate:
            is_opus = packet.startswith(b"OpusHead")
            rate = RATE if is_opus else int.from_bytes(packet[12:16], "little") * packet.startswith(b"\1vorbis")
            sound, first = serial, int.from_bytes(packet[10:12], "little") * is_opus  # samples before the start
        elif serial == sound and rate and samples > 0:
            first = first if newest or samples < 10 * rate else samples  # it was cut out of a longer one
            newest = samples
        at, was_first = at + _PAGE.size + count + sum(page[_PAGE.size : _PAGE.size + count]), is_first
    return []


def chapter_tags(chapters: Sequence[tuple[float, str]]) -> Iterator[tuple[str, str]]:
    """Yield the tags of chapters, of which starts in seconds and names are given."""
    for number, (start, name) in enumerate(chapters, 1):
        minutes, seconds = divmod(start, 60)
        yield f"CHAPTER{number:03}", f"{int(minutes // 60):02}:{int(minutes % 60):02}:{seconds:06.3f}"
        yield f"CHAPTER{number:03}NAME", name


def _packets(data: bytes) -> Iterator[bytes]:
    """Yield the packets of an Ogg file with one stream."""
    offset, packet = 0, b""
    if not data.startswith(b"OggS") or b"OpusHead" not in data[:64]:
        raise ValueError("it is no Opus file")
    while offset + _PAGE.size <= len(data):
        segments = data[offset + _PAGE.size : offset + _PAGE.size + data[offset + _PAGE.size - 1]]
        offset += _PAGE.size + len(segments)
        for size in segments:
            packet += data[offset : offset + size]
            offset += size
            if size < 255:
                yield packet
                packet = b""


def _samples(packet: bytes) -> int:
    """Return how many samples a packet has."""
    configuration, code = packet[0] >> 3, packet[0] & 3
    mode = 0 if configuration < 12 else 1 if configuration < 16 else 2
    frame = _FRAMES[mode][configuration % len(_FRAMES[mode])]
    return frame * (1 if code == 0 else 2 if code < 3 else packet[1] & 63)


def _tags(tags: Sequence[tuple[str, str]], cover: bytes) -> bytes:
    comments = [f"{name}={value}".encode() for name, value in tags]
    if cover:
        width, height = struct.unpack(">II", cover[16:24])
        kind = b"image/png"
        block = struct.pack(">II", 3, len(kind)) + kind + struct.pack(">I", 0)
        block += struct.pack(">IIIII", width, height, 24, 0, len(cover)) + cover
        comments.append(b"METADATA_BLOCK_PICTURE=" + base64.b64encode(block))
    parts = [b"tui-pod", *comments]
    sized = [struct.pack("<I", len(part)) + part for part in parts]
    return b"OpusTags" + sized[0] + struct.pack("<I", len(comments)) + b"".join(sized[1:])


def _tag_pages(packet: bytes) -> Iterator[bytes]:
    """Yield the pages of the packet with the tags, which is large if there is a cover."""
    step = 255 * _SEGMENTS
    for number, begin in enumerate(range(0, len(packet) + 1, step), 1):
        piece, is_last = packet[begin : begin + step], begin + step > len(packet)
        sizes = bytes([255] * (len(piece) // 255) + ([len(piece) % 255] if is_last else []))
        yield _sealed(piece, sizes, 0 if is_last else -1, number, _CONTINUED if begin else 0)


def _page(packets: Sequence[bytes], samples: int, number: int, flags: int) -> bytes:
    sizes = b"".join(bytes([255] * (len(packet) // 255) + [len(packet) % 255]) for packet in packets)
    return _sealed(b"".join(packets), sizes, samples, number, flags)


def _sealed(body: bytes, sizes: bytes, samples: int, number: int, flags: int) -> bytes:
    head = _PAGE.pack(b"OggS", 0, flags, samples, _SERIAL, number, 0, len(sizes)) + sizes
    table, checksum = _checksums(), 0
    for byte in head + body:
        checksum = (checksum << 8 & 0xFFFFFFFF) ^ table[checksum >> 24 ^ byte]
    return head[:22] + struct.pack("<I", checksum) + head[26:] + body


@cache
def _checksums() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = value << 1 & 0xFFFFFFFF ^ (0x04C11DB7 if value & 0x80000000 else 0)
        table.append(value)
    return tuple(table)
